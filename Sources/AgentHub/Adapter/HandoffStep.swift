package import BotSchema
package import Handoff

/// A step of a handoff, for whoever keeps a log of them; it carries nothing of what was said.
package struct HandoffStep: Hashable, Sendable {
    /// What has happened.
    package enum Kind: Hashable, Sendable {
        /// The bot asked for an agent.
        case requested(skill: String?)
        /// The bot asks again and again in vain, so that the hub hears of this request only after a pause.
        case slowed(Duration)
        /// The user waits in the queue.
        case queued(position: Int)
        /// An agent has the conversation: the first one, or a colleague who takes over.
        case accepted(by: HubAgent)
        /// The agent's connection is broken.
        case interrupted(HubAgent)
        /// The agent's connection is there again.
        case reachable(HubAgent)
        /// The agent has passed the conversation on, or is gone, and a colleague is looked for.
        case transferring(from: HubAgent)
        /// It is over as it should be.
        case completed(HandoffOutcome, by: HubAgent?)
        /// It is over otherwise.
        case failed(HandoffOutcome, by: HubAgent?, reason: String?)
    }

    /// The conversation on the user's side.
    package let conversation: String
    /// What has happened.
    package let kind: Kind

    /// A step.
    package init(_ conversation: String, _ kind: Kind) {
        self.conversation = conversation
        self.kind = kind
    }
}

extension HandoffStep: CustomStringConvertible {
    /// One line for a log.
    package var description: String {
        let words =
            switch kind {
            case .requested(let skill): "requested" + (skill.map { ", skill \($0)" } ?? "")
            case .slowed(let pause): "slowed, the bot has asked too often: next try in \(pause.roundedSeconds) s"
            case .queued(let position): "queued, position \(position)"
            case .accepted(let agent): "accepted by \(agent.name)"
            case .interrupted(let agent): "interrupted, the connection to \(agent.name) is broken"
            case .reachable(let agent): "goes on, \(agent.name) is connected again"
            case .transferring(let agent): "leaves \(agent.name) for a colleague"
            case .completed(let outcome, let agent):
                "completed, \(outcome.rawValue)" + (agent.map { " by \($0.name)" } ?? "")
            case .failed(let outcome, let agent, let reason):
                "failed, \(outcome.rawValue)" + (agent.map { ", agent \($0.name)" } ?? "")
                    + (reason.map { ": \($0)" } ?? "")
            }
        return "\(conversation) handoff \(words)"
    }

    /// An object for a log that programs read.
    package var json: JSONObject {
        var object: JSONObject = ["event": "handoff", "conversation": .string(conversation)]
        switch kind {
        case .requested(let skill):
            object["state"] = "requested"
            object["skill"] = skill.map(JSONValue.string)
        case .slowed(let pause):
            object["state"] = "slowed"
            object["seconds"] = .number(JSONNumber(pause.roundedSeconds))
        case .queued(let position):
            object["state"] = "queued"
            object["position"] = .number(JSONNumber(position))
        case .accepted(let agent): object.tell("accepted", agent)
        case .interrupted(let agent): object.tell("interrupted", agent)
        case .reachable(let agent): object.tell("reachable", agent)
        case .transferring(let agent): object.tell("transferring", agent)
        case .completed(let outcome, let agent):
            object.tell("completed", agent)
            object["outcome"] = .string(outcome.rawValue)
        case .failed(let outcome, let agent, let reason):
            object.tell("failed", agent)
            object["outcome"] = .string(outcome.rawValue)
            object["reason"] = reason.map(JSONValue.string)
        }
        return object
    }
}

extension Duration {
    /// Whole seconds, rounded up: a wait is never told to be shorter than it is.
    fileprivate var roundedSeconds: Int { Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}

extension JSONObject {
    fileprivate mutating func tell(_ state: String, _ agent: HubAgent?) {
        self["state"] = .string(state)
        self["agent"] = agent.map { .string($0.name) }
        self["agentId"] = agent.map { .string($0.id) }
    }
}
