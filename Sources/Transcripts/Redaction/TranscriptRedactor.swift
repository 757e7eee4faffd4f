public import BotSchema

/// Masks e-mail addresses, telephone and card numbers and token-like values, the same value always by the same mask.
///
/// Use one redactor for everything that belongs together: a value that occurs again gets the mask that it has, so that
/// a reader can still follow who is who. Nothing in the masks tells the values.
public struct TranscriptRedactor: Hashable, Sendable {
    /// How many different values were masked, by kind, such as `email`.
    public var counts: [String: Int] { kinds }

    /// What is masked.
    public enum Scope: Hashable, Sendable {
        /// Whatever is found, in words and members.
        case everything
        /// Only members that are called as secrets are, such as `token`.
        case secrets
    }

    private let scope: Scope
    /// What each value is called, without brackets, such as `email-1`.
    private var masks: [String: String] = [:]
    private var kinds: [String: Int] = [:]
    /// What was masked, where it is to be restored some day.
    public private(set) var key: RedactionKey?

    /// A redactor that has seen nothing, or what is in a key.
    ///
    /// - Parameters:
    ///   - scope: What is masked.
    ///   - key: Takes what is masked, and tells what was masked before: the same value gets the same mask again.
    public init(scope: Scope = .everything, key: RedactionKey? = nil) {
        self.scope = scope
        self.key = key
        for entry in key?.values.entries ?? [] {
            guard let mask = RedactionKey.Mask(entry.key) else { continue }
            kinds[mask.kind] = max(kinds[mask.kind] ?? 0, mask.number)
            guard let kind = SensitiveText.Kind(rawValue: mask.kind) else { continue }
            let text = entry.value.string ?? entry.value.compactText
            masks[Self.identity(text, kind)] = "\(mask.kind)-\(mask.number)"
        }
    }

    /// The activity with what is sensitive masked, transcripts within its attachments as well.
    ///
    /// Names of members stay, as do types, times and the ids that hold a conversation together. Members that are called
    /// as secrets are, such as `token`, are masked whole.
    public mutating func redacted(_ activity: Activity) -> Activity {
        Activity(json: redacted(activity.json, depth: 0))
    }

    /// The transcript with what is sensitive masked; what surrounds the activities as well.
    public mutating func redacted(_ transcript: Transcript) -> Transcript {
        var redacted = Transcript(
            activities: transcript.activities.map { self.redacted($0) },
            form: transcript.form,
            envelope: transcript.envelope.map { self.redacted($0, depth: 0) }
        )
        redacted.repairs = transcript.repairs
        return redacted
    }

    /// Words with what is sensitive masked.
    public mutating func redacted(_ text: String) -> String {
        guard scope == .everything else { return text }
        let bytes = Array(text.utf8)
        let spans = SensitiveText(bytes).spans
        guard !spans.isEmpty else { return text }
        var masked = ""
        var position = 0
        for span in spans {
            masked += String(decoding: bytes[position..<span.range.lowerBound], as: UTF8.self)
            masked += mask(String(decoding: bytes[span.range], as: UTF8.self), span.kind)
            position = span.range.upperBound
        }
        return masked + String(decoding: bytes[position...], as: UTF8.self)
    }

    private mutating func mask(_ value: String, _ kind: SensitiveText.Kind, isNumber: Bool = false) -> String {
        let identity = Self.identity(value, kind)
        let name: String
        if let known = masks[identity] {
            name = known
        } else {
            kinds[kind.rawValue, default: 0] += 1
            name = "\(kind.rawValue)-\(kinds[kind.rawValue] ?? 0)"
            masks[identity] = name
        }
        guard key != nil else { return "[\(name)]" }
        let number = isNumber ? try? JSONValue(parsing: value) : nil
        return key?.mask(number ?? .string(value), as: name) ?? "[\(name)]"
    }

    /// Spaces within a number, or the case of an address, make no other number or address.
    private static func identity(_ value: String, _ kind: SensitiveText.Kind) -> String {
        guard kind != .secret, kind != .token else { return kind.rawValue + ":" + value }
        return kind.rawValue + ":" + value.lowercased().filter { !" -./()".contains($0) || kind == .email }
    }

    // MARK: - JSON

    /// Members that hold a conversation together, and say nothing about people.
    private static let structural: Set<String> = [
        "type", "timestamp", "localtimestamp", "channelid", "contenttype", "valuetype", "replytoid", "activityid",
        "clientactivityid", "watermark", "inputhint", "textformat", "attachmentlayout", "deliverymode", "locale",
        "role",
    ]

    private static let secret: Set<String> = [
        "token", "accesstoken", "access_token", "refreshtoken", "refresh_token", "password", "secret", "authorization",
        "streamurl", "apikey", "api_key", "connectionstring", "clientsecret", "client_secret",
    ]

    private mutating func redacted(_ object: JSONObject, depth: Int) -> JSONObject {
        var object = object
        for index in object.entries.indices {
            let name = object.entries[index].key.lowercased()
            let value = object.entries[index].value
            if Self.secret.contains(name), let text = value.string, !text.isEmpty, !text.hasPrefix("[secret-") {
                object.entries[index].value = .string(mask(text, .secret))
            } else if name == "id", let text = value.string {
                // Ids may be addresses, as channels for e-mail and SMS have them; long random ones stay.
                object.entries[index].value = .string(redactedId(text))
            } else if !Self.structural.contains(name) {
                object.entries[index].value = redacted(value, depth: depth + 1)
            }
        }
        return object
    }

    private mutating func redactedId(_ id: String) -> String {
        let kinds = SensitiveText(Array(id.utf8)).spans.map(\.kind)
        return kinds.contains(.token) ? id : redacted(id)
    }

    private mutating func redacted(_ value: JSONValue, depth: Int) -> JSONValue {
        switch value {
        case .object(let object): return .object(redacted(object, depth: depth))
        case .array(let elements): return .array(elements.map { redacted($0, depth: depth + 1) })
        case .string(let text):
            // Transcripts and tags travel as JSON within text; masked as plain words they might be JSON no more.
            if text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "["), depth < 64,
                let inner = try? JSONValue(parsing: text)
            {
                let masked = redacted(inner, depth: depth + 1)
                return masked == inner ? value : .string(masked.compactText)
            }
            return .string(redacted(text))
        case .number(let number):
            // Times in milliseconds have thirteen digits as some cards have, so shorter numbers stay.
            let digits = number.literal.utf8.map { $0 &- UInt8(ascii: "0") }
            guard scope == .everything, (15...19).contains(digits.count), digits.allSatisfy({ $0 < 10 }),
                SensitiveText.passesLuhn(digits)
            else { return value }
            return .string(mask(number.literal, .card, isNumber: true))
        case .null, .bool: return value
        }
    }
}
