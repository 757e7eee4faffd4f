import BotSchema

/// Why something failed, out of whatever shape a hub has put it into: the documents leave the shape open.
///
/// Text that holds JSON is read, known members are taken, lists are joined; what has no known member is told as compact
/// JSON rather than kept back.
struct ErrorPayload {
    /// The reason in words, never empty.
    let words: String

    /// The members that hold a reason, the most telling first; letter case aside.
    private static let names = [
        "message", "reason", "error", "errormessage", "error_description", "description", "detail", "details",
        "errors", "code",
    ]
    /// What a person may be expected to read.
    private static let limit = 1000
    /// Reasons lie no deeper.
    private static let depthLimit = 8

    /// Reads a value; nil where it says nothing.
    init?(_ value: JSONValue?) {
        guard let words = Self.words(value, depth: 0) else { return nil }
        self.init(words)
    }

    /// Reads the known members of an object, and nothing else of it.
    init?(members object: JSONObject) {
        guard let words = Self.known(in: object, depth: 0) else { return nil }
        self.init(words)
    }

    /// Reads an attachment; nil for a transcript, and where it says nothing.
    ///
    /// What lies behind a link is not fetched, but the person learns that it is there.
    init?(in attachment: Attachment) {
        guard !HandoffInitiation.isTranscript(attachment) else { return nil }
        if let content = attachment.content, let words = Self.words(content, depth: 0) {
            self.init(words)
            return
        }
        guard let link = attachment.contentURL, !link.isEmpty else { return nil }
        if let data = DataURI(link) {
            guard let words = Self.words(.string(data.text), depth: 0) else { return nil }
            self.init(words)
            return
        }
        self.init("\(attachment.name.flatMap { $0.isEmpty ? nil : $0 } ?? "the reason") is at \(link)")
    }

    private init(_ words: String) {
        self.words = words.count <= Self.limit ? words : words.prefix(Self.limit - 1) + "…"
    }

    private static func words(_ value: JSONValue?, depth: Int) -> String? {
        guard let value, !value.isNull else { return nil }
        guard depth < depthLimit else { return value.compactText }
        switch value {
        case .string(let text):
            let bare = text.drop { $0.isWhitespace }
            if bare.first == "{" || bare.first == "[", let parsed = try? JSONValue(parsing: text) {
                return words(parsed, depth: depth + 1)
            }
            return bare.isEmpty ? nil : text
        case .array(let elements):
            var seen: Set<String> = []
            let parts = elements.compactMap { words($0, depth: depth + 1) }.filter { seen.insert($0).inserted }
            return parts.isEmpty ? nil : parts.joined(separator: "; ")
        case .object(let object):
            return known(in: object, depth: depth) ?? (object.isEmpty ? nil : value.compactText)
        default: return value.compactText
        }
    }

    private static func known(in object: JSONObject, depth: Int) -> String? {
        for name in names {
            for entry in object.entries where entry.key.lowercased() == name {
                if let words = words(entry.value, depth: depth + 1) { return words }
            }
        }
        return nil
    }
}
