public import BotSchema

extension Activity {
    /// The activity without what a bot notes for the agent only: `va_AgentMessage` and `MessageToAgent`, in the value
    /// of an initiation and wherever that wraps it.
    ///
    /// Everything else, unknown fields included, stays as it is.
    public var withoutPrivateNotes: Activity {
        guard case .initiate? = HandoffSignal(self)?.kind, let value else { return self }
        var copy = self
        copy.value = value.withoutPrivateNotes
        return copy
    }
}

extension JSONValue {
    fileprivate var withoutPrivateNotes: JSONValue {
        switch self {
        case .object(var object):
            object.entries.removeAll { ["va_agentmessage", "messagetoagent"].contains($0.key.lowercased()) }
            for name in ["handoffContext", "context"] where object[name]?.object != nil {
                object[name] = object[name]?.withoutPrivateNotes
            }
            return .object(object)
        case .string(let text):
            // Some senders put the object into a text.
            guard let parsed = try? JSONValue(parsing: text), parsed.object != nil else { return self }
            return .string(parsed.withoutPrivateNotes.compactText)
        default: return self
        }
    }
}
