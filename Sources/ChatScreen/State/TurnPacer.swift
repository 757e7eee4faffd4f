/// Decides when the next line of a pipe may be sent, and when a pipe is done.
///
/// A pure state machine. A turn has settled when the line was posted, nothing has arrived for a while, and nobody is
/// expected to speak: while a handoff waits for an agent, while somebody types, and until the agent has answered a
/// line, the turn stays open. The linger bound ends every wait.
struct TurnPacer: Sendable {
    /// What the pacer reads from the conversation at each step.
    struct Situation: Sendable {
        /// Whether activities can arrive and be sent.
        var isOnline: Bool
        /// Whether a line is on its way to the service.
        var isPosting: Bool
        /// Whether the user waits for an agent to accept.
        var isWaitingForAgent: Bool
        /// Whether an agent has the conversation.
        var isLive: Bool
        /// Whether somebody is composing an answer.
        var isTyping = false
    }

    /// What the chat is to do.
    enum Decision: Equatable, Sendable {
        case nothing
        /// Start the settle timer anew; older ones count no more.
        case startSettleTimer(generation: Int)
        /// The last turn has settled.
        case settled
        /// As ``settled``, but by the bound and not by silence.
        case settledByBound
    }

    private var generation = 0
    private var hasAgentAnswered = true
    private var isOpen = true

    /// Whether a turn is under way; the opening, with the bot's greeting, counts as one.
    var isTurnOpen: Bool { isOpen }

    /// A line was taken for sending.
    mutating func turnStarted() {
        isOpen = true
        hasAgentAnswered = false
    }

    /// The end of a handoff that alone was waited for opens a last turn, so that what comes with it is seen.
    mutating func reopen() {
        isOpen = true
        hasAgentAnswered = true
    }

    /// Something happened on the conversation: an arrival, the end of a post, a change of connection or handoff.
    mutating func somethingHappened() -> Decision {
        guard isOpen else { return .nothing }
        generation += 1
        return .startSettleTimer(generation: generation)
    }

    /// An agent spoke, or a handoff began or ended: whoever was waited for has answered.
    mutating func otherSideSpoke() { hasAgentAnswered = true }

    /// The settle timer of a generation ran out.
    mutating func settleTimerFired(generation: Int, in situation: Situation) -> Decision {
        guard isOpen, generation == self.generation, situation.isOnline, !situation.isPosting,
            !situation.isWaitingForAgent, !situation.isTyping, !situation.isLive || hasAgentAnswered
        else { return .nothing }
        isOpen = false
        return .settled
    }

    /// The bound on waiting ran out.
    mutating func boundReached() -> Decision {
        guard isOpen else { return .nothing }
        isOpen = false
        return .settledByBound
    }
}
