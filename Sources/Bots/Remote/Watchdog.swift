import AsyncHTTPClient
import Synchronization

/// Ends a call to a bot that has stopped to make progress, or goes on for too long.
///
/// A bot that drips bytes makes none: only what is of use counts.
final class Watchdog: Sendable {
    private struct State {
        var deadline: DeadlineQueue.Deadline?
        var isOver = false
    }

    private let limit: Duration
    private let end: ContinuousClock.Instant
    private let deadlines: DeadlineQueue
    private let giveUp: @Sendable () -> Void
    private let state = Mutex(State())

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - limit: How long may pass without progress.
    ///   - total: How long it may go on with progress.
    ///   - deadlines: Where deadlines are watched, by the clock of the system.
    ///   - giveUp: Ends the call.
    init(limit: Duration, total: Duration, in deadlines: DeadlineQueue, giveUp: @escaping @Sendable () -> Void) {
        self.limit = limit
        end = .now + total
        self.deadlines = deadlines
        self.giveUp = giveUp
        progress()
    }

    /// Something useful has come.
    func progress() {
        let left = min(limit, end - .now)
        state.withLock { state in
            guard !state.isOver else { return }
            if let deadline = state.deadline { deadlines.remove(deadline) }
            state.deadline = deadlines.add(after: left, giveUp)
        }
    }

    /// The call has ended.
    func stop() {
        state.withLock { state in
            state.isOver = true
            if let deadline = state.deadline.take() { deadlines.remove(deadline) }
        }
    }
}
