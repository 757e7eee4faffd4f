import BotSchema

/// What the transition table warns of.
struct HandoffRemark: Hashable, Sendable {
    var rule: HandoffRule
    var severity: HandoffRule.Severity?
    var path = "$"
    var words: String
    private let isTold: Bool

    /// A remark; one that is told is for onlookers though it is for information only.
    init(
        _ rule: HandoffRule,
        severity: HandoffRule.Severity? = nil,
        path: String = "$",
        isTold: Bool = false,
        _ words: String
    ) {
        self.rule = rule
        self.severity = severity
        self.path = path
        self.words = words
        self.isTold = isTold
    }

    /// Whether someone who follows the conversation is to hear of it at once; what is usual waits for the lint.
    var isForOnlookers: Bool {
        isTold || (severity ?? rule.severity) != .information
    }
}

extension HandoffLifecycle {
    /// What is odd about an activity in the present state; call it before the activity is received.
    func remarks(on activity: Activity, isEcho: Bool = false) -> [HandoffRemark] {
        let isUser = isEcho || activity.isFromUser || isKnownUser(activity)
        if let rejection = RejectedReport(activity) {
            return [HandoffRemark(.rejectedReport, path: "$.value", rejection.words)]
        }
        if let signal = HandoffSignal(activity) {
            guard trust.counts(signal, of: activity, isUsers: isUser, isEcho: isEcho) else { return [] }
            return remarks(on: signal)
        }
        if activity.type == .event, activity.name == HandoffEventName.suppressed {
            let words = "the bot speaks while an agent is there, and the user does not see it"
            // Anybody can send an event of that name; the mark of the hub is the server's.
            let said = activity.isFromHub ? Activity(activity.value?["activity"])?.text.map(Self.shortened) : nil
            return [HandoffRemark(.botWhileLive, words + (said.map { ": “\($0)”" } ?? ""))]
        }
        guard activity.type == .message, !isUser, !activity.isFromHub else { return [] }
        return isAgent(activity) ? remarksOnAgent : remarksOnBot(activity)
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 80 ? line.prefix(80) + "…" : line
    }

    private func remarks(on signal: HandoffSignal) -> [HandoffRemark] {
        // The event after the trace that announced it asks for the first time.
        if case .initiate = signal.kind, state.isOpen, attempt?.dialect == nil { return [] }
        if state == .closed {
            if case .conversationEnded = signal.kind {
                return [HandoffRemark(.repeatedReport, "the conversation was over before")]
            }
            return [HandoffRemark(.signalAfterEnd, "a handoff signal comes after the end of the conversation")]
        }
        switch signal.kind {
        case .initiate: return remarksOnInitiation(signal)
        case .conversationEnded: return []
        default: break
        }
        guard isAboutThisHandoff(signal) else {
            return [
                HandoffRemark(
                    .foreignConversation,
                    path: signal.conversationId == attempt?.conversationId
                        ? "$.relatesTo.conversation.id" : "$.conversation.id",
                    "the report is for another conversation than the request and is ignored"
                )
            ]
        }
        switch signal.kind {
        case .accepted: return remarksOnAcceptance
        case .failed: return state.isOpen ? [] : [orphan]
        case .timedOut:
            guard state.isOpen else { return [orphan] }
            return state == .live
                ? [HandoffRemark(.timeoutAfterAcceptance, "the handoff times out though an agent has accepted")] : []
        case .completed(let completion, _): return remarks(on: completion)
        case .progress, .initiate, .conversationEnded: return []
        }
    }

    private func remarksOnInitiation(_ signal: HandoffSignal) -> [HandoffRemark] {
        switch state {
        case .requested, .queued:
            // LivePerson's message goes before the event of the same request.
            if attempt?.dialect == .livePerson, signal.dialect != .livePerson, attempt?.repetitions == 0 { return [] }
            return [HandoffRemark(.initiationWhileWaiting, "a handoff is open already; the request adds to it")]
        case .live: return [HandoffRemark(.initiationWhileLive, "the bot asks for an agent while one is there")]
        case .bot, .ended, .closed: return []
        }
    }

    private var remarksOnAcceptance: [HandoffRemark] {
        switch state {
        case .requested, .queued, .closed: []
        case .live where isAcceptanceInferred:
            [HandoffRemark(.inferredAcceptance, isTold: true, "accepted only after the agent had spoken")]
        case .live: [HandoffRemark(.repeatedReport, "accepted again, though an agent is there")]
        case .bot, .ended:
            attempts.isEmpty ? [orphan] : [HandoffRemark(.reportWithoutHandoff, "accepted after the end")]
        }
    }

    private func remarks(on completion: HandoffCompletion) -> [HandoffRemark] {
        switch state {
        case .requested, .queued:
            [HandoffRemark(.completionWithoutAcceptance, isTold: true, "completed before it was accepted")]
        case .ended where completion == .ended: [HandoffRemark(.repeatedReport, "completed again")]
        case .bot, .ended:
            attempts.isEmpty
                ? [orphan] : [HandoffRemark(.reportWithoutHandoff, "completed again, though no handoff is open")]
        case .live, .closed: []
        }
    }

    private var orphan: HandoffRemark { HandoffRemark(.reportWithoutHandoff, "no handoff is open") }

    private var remarksOnAgent: [HandoffRemark] {
        switch state {
        case .bot where attempts.isEmpty: [HandoffRemark(.agentWithoutHandoff, "an agent speaks without a handoff")]
        case .bot, .ended: [HandoffRemark(.lateAgent, "an agent speaks after the handoff was over")]
        case .requested, .queued:
            [HandoffRemark(.inferredAcceptance, "an agent speaks before an acceptance was reported")]
        case .live: []
        case .closed: [HandoffRemark(.signalAfterEnd, "an agent speaks after the end of the conversation")]
        }
    }

    private func remarksOnBot(_ activity: Activity) -> [HandoffRemark] {
        switch state {
        case .live where activity.replyToId.map(reportIds.contains) == true: return []
        case .live:
            // A proxy sends the agent's words under the bot's account; then nobody can tell.
            let severity: HandoffRule.Severity? = agentIds.isEmpty ? .information : nil
            return [HandoffRemark(.botWhileLive, severity: severity, "the bot speaks while an agent is there")]
        case .ended: return [HandoffRemark(.botAfterEnd, "the bot goes on though the handoff ended for good")]
        case .bot, .requested, .queued, .closed: return []
        }
    }
}
