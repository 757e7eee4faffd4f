/// Finds payment cards, social security numbers and telephone numbers.
///
/// A text is taken as groups of digits. Each number is looked for among neighbouring groups, cards first, so that what
/// stands beside a number (an expiry date, another card, a time) neither hides it nor is hidden by it.
struct SensitiveNumber {
    private let bytes: [UInt8]
    private let groups: [Group]
    /// The sums of check digits up to each group's end, see ``LuhnSums``.
    private let sums: LuhnSums
    private var isTaken: [Bool]
    private var pieces: [SensitivePiece] = []

    /// Digits without anything between them.
    struct Group {
        let range: Range<Int>
        /// Whether letters touch it.
        let isAttached: Bool
        /// How many digits it has.
        let count: Int
        /// Where the extension that hangs on it ends, as in `2671x99`.
        let extensionEnd: Int?
        /// The last byte of a word before it, which tells whether looking for words is of use.
        let lastWord: Int
        /// How many bytes stand between it and the group before.
        let distance: Int
        /// Whether a word is among those.
        let isBehindWord: Bool

        /// Whether it may belong to a telephone number, which may have an extension behind it.
        var isFree: Bool { !isAttached || extensionEnd != nil }
    }

    /// Every number in a text.
    static func all(in bytes: [UInt8]) -> [SensitivePiece] {
        var search = SensitiveNumber(bytes)
        search.findCards()
        search.findSocialSecurityNumbers()
        search.findTelephones()
        return search.pieces
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var groups: [Group] = []
        var index = 0
        var lastWord = -1
        while index < bytes.count {
            guard Bytes.isDigit(bytes[index]) else {
                if Bytes.isWord(bytes[index]) { lastWord = index }
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, Bytes.isDigit(bytes[index]) { index += 1 }
            let isAttached =
                start > 0 && Bytes.isWord(bytes[start - 1]) || index < bytes.count && Bytes.isWord(bytes[index])
            let extensionEnd =
                isAttached && !(start > 0 && Bytes.isWord(bytes[start - 1]))
                ? Self.extensionEnd(from: index, in: bytes) : nil
            let previous = groups.last?.range.upperBound ?? 0
            groups.append(
                Group(
                    range: start..<index,
                    isAttached: isAttached,
                    count: index - start,
                    extensionEnd: extensionEnd,
                    lastWord: lastWord,
                    distance: start - previous,
                    isBehindWord: lastWord >= previous
                )
            )
        }
        self.groups = groups
        sums = LuhnSums(groups.map(\.range), in: bytes)
        isTaken = Array(repeating: false, count: groups.count)
    }

    /// The end of `x99` or `ext99` behind a number.
    private static func extensionEnd(from index: Int, in bytes: [UInt8]) -> Int? {
        for mark in ["x", "X", "ext", "Ext"] where bytes[index...].starts(with: mark.utf8) {
            let first = index + mark.utf8.count
            let end = bytes[first...].prefix(7).prefix(while: Bytes.isDigit).endIndex
            let isWhole = (1...6).contains(end - first) && (end == bytes.count || !Bytes.isWord(bytes[end]))
            return isWhole ? end : nil
        }
        return nil
    }

    // MARK: - Groups

    /// What stands between a group and the next.
    private func separator(after index: Int) -> ArraySlice<UInt8> {
        bytes[groups[index].range.upperBound..<groups[index + 1].range.lowerBound]
    }

    private func range(_ window: ClosedRange<Int>) -> Range<Int> {
        groups[window.lowerBound].range.lowerBound..<groups[window.upperBound].range.upperBound
    }

    private func digits(_ window: ClosedRange<Int>) -> [UInt8] {
        bytes[range(window)].filter(Bytes.isDigit).map { $0 - UInt8(ascii: "0") }
    }

    private func sizes(_ window: ClosedRange<Int>) -> [Int] { window.map { groups[$0].count } }

    private mutating func take(_ window: ClosedRange<Int>, from start: Int? = nil, _ kind: SensitiveText.Kind) {
        let whole = range(window)
        let end = kind == .phone ? groups[window.upperBound].extensionEnd : nil
        let taken = (start ?? whole.lowerBound)..<(end ?? whole.upperBound)
        pieces.append(SensitivePiece(taken, kind, in: bytes))
        for index in window { isTaken[index] = true }
    }

    // MARK: - Cards

    private mutating func findCards() {
        var index = 0
        while index < groups.count {
            if let end = cardEnd(from: index) {
                take(index...end, .card)
                index = end + 1
            } else {
                index += 1
            }
        }
    }

    /// The last group of the card that begins with a group; of several readings the one that looks most like a card.
    private func cardEnd(from start: Int) -> Int? {
        var end = start
        var count = groups[start].count
        var best: Int?
        while true {
            // Adding up digits costs least, so that it comes first: most numbers fail by it.
            if count >= 12, count <= 19, sums.passesLuhn(start...end), isCard(start...end) { best = end }
            // A card in one piece is whole; more digits behind it are an expiry date or a code.
            if best != nil, end == start { return best }
            guard end + 1 < groups.count, groups[end + 1].distance <= 3, !groups[end + 1].isBehindWord
            else { return best }
            end += 1
            // Of four groups and more all have the count of the first, but for the last.
            let size = groups[start].count
            if end - start >= 3, groups[end - 1].count != size || groups[start + 1].count != size { return best }
            count += groups[end].count
            if count > 19 { return best }
        }
    }

    private func isCard(_ window: ClosedRange<Int>) -> Bool {
        let digits = digits(window)
        let start = range(window).lowerBound
        guard digits.contains(where: { $0 != 0 }) else { return false }
        let network = CardNetwork.issues(digits)
        if window.count == 1 {
            let group = groups[window.lowerBound]
            if group.isAttached { return network && digits.count >= 15 && hasFreeEnd(group) }
            // Bare article numbers have check digits as well, cards of 13 digits are no longer issued.
            let isArticle = digits.count <= 14 && Self.isArticle(digits) && Context.isOrder(before: start, in: bytes)
            if network { return !isArticle && !Context.isDevice(before: start, in: bytes) }
            return digits.count >= 15 && digits.first != 0 && !Context.isOrder(before: start, in: bytes)
        }
        guard !window.contains(where: { groups[$0].isAttached }) else { return false }
        let isNetworkOrLong = network || digits.count >= 15 && digits.first != 0
        return isNetworkOrLong && hasShapeOfCard(window) && !Context.isDevice(before: start, in: bytes)
    }

    private func hasFreeEnd(_ group: Group) -> Bool {
        let before = group.range.lowerBound == 0 || !Bytes.isWord(bytes[group.range.lowerBound - 1])
        let after = group.range.upperBound == bytes.count || !Bytes.isWord(bytes[group.range.upperBound])
        return before || after
    }

    /// Groups as they are embossed, or equal ones with the same signs between them.
    private func hasShapeOfCard(_ window: ClosedRange<Int>) -> Bool {
        let sizes = sizes(window)
        if [[4, 6, 5], [4, 6, 4], [6, 10], [6, 13], [4, 12], [6, 6, 4], [8, 11]].contains(sizes) { return true }
        let first = sizes[0]
        guard let last = sizes.last, last <= max(first, 4), sizes.dropLast().allSatisfy({ $0 == first }) else {
            return false
        }
        let separators = Set((window.lowerBound..<window.upperBound).map { Array(separator(after: $0)) })
        return first == 4 || separators.count == 1
    }

    /// The check digit of payment cards (ISO/IEC 7812-1).
    static func passesLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place.isMultiple(of: 2) ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10) && digits.contains { $0 != 0 }
    }

    /// The check digit of article numbers (GS1).
    private static func isArticle(_ digits: [UInt8]) -> Bool {
        guard [8, 12, 13, 14].contains(digits.count) else { return false }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() { sum += Int(digit) * (place.isMultiple(of: 2) ? 1 : 3) }
        return sum.isMultiple(of: 10)
    }

    // MARK: - Social security numbers

    private mutating func findSocialSecurityNumbers() {
        guard groups.count >= 3 else { return }
        for index in 0..<(groups.count - 2)
        where groups[index].count == 3 && groups[index + 1].count == 2 && groups[index + 2].count == 4
            && !(index...(index + 2)).contains(where: { isTaken[$0] })
        {
            let window = index...(index + 2)
            let hasDashes = (index...(index + 1)).allSatisfy { separator(after: $0).elementsEqual("-".utf8) }
            let digits = digits(window).map { Int($0) }
            let area = digits[0] * 100 + digits[1] * 10 + digits[2]
            guard hasDashes, !window.contains(where: { groups[$0].isAttached }), area > 0, area != 666, area < 900,
                digits[3] + digits[4] > 0, digits[5...].contains(where: { $0 != 0 }),
                !Context.isOrder(before: range(window).lowerBound, in: bytes), !isContinued(window)
            else { continue }
            take(window, .ssn)
        }
    }

    /// Whether more digits hang on a number, as in article codes.
    private func isContinued(_ window: ClosedRange<Int>) -> Bool {
        let range = range(window)
        func isJoined(_ sign: Int, _ digit: Int) -> Bool {
            bytes.indices.contains(sign) && bytes.indices.contains(digit) && bytes[sign] == UInt8(ascii: "-")
                && Bytes.isWord(bytes[digit])
        }
        return isJoined(range.lowerBound - 1, range.lowerBound - 2) || isJoined(range.upperBound, range.upperBound + 1)
    }

    // MARK: - Telephones

    private mutating func findTelephones() {
        var index = 0
        while index < groups.count {
            guard !isTaken[index], groups[index].isFree,
                let (end, start) = telephoneEnd(from: index)
            else {
                index += 1
                continue
            }
            take(index...end, from: start, .phone)
            index = end + 1
        }
    }

    /// The groups that may belong to one telephone number, from a group on.
    private func line(from start: Int) -> Int {
        var end = start
        while end + 1 < groups.count, end - start < 8, !isTaken[end + 1], groups[end].extensionEnd == nil,
            groups[end + 1].isFree, groups[end + 1].distance <= 3,
            separator(after: end).allSatisfy({ " -./()".utf8.contains($0) }), !isDateOrTime(at: end + 1)
        {
            end += 1
        }
        return end
    }

    /// Whether a date or a time begins with a group: `2026-03-14`, `14.03.2026`, `10:30`, `12/28`.
    private func isDateOrTime(at index: Int) -> Bool {
        let group = groups[index]
        let next = group.range.upperBound
        if group.count <= 2, next + 1 < bytes.count, bytes[next] == UInt8(ascii: ":"), Bytes.isDigit(bytes[next + 1]) {
            return true
        }
        guard index + 1 < groups.count, groups[index + 1].distance == 1, "-./".utf8.contains(bytes[next]) else {
            return false
        }
        let sign = separator(after: index)
        let byte = bytes[next]
        if index + 2 < groups.count, separator(after: index + 1).elementsEqual(sign) {
            let sizes = sizes(index...(index + 2))
            let isYearFirst = sizes[0] == 4 && sizes[1] <= 2 && sizes[2] <= 2
            let isYearLast = sizes[0] <= 2 && sizes[1] <= 2 && (sizes[2] == 4 || sizes[2] == 2 && byte != 0x2D)
            if isYearFirst, (1800...2200).contains(number(index)) { return number(index + 1) <= 12 }
            if isYearLast, index + 3 >= groups.count || !separator(after: index + 2).elementsEqual(sign) {
                return number(index) <= 31 && number(index + 1) <= 31
            }
        }
        // The month and the year in which a card ends.
        return byte == UInt8(ascii: "/") && group.count == 2 && groups[index + 1].count == 2
            && (1...12).contains(number(index))
    }

    private func number(_ index: Int) -> Int {
        bytes[groups[index].range].prefix(9).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private func telephoneEnd(from index: Int) -> (end: Int, start: Int)? {
        guard !isDateOrTime(at: index) else { return nil }
        let lower = groups[index].range.lowerBound
        // A point or a dash before it makes it a part of something else, a currency a price.
        let opening = lower > 0 && bytes[lower - 1] == UInt8(ascii: "(") ? lower - 1 : lower
        let before = opening > 0 ? bytes[opening - 1] : 0x20
        let last = line(from: index)
        if before == UInt8(ascii: "+") || lower > 0 && bytes[lower - 1] == UInt8(ascii: "+") {
            let start = before == UInt8(ascii: "+") ? opening - 1 : lower - 1
            let most = CallingCode.mostDigits(Array(digits(index...last).prefix(3)))
            return longest(index, last, 8...most).map {
                ($0, start > 0 && bytes[start - 1] == 0x28 ? start - 1 : start)
            }
        }
        guard !"-._#".utf8.contains(before), let end = nationalEnd(from: index, to: last, before: before),
            !hasWords(before: index) || !Context.isOrder(before: lower, in: bytes), !isPrice(from: index, to: last)
        else { return nil }
        return (end, opening)
    }

    /// Whether words stand near enough before a group to tell what it is.
    private func hasWords(before index: Int) -> Bool {
        groups[index].lastWord >= 0 && groups[index].range.lowerBound - groups[index].lastWord <= Context.reach
    }

    /// The last group of a number without a `+`.
    private func nationalEnd(from index: Int, to last: Int, before: UInt8) -> Int? {
        let lower = groups[index].range.lowerBound
        let first = groups[index]
        if bytes[lower] == UInt8(ascii: "0"), before != UInt8(ascii: "/") {
            // Behind 00 comes a calling code, which begins with no zero.
            let leading = digits(index...min(index + 1, last)).prefix(3)
            let isInternational = leading.starts(with: [0, 0])
            guard !isInternational || leading.last != 0 else { return nil }
            if first.count > 9 {
                let isWhole = isInternational ? (11...15).contains(first.count) : (10...11).contains(first.count)
                guard isWhole, isInternational ? !Self.isArticle(digits(index...index)) : true else { return nil }
                return index
            }
            if first.count >= 2, index < last { return longest(index, last, isInternational ? 10...16 : 9...12) }
        }
        // The most groups first: of 1 555 010 1234 nothing may stay.
        for end in stride(from: min(last, index + 4), through: index, by: -1) where isNational(index...end) {
            return end
        }
        guard sums.count(index...last) >= 7, hasWords(before: index), Context.isPhone(before: lower, in: bytes) else {
            return nil
        }
        return longest(index, last, 7...13)
    }

    /// The last group with which a number has as many digits as a telephone number.
    private func longest(_ index: Int, _ last: Int, _ counts: ClosedRange<Int>) -> Int? {
        var count = 0
        var best: Int?
        for end in index...last {
            count += groups[end].count
            // `(0)` behind a calling code is not dialled.
            let spare =
                end > index && (index + 1...end).contains { groups[$0].count == 1 && isInParentheses($0) } ? 1 : 0
            if counts.contains(count - spare) { best = end }
            if count - spare > counts.upperBound { break }
        }
        return best
    }

    private func isInParentheses(_ index: Int) -> Bool {
        let range = groups[index].range
        return range.lowerBound > 0 && bytes[range.lowerBound - 1] == UInt8(ascii: "(")
            && range.upperBound < bytes.count
            && bytes[range.upperBound] == UInt8(ascii: ")")
    }

    /// Numbers without a leading zero as the countries write them that have none.
    private func isNational(_ window: ClosedRange<Int>) -> Bool {
        // No country writes numbers otherwise.
        guard window.count > 1, groups[window.upperBound].count >= 2, (8...11).contains(sums.count(window)) else {
            return false
        }
        let digits = digits(window)
        let separators = (window.lowerBound..<window.upperBound).map { separator(after: $0) }
        let isSpaced = separators.allSatisfy { $0.elementsEqual(" ".utf8) }
        let isDotted = separators.allSatisfy { $0.elementsEqual(".".utf8) }
        if window.upperBound + 1 < groups.count, separator(after: window.upperBound).elementsEqual("-".utf8) {
            return false
        }
        switch sizes(window) {
        case [3, 3, 4], [1, 3, 3, 4]: return digits.count == 10 ? digits[0] >= 2 || isSpaced : digits[0] == 1
        case [5, 5]: return digits[0] >= 6 && !isDotted
        case [3, 4, 4]: return digits[0] == 1
        case [2, 5, 4], [2, 4, 4]: return isInParentheses(window.lowerBound)
        case [1, 3, 3, 2, 2]: return digits[0] == 8
        case [3, 2, 2, 2], [3, 3, 3]: return isSpaced && digits[0] >= 6
        case [3, 2, 3]: return isSpaced && digits[0] >= 4
        default: return false
        }
    }

    private func isPrice(from index: Int, to last: Int) -> Bool {
        let signs = ["€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF"]
        let range = groups[index].range.lowerBound..<groups[last].range.upperBound
        let before = String(decoding: bytes[max(0, range.lowerBound - 5)..<range.lowerBound], as: UTF8.self)
        let after = String(decoding: bytes[range.upperBound..<min(bytes.count, range.upperBound + 5)], as: UTF8.self)
        return signs.contains { before.contains($0) || after.contains($0) }
    }
}
