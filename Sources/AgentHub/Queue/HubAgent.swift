/// A human agent as the hub knows one.
package struct HubAgent: Hashable, Sendable {
    /// The hub's id, such as `ana`.
    package let id: String
    /// The name that users see.
    package let name: String
    /// What the agent can do, from 1 (a little) to 10 (best); names compare without letter case.
    package let skills: [String: Int]
    /// How many conversations the agent takes at once.
    package let capacity: Int

    /// An agent.
    package init(id: String, name: String, skills: [String: Int], capacity: Int = 1) {
        self.id = id
        self.name = name
        self.skills = Dictionary(skills.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: max)
        self.capacity = capacity
    }

    /// How good the agent is at something, 0 for not at all.
    package func level(of skill: String) -> Int { skills[skill.lowercased()] ?? 0 }
}

/// Whether an agent can be given work, apart from how much there is room for.
package enum AgentPresence: String, Hashable, Sendable {
    /// Takes offers.
    case available
    /// Online, takes no offers.
    case away
    /// Not there.
    case offline
}

/// The hub's times.
package struct HubPolicy: Hashable, Sendable {
    /// How long an agent is rung.
    package var offerTimeout: Duration
    /// How long an agent who declined or missed an offer is spared from getting the same one again.
    package var offerCooldown: Duration
    /// How long a user waits in the queue before the hub gives up; an offer under way is finished first.
    package var maximumWait: Duration
    /// How long an agent's capacity stays taken after a conversation.
    package var wrapUp: Duration

    /// A policy.
    package init(
        offerTimeout: Duration = .seconds(20),
        offerCooldown: Duration = .seconds(30),
        maximumWait: Duration = .seconds(300),
        wrapUp: Duration = .seconds(2)
    ) {
        self.offerTimeout = offerTimeout
        self.offerCooldown = offerCooldown
        self.maximumWait = maximumWait
        self.wrapUp = wrapUp
    }
}
