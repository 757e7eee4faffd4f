import Bots

/// Something that goes wrong on the human side, on demand and repeatably.
package enum HumanFault: String, NamedFault {
    /// Agents let every ring run out.
    case agentNeverAnswers = "agent-never-answers"
    /// Each agent declines the first two rings.
    case agentDeclines = "agent-declines"
    /// The first agent who accepts loses the line at once and does not come back.
    case agentVanishes = "agent-vanishes"
    /// The first agent who accepts loses the line at once and is back within the grace.
    case agentReturns = "agent-returns"
    /// Agents take ten times their time.
    case agentSlow = "agent-slow"
    /// Nobody has the skill that is asked for.
    case wrongSkill = "wrong-skill"
    /// Nobody is at work.
    case noAgents = "no-agents"
    /// The queue takes nobody.
    case queueFull = "queue-full"
    /// The hub is closed at this hour.
    case outOfHours = "out-of-hours"
    /// The hub cannot be reached.
    case hubDown = "hub-down"

    package var summary: String {
        switch self {
        case .agentNeverAnswers: "agents let every ring run out"
        case .agentDeclines: "each agent declines twice before taking a conversation"
        case .agentVanishes: "an agent accepts, then loses the connection for good"
        case .agentReturns: "an agent accepts, loses the connection, and is back ten seconds later"
        case .agentSlow: "agents take ten times as long for everything"
        case .wrongSkill: "no agent has the skill that is asked for"
        case .noAgents: "no agent is online"
        case .queueFull: "the queue takes nobody"
        case .outOfHours: "the hub is closed at this hour"
        case .hubDown: "the agent hub cannot be reached"
        }
    }

    /// What it makes of the hub's rules.
    package func apply(to policy: inout HubPolicy) {
        switch self {
        // Where anybody takes a request, nobody would notice the fault.
        case .wrongSkill where policy.skillGap == .anybody && !policy.isSkillGapChosen: policy.skillGap = .wait
        case .queueFull: policy.queues = policy.queues.map { $0.with(\.limit, 0) }
        case .outOfHours: policy.queues = policy.queues.map { $0.with(\.hours, .closed) }
        case .hubDown: policy.isReachable = false
        default: break
        }
    }

    /// What it makes of an agent's habits.
    package func apply(to conduct: inout AgentConduct) {
        switch self {
        case .agentNeverAnswers: conduct.answers = false
        case .agentDeclines: conduct.declines = 2
        case .agentVanishes: conduct.vanishing = AgentConduct.Vanishing(returnsAfter: nil)
        case .agentReturns: conduct.vanishing = AgentConduct.Vanishing(returnsAfter: .seconds(10))
        case .agentSlow: conduct.slowness = 10
        default: break
        }
    }
}

/// How a simulated agent behaves, beyond words and pace.
package struct AgentConduct: Hashable, Sendable {
    /// Losing the line after accepting, once.
    package struct Vanishing: Hashable, Sendable {
        /// After how long the line is up again; nil for never.
        package var returnsAfter: Duration?
    }

    /// Whether a ring is answered at all.
    package var answers = true
    /// How many rings are declined before one is taken.
    package var declines = 0
    /// Whether and how the line is lost.
    package var vanishing: Vanishing?
    /// What the time for everything is multiplied by.
    package var slowness = 1.0

    /// The conduct of a good agent.
    package init() {}
}

extension HubQueue {
    fileprivate func with<Value>(_ path: WritableKeyPath<HubQueue, Value>, _ value: Value) -> HubQueue {
        var queue = self
        queue[keyPath: path] = value
        return queue
    }
}
