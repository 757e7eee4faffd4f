import BotSchema

/// Reads activities whose members are spelt in other ways than the specification does.
///
/// Exports of C# objects have members such as `Type` and `From`; Dataverse counts seconds and numbers roles.
enum ActivitySpelling {
    /// Whether the members begin with capitals.
    static func isPascalCase(_ object: JSONObject) -> Bool {
        !object.contains("type") && (object.contains("Type") || object.contains("From"))
    }

    /// The activity with the specification's names; what belongs to bots and channels stays as it is.
    static func camelCased(_ object: JSONObject) -> JSONObject {
        JSONObject(
            entries: object.entries.map { entry in
                let key = lowered(entry.key)
                return JSONObject.Entry(key: key, value: schema(of: key)?.apply(to: entry.value) ?? entry.value)
            }
        )
    }

    /// What an activity spells in other ways than the specification, found in one pass over its members.
    struct Oddities {
        var hasType = false
        var hasNumericRole = false
        var hasNumericTime = false

        init(_ object: JSONObject) {
            for entry in object.entries {
                switch entry.value {
                case .string(let text):
                    if entry.key == "type" {
                        hasType = true
                    } else if entry.key == "timestamp", text.utf8.first != nil {
                        hasNumericTime = text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
                    }
                case .object(let account):
                    guard entry.key == "from" || entry.key == "recipient" else { continue }
                    for member in account.entries {
                        if case .number = member.value, member.key == "role" { hasNumericRole = true }
                    }
                case .number: if entry.key == "timestamp" { hasNumericTime = true }
                default: break
                }
            }
        }
    }

    /// How deep the names of a member are the specification's.
    private indirect enum Schema: Sendable {
        /// An object whose members are known.
        case object([String: Schema])
        /// A list of such objects.
        case list(Schema)

        func apply(to value: JSONValue) -> JSONValue {
            switch (self, value) {
            case (.list(let element), .array(let values)): .array(values.map(element.apply))
            case (.object(let members), .object(let object)):
                .object(
                    JSONObject(
                        entries: object.entries.map { entry in
                            let key = ActivitySpelling.lowered(entry.key)
                            return JSONObject.Entry(
                                key: key,
                                value: members[key]?.apply(to: entry.value) ?? entry.value
                            )
                        }
                    )
                )
            default: value
            }
        }
    }

    private static func schema(of key: String) -> Schema? {
        switch key {
        case "from", "recipient", "conversation": .object([:])
        case "membersAdded", "membersRemoved", "attachments", "reactionsAdded", "reactionsRemoved": .list(.object([:]))
        case "suggestedActions": .object(["actions": .list(.object([:]))])
        case "relatesTo": .object(["user": .object([:]), "bot": .object([:]), "conversation": .object([:])])
        default: nil
        }
    }

    private static func lowered(_ name: String) -> String {
        guard let first = name.first, first.isUppercase else { return name }
        return first.lowercased() + name.dropFirst()
    }
}
