/// Decides when the next line of a script may be sent, and when a script is done.
///
/// A pure state machine. A turn is over when that is certain: the line was posted, the stream is up, its first answer
/// came, nobody is expected to speak, nothing has arrived for a while, and the service, asked once more, has nothing
/// that did not arrive. A silent connection alone proves nothing: it may be dead, and a bot may answer seconds after it
/// has taken the line. So while an answer is missing the service is asked at growing intervals, until the time for a
/// first answer is up. The linger bound ends every wait.
struct TurnPacer: Sendable {
    /// What the pacer reads from the conversation at each step.
    struct Situation: Sendable {
        /// Whether activities arrive; not while the stream is being resumed.
        var isOnline: Bool
        /// Whether nothing can arrive any more.
        var isOver = false
        /// Whether a line is on its way to the service.
        var isPosting: Bool
        /// Whether the user waits for an agent to accept.
        var isWaitingForAgent: Bool
        /// Whether an agent has the conversation.
        var isLive: Bool
        /// Whether somebody is composing an answer.
        var isTyping = false

        fileprivate var isQuiet: Bool { isOnline && !isPosting && !isWaitingForAgent && !isTyping }
    }

    /// What the chat is to do.
    enum Decision: Equatable, Sendable {
        case nothing
        /// Start the settle timer anew; older ones count no more.
        case startSettleTimer(generation: Int, Duration)
        /// Ask the service for what has not arrived; the answer to an older question counts no more.
        case catchUp(generation: Int)
        /// The last turn is over.
        case settled
        /// The last turn is over without the answer that was due.
        case unanswered
        /// The last turn ends by the bound and not by silence.
        case settledByBound(BoundEnd)
    }

    /// What was missing of a turn that the bound ended.
    enum BoundEnd: Equatable, Sendable {
        /// The answer that was due.
        case withoutAnswer
        /// An agent who accepts.
        case withoutAgent
        /// Silence.
        case unfinished
    }

    /// What a line is followed by.
    enum Expectation: Hashable, Sendable {
        /// Nothing that would come later than the end of its post.
        case nothing
        /// Perhaps an answer; an event may stay without one.
        case perhapsAnAnswer
        /// An answer.
        case anAnswer
    }

    /// So often is a service asked in vain before the stream alone has to do.
    private static let failureLimit = 3

    private let settle: Duration
    private let answerWithin: Duration
    private var generation = 0
    private var hasAgentAnswered = true
    private var isOpen: Bool
    private var expectation = Expectation.nothing
    private var answers = AnswerWatch()
    private var hasEcho = true
    /// How long nothing has happened while an answer is missing.
    private var waited = Duration.zero
    private var failures = 0

    /// A pacer before its first turn.
    ///
    /// - Parameters:
    ///   - settle: How long nothing must arrive for a turn to be over.
    ///   - answerWithin: How long a first answer may take.
    ///   - hasOpening: Whether the opening, with a greeting, counts as a turn.
    init(settle: Duration = .milliseconds(500), answerWithin: Duration = .seconds(15), hasOpening: Bool = true) {
        isOpen = hasOpening
        self.settle = settle
        self.answerWithin = answerWithin
    }

    /// Whether a turn is under way; the opening, with the bot's greeting, counts as one.
    var isTurnOpen: Bool { isOpen }

    /// A line was taken for sending.
    mutating func turnStarted(expecting expectation: Expectation = .nothing) {
        isOpen = true
        hasAgentAnswered = false
        self.expectation = expectation
        hasEcho = false
        failures = 0
        answers.lineBegan()
    }

    /// The line has an id, from its post or its echo.
    mutating func lineHasId(_ id: String?, isEcho: Bool) {
        hasEcho = hasEcho || isEcho
        answers.lineHasId(id)
    }

    /// The line did not get where somebody could answer it.
    mutating func lineFailed() {
        expectation = .nothing
        hasEcho = true
        hasAgentAnswered = true
    }

    /// A message came that names what it answers, or nothing.
    mutating func messageCame(naming id: String?) { answers.messageCame(naming: id) }

    /// Something came that answers the line without being a message.
    mutating func answerCame() { answers.answerCame() }

    /// The end of a handoff that alone was waited for opens a last turn, so that what comes with it is seen.
    mutating func reopen() {
        isOpen = true
        hasAgentAnswered = true
        expectation = .nothing
    }

    /// An agent spoke, or a handoff began or ended: whoever was waited for has answered.
    mutating func otherSideSpoke() { hasAgentAnswered = true }

    /// Something happened on the conversation: an arrival, the end of a post, a change of connection or handoff.
    mutating func somethingHappened() -> Decision {
        guard isOpen else { return .nothing }
        (waited, failures) = (.zero, 0)
        return startTimer(settle)
    }

    /// The settle timer of a generation ran out.
    mutating func settleTimerFired(generation: Int, in situation: Situation) -> Decision {
        guard isOpen, generation == self.generation else { return .nothing }
        if situation.isOver, !situation.isPosting { return finish() }
        return situation.isQuiet ? .catchUp(generation: generation) : .nothing
    }

    /// The service was asked, and what it had has arrived before this.
    ///
    /// - Parameters:
    ///   - generation: That of the question.
    ///   - isCertain: Whether the service answered.
    ///   - situation: What is known by now.
    /// - Returns: What to do.
    mutating func caughtUp(generation: Int, isCertain: Bool, in situation: Situation) -> Decision {
        guard isOpen, generation == self.generation, situation.isQuiet else { return .nothing }
        failures = isCertain ? 0 : failures + 1
        let isUncertain = !isCertain && failures < Self.failureLimit
        guard isAnswerMissing(in: situation) || isUncertain || !isCertain && !hasEcho else { return finish() }
        guard waited < answerWithin else { return finish(isUnanswered: mustAnswer(in: situation)) }
        return startTimer(min(max(settle, waited), answerWithin - waited))
    }

    /// The time for a first answer is up: a post that is still under way is none.
    ///
    /// Where the post has ended, silence and the service's answer decide.
    mutating func answerTimeIsUp(in situation: Situation) -> Decision {
        guard isOpen, situation.isPosting, situation.isOnline, !situation.isTyping, !situation.isWaitingForAgent,
            mustAnswer(in: situation)
        else { return .nothing }
        return finish(isUnanswered: true)
    }

    /// The bound on waiting ran out.
    mutating func boundReached(in situation: Situation) -> Decision {
        guard isOpen else { return .nothing }
        isOpen = false
        if mustAnswer(in: situation) { return .settledByBound(.withoutAnswer) }
        return .settledByBound(situation.isWaitingForAgent ? .withoutAgent : .unfinished)
    }

    private func isAnswerMissing(in situation: Situation) -> Bool {
        situation.isLive ? !hasAgentAnswered : expectation != .nothing && answers.finding != .answered
    }

    private func mustAnswer(in situation: Situation) -> Bool {
        guard answers.finding == .none else { return false }
        return situation.isLive ? !hasAgentAnswered : expectation == .anAnswer
    }

    private mutating func startTimer(_ duration: Duration) -> Decision {
        generation += 1
        waited += duration
        return .startSettleTimer(generation: generation, duration)
    }

    private mutating func finish(isUnanswered: Bool = false) -> Decision {
        isOpen = false
        return isUnanswered ? .unanswered : .settled
    }
}

extension TurnPacer.Decision {
    /// What is done while the turn goes on; nothing for the end of one.
    var waiting: [ChatAction] {
        switch self {
        case .startSettleTimer(let generation, let duration):
            [.startTimer(.settle(generation: generation), duration)]
        case .catchUp(let generation): [.catchUp(generation: generation)]
        case .nothing, .settled, .unanswered, .settledByBound: []
        }
    }
}
