// Users whose connection breaks: they keep their place for a while, and then they are gone.
extension HubStateMachine {
    mutating func loseCustomer(of item: String, at now: Duration) -> [HubAction] {
        guard let record = items[item], record.customerGraceUntil == nil else { return [] }
        items[item]?.customerGraceUntil = now + policy.customerGrace
        note("customer of \(item) lost the connection", at: now)
        return record.agent.map { [.customerConnection(item: item, agent: $0, isConnected: false)] } ?? []
    }

    mutating func restoreCustomer(of item: String, at now: Duration) -> [HubAction] {
        guard let record = items[item], record.customerGraceUntil != nil else { return [] }
        items[item]?.customerGraceUntil = nil
        note("customer of \(item) is back", at: now)
        return record.agent.map { [.customerConnection(item: item, agent: $0, isConnected: true)] } ?? []
    }

    mutating func expireCustomers(at now: Duration) -> [HubAction] {
        inOrder { $0.customerGraceUntil.map { $0 <= now } ?? false }.flatMap { record -> [HubAction] in
            [.abandon(item: record.id, agent: record.agent, after: policy.customerGrace)] + close(record.id, at: now)
        }
    }
}
