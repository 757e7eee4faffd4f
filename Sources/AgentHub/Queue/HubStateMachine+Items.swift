import Handoff

// The life of an item: in at the door, through the hands of agents, and out.
extension HubStateMachine {
    mutating func open(_ item: String, _ need: WorkNeed, at now: Duration) -> [HubAction] {
        guard items[item] == nil else { return [] }
        figures.opened += 1
        let queue = policy.queue(for: need)
        if let refusal = refusal(of: queue, at: now) {
            figures.refused += 1
            note("\(item) refused: \(refusal.rawValue)", at: now)
            return [.refuse(item: item, refusal)]
        }
        let skills = need.skills.sorted { $0.key < $1.key }.map { $0.value > 1 ? "\($0.key):\($0.value)" : $0.key }
        note("\(item) opened" + (skills.isEmpty ? "" : ", skill \(skills.joined(separator: ", "))"), at: now)
        items[item] = ItemRecord(
            id: item,
            number: nextNumber(),
            openedAt: now,
            need: need,
            queue: queue,
            queuedAt: now
        )
        return []
    }

    private func refusal(of queue: HubQueue, at now: Duration) -> HubRefusal? {
        if let hours = queue.hours, !hours.isOpen(at: now) { return .outOfHours }
        // An agent whose connection broke a moment ago may well be the one who answers.
        guard policy.admitsWithoutAgents || desks.contains(where: \.isAtWorkOrExpected) else { return .noAgents }
        // Who can be given to an agent at once does not wait, but who that is shows only after the door.
        if let limit = queue.limit, items.values.count(where: { $0.isWaiting && $0.queue.id == queue.id }) >= limit {
            return .queueFull
        }
        return nil
    }

    mutating func accept(_ item: String, by agent: String, at now: Duration) -> [HubAction] {
        guard let record = items[item] else { return [.reject(item: item, agent: agent, .gone)] }
        switch record.phase {
        case .offered(agent, _): return connect(item, to: agent, at: now)
        case .waiting where record.queue.isPull: return pick(item, by: agent, at: now)
        case .active(agent, _): return []
        case .active: return [.reject(item: item, agent: agent, .alreadyTaken)]
        case .offered, .waiting: return [.reject(item: item, agent: agent, .gone)]
        }
    }

    private mutating func pick(_ item: String, by agent: String, at now: Duration) -> [HubAction] {
        guard let desk = index(of: agent), desks[desk].isAtWork, desks[desk].hasRoom else {
            return [.reject(item: item, agent: agent, .noCapacity)]
        }
        desks[desk].unitsInUse += 1
        desks[desk].lastAssignedAt = now
        return connect(item, to: agent, at: now)
    }

    mutating func connect(_ item: String, to agent: String, at now: Duration) -> [HubAction] {
        guard let record = items[item] else { return [] }
        let isFirst = record.answeredAt == nil
        if isFirst { figures.answer(after: now - record.openedAt) }
        items[item]?.phase = .active(agent: agent, isOnHold: false)
        items[item]?.answeredAt = record.answeredAt ?? now
        items[item]?.reservedFor = nil
        items[item]?.announcedPosition = nil
        items[item]?.lastSpokenAt = now
        items[item]?.isWarnedOfIdleness = false
        if policy.prefersPreviousAgent, let customer = record.need.customer { previousAgents[customer] = agent }
        note("\(agent) accepted \(item)", at: now)
        let isAlone = record.customerGraceUntil != nil
        return [.connect(item: item, agent: agent, isFirst: isFirst)]
            + (isAlone ? [.customerConnection(item: item, agent: agent, isConnected: false)] : [])
    }

    mutating func decline(_ item: String, by agent: String, at now: Duration) -> [HubAction] {
        guard case .offered(agent, _)? = items[item]?.phase else { return [] }
        note("\(agent) declined \(item)", at: now)
        returnToQueue(item, from: agent, at: now)
        return policy.presenceAfterDecline.map { present(agent, as: $0) } ?? []
    }

    mutating func hold(_ item: String, by agent: String, _ isOnHold: Bool, at now: Duration) -> [HubAction] {
        guard items[item]?.phase == .active(agent: agent, isOnHold: !isOnHold) else { return [] }
        items[item]?.phase = .active(agent: agent, isOnHold: isOnHold)
        _ = spoke(in: item, at: now)
        note("\(agent) \(isOnHold ? "holds" : "resumes") \(item)", at: now)
        return [.hold(item: item, agent: agent, isOnHold)]
    }

    /// Nothing changes unless the target can take the item: a user is never handed into the void.
    mutating func transfer(
        _ item: String,
        by agent: String,
        to target: TransferTarget,
        at now: Duration
    ) -> [HubAction] {
        guard var record = items[item], record.agent == agent else { return [] }
        switch target {
        case .agent(let colleague):
            guard colleague != agent, let desk = index(of: colleague), canBeRung(desks[desk]) else {
                return [.reject(item: item, agent: agent, .targetUnavailable)]
            }
            record.reservedFor = colleague
            // Whoever is asked for by name is asked, whatever they let go before.
            record.spared[colleague] = nil
        case .queue(let id):
            guard let queue = policy.queues.first(where: { $0.id == id }) else {
                return [.reject(item: item, agent: agent, .targetUnavailable)]
            }
            record.queue = queue
            record.need.queue = id
            if !queue.skills.isEmpty, queue.skills.isDisjoint(with: record.need.skills.keys) {
                // Of several skills any would do, which a need cannot say.
                record.need.skills = queue.skills.count == 1 ? [queue.skills.first ?? "": 1] : [:]
            }
        case .skill(let skill):
            record.need.skills = [skill.lowercased(): 1]
            record.need.queue = nil
            record.queue = policy.queue(for: record.need)
        }
        guard record.reservedFor != nil || isWelcome(record, from: agent, at: now) else {
            return [.reject(item: item, agent: agent, .targetUnavailable)]
        }
        record.hasOverflowed = false
        note("\(agent) transfers \(item) to \(target)", at: now)
        record.queuedAt = now
        items[item] = record
        returnToQueue(item, from: agent, at: now)
        return [.transfer(item: item, from: agent, target)]
    }

    /// Whether the item's queue takes it, and a colleague at work may have it sooner or later.
    private func isWelcome(_ item: ItemRecord, from agent: String, at now: Duration) -> Bool {
        guard refusal(of: item.queue, at: now) == nil else { return false }
        let isFlexible = policy.skillGap == .anybody || item.queue.relaxation != nil || item.queue.fallback != nil
        return desks.contains { desk in
            desk.isAtWork && desk.agent.id != agent && (isFlexible || desk.agent.has(item.need.skills))
        }
    }

    mutating func end(
        _ item: String,
        by agent: String,
        _ completion: HandoffCompletion,
        at now: Duration
    ) -> [HubAction] {
        guard let record = items[item], record.agent == agent else { return [] }
        figures.handle(for: now - (record.answeredAt ?? now))
        note("\(agent) ended \(item): \(completion.rawValue)", at: now)
        items[item] = nil
        beginWrapUp(of: item, by: agent, at: now)
        return [.complete(item: item, agent: agent, completion)]
    }

    mutating func close(
        _ item: String,
        endedBy side: ConversationSide = .user,
        at now: Duration
    ) -> [HubAction] {
        guard let record = items.removeValue(forKey: item) else { return [] }
        note("customer left \(item)", at: now)
        // Who leaves between two agents was served by the first.
        if let answeredAt = record.answeredAt { figures.handle(for: now - answeredAt) } else { figures.abandoned += 1 }
        switch record.phase {
        case .waiting: return []
        case .offered(let agent, _):
            release(agent, at: now)
            return [.withdraw(item: item, agent: agent)]
        case .active(let agent, _):
            beginWrapUp(of: item, by: agent, at: now)
            return [.dismiss(item: item, agent: agent, endedBy: side)]
        }
    }

    /// The item keeps the time at which it came, and with it its place.
    ///
    /// An agent who let it go is spared for a while; one who could not see it is not.
    mutating func returnToQueue(_ item: String, sparing isSpared: Bool = true, from agent: String, at now: Duration) {
        release(agent, at: now)
        items[item]?.phase = .waiting
        if isSpared { items[item]?.spared[agent] = now + policy.offerCooldown }
        // A colleague who was meant and does not take it leaves it to the queue.
        if items[item]?.reservedFor == agent { items[item]?.reservedFor = nil }
    }
}
