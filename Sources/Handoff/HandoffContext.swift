public import BotSchema

/// What a bot tells the hub about the user's matter: the `value` of a handoff initiation.
///
/// No variable is required and none is wrong; the ones of known meaning are read under every name that they have had.
public struct HandoffContext: Hashable, Sendable {
    /// The variables in the sender's order, out of any wrapping; empty when the value was no object.
    public var json: JSONObject
    /// The value when it was no object: a summary in words, a list, a number.
    public var plainValue: JSONValue?

    /// A context of these variables.
    public init(_ variables: JSONObject = JSONObject()) { json = variables }

    /// Reads the value of an initiation of any dialect.
    ///
    /// A string that holds a JSON object is parsed once; the bodies `{handoffContext}` and `{type, message, context}`
    /// are unwrapped.
    public init(value: JSONValue?) {
        json = JSONObject()
        switch value {
        case nil, .null: break
        case .object(let object): json = Self.unwrapped(object)
        case .string(let text):
            if let parsed = (try? JSONValue(parsing: text))?.object {
                json = Self.unwrapped(parsed)
            } else {
                plainValue = value
            }
        case let other?: plainValue = other
        }
    }

    private static func unwrapped(_ object: JSONObject) -> JSONObject {
        if let inner = object["handoffContext"]?.object { return inner }
        guard var inner = object["context"]?.object, object.contains("type") else { return object }
        if let note = object["message"], inner["va_AgentMessage"] == nil { inner["va_AgentMessage"] = note }
        return inner
    }

    /// The dialect of a `handoff.initiate` with a value, which alone tells its senders apart.
    static func dialect(ofInitiate value: JSONValue?) -> HandoffDialect {
        if value?["handoffContext"] != nil { return .rest }
        let context = HandoffContext(value: value)
        if context.json.keys.contains(where: { $0.hasPrefix("va_") }) { return .copilotStudio }
        return context.telephoneNumber == nil ? .sdk : .telephony
    }
}

extension HandoffContext {
    /// The ability that the agent needs, such as "credit cards".
    public var skill: String? { text("Skill", "RequiredSkill", "Skills") }

    /// The topic last touched.
    public var topic: String? { text("va_LastTopic") ?? topics.last }

    /// The topics touched, in order.
    public var topics: [String] { list("va_Topics") }

    /// What the user last said to the bot; the documentation and the product spell the name differently.
    public var lastPhrase: String? { text("va_LastPhrase") ?? text("va_LastPhrases") ?? list("va_Phrases").last }

    /// The note for the agent, not meant for the user's eyes.
    public var agentMessage: String? { text("va_AgentMessage", "MessageToAgent") ?? plainValue?.string }

    /// The telephone number to which a call is to go, as bots on a voice channel name it.
    public var telephoneNumber: String? { text("TargetPhoneNumber") }

    /// The bot's display name.
    public var botName: String? { text("va_BotName") }

    /// The user's language, letter case as the sender likes it.
    public var language: String? { text("va_Language") }

    /// Whether there is nothing to show.
    public var isEmpty: Bool { json.isEmpty && plainValue == nil }

    /// One variable, for display.
    public struct Variable: Hashable, Sendable {
        /// The name as sent.
        public var name: String
        /// The value as sent.
        public var value: JSONValue

        /// The value in words: text as it is, lists joined, options by their value, all else as compact JSON.
        public var text: String { HandoffContext.words(value) }
    }

    /// All variables, known or not, in the sender's order.
    public var variables: [Variable] {
        var variables = json.entries.map { Variable(name: $0.key, value: $0.value) }
        if let plainValue { variables.append(Variable(name: "value", value: plainValue)) }
        return variables
    }

    /// The first of the names that has a text, letter case aside: senders do not agree on it.
    private func text(_ names: String...) -> String? {
        for name in names {
            let matches = json.entries.filter { $0.key.lowercased() == name.lowercased() }
            if let value = matches.last?.value, !value.isNull {
                let words = Self.words(value)
                if !words.isEmpty { return words }
            }
        }
        return nil
    }

    private func list(_ name: String) -> [String] {
        switch json[name] {
        case .array(let elements): elements.map(Self.words)
        case .string(let text) where !text.isEmpty: [text]
        default: []
        }
    }

    private static func words(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .array(let elements): elements.map(words).joined(separator: ", ")
        case .object(let object):
            if object.contains("$kind"), let option = object["value"] { words(option) } else { value.compactText }
        default: value.compactText
        }
    }
}
