import MessageContent

/// Why an answer does not fit a field.
package struct FieldFailure: Error, Hashable, Sendable {
    /// What to tell the person: the author's words where there are some.
    package let message: String
}

extension CardField {
    /// Reads an answer.
    ///
    /// - Parameter line: What the person entered; empty takes what is in the field already.
    /// - Returns: What the bot gets, nil when it gets nothing for this field.
    /// - Throws: ``FieldFailure`` when it does not fit.
    package func answer(to line: String) throws(FieldFailure) -> String? {
        if line.trimmed.isEmpty { return try untouchedAnswer() }
        switch kind {
        case .text(_, _, let pattern, let maximumLength):
            if let maximumLength, maximumLength > 0, line.utf16.count > maximumLength {
                throw failure("At most \(maximumLength.of("character", "characters")); these are \(line.utf16.count).")
            }
            if let pattern, let check = FieldPattern(pattern), !check.isFound(in: line) {
                throw failure("That has not the form that is asked for.")
            }
            return line
        case .number(let minimum, let maximum): return try number(line.trimmed, minimum, maximum)
        case .date(let minimum, let maximum): return try date(line.trimmed, minimum, maximum)
        case .time(let minimum, let maximum): return try time(line.trimmed, minimum, maximum)
        case .toggle(_, let on, let off): return try toggle(line.trimmed, on, off)
        case .choice(let choices, let allowsSeveral): return try choice(line.trimmed, choices, allowsSeveral)
        }
    }

    /// What is sent when the field is left empty.
    func emptyAnswer() throws(FieldFailure) -> String? {
        if isRequired { throw failure("This has to be filled in.") }
        switch kind {
        case .toggle(_, _, let off): return off
        case .choice: return nil
        case .text, .number, .date, .time: return ""
        }
    }

    private func untouchedAnswer() throws(FieldFailure) -> String? {
        let value = untouched
        if isRequired {
            if case .toggle(_, let on, _) = kind {
                if value != on { throw failure("This has to be agreed to: answer yes.") }
            } else if value?.isEmpty ?? true {
                throw failure("This has to be filled in.")
            }
        }
        return value
    }

    private func failure(_ words: String) -> FieldFailure { FieldFailure(message: errorMessage ?? words) }

    // MARK: - Kinds

    private func number(_ text: String, _ minimum: Double?, _ maximum: Double?) throws(FieldFailure) -> String {
        let isSpelt = text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
        guard isSpelt, let value = Double(text), value.isFinite else {
            throw failure("A number, please, such as 5 or 2.5.")
        }
        if let minimum, value < minimum { throw failure("At least \(Self.words(minimum)).") }
        if let maximum, value > maximum { throw failure("At most \(Self.words(maximum)).") }
        return text
    }

    private func date(_ text: String, _ minimum: String?, _ maximum: String?) throws(FieldFailure) -> String {
        guard let date = CalendarDate(text) else { throw failure("A day, please, as year-month-day: 2026-01-31.") }
        if let minimum, let bound = CalendarDate(minimum), date < bound { throw failure("Not before \(bound.text).") }
        if let maximum, let bound = CalendarDate(maximum), date > bound { throw failure("Not after \(bound.text).") }
        return date.text
    }

    private func time(_ text: String, _ minimum: String?, _ maximum: String?) throws(FieldFailure) -> String {
        guard let minutes = Self.minutes(text) else {
            throw failure("A time of day, please, as hours:minutes, 00:00 to 23:59.")
        }
        if let minimum, let bound = Self.minutes(minimum), minutes < bound {
            throw failure("Not before \(Self.clock(bound)).")
        }
        if let maximum, let bound = Self.minutes(maximum), minutes > bound {
            throw failure("Not after \(Self.clock(bound)).")
        }
        return Self.clock(minutes)
    }

    private func toggle(_ text: String, _ on: String, _ off: String) throws(FieldFailure) -> String {
        let word = text.lowercased()
        if text == on || ["y", "yes", "on", "true", "1", "x"].contains(word) { return on }
        guard text == off || ["n", "no", "off", "false", "0"].contains(word) else {
            throw failure("Yes or no, please.")
        }
        if isRequired { throw failure("This has to be agreed to: answer yes.") }
        return off
    }

    private func choice(_ text: String, _ choices: [Choice], _ allowsSeveral: Bool) throws(FieldFailure) -> String {
        // Choices that the bot looks up while one types are not here; the words go as they are.
        if choices.isEmpty { return text }
        if let value = Self.value(of: text, in: choices) { return value }
        guard allowsSeveral else { throw failure("A number from 1 to \(choices.count), please, or its words.") }
        // Numbers may stand apart by blanks alone; words may have blanks in them.
        let isNumbers = text.allSatisfy { $0.isNumber || $0.isWhitespace || $0 == "," }
        let parts = text.split { $0 == "," || isNumbers && $0.isWhitespace }
        let values = parts.map { Self.value(of: String($0).trimmed, in: choices) }
        let chosen = Set(values.compactMap { $0 })
        guard !values.isEmpty, values.allSatisfy({ $0 != nil }) else {
            throw failure("Numbers from 1 to \(choices.count), please, with commas between them.")
        }
        // In the order of the card, as other clients send it.
        return choices.map(\.value).filter(chosen.contains).joined(separator: ",")
    }

    private static func value(of text: String, in choices: [Choice]) -> String? {
        if let number = Int(text), choices.indices.contains(number - 1) { return choices[number - 1].value }
        let word = text.lowercased()
        return choices.first { $0.title.lowercased() == word || $0.value.lowercased() == word }?.value
    }

    // MARK: - Values

    /// A bound as its author wrote it, without a needless fraction.
    static func words(_ number: Double) -> String {
        number.rounded() == number && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }

    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), hours < 24, minutes < 60
        else {
            return nil
        }
        return hours * 60 + minutes
    }

    private static func clock(_ minutes: Int) -> String {
        let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return digits(minutes / 60) + ":" + digits(minutes % 60)
    }
}
