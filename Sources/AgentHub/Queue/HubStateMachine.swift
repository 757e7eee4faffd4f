/// Who waits, who works, and who gets what: the hub without any input or output.
///
/// Events in, actions out, time handed in; equal events at equal instants give equal logs. Of all that wait, the
/// highest priority goes first and then who came first, whichever the queue; an item that comes back from an agent
/// keeps the time at which it came and so stands at the front again.
///
/// The states are those that engagement hubs have in common: waiting, offered, active, on hold, wrap-up, closed.
package struct HubStateMachine: Sendable {
    /// The newest entries of the log, oldest first.
    package private(set) var log: [HubLogEntry] = []

    let policy: HubPolicy
    var desks: [DeskRecord] = []
    var items: [String: ItemRecord] = [:]
    var figures = HubMetrics()
    var previousAgents = PreviousAgents()
    private var lastNumber = 0
    private var countedUntil = Duration.zero

    /// A hub without agents.
    package init(policy: HubPolicy = HubPolicy()) { self.policy = policy }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened. Events about unknown items or agents change nothing.
    ///   - now: When, since the hub opened; never earlier than the event before.
    /// - Returns: What is to be done, in order.
    package mutating func receive(_ event: HubEvent, at now: Duration) -> [HubAction] {
        countTime(until: now)
        var actions = expire(at: now)
        actions += apply(event, at: now)
        actions += refuseUnskilled(at: now)
        actions += assign(at: now)
        // After looking for agents: one who is free at the last moment saves the user.
        actions += overflow(at: now)
        actions += announcePositions(at: now)
        return actions
    }

    /// When ``HubEvent/timePassed`` must be told at the latest; nil while nothing depends on time.
    package var nextDeadline: Duration? {
        var deadlines = desks.flatMap { $0.wrapUps.map(\.until) + ($0.graceUntil.map { [$0] } ?? []) }
        for item in items.values {
            deadlines += item.customerGraceUntil.map { [$0] } ?? []
            switch item.phase {
            case .waiting:
                deadlines.append(item.queuedAt + maximumWait(of: item))
                // What is behind us is no deadline: nothing more comes of it.
                deadlines += item.spared.values.filter { $0 > countedUntil }
                if let relaxation = item.queue.relaxation, item.queuedAt + relaxation > countedUntil {
                    deadlines.append(item.queuedAt + relaxation)
                }
            case .offered(_, let until): deadlines.append(until)
            case .active: deadlines += idleDeadline(of: item).map { [$0] } ?? []
            }
        }
        return deadlines.min()
    }

    private mutating func apply(_ event: HubEvent, at now: Duration) -> [HubAction] {
        switch event {
        case .timePassed: []
        case .restored(let items): restore(items, at: now)
        case .agentJoined(let agent): join(agent, at: now)
        case .presenceChanged(let agent, let presence): change(agent, to: presence, at: now)
        case .connectionLost(let agent): disconnect(agent, at: now)
        case .connectionRestored(let agent): reconnect(agent, at: now)
        case .opened(let item, let need): open(item, need, at: now)
        case .accepted(let item, let agent): accept(item, by: agent, at: now)
        case .declined(let item, let agent): decline(item, by: agent, at: now)
        case .customerLeft(let item, let side): close(item, endedBy: side, at: now)
        case .customerConnectionLost(let item): loseCustomer(of: item, at: now)
        case .customerConnectionRestored(let item): restoreCustomer(of: item, at: now)
        case .spoke(let item): spoke(in: item, at: now)
        case .held(let item, let agent): hold(item, by: agent, true, at: now)
        case .resumed(let item, let agent): hold(item, by: agent, false, at: now)
        case .transferred(let item, let agent, let target): transfer(item, by: agent, to: target, at: now)
        case .ended(let item, let agent, let completion): end(item, by: agent, completion, at: now)
        case .wrappedUp(let item, let agent):
            finishWrapUps(of: agent, at: now) { $0.item == item }
        }
    }

    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Has the next item come behind one of an earlier run.
    mutating func countNumber(_ number: Int) { lastNumber = max(lastNumber, number) }

    mutating func note(_ text: String, at now: Duration) {
        if log.count >= policy.logLimit { log.removeFirst(log.count - policy.logLimit / 2) }
        log.append(HubLogEntry(instant: now, text: text))
    }

    private mutating func countTime(until now: Duration) {
        let passed = now - countedUntil
        countedUntil = max(now, countedUntil)
        guard passed > .zero else { return }
        for desk in desks where desk.isAtWork {
            figures.busyTime += passed * desk.unitsInUse
            figures.staffedTime += passed * desk.agent.capacity
        }
    }
}

// MARK: - Looking

extension HubStateMachine {
    /// How many items wait for an agent.
    package var waitingCount: Int { items.values.count(where: \.isWaiting) }

    /// The agent who talks in an item, nil before and after.
    package func agent(of item: String) -> HubAgent? {
        guard let id = items[item]?.agent else { return nil }
        return desks.first { $0.agent.id == id }?.agent
    }

    /// The agent who talks in an item and whose connection holds.
    package func reachableAgent(of item: String) -> HubAgent? {
        guard let id = items[item]?.agent else { return nil }
        return desks.first { $0.agent.id == id && $0.isConnected }?.agent
    }

    /// Whether an item is an agent's, or rings at the agent's desk.
    func concerns(_ item: String, agent: String) -> Bool {
        switch items[item]?.phase {
        case .active(agent, _), .offered(agent, _): true
        default: false
        }
    }

    /// The hub as an agent sees it.
    package func view(for agent: String, at now: Duration) -> HubView {
        HubView(
            waiting: queue.compactMap { items[$0] }.map { item in
                HubView.Waiting(
                    item: item.id,
                    queue: item.queue.name,
                    skills: item.need.skills,
                    position: item.announcedPosition ?? 1,
                    waited: now - item.openedAt
                )
            },
            own: items.values.filter { $0.agent == agent }.sorted { $0.number < $1.number }.map { item in
                HubView.Conversation(item: item.id, isOnHold: item.phase == .active(agent: agent, isOnHold: true))
            },
            ringing: items.values.sorted { $0.number < $1.number }.compactMap { item in
                guard case .offered(agent, let until) = item.phase else { return nil }
                return HubView.Ring(item: item.id, remaining: until - now)
            },
            queues: policy.queues.map { HubView.Queue(id: $0.id, name: $0.name) },
            colleagues: desks.map { desk in
                HubView.Colleague(
                    agent: desk.agent,
                    presence: desk.isConnected ? desk.presence : .offline,
                    unitsInUse: desk.unitsInUse
                )
            },
            metrics: metrics(at: now)
        )
    }

    /// The figures at an instant.
    package func metrics(at now: Duration) -> HubMetrics {
        var metrics = figures
        let unanswered = items.values.filter { $0.agent == nil }
        metrics.waiting = unanswered.count
        metrics.longestWait = unanswered.map { now - $0.openedAt }.max() ?? .zero
        return metrics
    }

    func index(of agent: String) -> Int? { desks.firstIndex { $0.agent.id == agent } }

    func maximumWait(of item: ItemRecord) -> Duration { item.queue.maximumWait ?? policy.maximumWait }
}
