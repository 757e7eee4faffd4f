import Synchronization

/// Wakes the tasks that wait for something new.
final class Bell: Sendable {
    private struct State {
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastKey = 0
        var rings = 0
    }

    private let state = Mutex(State())

    /// Wakes everybody who waits at this moment.
    func ring() {
        let waiting = state.withLock { state in
            state.rings += 1
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// How often it has rung.
    var rings: Int { state.withLock { $0.rings } }

    /// Waits until it has rung once more than a number of times, or for the cancellation of the calling task.
    ///
    /// Whoever takes the number before looking for something to do cannot miss a ring from anywhere.
    func wait(after rings: Int) async {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The cancellation handler may already have run and found nothing to wake.
                let isCancelled = state.withLock { state in
                    if Task.isCancelled || state.rings != rings { return true }
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
