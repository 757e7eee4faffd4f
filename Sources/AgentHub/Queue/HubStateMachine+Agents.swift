// The working day of an agent: coming, going, losing the line, and writing up.
extension HubStateMachine {
    mutating func join(_ agent: HubAgent, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent.id) else {
            desks.append(DeskRecord(agent: agent))
            note("\(agent.id) joined", at: now)
            return []
        }
        // Who comes back may have learnt something, or want less work.
        desks[desk].agent = agent
        return desks[desk].isAtWork
            ? [] : reconnect(agent.id, at: now) + change(agent.id, to: .available, at: now)
    }

    mutating func change(_ agent: String, to presence: AgentPresence, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent), desks[desk].presence != presence else { return [] }
        desks[desk].presence = presence
        note("\(agent) is \(presence.rawValue)", at: now)
        if presence == .available { ringAgain(agent) }
        return presence == .offline ? withdrawOffers(from: agent, at: now) + lose(agent, at: now) : []
    }

    /// Who was not there and says that they are back is asked again at once for whatever they have missed.
    private mutating func ringAgain(_ agent: String) {
        for id in items.keys where items[id]?.missed.remove(agent) != nil { items[id]?.spared[agent] = nil }
    }

    /// The hub's own conclusion, which the agent must hear of: nobody rings any more.
    mutating func present(_ agent: String, as presence: AgentPresence) -> [HubAction] {
        guard let desk = index(of: agent), desks[desk].presence != presence else { return [] }
        desks[desk].presence = presence
        return [.present(agent: agent, presence)]
    }

    mutating func disconnect(_ agent: String, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent), desks[desk].isConnected else { return [] }
        desks[desk].isConnected = false
        desks[desk].graceUntil = now + policy.connectionGrace
        note("\(agent) lost the connection", at: now)
        return withdrawOffers(from: agent, sparing: false, at: now)
            + inOrder { $0.agent == agent }.map { .interrupt(item: $0.id, agent: agent) }
    }

    mutating func reconnect(_ agent: String, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent), !desks[desk].isConnected else { return [] }
        desks[desk].isConnected = true
        desks[desk].graceUntil = nil
        note("\(agent) is back", at: now)
        return inOrder { $0.agent == agent }.map { .reconnect(item: $0.id, agent: agent) }
    }

    private mutating func withdrawOffers(
        from agent: String,
        sparing isSpared: Bool = true,
        at now: Duration
    ) -> [HubAction] {
        inOrder { record in
            if case .offered(agent, _) = record.phase { true } else { false }
        }.map { record in
            returnToQueue(record.id, sparing: isSpared, from: agent, at: now)
            return .withdraw(item: record.id, agent: agent)
        }
    }

    /// The agent's conversations go to a colleague, or are over.
    private mutating func lose(_ agent: String, at now: Duration) -> [HubAction] {
        let hasColleagues = desks.contains { $0.isAtWork && $0.agent.id != agent }
        let actions = inOrder { $0.agent == agent }.map { record -> HubAction in
            note("\(record.id) lost \(agent)", at: now)
            if policy.agentLoss == .requeue, hasColleagues {
                items[record.id]?.queuedAt = now
                returnToQueue(record.id, from: agent, at: now)
                return .reassign(item: record.id, from: agent)
            }
            items[record.id] = nil
            figures.lost += 1
            return .lose(item: record.id, agent: agent)
        }
        guard let desk = index(of: agent) else { return actions }
        desks[desk].unitsInUse = 0
        desks[desk].wrapUps = []
        desks[desk].graceUntil = nil
        return actions
    }

    func inOrder(_ isMeant: (ItemRecord) -> Bool) -> [ItemRecord] {
        items.values.filter(isMeant).sorted { $0.number < $1.number }
    }
}

// MARK: - Capacity

extension HubStateMachine {
    mutating func beginWrapUp(of item: String, by agent: String, at now: Duration) {
        guard let desk = index(of: agent) else { return }
        guard policy.wrapUp > .zero else { return release(agent, at: now) }
        desks[desk].wrapUps.append(DeskRecord.WrapUp(item: item, until: now + policy.wrapUp))
    }

    mutating func finishWrapUps(
        of agent: String,
        at now: Duration,
        where isOver: (DeskRecord.WrapUp) -> Bool
    ) -> [HubAction] {
        guard let desk = index(of: agent) else { return [] }
        for _ in desks[desk].wrapUps.filter(isOver) { release(agent, at: now) }
        desks[desk].wrapUps.removeAll(where: isOver)
        return []
    }

    mutating func release(_ agent: String, at now: Duration) {
        guard let desk = index(of: agent), desks[desk].unitsInUse > 0 else { return }
        desks[desk].unitsInUse -= 1
        desks[desk].lastReleasedAt = now
    }
}

// MARK: - Time

extension HubStateMachine {
    /// Does what was due by now, the agents' time first.
    mutating func expire(at now: Duration) -> [HubAction] {
        var actions = expireCustomers(at: now)
        for desk in desks {
            _ = finishWrapUps(of: desk.agent.id, at: now) { $0.until <= now }
            if let grace = desk.graceUntil, grace <= now { actions += lose(desk.agent.id, at: now) }
        }
        for record in inOrder({ $0.rings(until: now) }) {
            guard case .offered(let agent, _) = record.phase else { continue }
            note("\(agent) missed \(record.id)", at: now)
            returnToQueue(record.id, from: agent, at: now)
            items[record.id]?.missed.insert(agent)
            actions.append(.withdraw(item: record.id, agent: agent))
            actions += policy.presenceAfterMiss.map { present(agent, as: $0) } ?? []
        }
        return actions + expireIdle(at: now)
    }

    /// Moves or gives up what has waited too long; to be called when nobody could be found for it.
    mutating func overflow(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        // An item moves once at most and is gone the next time, so this ends.
        while true {
            let due = inOrder { $0.isWaiting && $0.queuedAt + maximumWait(of: $0) <= now }
            guard !due.isEmpty else { return actions }
            for record in due { actions += overflow(record, at: now) }
            actions += assign(at: now)
        }
    }

    /// To the fallback queue once, and out after it.
    private mutating func overflow(_ record: ItemRecord, at now: Duration) -> [HubAction] {
        if let fallback = record.queue.fallback, fallback != record.queue.id,
            let queue = policy.queues.first(where: { $0.id == fallback }), !record.hasOverflowed
        {
            items[record.id]?.queue = queue
            items[record.id]?.queuedAt = now
            items[record.id]?.hasOverflowed = true
            items[record.id]?.announcedPosition = nil
            note("\(record.id) moves to queue \(fallback)", at: now)
            return []
        }
        items[record.id] = nil
        figures.timedOut += 1
        note("\(record.id) timed out", at: now)
        return [.giveUp(item: record.id)]
    }
}
