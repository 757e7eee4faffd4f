package import BotSchema

/// What a status, response or completion event holds: a code and perhaps words.
package struct StatusReport: Hashable, Sendable {
    /// The code or state, as written.
    package var state: String
    /// The words that came with it, out of an error payload of whatever shape.
    package var message: String?

    /// Reads a hub's report; nil for any other activity.
    package init?(reportIn activity: Activity) {
        switch HandoffSignal(activity)?.kind {
        case nil, .initiate, .conversationEnded: return nil
        case .accepted, .failed, .timedOut, .completed, .progress: self.init(activity)
        }
    }

    init?(_ activity: Activity) {
        var value = activity.value
        if let text = value?.string, let parsed = try? JSONValue(parsing: text), parsed.object != nil { value = parsed }
        guard let state = value?.string ?? value?["state"]?.string, !state.isEmpty else { return nil }
        self.state = state
        let besides = JSONObject(entries: (value?.object?.entries ?? []).filter { $0.key != "state" })
        message =
            ErrorPayload(value?["message"])?.words ?? ErrorPayload(members: besides)?.words
            ?? activity.attachments.lazy.compactMap(ErrorPayload.init(in:)).first?.words
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
}
