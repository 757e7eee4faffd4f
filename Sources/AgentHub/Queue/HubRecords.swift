/// One unit of work as the state machine keeps it.
struct ItemRecord {
    enum Phase: Equatable {
        case waiting
        case offered(agent: String, until: Duration)
        case active(agent: String, isOnHold: Bool)
    }

    let id: String
    /// Counts the items, for the order among those that came at the same instant.
    let number: Int
    let openedAt: Duration
    var need: WorkNeed
    var queue: HubQueue
    var phase = Phase.waiting
    /// When it came into its present queue: what relaxation and giving up count from.
    var queuedAt: Duration
    /// The colleague whom a transfer named.
    var reservedFor: String?
    /// Agents who let the offer go, and until when they are spared.
    var spared: [String: Duration] = [:]
    /// Agents of these who did not answer, of whom nobody knows whether they were there.
    var missed: Set<String> = []
    /// Whether a fallback queue has it, which it may only once.
    var hasOverflowed = false
    var announcedPosition: Int?
    var answeredAt: Duration?
    /// When a user whose connection broke counts as gone.
    var customerGraceUntil: Duration?
    /// When user or agent last said something, or the agent came.
    var lastSpokenAt = Duration.zero
    var isWarnedOfIdleness = false

    /// The agent who talks.
    var agent: String? {
        guard case .active(let agent, _) = phase else { return nil }
        return agent
    }

    var isWaiting: Bool { phase == .waiting }

    /// Whether it has rung in vain by now.
    func rings(until now: Duration) -> Bool {
        guard case .offered(_, let until) = phase else { return false }
        return until <= now
    }

    /// Who waits longest goes first; an item that comes back keeps its place.
    var place: (Int, Duration, Int) { (-(queue.priority + need.priority), openedAt, number) }

    /// Whether an agent has let the item go in this round.
    func spares(_ agent: String, at now: Duration) -> Bool { spared[agent].map { $0 > now } ?? false }

    /// The needed skills, unless they were dropped for the time that the item has waited.
    func requiredSkills(at now: Duration) -> [String: Int] {
        if let relaxation = queue.relaxation, queuedAt + relaxation <= now { return [:] }
        return need.skills
    }
}

/// The agents whom users had last; of many users, those who came latest are known.
struct PreviousAgents {
    static let limit = 10_000
    private var agents: [String: String] = [:]
    private var order: [String] = []

    subscript(customer: String) -> String? {
        get { agents[customer] }
        set {
            if agents.updateValue(newValue ?? "", forKey: customer) == nil { order.append(customer) }
            guard order.count > Self.limit else { return }
            for forgotten in order.prefix(Self.limit / 2) { agents[forgotten] = nil }
            order.removeFirst(Self.limit / 2)
        }
    }
}

/// One agent as the state machine keeps one.
struct DeskRecord {
    struct WrapUp {
        let item: String
        let until: Duration
    }

    var agent: HubAgent
    var presence = AgentPresence.available
    var isConnected = true
    /// When an agent whose connection broke counts as lost.
    var graceUntil: Duration?
    var unitsInUse = 0
    var lastAssignedAt: Duration?
    var lastReleasedAt: Duration?
    var wrapUps: [WrapUp] = []

    var isAtWork: Bool { isConnected && presence != .offline }
    /// Whether the agent is at work, or was until the connection broke a moment ago.
    var isAtWorkOrExpected: Bool { isAtWork || !isConnected && presence != .offline && graceUntil != nil }
    var hasRoom: Bool { unitsInUse < agent.capacity }
}
