/// The hub as one agent sees it at one moment.
package struct HubView: Hashable, Sendable {
    /// One who waits.
    package struct Waiting: Hashable, Sendable {
        /// The item's id, by which it is picked from a pull queue.
        package let item: String
        /// The queue's name.
        package let queue: String
        /// What the item needs, with levels.
        package let skills: [String: Int]
        /// The place in its queue, 1 being the next.
        package let position: Int
        /// How long the user has waited.
        package let waited: Duration
    }

    /// One conversation of the agent.
    package struct Conversation: Hashable, Sendable {
        /// The item's id.
        package let item: String
        /// Whether the user is on hold.
        package let isOnHold: Bool
    }

    /// An offer that the agent has not answered.
    package struct Ring: Hashable, Sendable {
        /// The item's id.
        package let item: String
        /// How much longer it rings.
        package let remaining: Duration
    }

    /// A line of waiting users.
    package struct Queue: Hashable, Sendable {
        /// The queue's id, to which a conversation can be passed on.
        package let id: String
        /// The name that users see.
        package let name: String
    }

    /// One who works here, the agent included.
    package struct Colleague: Hashable, Sendable {
        /// Who it is.
        package let agent: HubAgent
        /// Whether they want work; offline too while the connection is broken.
        package let presence: AgentPresence
        /// Units of capacity in use, wrap-up included.
        package let unitsInUse: Int
    }

    /// Who waits, the next one first.
    package let waiting: [Waiting]
    /// The agent's own conversations, in the order in which they came.
    package let own: [Conversation]
    /// The items that ring at the agent's desk, and how much longer, in the order in which they came.
    package let ringing: [Ring]
    /// The queues that there are.
    package let queues: [Queue]
    /// Everybody who works here.
    package let colleagues: [Colleague]
    /// The hub's figures.
    package let metrics: HubMetrics
}
