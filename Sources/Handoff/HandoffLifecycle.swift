public import BotSchema

/// Follows the handoffs of one conversation from the activities that a client sees.
///
/// A pure state machine: activities in, steps out. It takes every order of events, repeated and missing ones alike,
/// since every report of a hub is optional in the protocol; what makes no sense changes nothing. Give it each activity
/// once and in order of arrival.
public struct HandoffLifecycle: Hashable, Sendable {
    /// Who has the conversation.
    public private(set) var state = HandoffState.bot
    /// All requests so far, oldest first.
    public internal(set) var attempts: [HandoffAttempt] = []
    /// Ids of accounts that are known to be human agents.
    public internal(set) var agentIds: Set<String> = []

    /// Whose signals count.
    package let trust: ReportTrust
    /// Whether traces of an escalation count where no event tells it.
    let readsTraces: Bool
    /// Whether the transcripts of earlier attempts are kept; a record of any length may carry any number.
    private let keepsTranscripts: Bool
    var botIds: Set<String> = []
    var userIds: Set<String> = []
    /// Whether an agent spoke and no acceptance has been reported yet.
    var isAcceptanceInferred = false
    /// Whether it was said of this attempt, or of what came after it, that the bot or an agent spoke out of turn: once
    /// is enough.
    private var hasToldOfSpeaker = false
    /// The rules of which it was said of this attempt that a report broke them, once it was over: once is enough.
    private var toldOfOutcome: Set<HandoffRule> = []
    /// The reports of this attempt, which a bot may put into words while an agent is there.
    private(set) var reportIds: Set<String> = []
    /// The names that were told to be near one of the protocol's: once is enough.
    private var toldNames: Set<String> = []

    /// A conversation in which the bot listens.
    ///
    /// - Parameters:
    ///   - trust: Whose signals count.
    ///   - readsTraces: Whether the traces of an escalation count where no event tells it, as in an export.
    public init(trusting trust: ReportTrust = .everyone, readingTraces readsTraces: Bool = false) {
        self.init(trusting: trust, readingTraces: readsTraces, keepingTranscripts: true)
    }

    private init(trusting trust: ReportTrust, readingTraces readsTraces: Bool, keepingTranscripts: Bool) {
        self.trust = trust
        self.readsTraces = readsTraces
        keepsTranscripts = keepingTranscripts
    }

    /// The handoffs of a record of any length: of all attempts but the last it keeps no transcripts.
    package static func ofRecord(readingTraces readsTraces: Bool = false) -> HandoffLifecycle {
        HandoffLifecycle(trusting: .everyone, readingTraces: readsTraces, keepingTranscripts: false)
    }

    /// The attempt under way, or the last one.
    public var attempt: HandoffAttempt? { attempts.last }

    /// The human agent who has the conversation, as far as known.
    public var agent: ChannelAccount? { state == .live ? attempt?.agent : nil }

    /// Takes the next activity.
    ///
    /// - Parameters:
    ///   - activity: What arrived, from whomever.
    ///   - isEcho: Whether it is the client's own, which a service may send back under another user id. The client's
    ///     own events are no handoff signals, its own end of conversation is.
    ///   - instant: When it arrived.
    /// - Returns: What changed, in order, and then what is odd; empty for almost every activity.
    public mutating func receive(
        _ activity: Activity,
        isEcho: Bool = false,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        let remarks = remarks(on: activity, isEcho: isEcho).filter(\.isForOnlookers) + remarksOnName(of: activity)
        let steps = steps(on: activity, isEcho: isEcho, at: instant)
        if let rejection = RejectedReport(activity) { keep(rejection, at: instant) }
        return steps + remarks.compactMap { told($0, of: activity, at: instant) }
    }

    private mutating func steps(
        on activity: Activity,
        isEcho: Bool,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        let isUser = isUser(activity, isEcho: isEcho)
        // Whoever speaks on after the end goes on with the conversation (C40).
        if state == .closed, isUser, activity.type == .message { state = .bot }
        guard state != .closed else { return [] }
        if let signal = HandoffSignal(activity, recognisesTraces: readsTraces) {
            guard trust.counts(signal, of: activity, isUsers: isUser, isEcho: isEcho) else { return [] }
            return apply(signal, of: activity, at: instant)
        }
        if isUser, activity.type == .event, activity.name == HandoffEventName.withdrawal, state.isOpen {
            attempts[attempts.count - 1].withdrawnAt = instant
        }
        guard activity.type == .message, !activity.isFromHub else { return [] }
        if isUser { return userSpoke(activity, at: instant) }
        if isAgent(activity) { return agentSpoke(activity, at: instant) }
        return botSpoke(activity, at: instant)
    }

    /// The bot answered a report with an error, and the one who sent it was told so.
    public mutating func reportRejected(_ rejection: RejectedReport, at instant: Timestamp) {
        keep(rejection, at: instant)
    }

    /// An event that nobody will understand, since its name is not quite one of the protocol's.
    private mutating func remarksOnName(of activity: Activity) -> [HandoffRemark] {
        guard activity.type == .event, let name = activity.name, let meant = HandoffEventName.similar(to: name),
            toldNames.count < 100, toldNames.insert(name).inserted
        else { return [] }
        return [HandoffRemark(.similarName, path: "$.name", "“\(name)” is not known; “\(meant)” is")]
    }

    private mutating func keep(_ rejection: RejectedReport, at instant: Timestamp) {
        guard !attempts.isEmpty else { return }
        attempts[attempts.count - 1].rejections.append(
            HandoffAttempt.Rejection(report: rejection, instant: instant)
        )
    }

    /// Whether an activity is a signal of the other side that does not count, since somebody else reports here.
    package func ignores(_ activity: Activity, isEcho: Bool = false) -> Bool {
        // Telling who speaks teaches the machine accounts, so it happens on a copy.
        var machine = self
        let isUser = machine.isUser(activity, isEcho: isEcho)
        guard let signal = HandoffSignal(activity), !isEcho, !isUser else { return false }
        return !trust.counts(signal, of: activity, isUsers: isUser, isEcho: isEcho)
    }

    /// The user withdrew a request, or left the agent.
    public mutating func userLeft(at instant: Timestamp) -> [HandoffTransition] {
        guard state.isOpen else { return [] }
        return [end(.cancelled, in: .bot, because: .userLeft, at: instant)]
    }

    /// The conversation cannot be reached any more: its token died, or the service forgot it.
    public mutating func conversationLost(at instant: Timestamp) -> [HandoffTransition] {
        guard state != .closed else { return [] }
        guard state.isOpen else { return [move(to: .closed, because: .conversationLost, at: instant)] }
        return [end(.aborted, in: .closed, because: .conversationLost, at: instant)]
    }
}

// MARK: - Signals

extension HandoffLifecycle {
    private mutating func apply(
        _ signal: HandoffSignal,
        of activity: Activity,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        switch signal.kind {
        case .initiate(let initiation): return initiated(initiation, signal, of: activity, at: instant)
        case .conversationEnded(_, let text): return conversationEnded(signal, text: text, at: instant)
        default: break
        }
        guard isAboutThisHandoff(signal) else { return [] }
        let cause = HandoffTransition.Cause.signal(signal)
        switch signal.kind {
        case .accepted(let agent, let message):
            isAcceptanceInferred = false
            if let id = signal.activityId, reportIds.count < 100 { reportIds.insert(id) }
            guard state.isWaiting else { return [] }
            return [goLive(with: agent, because: cause, message: message, at: instant)]
        case .failed(let reason):
            guard state.isOpen else { return [] }
            // Whoever leaves the queue was not refused.
            let refused = attempt?.withdrawnAt == nil ? HandoffOutcome.failed : .cancelled
            return [end(state == .live ? .lost : refused, in: .bot, because: cause, message: reason, at: instant)]
        case .timedOut(let reason):
            guard state.isOpen else { return [] }
            return [end(state == .live ? .lost : .timedOut, in: .bot, because: cause, message: reason, at: instant)]
        case .completed(let completion, let message):
            guard state.isOpen else { return [] }
            // Agents pass users on among themselves, of which no event tells: who completes is who had the user.
            if let last = activity.humanAgent { attempts[attempts.count - 1].agent = last }
            var transition = end(
                completion.outcome,
                in: completion.state,
                because: cause,
                message: message,
                at: instant
            )
            transition.returned = HandoffTranscript(activity)
            attempts[attempts.count - 1].returned = transition.returned
            return [transition]
        case .progress(let progress): return progressed(progress, because: cause, at: instant)
        case .initiate, .conversationEnded: return []
        }
    }

    private mutating func initiated(
        _ initiation: HandoffInitiation,
        _ signal: HandoffSignal,
        of activity: Activity,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        if state.isOpen {
            repeated(initiation, signal, isTrace: activity.type == .trace)
            return []
        }
        // What is recorded of an escalation that is over does not ask again.
        if activity.type == .trace, activity.valueType == "HandOff", !attempts.isEmpty { return [] }
        isAcceptanceInferred = false
        hasToldOfSpeaker = false
        toldOfOutcome = []
        reportIds = []
        learnAccounts(from: activity, initiation)
        if !keepsTranscripts, !attempts.isEmpty {
            attempts[attempts.count - 1].initiation.transcript = nil
            attempts[attempts.count - 1].returned = nil
        }
        attempts.append(
            HandoffAttempt(
                number: attempts.count + 1,
                dialect: signal.dialect,
                activityId: signal.activityId,
                conversationId: signal.conversationId,
                relatedConversationId: signal.relatedConversationId,
                requestedAt: instant,
                initiation: initiation
            )
        )
        return [move(to: .requested, because: .signal(signal), at: instant)]
    }

    /// The protocol has no handoff id, so a second request can only mean the one that is open.
    private mutating func repeated(_ initiation: HandoffInitiation, _ signal: HandoffSignal, isTrace: Bool) {
        guard var attempt = attempts.last, signal.activityId == nil || signal.activityId != attempt.activityId,
            !isTrace
        else { return }
        // The event tells what a trace has only announced.
        if attempt.dialect == nil {
            attempts[attempts.count - 1] = HandoffAttempt(
                number: attempt.number,
                dialect: signal.dialect,
                activityId: signal.activityId,
                conversationId: signal.conversationId,
                relatedConversationId: signal.relatedConversationId,
                requestedAt: attempt.requestedAt,
                initiation: initiation
            )
            return
        }
        attempt.repetitions += 1
        if state.isWaiting {
            for entry in initiation.context.json.entries { attempt.initiation.context.json[entry.key] = entry.value }
        }
        attempts[attempts.count - 1] = attempt
    }

    private mutating func conversationEnded(
        _ signal: HandoffSignal,
        text: String?,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        let cause = HandoffTransition.Cause.signal(signal)
        if state.isOpen { return [end(.aborted, in: .closed, because: cause, message: text, at: instant)] }
        var transition = move(to: .closed, because: cause, at: instant)
        transition.message = text
        return [transition]
    }

    private mutating func progressed(
        _ progress: HandoffProgress,
        because cause: HandoffTransition.Cause,
        at instant: Timestamp
    ) -> [HandoffTransition] {
        switch progress {
        case .queue(let position, let estimatedWait):
            guard state.isWaiting, state == .requested || position != attempt?.queuePosition else { return [] }
            attempts[attempts.count - 1].queuePosition = position
            attempts[attempts.count - 1].queuedAt = attempt?.queuedAt ?? instant
            var transition = move(to: .queued, because: cause, at: instant)
            transition.estimatedWait = estimatedWait
            return [transition]
        case .typing:
            return state == .live ? [move(to: .live, because: cause, at: instant)] : []
        case .other(let word):
            var transition = move(to: state, because: cause, at: instant)
            transition.message = "unknown state “\(word)” (HO122)"
            return [transition]
        }
    }

    /// By the conversation that a report names; that it relates to must be one that the request has named.
    func isAboutThisHandoff(_ signal: HandoffSignal) -> Bool {
        if let named = signal.conversationId, let expected = attempt?.conversationId, named != expected { return false }
        let known = [attempt?.conversationId, attempt?.relatedConversationId].compactMap { $0 }
        return known.isEmpty || signal.relatedConversationId.map(known.contains) ?? true
    }
}

// MARK: - Steps

extension HandoffLifecycle {
    /// A step that changes nothing and says what is odd.
    private mutating func told(
        _ remark: HandoffRemark,
        of activity: Activity,
        at instant: Timestamp
    ) -> HandoffTransition? {
        var cause = HandoffTransition.Cause.botSpoke
        if let signal = HandoffSignal(activity) {
            // However often a hub repeats itself, the outcome stays, and so does what there is to say of it.
            let isAfterwards = [.reportWithoutHandoff, .repeatedReport].contains(remark.rule) && !state.isOpen
            if isAfterwards, !attempts.isEmpty, !toldOfOutcome.insert(remark.rule).inserted { return nil }
            cause = .signal(signal)
        } else if let rejection = RejectedReport(activity) {
            cause = .reportRejected(rejection)
        } else if activity.type == .event, activity.name != HandoffEventName.suppressed {
            cause = .misnamed(activity.name ?? "")
        } else {
            guard activity.type == .event || !hasToldOfSpeaker else { return nil }
            // What the user does not see is told each time, with its words.
            if activity.type == .message { hasToldOfSpeaker = true }
            if remark.rule != .botWhileLive { cause = .agentSpoke }
        }
        var transition = HandoffTransition(from: state, to: state, cause: cause, instant: instant)
        transition.activityId = activity.id
        transition.attempt = attempt?.number
        transition.message = "\(remark.words) (\(remark.rule.id))"
        transition.brokenRule = remark.rule
        return transition
    }

    mutating func goLive(
        with agent: ChannelAccount?,
        because cause: HandoffTransition.Cause,
        message: String?,
        at instant: Timestamp
    ) -> HandoffTransition {
        attempts[attempts.count - 1].acceptedAt = instant
        attempts[attempts.count - 1].agent = agent
        if let id = agent?.id { agentIds.insert(id) }
        var transition = move(to: .live, because: cause, at: instant)
        transition.message = message
        transition.waited = attempt?.waited
        return transition
    }

    private mutating func end(
        _ outcome: HandoffOutcome,
        in next: HandoffState,
        because cause: HandoffTransition.Cause,
        message: String? = nil,
        at instant: Timestamp
    ) -> HandoffTransition {
        // What somebody says out of turn during the handoff is another thing than what comes after it.
        hasToldOfSpeaker = false
        attempts[attempts.count - 1].endedAt = instant
        attempts[attempts.count - 1].outcome = outcome
        var transition = move(to: next, because: cause, at: instant)
        transition.outcome = outcome
        transition.message = message
        transition.waited = attempt?.waited
        transition.handled = attempt?.handled
        return transition
    }

    mutating func move(
        to next: HandoffState,
        because cause: HandoffTransition.Cause,
        at instant: Timestamp
    ) -> HandoffTransition {
        defer { state = next }
        var transition = HandoffTransition(from: state, to: next, cause: cause, instant: instant)
        if case .signal(let signal) = cause {
            transition.activityId = signal.activityId
            // What a hub reports is spelt alike in several dialects; who asked has chosen one.
            let isOfHandoff = state.isOpen || next.isOpen
            transition.dialect = signal.dialect.map { isOfHandoff ? attempt?.dialect ?? $0 : $0 }
        }
        if let attempt {
            transition.attempt = attempt.number
            transition.agent = attempt.agent
            transition.initiation = attempt.initiation
            if next == .queued { transition.queuePosition = attempt.queuePosition }
        }
        return transition
    }
}

extension HandoffCompletion {
    fileprivate var outcome: HandoffOutcome {
        switch self {
        case .ended: .ended
        case .transferBack: .transferredBack
        case .unspecified: .completed
        }
    }

    fileprivate var state: HandoffState { self == .ended ? .ended : .bot }
}
