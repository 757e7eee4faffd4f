/// What has been decoded and not yet been taken by the engine, first in, first out.
struct PendingQueue {
    private var items: [EditingSession.Pending] = []
    private var next = 0

    mutating func append(_ item: EditingSession.Pending) { items.append(item) }

    mutating func popFirst() -> EditingSession.Pending? {
        guard next < items.count else { return nil }
        defer { next += 1 }
        let item = items[next]
        if next == items.count - 1 {
            items.removeAll(keepingCapacity: true)
            next = -1
        }
        return item
    }
}
