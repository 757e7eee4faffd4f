/// An item of an earlier run.
package struct RestoredItem: Hashable, Sendable {
    /// The hub's id of the item.
    package let item: String
    /// Its number among the items.
    package let number: Int
    /// When it came, by the clock of this run: before its beginning.
    package let openedAt: Duration
    /// What it asks for.
    package let need: WorkNeed
    /// Who talked in it; nil for one that waited or rang.
    package let agent: HubAgent?
    /// Whether the user was on hold.
    package let isOnHold: Bool
    /// Whether an agent has had it, now or before.
    package let wasAnswered: Bool
}

// What was under way when the hub stopped, however it stopped.
extension HubStateMachine {
    /// Puts items back where they were: who waited keeps their place and gets the full patience again, who talked has
    /// the agent, who may come back within the grace where the agent is not there.
    mutating func restore(_ restored: [RestoredItem], at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        for item in restored where items[item.item] == nil {
            figures.opened += 1
            countNumber(item.number)
            items[item.item] = ItemRecord(
                id: item.item,
                number: item.number,
                openedAt: min(item.openedAt, now),
                need: item.need,
                queue: policy.queue(for: item.need),
                queuedAt: now
            )
            items[item.item]?.answeredAt = item.wasAnswered ? now : nil
            note("\(item.item) restored" + (item.agent.map { " with \($0.id)" } ?? ""), at: now)
            if let agent = item.agent { actions += giveBack(item, to: agent, at: now) }
        }
        return actions
    }

    private mutating func giveBack(_ item: RestoredItem, to agent: HubAgent, at now: Duration) -> [HubAction] {
        if index(of: agent.id) == nil {
            var desk = DeskRecord(agent: agent)
            desk.isConnected = false
            desk.graceUntil = now + policy.connectionGrace
            desks.append(desk)
        }
        guard let desk = index(of: agent.id) else { return [] }
        desks[desk].unitsInUse += 1
        items[item.item]?.phase = .active(agent: agent.id, isOnHold: item.isOnHold)
        items[item.item]?.lastSpokenAt = now
        let actions = [HubAction.giveBack(item: item.item, agent: agent.id)]
        return desks[desk].isConnected ? actions : actions + [.interrupt(item: item.item, agent: agent.id)]
    }
}
