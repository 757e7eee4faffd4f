// Two questions: which item is next, and which agent gets it.
extension HubStateMachine {
    /// The items that wait, the next one first.
    var queue: [String] {
        items.values.lazy.filter(\.isWaiting).map { (place: $0.place, id: $0.id) }.sorted { $0.place < $1.place }
            .map(\.id)
    }

    mutating func assign(at now: Duration) -> [HubAction] {
        guard desks.contains(where: canBeRung) else { return [] }
        var actions: [HubAction] = []
        for item in queue {
            guard let record = items[item], !record.queue.isPull || record.reservedFor != nil,
                let desk = bestDesk(for: record, at: now)
            else { continue }
            let agent = desks[desk].agent.id
            desks[desk].unitsInUse += 1
            desks[desk].lastAssignedAt = now
            if policy.acceptsAutomatically {
                actions += connect(item, to: agent, at: now)
            } else {
                items[item]?.phase = .offered(agent: agent, until: now + policy.offerTimeout)
                note("\(item) offered to \(agent)", at: now)
                actions.append(.offer(item: item, agent: agent))
            }
        }
        return actions
    }

    func canBeRung(_ desk: DeskRecord) -> Bool { wantsWork(desk) && desk.hasRoom }

    private func wantsWork(_ desk: DeskRecord) -> Bool {
        desk.isConnected && policy.allowedPresences.contains(desk.presence)
    }

    private func bestDesk(for item: ItemRecord, at now: Duration) -> Int? {
        var item = item
        // A colleague who was meant and has gone leaves it to the others.
        if !desks.contains(where: { $0.agent.id == item.reservedFor && wantsWork($0) }) { item.reservedFor = nil }
        let candidates = desks.indices.filter { canBeRung(desks[$0]) && !item.spares(desks[$0].agent.id, at: now) }
        if let colleague = item.reservedFor { return candidates.first { desks[$0].agent.id == colleague } }
        let isForPeople = isForPeople(item, at: now)
        let required = requiredSkills(of: item, isForPeople: isForPeople, at: now)
        return
            candidates
            .filter { desks[$0].agent.isStandIn != isForPeople && desks[$0].agent.has(required) }
            .min { ranking($0, for: item) < ranking($1, for: item) }
    }

    /// Whether people are asked, and stand-ins are not: where somebody could take it, sooner or later.
    private func isForPeople(_ item: ItemRecord, at now: Duration) -> Bool {
        let required = policy.skillGap == .anybody ? [:] : item.requiredSkills(at: now)
        return desks.contains { mayTake(item, $0, isStandIn: false, at: now) && $0.agent.has(required) }
    }

    /// What an item asks for and an agent does not have.
    func missingSkills(of item: String, agent: String) -> [String] {
        guard let need = items[item]?.need, let desk = index(of: agent) else { return [] }
        return need.skills.filter { !desks[desk].agent.has([$0.key: $0.value]) }.keys.sorted()
    }

    /// Gives up what needs a skill that nobody at work has, where the hub says so.
    mutating func refuseUnskilled(at now: Duration) -> [HubAction] {
        guard policy.skillGap == .fail else { return [] }
        return inOrder { $0.isWaiting && $0.reservedFor == nil }.compactMap { record in
            let required = record.requiredSkills(at: now)
            guard !desks.contains(where: { $0.isAtWorkOrExpected && $0.agent.has(required) }) else { return nil }
            items[record.id] = nil
            figures.refused += 1
            note("\(record.id) refused: \(HubRefusal.noSkill.rawValue)", at: now)
            return .refuse(item: record.id, .noSkill)
        }
    }

    /// Whether an agent of a kind wants work and has not let this item go, however busy the agent is.
    private func mayTake(_ item: ItemRecord, _ desk: DeskRecord, isStandIn: Bool, at now: Duration) -> Bool {
        desk.agent.isStandIn == isStandIn && wantsWork(desk) && !item.spares(desk.agent.id, at: now)
    }

    /// A need that nobody who may take the item can meet is none, where the hub says so.
    private func requiredSkills(of item: ItemRecord, isForPeople: Bool, at now: Duration) -> [String: Int] {
        let required = item.requiredSkills(at: now)
        // Who is away, or has let it go, would be waited for without end while others are free.
        let isMet = desks.contains { desk in
            mayTake(item, desk, isStandIn: !isForPeople, at: now) && desk.agent.has(required)
        }
        return policy.skillGap == .anybody && !isMet ? [:] : required
    }

    /// Smallest first: by the queue's method, then the better skilled, then whose last item is longest ago.
    ///
    /// Before all that the agent of last time, where there is one.
    private func ranking(_ index: Int, for item: ItemRecord) -> (Int, Duration, Int, Duration, String) {
        let desk = desks[index]
        let previous = item.need.customer.flatMap { previousAgents[$0] }
        let never = Duration.seconds(-1)
        let first =
            switch item.queue.assignment {
            case .leastActive: Duration.seconds(desk.unitsInUse)
            case .roundRobin: desk.lastAssignedAt ?? never
            case .longestIdle: desk.lastReleasedAt ?? never
            }
        let match = item.need.skills.keys.reduce(0) { $0 + desk.agent.level(of: $1) }
        let affinity = previous == desk.agent.id ? 0 : 1
        return (
            affinity, first, item.queue.assignment == .leastActive ? -match : 0, desk.lastAssignedAt ?? never,
            desk.agent.id
        )
    }
}

// MARK: - Places in the queue

extension HubStateMachine {
    mutating func announcePositions(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        var places: [String: Int] = [:]
        for item in queue {
            guard let queue = items[item]?.queue.id else { continue }
            let place = places[queue, default: 0] + 1
            places[queue] = place
            guard items[item]?.announcedPosition != place else { continue }
            items[item]?.announcedPosition = place
            note("\(item) waits at position \(place)", at: now)
            actions.append(.position(item: item, place, estimatedWait: estimatedWait(at: place)))
        }
        return actions
    }

    /// By the mean time of the conversations so far and the units that work on them; nil before the first.
    private func estimatedWait(at position: Int) -> Duration? {
        let units = desks.filter { $0.isConnected && policy.allowedPresences.contains($0.presence) }
            .reduce(0) { $0 + $1.agent.capacity }
        guard units > 0 else { return nil }
        return figures.averageHandleTime.map { $0 * position / units }
    }
}

extension HubAgent {
    /// Whether the agent has every one of some skills at its level or better; who names no skills takes anything.
    package func has(_ required: [String: Int]) -> Bool {
        skills.isEmpty || required.allSatisfy { level(of: $0.key) >= max($0.value, 1) }
    }
}
