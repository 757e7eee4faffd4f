import Synchronization

/// Wakes the tasks that wait for something new.
final class Bell: Sendable {
    private struct State {
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastKey = 0
    }

    private let state = Mutex(State())

    /// Wakes everybody who waits at this moment.
    func ring() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for the next ring, or for the cancellation of the calling task.
    ///
    /// Nothing is suspended between the call and the registration, so an actor that finds nothing to do and calls this
    /// at once cannot miss a ring of its own.
    func wait() async {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The cancellation handler may already have run and found nothing to wake.
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[key] = continuation
                    return false
                }
                if isCancelled { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: key) }?.resume()
        }
    }
}
