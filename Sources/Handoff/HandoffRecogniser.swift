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
        endOfConversation, initiation, status, response, completion, queueProgress, handoffActivity,
        omnichannelCommand, livePersonTransfer, providerEvent,
    ]

    /// The same and the traces that only records hold.
    static let inOrderOfRecords = inOrder + [escalationTrace]
}

extension HandoffRecogniser {
    static let endOfConversation = HandoffRecogniser { activity in
        guard activity.type == .endOfConversation, !activity.isSkillReply else { return nil }
        return Reading(kind: .conversationEnded(code: activity.code, text: activity.text), dialect: nil)
    }

    static let initiation = HandoffRecogniser { activity in
        guard activity.type == .event, let name = activity.name else { return nil }
        let dialect: HandoffDialect
        switch name {
        case HandoffEventName.initiate: dialect = HandoffContext.dialect(ofInitiate: activity.value)
        case HandoffEventName.handoffInitiation: dialect = .threeEvents
        case HandoffEventName.initiateHandoff: dialect = .threeEventsAsCoded
        default: return nil
        }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: dialect)
    }

    /// What Copilot Studio records of an escalation: at the request, and when the conversation is handed over.
    static let escalationTrace = HandoffRecogniser { activity in
        guard activity.type == .trace, ["EscalationRequested", "HandOff"].contains(activity.valueType) else {
            return nil
        }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: nil)
    }

    /// `handoff.status`, whose value should be an object but comes as text too.
    static let status = HandoffRecogniser { activity in
        guard activity.type == .event, activity.name == HandoffEventName.status,
            let report = StatusReport(activity), let kind = report.kind(from: activity)
        else { return nil }
        return Reading(kind: kind, dialect: kind == .progress(.typing) ? .livePersonProxy : .sdk)
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

    /// With an object it asks for an agent (Copilot Studio and others); without, or with a state, it ends the handoff, as
    /// in the first library.
    static let handoffActivity = HandoffRecogniser { activity in
        guard activity.type == .handoff else { return nil }
        let value = activity.value
        let asks = value?.object?.isEmpty == false && value?["state"]?.string == nil && value?["status"]?.string == nil
        guard asks else {
            let dialect: HandoffDialect = value?.isNull ?? true ? .rest : .activityType
            return Reading(kind: .completed(.unspecified, message: nil), dialect: dialect)
        }
        let dialect: HandoffDialect = value?["handoffContext"] == nil ? .activityType : .rest
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: dialect)
    }

    static let providerEvent = HandoffRecogniser { activity in
        guard activity.type == .event, !activity.isFromUser,
            let name = activity.name, name.lowercased().hasSuffix("handoff") || EscalationName(name).isRequest
        else { return nil }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: .providerEvent)
    }
}
