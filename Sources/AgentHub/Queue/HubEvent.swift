package import Handoff

/// What happens at the hub.
package enum HubEvent: Hashable, Sendable {
    /// An agent comes to work.
    case agentJoined(HubAgent)
    /// An agent changes presence by hand; going offline loses the agent's conversations.
    case presenceChanged(agent: String, AgentPresence)
    /// A conversation asks for an agent.
    case opened(item: String, skill: String?)
    /// An agent takes an offer.
    case accepted(item: String, agent: String)
    /// An agent refuses an offer.
    case declined(item: String, agent: String)
    /// The user is gone or does not want an agent any more.
    case customerLeft(item: String)
    /// An agent is done with a conversation.
    case ended(item: String, agent: String, HandoffCompletion)
    /// Nothing but time.
    case timePassed
}

/// What the hub is to do, in order.
package enum HubAction: Hashable, Sendable {
    /// Ring an agent.
    case offer(item: String, agent: String)
    /// Stop ringing.
    case withdraw(item: String, agent: String)
    /// Tell the conversation who has it.
    case connect(item: String, agent: String)
    /// Tell the agent who was late that the item is gone.
    case reject(item: String, agent: String)
    /// Tell the conversation its place in the queue.
    case position(item: String, Int, estimatedWait: Duration?)
    /// Tell the conversation that nobody works.
    case refuse(item: String)
    /// Tell the conversation that nobody came in time.
    case giveUp(item: String)
    /// Tell the conversation that the agent is done.
    case complete(item: String, agent: String, HandoffCompletion)
    /// Tell the conversation that its agent is gone.
    case lose(item: String, agent: String)
    /// Tell the agent that the user is gone.
    case dismiss(item: String, agent: String)
}

/// One line of the hub's log.
package struct HubLogEntry: Hashable, Sendable, CustomStringConvertible {
    /// When, since the hub opened.
    package let instant: Duration
    /// What happened or was done.
    package let text: String

    /// The line, with seconds to the millisecond.
    package var description: String {
        let milliseconds = instant.components.seconds * 1000 + instant.components.attoseconds / 1_000_000_000_000_000
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) \(text)"
    }
}
