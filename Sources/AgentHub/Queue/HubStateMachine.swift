import Handoff

/// Who waits, who works, and who gets what: the hub without any input or output.
///
/// Events in, actions out, time handed in; equal events at equal instants give equal logs. The queue is first come,
/// first served. An item that needs a skill waits for an agent who has it, or goes to anybody when nobody has. Among
/// agents the one with the least work is rung, then the more skilled, then the one whose last item is longest ago.
package struct HubStateMachine: Sendable {
    /// The newest entries of the log, oldest first.
    package private(set) var log: [HubLogEntry] = []

    private struct Item {
        let skill: String?
        let waitingSince: Duration
        var phase = Phase.waiting
        /// Agents who let the offer go, and until when they are spared.
        var spared: [String: Duration] = [:]
        var announcedPosition: Int?
        var activeSince: Duration?
    }

    private enum Phase: Equatable {
        case waiting
        case offered(agent: String, until: Duration)
        case active(agent: String)
    }

    private struct Desk {
        let agent: HubAgent
        var presence = AgentPresence.available
        var unitsInUse = 0
        var lastAssignedAt: Duration?
        var wrapUpsUntil: [Duration] = []

        var isFree: Bool { presence == .available && unitsInUse < agent.capacity }
    }

    private let policy: HubPolicy
    private var desks: [Desk] = []
    private var items: [String: Item] = [:]
    private var queue: [String] = []
    private var handled = (count: 0, time: Duration.zero)
    private static let logLimit = 2000

    /// A hub without agents.
    package init(policy: HubPolicy = HubPolicy()) { self.policy = policy }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened. Events about unknown items or agents change nothing.
    ///   - now: When, since the hub opened; never earlier than the event before.
    /// - Returns: What is to be done, in order.
    package mutating func receive(_ event: HubEvent, at now: Duration) -> [HubAction] {
        var actions = expire(at: now)
        actions += apply(event, at: now)
        actions += assign(at: now)
        actions += announcePositions(at: now)
        return actions
    }

    /// When ``HubEvent/timePassed`` must be told at the latest; nil while nothing depends on time.
    package var nextDeadline: Duration? {
        var deadlines = desks.flatMap(\.wrapUpsUntil)
        for item in items.values {
            switch item.phase {
            case .waiting: deadlines += [item.waitingSince + policy.maximumWait] + item.spared.values
            case .offered(_, let until): deadlines.append(until)
            case .active: break
            }
        }
        return deadlines.min()
    }

    /// How many items wait for an agent.
    package var waitingCount: Int { queue.count }

    /// The agent who talks in an item, nil before and after.
    package func agent(of item: String) -> HubAgent? {
        guard case .active(let id)? = items[item]?.phase else { return nil }
        return desks.first { $0.agent.id == id }?.agent
    }
}

// MARK: - Events

extension HubStateMachine {
    private mutating func apply(_ event: HubEvent, at now: Duration) -> [HubAction] {
        switch event {
        case .timePassed: return []
        case .agentJoined(let agent):
            guard index(of: agent.id) == nil else { return [] }
            desks.append(Desk(agent: agent))
            note("\(agent.id) joined", at: now)
            return []
        case .presenceChanged(let agent, let presence): return change(agent, to: presence, at: now)
        case .opened(let item, let skill): return open(item, skill: skill, at: now)
        case .accepted(let item, let agent):
            guard case .offered(agent, _)? = items[item]?.phase else {
                return [.reject(item: item, agent: agent)]
            }
            items[item]?.phase = .active(agent: agent)
            items[item]?.activeSince = now
            note("\(agent) accepted \(item)", at: now)
            return [.connect(item: item, agent: agent)]
        case .declined(let item, let agent):
            guard case .offered(agent, _)? = items[item]?.phase else { return [] }
            note("\(agent) declined \(item)", at: now)
            returnToQueue(item, sparing: agent, at: now)
            return []
        case .customerLeft(let item): return close(item, at: now)
        case .ended(let item, let agent, let completion):
            guard let old = items[item], old.phase == .active(agent: agent) else { return [] }
            handled = (handled.count + 1, handled.time + (now - (old.activeSince ?? now)))
            note("\(agent) ended \(item): \(completion.rawValue)", at: now)
            items[item] = nil
            wrapUp(agent, at: now)
            return [.complete(item: item, agent: agent, completion)]
        }
    }

    private mutating func open(_ item: String, skill: String?, at now: Duration) -> [HubAction] {
        guard items[item] == nil else { return [] }
        guard desks.contains(where: { $0.presence != .offline }) else {
            note("\(item) refused: no agents", at: now)
            return [.refuse(item: item)]
        }
        note("\(item) opened\(skill.map { ", skill \($0)" } ?? "")", at: now)
        items[item] = Item(skill: skill, waitingSince: now)
        queue.append(item)
        return []
    }

    private mutating func change(_ agent: String, to presence: AgentPresence, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent), desks[desk].presence != presence else { return [] }
        desks[desk].presence = presence
        note("\(agent) is \(presence.rawValue)", at: now)
        guard presence == .offline else { return [] }
        desks[desk].unitsInUse = 0
        desks[desk].wrapUpsUntil = []
        var actions: [HubAction] = []
        for (item, record) in items.sorted(by: { $0.key < $1.key }) {
            switch record.phase {
            case .offered(agent, _):
                returnToQueue(item, sparing: agent, at: now)
                actions.append(.withdraw(item: item, agent: agent))
            case .active(agent):
                items[item] = nil
                note("\(item) lost \(agent)", at: now)
                actions.append(.lose(item: item, agent: agent))
            default: break
            }
        }
        return actions
    }

    private mutating func close(_ item: String, at now: Duration) -> [HubAction] {
        guard let old = items.removeValue(forKey: item) else { return [] }
        queue.removeAll { $0 == item }
        note("customer left \(item)", at: now)
        switch old.phase {
        case .waiting: return []
        case .offered(let agent, _):
            release(agent)
            return [.withdraw(item: item, agent: agent)]
        case .active(let agent):
            wrapUp(agent, at: now)
            return [.dismiss(item: item, agent: agent)]
        }
    }
}

// MARK: - Time

extension HubStateMachine {
    private mutating func expire(at now: Duration) -> [HubAction] {
        for index in desks.indices {
            let before = desks[index].wrapUpsUntil.count
            desks[index].wrapUpsUntil.removeAll { $0 <= now }
            desks[index].unitsInUse -= before - desks[index].wrapUpsUntil.count
        }
        var actions: [HubAction] = []
        for (item, record) in items.sorted(by: { $0.key < $1.key }) {
            items[item]?.spared = record.spared.filter { $0.value > now }
            switch record.phase {
            case .offered(let agent, let until) where until <= now:
                note("\(agent) missed \(item)", at: now)
                // Whoever does not answer is not there, until they say so.
                if let desk = index(of: agent) { desks[desk].presence = .away }
                returnToQueue(item, sparing: agent, at: now)
                actions.append(.withdraw(item: item, agent: agent))
            case .waiting where record.waitingSince + policy.maximumWait <= now:
                items[item] = nil
                queue.removeAll { $0 == item }
                note("\(item) timed out", at: now)
                actions.append(.giveUp(item: item))
            default: break
            }
        }
        return actions
    }

    private mutating func wrapUp(_ agent: String, at now: Duration) {
        guard let desk = index(of: agent) else { return }
        desks[desk].wrapUpsUntil.append(now + policy.wrapUp)
    }

    private mutating func release(_ agent: String) {
        guard let desk = index(of: agent), desks[desk].unitsInUse > 0 else { return }
        desks[desk].unitsInUse -= 1
    }
}

// MARK: - Queue and assignment

extension HubStateMachine {
    /// The item keeps the time at which it began to wait, and with it its place.
    private mutating func returnToQueue(_ item: String, sparing agent: String, at now: Duration) {
        guard let record = items[item] else { return }
        release(agent)
        items[item]?.phase = .waiting
        items[item]?.spared[agent] = now + policy.offerCooldown
        let place = queue.firstIndex { (items[$0]?.waitingSince ?? .zero) >= record.waitingSince }
        queue.insert(item, at: place ?? queue.endIndex)
    }

    private mutating func assign(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        for item in queue {
            guard let record = items[item], let desk = bestDesk(for: record) else { continue }
            let agent = desks[desk].agent.id
            desks[desk].unitsInUse += 1
            desks[desk].lastAssignedAt = now
            items[item]?.phase = .offered(agent: agent, until: now + policy.offerTimeout)
            items[item]?.announcedPosition = nil
            queue.removeAll { $0 == item }
            note("\(item) offered to \(agent)", at: now)
            actions.append(.offer(item: item, agent: agent))
        }
        return actions
    }

    private func bestDesk(for item: Item) -> Int? {
        let capable = capableDesks(for: item)
        return
            capable
            .filter { desks[$0].isFree && item.spared[desks[$0].agent.id] == nil }
            .min { ranking($0, for: item) < ranking($1, for: item) }
    }

    private func capableDesks(for item: Item) -> [Int] {
        let working = desks.indices.filter { desks[$0].presence != .offline }
        guard let skill = item.skill else { return working }
        let skilled = working.filter { desks[$0].agent.level(of: skill) > 0 }
        return skilled.isEmpty ? working : skilled
    }

    private func ranking(_ desk: Int, for item: Item) -> (Int, Int, Duration, String) {
        let agent = desks[desk].agent
        let level = item.skill.map(agent.level(of:)) ?? 0
        return (desks[desk].unitsInUse, -level, desks[desk].lastAssignedAt ?? .seconds(-1), agent.id)
    }

    private mutating func announcePositions(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        for (index, item) in queue.enumerated() where items[item]?.announcedPosition != index + 1 {
            items[item]?.announcedPosition = index + 1
            note("\(item) waits at position \(index + 1)", at: now)
            actions.append(.position(item: item, index + 1, estimatedWait: estimatedWait(at: index + 1)))
        }
        return actions
    }

    /// By the mean time of the conversations so far; nil before the first.
    private func estimatedWait(at position: Int) -> Duration? {
        let working = desks.count { $0.presence == .available }
        guard handled.count > 0, working > 0 else { return nil }
        return handled.time / handled.count * position / working
    }

    private func index(of agent: String) -> Int? { desks.firstIndex { $0.agent.id == agent } }

    private mutating func note(_ text: String, at now: Duration) {
        if log.count == Self.logLimit { log.removeFirst(Self.logLimit / 2) }
        log.append(HubLogEntry(instant: now, text: text))
    }
}
