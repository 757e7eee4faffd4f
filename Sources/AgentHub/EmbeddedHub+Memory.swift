import BotSchema
import Handoff

extension EmbeddedHub {
    package func resume(_ items: [ResumedItem]) async throws -> Set<WorkItemID> {
        let stored = try await store.recorded().filter { $0.key.hasPrefix(StoredItem.prefix) }
        var known: [WorkItemID: StoredItem] = [:]
        for (key, object) in stored {
            guard let item = StoredItem(object), items.contains(where: { $0.item == item.id }) else {
                // Its conversation is gone, and nobody will ask for it again.
                store.record(nil, under: key)
                continue
            }
            known[item.id] = item
        }
        let restored = items.compactMap { item in known[item.item].map { restore($0, item) } }
        receive(.restored(restored.sorted { $0.number < $1.number }))
        return Set(known.keys)
    }

    private func restore(_ stored: StoredItem, _ item: ResumedItem) -> RestoredItem {
        lastItemNumber = max(lastItemNumber, Int(stored.id.dropFirst(Self.itemPrefix.count)) ?? 0)
        var request = distinguished(item.request)
        request.notes = stored.notes
        conversations[item.item] = Conversation(request: request, report: item.report)
        if let agent = stored.agent, desks[agent.id] == nil { desks[agent.id] = AgentDesk.Letterbox(agent: agent) }
        let age = Duration.milliseconds(max(0, wallTime().milliseconds - stored.opened.milliseconds))
        return RestoredItem(
            item: stored.id,
            number: stored.number,
            openedAt: clock.now - age,
            need: stored.need,
            agent: stored.agent,
            isOnHold: stored.isOnHold,
            wasAnswered: stored.wasAnswered
        )
    }

    /// Has the store know an item as it is now.
    func remember(_ item: WorkItemID) {
        guard let record = machine.items[item], let conversation = conversations[item] else { return }
        let age = (clock.now - record.openedAt).components
        let milliseconds = age.seconds * 1000 + age.attoseconds / 1_000_000_000_000_000
        var stored = StoredItem(
            id: item,
            number: record.number,
            opened: Timestamp(milliseconds: wallTime().milliseconds - milliseconds),
            need: record.need
        )
        stored.agent = machine.agent(of: item)
        stored.isOnHold = record.phase == .active(agent: stored.agent?.id ?? "", isOnHold: true)
        stored.wasAnswered = record.answeredAt != nil
        stored.notes = conversation.request.notes
        store.record(stored.json, under: stored.key)
    }

    func forget(_ item: WorkItemID) { store.record(nil, under: StoredItem.prefix + item) }
}
