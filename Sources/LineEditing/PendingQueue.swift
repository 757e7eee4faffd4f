/// What has been decoded and not yet been taken by the engine, first in, first out.
struct PendingQueue {
    private var items: [EditingSession.Pending] = []
    private var next = 0

    /// Puts other items in place of the first.
    mutating func replaceFirst(with others: [EditingSession.Pending]) {
        guard next < items.count else { return }
        items.replaceSubrange(next...next, with: others)
    }

    mutating func append(_ item: EditingSession.Pending) { items.append(item) }

    /// The next to be taken.
    var first: EditingSession.Pending? { next < items.count ? items[next] : nil }

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
