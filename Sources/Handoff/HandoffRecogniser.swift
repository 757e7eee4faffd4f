import BotSchema

/// One rule that tells a handoff signal from its wire form.
///
/// The rules are tried in order and the first that answers wins, so a new dialect is one more rule in its place.
struct HandoffRecogniser: Sendable {
    /// What a rule makes of an activity.
    struct Reading {
        var kind: HandoffSignal.Kind
        var dialect: HandoffDialect?
    }

    let read: @Sendable (Activity) -> Reading?

    static let inOrder: [HandoffRecogniser] = [
        endOfConversation, initiation, status, response, completion, queueProgress, handoffActivity, providerEvent,
    ]
}

extension HandoffRecogniser {
    static let endOfConversation = HandoffRecogniser { activity in
        guard activity.type == .endOfConversation else { return nil }
        return Reading(kind: .conversationEnded(code: activity.code, text: activity.text), dialect: nil)
    }

    static let initiation = HandoffRecogniser { activity in
        guard activity.type == .event, let name = activity.name else { return nil }
        let dialect: HandoffDialect
        switch name {
        case HandoffEventName.initiate: dialect = HandoffContext.isCopilotStudio(activity.value) ? .copilotStudio : .sdk
        case HandoffEventName.handoffInitiation: dialect = .threeEvents
        case HandoffEventName.initiateHandoff: dialect = .threeEventsAsCoded
        default: return nil
        }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: dialect)
    }

    /// `handoff.status`, whose value should be an object but comes as text too.
    static let status = HandoffRecogniser { activity in
        guard activity.type == .event, activity.name == HandoffEventName.status,
            let report = StatusReport(activity), let kind = report.kind(from: activity)
        else { return nil }
        return Reading(kind: kind, dialect: .sdk)
    }

    /// `HandoffResponse`; the published factory also sent completions under this name.
    static let response = HandoffRecogniser { activity in
        guard activity.type == .event, activity.name == HandoffEventName.response,
            let report = StatusReport(activity), let kind = report.kind(from: activity)
        else { return nil }
        if case .completed = kind { return Reading(kind: kind, dialect: .threeEventsAsCoded) }
        return Reading(kind: kind, dialect: .threeEvents)
    }

    static let completion = HandoffRecogniser { activity in
        guard activity.type == .event, activity.name == HandoffEventName.completed,
            let report = StatusReport(activity), let kind = report.kind(from: activity)
        else { return nil }
        return Reading(kind: kind, dialect: .threeEvents)
    }

    static let queueProgress = HandoffRecogniser { activity in
        guard activity.type == .event, activity.name == HandoffEventName.queue else { return nil }
        let seconds = activity.value?["estimatedWaitSeconds"]?.double
        let progress = HandoffProgress.queue(
            position: activity.value?["position"]?.int,
            // Beyond a day nothing is an estimate, and a Duration cannot hold every double.
            estimatedWait: seconds.flatMap { (0...86_400).contains($0) ? .milliseconds(Int($0 * 1000)) : nil }
        )
        return Reading(kind: .progress(progress), dialect: .baton)
    }

    /// With a value it asks for an agent (Copilot Studio); without one it ends the handoff (the first library).
    static let handoffActivity = HandoffRecogniser { activity in
        guard activity.type == .handoff else { return nil }
        guard let value = activity.value, !value.isNull else {
            return Reading(kind: .completed(.unspecified, message: nil), dialect: .activityType)
        }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: .activityType)
    }

    static let providerEvent = HandoffRecogniser { activity in
        guard activity.type == .event, activity.from?.role?.lowercased() != "user",
            let name = activity.name, name.lowercased().hasSuffix("handoff")
        else { return nil }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: .providerEvent)
    }
}

/// What a status, response or completion event holds: a code and perhaps words.
private struct StatusReport {
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

/// The names of the handoff events, compared exactly.
enum HandoffEventName {
    static let initiate = "handoff.initiate"
    static let status = "handoff.status"
    static let handoffInitiation = "HandoffInitiation"
    static let initiateHandoff = "InitiateHandoff"
    static let response = "HandoffResponse"
    static let completed = "HandoffCompleted"
    static let queue = "baton.queue"
}
