import BotSchema

/// Text of which some parts may differ, as a file marks them.
///
/// `<(regex)>` stands for what the regular expression matches, `<*>` for any words at all; everything else stands for
/// itself. The whole text must match.
struct TextPattern {
    private enum Part {
        case literal(String)
        case anything
        case expression(String)
    }

    private let parts: [Part]

    /// Nil for text without a mark.
    init?(_ text: String) {
        guard text.contains("<*>") || text.contains("<(") else { return nil }
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix("<*>") {
                parts.append(.literal(literal))
                parts.append(.anything)
                literal = ""
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("<("), let end = rest.firstRange(of: ")>") {
                parts.append(.literal(literal))
                parts.append(.expression(String(rest.dropFirst(2)[..<end.lowerBound])))
                literal = ""
                rest = rest[end.upperBound...]
            } else {
                literal.append(rest.removeFirst())
            }
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts + [.literal(literal)]
    }

    /// Whether a text is one of those that are meant; an expression that cannot be read matches nothing.
    func matches(_ text: String) -> Bool {
        let hasExpression = parts.contains { if case .expression = $0 { true } else { false } }
        return hasExpression ? matchesExpression(text) : matchesWords(text)
    }

    /// The first expression in a text that is no regular expression; nil where all can be read.
    static func brokenExpression(in text: String) -> String? {
        guard text.contains("<("), let pattern = TextPattern(text) else { return nil }
        for case .expression(let expression) in pattern.parts where (try? Regex(expression)) == nil {
            return expression
        }
        return nil
    }

    /// Parts between wildcards are looked for one after the other, which takes no longer than the text is.
    private func matchesWords(_ text: String) -> Bool {
        let words = parts.compactMap { if case .literal(let words) = $0 { words } else { nil } }
        guard let first = words.first, let last = words.last, text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for part in words.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    private func matchesExpression(_ text: String) -> Bool {
        let source = parts.map { part in
            switch part {
            case .literal(let words): Self.escaped(words)
            case .anything: "(?s:.*)"
            case .expression(let expression): "(?:\(expression))"
            }
        }.joined()
        // What is no regular expression cannot match, and the difference shows it.
        guard let regex = try? Regex(source) else { return false }
        return (try? regex.wholeMatch(in: text)) != nil
    }

    private static func escaped(_ words: String) -> String {
        var escaped = ""
        for scalar in words.unicodeScalars {
            let isWord = scalar.properties.isAlphabetic || !scalar.isASCII || ("0"..."9").contains(scalar)
            if !isWord, scalar.value > 0x20 { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}

extension [Activity] {
    /// The first mark in a file that cannot be read, in a sentence without the file's name.
    package var brokenMark: String? {
        for (index, activity) in enumerated() {
            guard let expression = activity.jsonValue.brokenExpression else { continue }
            return "activity \(index + 1): “<(\(expression))>” is not a regular expression"
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var brokenExpression: String? {
        switch self {
        case .string(let text): TextPattern.brokenExpression(in: text)
        case .array(let elements): elements.lazy.compactMap(\.brokenExpression).first
        case .object(let object): object.entries.lazy.compactMap(\.value.brokenExpression).first
        default: nil
        }
    }
}
