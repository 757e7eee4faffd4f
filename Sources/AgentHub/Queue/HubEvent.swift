package import Handoff

/// What happens at the hub.
package enum HubEvent: Hashable, Sendable {
    /// An agent comes to work, or comes back.
    case agentJoined(HubAgent)
    /// An agent changes presence by hand; who goes offline is lost to the agent's conversations at once.
    case presenceChanged(agent: String, AgentPresence)
    /// An agent's connection broke; it may come back.
    case connectionLost(agent: String)
    /// It came back.
    case connectionRestored(agent: String)
    /// A conversation asks for an agent.
    case opened(item: String, WorkNeed)
    /// An agent takes an offer, or picks from a pull queue.
    case accepted(item: String, agent: String)
    /// An agent refuses an offer.
    case declined(item: String, agent: String)
    /// The user is gone or does not want an agent any more, or the bot has ended the conversation.
    case customerLeft(item: String, endedBy: ConversationSide = .user)
    /// The user's connection broke; it may come back.
    case customerConnectionLost(item: String)
    /// It came back.
    case customerConnectionRestored(item: String)
    /// User or agent say something in an item.
    case spoke(item: String)
    /// An agent lets the user wait.
    case held(item: String, agent: String)
    /// An agent goes on with a user who was on hold.
    case resumed(item: String, agent: String)
    /// An agent passes a conversation on.
    case transferred(item: String, agent: String, TransferTarget)
    /// An agent is done with a conversation.
    case ended(item: String, agent: String, HandoffCompletion)
    /// An agent has nothing left to write up about a conversation.
    case wrappedUp(item: String, agent: String)
    /// Items of an earlier run are here again.
    case restored([RestoredItem])
    /// Nothing but time.
    case timePassed
}

/// To whom a conversation is passed on.
package enum TransferTarget: Hashable, Sendable, CustomStringConvertible {
    /// A colleague, by id, whatever the colleague's skills.
    case agent(String)
    /// A queue, by id.
    case queue(String)
    /// Whoever has a skill.
    case skill(String)

    /// The target in a word or two.
    package var description: String {
        switch self {
        case .agent(let id): id
        case .queue(let id): "queue \(id)"
        case .skill(let name): "skill \(name)"
        }
    }
}

/// What the hub is to do, in order.
package enum HubAction: Hashable, Sendable {
    /// Why an agent's wish is not granted.
    package enum Rejection: String, Hashable, Sendable {
        /// Another agent has the item.
        case alreadyTaken
        /// The item is over or was withdrawn.
        case gone
        /// The agent has no room for it.
        case noCapacity
        /// The target of a transfer cannot take the item now.
        case targetUnavailable
    }

    /// Ring an agent.
    case offer(item: String, agent: String)
    /// Stop ringing.
    case withdraw(item: String, agent: String)
    /// Tell the conversation who has it; `isFirst` is false when another agent had it before.
    case connect(item: String, agent: String, isFirst: Bool)
    /// Tell the agent that an item of an earlier run is theirs.
    case giveBack(item: String, agent: String)
    /// Tell the agent why not.
    case reject(item: String, agent: String, Rejection)
    /// Tell the conversation its place in the queue.
    case position(item: String, Int, estimatedWait: Duration?)
    /// Tell the conversation why it cannot wait here.
    case refuse(item: String, HubRefusal)
    /// Tell the conversation that nobody came in time.
    case giveUp(item: String)
    /// Tell the conversation that it waits, or goes on.
    case hold(item: String, agent: String, Bool)
    /// Tell the conversation that it is passed on, and the agent that it is gone.
    case transfer(item: String, from: String, TransferTarget)
    /// Tell the conversation that its agent is gone and a colleague is looked for.
    case reassign(item: String, from: String)
    /// Tell the conversation that its agent's connection is broken, and may come back.
    case interrupt(item: String, agent: String)
    /// Tell the conversation that its agent is reachable again.
    case reconnect(item: String, agent: String)
    /// Tell the conversation that the agent is done.
    case complete(item: String, agent: String, HandoffCompletion)
    /// Tell the conversation that nobody has spoken for long, and how soon it is over if nobody does.
    case warnIdle(item: String, agent: String, endsIn: Duration?)
    /// Tell the conversation that it is over since nobody spoke for so long, and the agent that it is gone.
    case endIdle(item: String, agent: String, after: Duration)
    /// Tell the conversation that its agent is gone for good.
    case lose(item: String, agent: String)
    /// Tell the agent whether the user can be reached.
    case customerConnection(item: String, agent: String, isConnected: Bool)
    /// Tell the conversation that its user was away for too long.
    case abandon(item: String, agent: String?, after: Duration)
    /// Tell the agent that the user is gone, or what the bot did.
    case dismiss(item: String, agent: String, endedBy: ConversationSide = .user)
    /// Tell the agent what the hub has made of their presence.
    case present(agent: String, AgentPresence)
}

/// Why a hub takes no item.
package enum HubRefusal: String, Hashable, Sendable, CaseIterable {
    /// Nobody is at work.
    case noAgents
    /// The queue is closed at this hour.
    case outOfHours
    /// As many wait as may wait.
    case queueFull
    /// Nobody at work has the skill.
    case noSkill
    /// The hub itself cannot be reached.
    case hubDown

    /// One sentence for people.
    package var sentence: String {
        switch self {
        case .noAgents: "No agent is online."
        case .outOfHours: "We are closed at this hour."
        case .queueFull: "Too many are waiting already."
        case .noSkill: "No agent with the required skill is at work."
        case .hubDown: "The agent hub cannot be reached."
        }
    }

    /// The sentence, with the skill where that is what is missing.
    package func sentence(for skill: String?) -> String {
        guard self == .noSkill, let skill else { return sentence }
        return "No agent with the skill \(skill) is at work."
    }
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
