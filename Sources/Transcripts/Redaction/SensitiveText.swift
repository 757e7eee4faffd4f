/// Finds in words what tells who somebody is or lets others in.
///
/// Works on bytes in one pass for each kind, so that no text takes long.
struct SensitiveText {
    enum Kind: String, Hashable, Sendable {
        case email, phone, card, token, secret
    }

    /// What was found, in order and without overlaps.
    let spans: [(range: Range<Int>, kind: Kind)]

    init(_ bytes: [UInt8]) {
        guard !bytes.starts(with: Array("data:".utf8)) else {
            spans = []
            return
        }
        var found = Self.emails(bytes) + Self.tokens(bytes) + Self.numbers(bytes)
        found.sort { ($0.range.lowerBound, -$0.range.upperBound) < ($1.range.lowerBound, -$1.range.upperBound) }
        var spans: [(range: Range<Int>, kind: Kind)] = []
        for span in found where span.range.lowerBound >= (spans.last?.range.upperBound ?? 0) { spans.append(span) }
        self.spans = spans
    }

    // MARK: - E-mail

    private static func emails(_ bytes: [UInt8]) -> [(range: Range<Int>, kind: Kind)] {
        var spans: [(range: Range<Int>, kind: Kind)] = []
        var last = 0
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") {
            var start = at
            while start > last, isWord(bytes[start - 1]) || ".%+-_'".utf8.contains(bytes[start - 1]) { start -= 1 }
            var end = at + 1
            while end < bytes.count,
                isWord(bytes[end]) || bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: "-")
            {
                end += 1
            }
            while end > at + 1, !isWord(bytes[end - 1]) { end -= 1 }
            let domain = bytes[(at + 1)..<end]
            let top = domain.lastIndex(of: UInt8(ascii: ".")).map { domain[($0 + 1)...] } ?? []
            guard start < at, top.count >= 2, top.allSatisfy({ isLetter($0) || $0 >= 0x80 }) else { continue }
            spans.append((start..<end, .email))
            last = end
        }
        return spans
    }

    // MARK: - Tokens

    private static func tokens(_ bytes: [UInt8]) -> [(range: Range<Int>, kind: Kind)] {
        var spans: [(range: Range<Int>, kind: Kind)] = []
        var index = 0
        while index < bytes.count {
            guard isToken(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            // A JSON web token has three parts with points between them.
            let isWebToken = bytes[start...].starts(with: Array("eyJ".utf8))
            while index < bytes.count, isToken(bytes[index]) || (isWebToken && bytes[index] == UInt8(ascii: ".")) {
                index += 1
            }
            let run = bytes[start..<index]
            if run.count >= 32, run.contains(where: isDigit), run.contains(where: isLetter), !isUUID(run) {
                spans.append((start..<index, .token))
            }
        }
        return spans
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || "_-+".utf8.contains(byte)
    }

    /// Ids of objects are no secrets, and many members hold one.
    private static func isUUID(_ run: ArraySlice<UInt8>) -> Bool {
        let parts = run.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(isHexadecimal)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }

    // MARK: - Cards and telephones

    private static func numbers(_ bytes: [UInt8]) -> [(range: Range<Int>, kind: Kind)] {
        var spans: [(range: Range<Int>, kind: Kind)] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let isStart = isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "(")
            guard isStart, index == 0 || !isWord(bytes[index - 1]) else {
                index += 1
                continue
            }
            let run = Self.run(bytes, from: index)
            if let kind = kind(of: bytes[run.range], digits: run.digits) { spans.append((run.range, kind)) }
            index = max(run.range.upperBound, index + 1)
        }
        return spans
    }

    /// Digits with at most two separators between one another.
    private static func run(_ bytes: [UInt8], from start: Int) -> (range: Range<Int>, digits: [UInt8]) {
        var digits: [UInt8] = []
        var index = start
        var end = start
        var separators = 0
        while index < bytes.count, digits.count < 24 {
            let byte = bytes[index]
            if isDigit(byte) {
                digits.append(byte - UInt8(ascii: "0"))
                separators = 0
                end = index + 1
            } else if index > start, separators < 2, " -./()".utf8.contains(byte) {
                separators += 1
            } else if index > start {
                break
            }
            index += 1
        }
        // What goes on as a word is no number.
        if end < bytes.count, isLetter(bytes[end]) { return (start..<end, []) }
        return (start..<end, digits)
    }

    private static func kind(of text: ArraySlice<UInt8>, digits: [UInt8]) -> Kind? {
        if (13...19).contains(digits.count), text.first != UInt8(ascii: "+"), passesLuhn(digits) { return .card }
        let groups = text.split { !isDigit($0) }.map(\.count)
        switch text.first {
        case UInt8(ascii: "+"): return (8...15).contains(digits.count) ? .phone : nil
        // A year, a month and a day are no telephone, wherever the year stands.
        case _ where groups.prefix(3) == [4, 2, 2] || groups.prefix(3) == [2, 2, 4]: return nil
        case UInt8(ascii: "0"): return (9...13).contains(digits.count) ? .phone : nil
        default: return groups == [3, 3, 4] || groups == [1, 3, 3, 4] ? .phone : nil
        }
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

    // MARK: - Bytes

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// Letters of other alphabets are words too.
    private static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || byte >= 0x80 }
}
