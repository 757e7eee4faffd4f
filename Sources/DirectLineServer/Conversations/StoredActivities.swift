import Synchronization

/// Old activities that were read from the store lately, so that many readers of one conversation share them.
final class StoredActivities: Sendable {
    private struct Key: Hashable {
        let row: Int64
        let position: Int
    }

    private struct State {
        var activities: [Key: LoggedActivity] = [:]
        var order: [Key] = []
        var bytes = 0
    }

    private static let capacity = 8 << 20
    private let state = Mutex(State())

    /// The activity in a row of a store, as readers of a position get it.
    func activity(
        in row: Int64,
        at position: Int,
        of store: any ConversationStore
    ) async throws(StoreError) -> LoggedActivity {
        let key = Key(row: row, position: position)
        if let known = state.withLock({ $0.activities[key] }) { return known }
        let activity = LoggedActivity(try await store.content(of: row), position: position)
        state.withLock { state in
            guard state.activities.updateValue(activity, forKey: key) == nil else { return }
            state.order.append(key)
            state.bytes += activity.size
            var oldest = 0
            while state.bytes > Self.capacity, oldest < state.order.count {
                state.bytes -= state.activities.removeValue(forKey: state.order[oldest])?.size ?? 0
                oldest += 1
            }
            state.order.removeFirst(oldest)
        }
        return activity
    }
}
