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
            // Every activity of a file passes here, so that values are touched only under the names that matter.
            object.entries.withUnsafeBufferPointer { entries in
                for index in entries.indices {
                    switch entries[index].key.utf8.count {
                    case 4:
                        if entries[index].key == "type" {
                            if case .string = entries[index].value { hasType = true }
                        } else if entries[index].key == "from" {
                            note(role: entries[index].value)
                        }
                    case 9:
                        if entries[index].key == "timestamp" {
                            note(time: entries[index].value)
                        } else if entries[index].key == "recipient" {
                            note(role: entries[index].value)
                        }
                    case 11 where entries[index].key == "timestampMs": hasNumericTime = true
                    default: break
                    }
                }
            }
        }

        private mutating func note(role account: JSONValue) {
            guard case .object(let object) = account else { return }
            object.entries.withUnsafeBufferPointer { members in
                for index in members.indices where members[index].key.utf8.count == 4 {
                    if case .number = members[index].value, members[index].key == "role" { hasNumericRole = true }
                }
            }
        }

        private mutating func note(time: JSONValue) {
            switch time {
            case .number: hasNumericTime = true
            case .string(let text):
                // ISO 8601 has a dash in its fifth place, and reading ends there.
                hasNumericTime =
                    hasNumericTime || !text.isEmpty && text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
            default: break
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
