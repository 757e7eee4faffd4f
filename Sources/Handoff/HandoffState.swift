/// Who has the user's conversation.
public enum HandoffState: String, Hashable, Sendable, CaseIterable {
    /// The bot; no handoff is open.
    case bot
    /// Nobody yet: an agent was asked for and nothing was heard since.
    case requested
    /// Nobody yet: the user waits in the hub's queue.
    case queued
    /// A human agent.
    case live
    /// Nobody: the agent settled the matter. The next line of the user starts over with the bot.
    case ended
    /// Nobody, for good: the conversation is over.
    case closed

    /// Whether an agent was asked for and has not come.
    public var isWaiting: Bool { self == .requested || self == .queued }

    /// Whether a handoff is under way.
    public var isOpen: Bool { isWaiting || self == .live }
}

/// How one attempt to hand off went.
public enum HandoffOutcome: String, Hashable, Sendable, CaseIterable {
    /// It is still under way, or the record stops here.
    case open
    /// The agent settled the matter.
    case ended
    /// The agent, or what happened after, gave the user back to the bot.
    case transferredBack
    /// The agent was done; the dialect does not say what follows.
    case completed
    /// Nobody took the conversation.
    case failed
    /// Nobody took the conversation in time.
    case timedOut
    /// The agent who had taken the conversation was lost.
    case lost
    /// The user withdrew while waiting.
    case cancelled
    /// The conversation ended under it.
    case aborted
}
