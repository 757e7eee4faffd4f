import BotSchema

/// What a status, response or completion event holds: a code and perhaps words.
struct StatusReport {
    var state: String
    var message: String?

    init?(_ activity: Activity) {
        var value = activity.value
        if let text = value?.string, let parsed = try? JSONValue(parsing: text), parsed.object != nil { value = parsed }
        guard let state = value?.string ?? value?["state"]?.string, !state.isEmpty else { return nil }
        self.state = state
        message = Self.words(value?["message"]) ?? activity.attachments.lazy.compactMap(Self.reason).first
    }

    func kind(from activity: Activity) -> HandoffSignal.Kind? {
        switch state.lowercased() {
        case "accepted": .accepted(by: activity.humanAgent, message: message)
        case "failed": .failed(reason: message)
        case "timedout": .timedOut(reason: message)
        case "completed": .completed(activity.completionMark ?? .unspecified, message: message)
        case "endofconversation": .completed(.ended, message: message)
        case "transferback": .completed(.transferBack, message: message)
        case "typing": .progress(.typing)
        default: .progress(.other(state))
        }
    }

    /// Text verbatim, anything else as compact JSON; null and the empty text say nothing.
    private static func words(_ value: JSONValue?) -> String? {
        switch value {
        case nil, .null, .string(""): nil
        case .string(let text): text
        case let other?: other.compactText
        }
    }

    /// The error payload that hubs may attach to a response, in the shapes that are likely.
    private static func reason(_ attachment: Attachment) -> String? {
        guard attachment.name.map({ !HandoffInitiation.isTranscriptName($0) }) ?? true else { return nil }
        switch attachment.content {
        case .string(let text): return text.isEmpty ? nil : text
        case .object(let object):
            let error = object["error"]
            return words(object["message"]) ?? words(object["reason"]) ?? words(error?["message"]) ?? words(error)
        default: return nil
        }
    }
}
