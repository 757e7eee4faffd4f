/// A human agent as the hub knows one.
package struct HubAgent: Hashable, Sendable {
    /// The hub's id, such as `ana`.
    package let id: String
    /// The name that users see.
    package let name: String
    /// What the agent can do, from 1 (a little) to 10 (best); none at all is any.
    ///
    /// Names compare without letter case.
    package let skills: [String: Int]
    /// How many conversations the agent takes at once.
    package let capacity: Int
    /// Whether the agent is rung only where no other at work takes the item: a simulated one among people.
    package let isStandIn: Bool

    /// An agent.
    package init(id: String, name: String, skills: [String: Int], capacity: Int = 1, isStandIn: Bool = false) {
        self.id = id
        self.name = name
        self.skills = Dictionary(skills.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: max)
        self.capacity = capacity
        self.isStandIn = isStandIn
    }

    /// How good the agent is at something, 0 for not at all.
    package func level(of skill: String) -> Int { skills[skill.lowercased()] ?? 0 }
}

/// Whether an agent wants work; how much there is room for and whether the line holds are other questions.
package enum AgentPresence: String, Hashable, Sendable, CaseIterable {
    /// Takes offers.
    case available
    /// At the desk with something else; takes offers of hubs that allow it.
    case busy
    /// Online, takes no offers.
    case away
    /// Gone home.
    case offline
}

/// What an item asks of the hub.
package struct WorkNeed: Hashable, Sendable {
    /// The skills that the agent must have, each with its least level; lower case.
    package var skills: [String: Int]
    /// Goes before every item of less priority, however long that one has waited.
    package var priority: Int
    /// The queue's id; nil leaves it to the skills.
    package var queue: String?
    /// The user's id, by which the agent of last time is known; nil for a stranger.
    package var customer: String?

    /// A need.
    package init(skills: [String: Int] = [:], priority: Int = 0, queue: String? = nil, customer: String? = nil) {
        self.skills = Dictionary(skills.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: max)
        self.priority = priority
        self.queue = queue
        self.customer = customer
    }

    /// The need for one skill of any level, or for anybody.
    package init(skill: String?, customer: String? = nil) {
        self.init(skills: skill.map { [$0: 1] } ?? [:], customer: customer)
    }
}
