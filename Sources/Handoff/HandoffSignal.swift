public import BotSchema

/// What one activity says about a handoff, whatever its dialect.
public struct HandoffSignal: Hashable, Sendable {
    /// What is said.
    public enum Kind: Hashable, Sendable {
        /// The bot asks for a human agent.
        case initiate(HandoffInitiation)
        /// An agent has taken the conversation, named where the sender says so.
        case accepted(by: ChannelAccount?, message: String?)
        /// Nobody takes the conversation, or the agent who took it was lost.
        case failed(reason: String?)
        /// Nobody took the conversation in time.
        case timedOut(reason: String?)
        /// The agent is done.
        case completed(HandoffCompletion, message: String?)
        /// Something between a request and its end.
        case progress(HandoffProgress)
        /// The conversation itself is over for its recipient, and any handoff with it.
        case conversationEnded(code: String?, text: String?)
    }

    /// What is said.
    public var kind: Kind
    /// How it is spelt; nil for the end of a conversation and for traces, which are no part of any handoff dialect.
    public var dialect: HandoffDialect?
    /// The conversation that the activity itself names, nil where it names none.
    ///
    /// Absent, it is the conversation in which the activity arrived.
    public var conversationId: String?
    /// The conversation that the activity relates to, nil where it says none.
    ///
    /// A channel puts its own conversation into every activity that it delivers, so a sender who means another one shows
    /// only here.
    public var relatedConversationId: String?
    /// The activity's id.
    public var activityId: String?

    /// Reads an activity; nil when it says nothing about a handoff.
    ///
    /// Total: whatever the fields hold, there is an answer. Names and codes that are unknown are no signal, since
    /// receivers ignore events they do not understand (A5002).
    ///
    /// - Parameters:
    ///   - activity: Any activity, from the wire or from a file.
    ///   - recognisesProviderEvents: Whether an event of the bot whose name is a provider's own counts.
    ///   - recognisesTraces: Whether a trace counts by which Copilot Studio records an escalation. A bot that is running
    ///     sends the event as well; an export may hold the trace alone.
    public init?(_ activity: Activity, recognisesProviderEvents: Bool = true, recognisesTraces: Bool = false) {
        for recogniser in recognisesTraces ? HandoffRecogniser.inOrderOfRecords : HandoffRecogniser.inOrder {
            guard let reading = recogniser.read(activity) else { continue }
            if reading.dialect == .providerEvent, !recognisesProviderEvents { return nil }
            kind = reading.kind
            dialect = reading.dialect
            conversationId = activity.conversation?.id
            if case .initiate = reading.kind {
            } else {
                conversationId = activity.postedConversationId ?? conversationId
            }
            relatedConversationId = activity.relatesTo?.conversation?.id
            activityId = activity.id
            return
        }
        return nil
    }
}

extension HandoffSignal {
    /// Whether the activity relates to another conversation than the one in which it arrived.
    public var relatesToAnotherConversation: Bool {
        guard let relatedConversationId, let conversationId else { return false }
        return relatedConversationId != conversationId
    }
}

/// How an agent ended a handoff.
public enum HandoffCompletion: String, Hashable, Sendable {
    /// The matter is settled; the bot is not expected to go on.
    case ended
    /// The bot is expected to go on.
    case transferBack
    /// The dialect cannot say which.
    case unspecified
}

/// What happens between a request and its end.
public enum HandoffProgress: Hashable, Sendable {
    /// The user waits in a queue, first in line at position 1.
    case queue(position: Int?, estimatedWait: Duration?)
    /// The agent is composing.
    case typing
    /// A state that no document knows, as written.
    case other(String)
}
