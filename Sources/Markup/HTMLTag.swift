/// A tag of HTML that is read for what it means; others are words like any.
struct HTMLTag {
    /// The names that are known.
    enum Name: String {
        case b, strong, i, em, a, br, img
        case p, ul, ol, li, table, thead, tbody, tr, td, th

        /// Whether it divides text into parts that stand on lines of their own.
        var isBlock: Bool {
            switch self {
            case .b, .strong, .i, .em, .a, .br, .img: false
            default: true
            }
        }
    }

    let name: Name
    let isEnd: Bool
    private let attributes: Substring

    /// Reads a tag as it was written, such as `<a href="…">`; nil for what is none, or is unknown.
    init?(_ text: Substring) {
        guard text.utf8.first == UInt8(ascii: "<"), text.utf8.last == UInt8(ascii: ">") else { return nil }
        var rest = text.dropFirst().dropLast()
        isEnd = rest.first == "/"
        if isEnd { rest = rest.dropFirst() }
        let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        rest = rest.dropFirst(word.count)
        guard let name = Name(rawValue: word.lowercased()), rest.first.map({ $0.isWhitespace || $0 == "/" }) ?? true
        else { return nil }
        self.name = name
        attributes = rest
    }

    /// The value of an attribute; nil when there is none.
    func value(of attribute: String) -> String? {
        var rest = attributes
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == "/" }
            let key = rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "/" }
            guard !key.isEmpty else { return nil }
            rest = rest.dropFirst(key.count).drop(while: \.isWhitespace)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let value: Substring
            if let quote = rest.first, quote == "\"" || quote == "'" {
                value = rest.dropFirst().prefix { $0 != quote }
                rest = rest.dropFirst(value.count + 2)
            } else {
                value = rest.prefix { !$0.isWhitespace }
                rest = rest.dropFirst(value.count)
            }
            if key.lowercased() == attribute { return Self.withoutEntities(value) }
        }
    }

    private static func withoutEntities(_ value: Substring) -> String {
        let entities = [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        return entities.reduce(String(value)) { $0.replacing($1.0, with: $1.1) }
    }

    /// The known tag that begins at a `<`, and where it ends.
    static func first(in text: Substring) -> (tag: HTMLTag, end: Substring.Index)? {
        // A tag is short, and a `<` in a text may have no end at all.
        let longest = 2048
        var quote: Character?
        var index = text.startIndex
        var length = 0
        while index < text.endIndex, length < longest {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == ">" {
                let end = text.index(after: index)
                return HTMLTag(text[..<end]).map { ($0, end) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "<", length > 0 {
                return nil
            }
            text.formIndex(after: &index)
            length += 1
        }
        return nil
    }
}
