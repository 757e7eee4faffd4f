public import BotSchema

/// One step of a handoff, with everything that a line about it needs.
public struct HandoffTransition: Hashable, Sendable {
    /// What brought the step about.
    public enum Cause: Hashable, Sendable {
        /// A bot, a hub or an adapter said so.
        case signal(HandoffSignal)
        /// An agent spoke before anybody reported one.
        case agentSpoke
        /// The bot spoke after an end that left open who goes on.
        case botSpoke
        /// The user spoke after the handoff had ended.
        case userSpoke
        /// The user withdrew.
        case userLeft
        /// The conversation cannot be reached any more.
        case conversationLost
        /// The bot answered a report of the hub with an error.
        case reportRejected(RejectedReport)
        /// Somebody sent an event whose name is not quite one of the protocol's.
        case misnamed(String)
    }

    /// The state before.
    public var from: HandoffState
    /// The state after; the same as ``from`` for progress within a state, such as another place in the queue.
    public var to: HandoffState
    /// What brought the step about.
    public var cause: Cause
    /// When it was seen.
    public var instant: Timestamp
    /// The activity that shows it, if one does.
    public var activityId: String?
    /// How it was spelt, nil where nobody spelt it; the steps of one handoff have the dialect of its request.
    public var dialect: HandoffDialect?
    /// The number of the attempt, from 1; nil when no attempt was made.
    public var attempt: Int?
    /// How the attempt went, once it is over.
    public var outcome: HandoffOutcome?
    /// The human agent concerned, as far as known.
    public var agent: ChannelAccount?
    /// Words that came with it: a reason, a greeting, an unknown state, or what is odd.
    public var message: String?
    /// The rule that is broken, where the step only tells of something odd and changes nothing.
    public var brokenRule: HandoffRule?
    /// What was asked for.
    public var initiation: HandoffInitiation?
    /// What the user and the agent said, where a completion brings it along for the bot.
    public var returned: HandoffTranscript?
    /// The place in the queue, 1 being the next.
    public var queuePosition: Int?
    /// How long the hub thinks that the user will wait.
    public var estimatedWait: Duration?
    /// From the request to the agent, or to giving up.
    public var waited: Duration?
    /// From the agent's acceptance to the end.
    public var handled: Duration?

    /// Whether somebody else has the conversation now.
    public var isChange: Bool { from != to }

    /// Whether it only tells that the agent is composing, as LivePerson's proxy does within a status.
    public var isTyping: Bool {
        guard case .signal(let signal) = cause else { return false }
        return signal.kind == .progress(.typing)
    }
}

/// One request for an agent and how it went.
public struct HandoffAttempt: Hashable, Sendable {
    /// Counts the attempts of a conversation from 1.
    public let number: Int
    /// How the request was spelt.
    public let dialect: HandoffDialect?
    /// The id of the requesting activity.
    public let activityId: String?
    /// The conversation that the request named.
    public let conversationId: String?
    /// The conversation that the request related to.
    public let relatedConversationId: String?
    /// When the request was seen.
    public let requestedAt: Timestamp
    /// What was asked for; a repeated request adds to the context.
    public internal(set) var initiation: HandoffInitiation
    /// How many times the request was repeated.
    public internal(set) var repetitions = 0
    /// When the hub first told of its queue.
    public internal(set) var queuedAt: Timestamp?
    /// When an agent was there.
    public internal(set) var acceptedAt: Timestamp?
    /// When the agent first spoke.
    public internal(set) var repliedAt: Timestamp?
    /// When the user asked to leave the queue or the agent.
    public internal(set) var withdrawnAt: Timestamp?
    /// When it was over.
    public internal(set) var endedAt: Timestamp?
    /// The agent, once known.
    public internal(set) var agent: ChannelAccount?
    /// What the user and the agent said, where the completion brought it along for the bot.
    public internal(set) var returned: HandoffTranscript?
    /// The last place in the queue that was told.
    public internal(set) var queuePosition: Int?
    /// The reports that the bot answered with an error, and when.
    public internal(set) var rejections: [Rejection] = []
    /// How it went.
    public internal(set) var outcome = HandoffOutcome.open

    /// A report that the bot answered with an error.
    public struct Rejection: Hashable, Sendable {
        /// What was rejected.
        public let report: RejectedReport
        /// When that was seen.
        public let instant: Timestamp
    }

    /// From the request to the agent, or to giving up; nil while the user waits.
    public var waited: Duration? { (acceptedAt ?? endedAt)?.duration(since: requestedAt) }

    /// From the hub's first word of its queue to the agent, or to giving up; nil while the user waits in it.
    public var timeInQueue: Duration? {
        guard let queuedAt else { return nil }
        return (acceptedAt ?? endedAt)?.duration(since: queuedAt)
    }

    /// From the request to the agent; nil while, or if, none came.
    public var timeToHuman: Duration? { acceptedAt?.duration(since: requestedAt) }

    /// From the agent's acceptance to the first words; nil before.
    public var timeToReply: Duration? { acceptedAt.flatMap { repliedAt?.duration(since: $0) } }

    /// From the agent's acceptance to the end; nil before.
    public var handled: Duration? { acceptedAt.flatMap { endedAt?.duration(since: $0) } }
}

extension Timestamp {
    /// Never negative: the clocks of a conversation's participants may disagree.
    fileprivate func duration(since earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? .zero : .milliseconds(max(difference, 0))
    }
}
