import BotSchema

extension TranscriptRedactor {
    /// What happens to a member's value.
    enum Rule: Hashable {
        /// What is sensitive in it is masked.
        case detect
        /// The same, but long random runs hold a conversation together.
        case identifier
        /// It says nothing about anybody.
        case keep
        /// It is masked whole, whatever it is.
        case whole(SensitiveText.Kind)

        /// The rule for everything within, where there is one: `token: {value}`.
        var inner: Rule? { self == .whole(.secret) ? self : nil }

        private static let structural: Set<String> = [
            "type", "timestamp", "localtimestamp", "contenttype", "valuetype", "inputhint", "textformat",
            "attachmentlayout", "deliverymode", "role",
        ]
        private static let identifiers: Set<String> = [
            "id", "channelid", "replytoid", "activityid", "clientactivityid", "watermark", "locale", "conversationid",
        ]
        private static let labels: Set<String> = [
            "name", "key", "header", "title", "label", "variable", "variablename",
        ]
        private static let values: Set<String> = ["value", "newvalue", "oldvalue", "text"]

        /// The rule for a member.
        ///
        /// - Parameters:
        ///   - name: The member's name.
        ///   - object: What it stands in, where another member may name it: `{"name": "x-api-key", "value": …}`.
        /// - Returns: The rule.
        static func member(_ name: String, in object: JSONObject?) -> Rule {
            let small = name.lowercased()
            if structural.contains(small) { return .keep }
            if identifiers.contains(small) { return .identifier }
            if SecretName.isSecret(name) { return .whole(.secret) }
            if let kind = SecretName.kind(name) { return kind == .email || kind == .ip ? .detect : .whole(kind) }
            if values.contains(small), let object,
                let label = object.entries.first(where: { labels.contains($0.key.lowercased()) })?.value.string,
                !label.contains(" "), SecretName.isSecret(label)
            {
                return .whole(.secret)
            }
            return .detect
        }

        /// Whether a member's name may be data of somebody.
        static func mayHoldData(_ name: String) -> Bool {
            name.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "%") }
                || name.utf8.count(where: Bytes.isDigit) >= 7
        }
    }
}
