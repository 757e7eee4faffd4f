/// The hub's rules and times.
package struct HubPolicy: Hashable, Sendable {
    /// What becomes of an item that needs a skill that nobody at work has.
    package enum SkillGap: Hashable, Sendable {
        /// Anybody takes it: somebody is better than nobody in a small office.
        case anybody
        /// It waits for the skill, until its queue relaxes the need or gives up.
        case wait
        /// It is refused, and the bot is told which skill is missing.
        case fail
    }

    /// What becomes of a conversation whose agent is lost.
    package enum AgentLoss: Hashable, Sendable {
        /// It goes to the front of its queue for a colleague; without one at work it is over.
        case requeue
        /// It is over, and the bot goes on.
        case fail
    }

    /// How long an agent is rung.
    package var offerTimeout: Duration
    /// How long an agent who declined or missed an offer is spared from getting the same one again: one round.
    package var offerCooldown: Duration
    /// How long a user waits before the hub gives up, where the queue says nothing; a ring is finished first.
    package var maximumWait: Duration
    /// How long an agent's capacity stays taken after a conversation.
    package var wrapUp: Duration
    /// How long an agent's connection may be gone before the agent counts as lost.
    package var connectionGrace: Duration = .seconds(30)
    /// How long a user's connection may be gone before the user counts as gone.
    package var customerGrace: Duration = .seconds(180)
    /// After how long without a word from user or agent the user is warned; nil for never.
    package var idleWarning: Duration? = .seconds(25 * 60)
    /// After how long without a word from user or agent a conversation is over; nil for never.
    package var idleEnd: Duration? = .seconds(30 * 60)
    /// What becomes of the conversations of a lost agent.
    package var agentLoss = AgentLoss.requeue
    /// Whether a user gets the agent of last time where that agent is free; else the queue's method decides.
    package var prefersPreviousAgent = false
    /// What becomes of needs that nobody can meet.
    package var skillGap = SkillGap.anybody
    /// Whether somebody has chosen that, so that no fault changes it.
    package var isSkillGapChosen = false
    /// The presences in which agents are rung.
    package var allowedPresences: Set<AgentPresence> = [.available]
    /// What an agent who misses an offer becomes: whoever does not answer is not there, until they say so.
    package var presenceAfterMiss: AgentPresence? = .away
    /// What an agent who declines an offer becomes; nil changes nothing.
    package var presenceAfterDecline: AgentPresence?
    /// How many characters one message to an agent may have, any number when nil; longer ones come in parts.
    package var messageLimit: Int?
    /// Whether an item is an agent's without ringing.
    package var acceptsAutomatically = false
    /// Whether a user waits when nobody is at work, for whoever comes; else the request is refused.
    package var admitsWithoutAgents = false
    /// Whether the hub answers at all; false is a fault on purpose.
    package var isReachable = true
    /// How many lines of the log are kept at most; the older half goes when there are more.
    package var logLimit = 2000
    /// The queues; the first takes what no other claims, and is never missing.
    package var queues: [HubQueue] = [.main]

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

    func queue(_ id: String) -> HubQueue { queues.first { $0.id == id } ?? queues.first ?? .main }

    /// By name, else by the first queue that claims a needed skill, else the first of all.
    func queue(for need: WorkNeed) -> HubQueue {
        if let id = need.queue, let queue = queues.first(where: { $0.id == id }) { return queue }
        return queues.first { !$0.skills.isDisjoint(with: need.skills.keys) } ?? queues.first ?? .main
    }
}

/// How the agent for an item is chosen among those who could take it.
package enum AssignmentMethod: String, Hashable, Sendable, CaseIterable {
    /// The fewest units in use, then the best skilled.
    case leastActive
    /// The one whose last item was given out longest ago.
    case roundRobin
    /// The one whose last conversation ended longest ago.
    case longestIdle
}

/// One line of waiting users.
package struct HubQueue: Hashable, Sendable {
    /// The queue's id, such as `billing`.
    package let id: String
    /// The name that users see.
    package var name: String
    /// Items that need one of these skills come here; lower case.
    package var skills: Set<String> = []
    /// Added to the priority of each item.
    package var priority = 0
    /// How many may wait, any number when nil; more are refused.
    package var limit: Int?
    /// How long an item waits; nil for the hub's usual time.
    package var maximumWait: Duration?
    /// After how long in vain the needed skills are dropped; nil for never.
    package var relaxation: Duration?
    /// Where an item goes that has waited too long; nil gives it up.
    package var fallback: String?
    /// When the queue takes items; nil for always.
    package var hours: BusinessHours?
    /// How agents are chosen.
    package var assignment = AssignmentMethod.leastActive
    /// Whether agents pick items themselves and nobody is rung.
    package var isPull = false

    /// A queue with the usual rules.
    package init(id: String, name: String? = nil, skills: Set<String> = []) {
        self.id = id
        self.name = name ?? id
        self.skills = Set(skills.map { $0.lowercased() })
    }

    /// The queue of a hub that has no other.
    package static let main = HubQueue(id: "main", name: "Customer service")
}

/// Opening hours that repeat, such as every week.
package struct BusinessHours: Hashable, Sendable {
    /// When it is open, within each period.
    package var open: [Range<Duration>]
    /// After how long the hours repeat.
    package var period: Duration
    /// How far into a period the hub was started.
    package var start: Duration

    /// Hours within a period; a week that begins as the hub starts when nothing else is said.
    package init(open: [Range<Duration>], period: Duration = .seconds(604_800), start: Duration = .zero) {
        self.open = open
        self.period = period
        self.start = start
    }

    /// Never open.
    package static let closed = BusinessHours(open: [])

    /// Whether it is open at a time since the hub started.
    package func isOpen(at now: Duration) -> Bool {
        guard period > .zero else { return false }
        var moment = start + now
        moment -= period * Int((moment / period).rounded(.down))
        return open.contains { $0.contains(moment) }
    }
}
