// Conversations in which nobody says anything any more: a warning, and then the end (A23).
extension HubStateMachine {
    mutating func spoke(in item: String, at now: Duration) -> [HubAction] {
        guard items[item]?.agent != nil else { return [] }
        items[item]?.lastSpokenAt = now
        items[item]?.isWarnedOfIdleness = false
        return []
    }

    /// When idleness next has a consequence; nil where it has none.
    func idleDeadline(of item: ItemRecord) -> Duration? {
        guard item.agent != nil else { return nil }
        return [idleWarning(of: item), policy.idleEnd.map { item.lastSpokenAt + $0 }].compactMap { $0 }.min()
    }

    /// A warning that comes no earlier than the end is none.
    private func idleWarning(of item: ItemRecord) -> Duration? {
        guard !item.isWarnedOfIdleness, let warning = policy.idleWarning, policy.idleEnd.map({ warning < $0 }) ?? true
        else { return nil }
        return item.lastSpokenAt + warning
    }

    mutating func expireIdle(at now: Duration) -> [HubAction] {
        var actions: [HubAction] = []
        for record in inOrder({ idleDeadline(of: $0).map { $0 <= now } ?? false }) {
            guard let agent = record.agent else { continue }
            if let end = policy.idleEnd, record.lastSpokenAt + end <= now {
                note("\(record.id) ended: nobody spoke", at: now)
                figures.handle(for: now - (record.answeredAt ?? now))
                items[record.id] = nil
                beginWrapUp(of: record.id, by: agent, at: now)
                actions.append(.endIdle(item: record.id, agent: agent, after: end))
            } else {
                note("\(record.id) is idle", at: now)
                items[record.id]?.isWarnedOfIdleness = true
                let remaining = policy.idleEnd.map { record.lastSpokenAt + $0 - now }
                actions.append(.warnIdle(item: record.id, agent: agent, endsIn: remaining))
            }
        }
        return actions
    }
}
