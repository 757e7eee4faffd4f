import Synchronization

/// The deadlines of many things that one task watches over.
///
/// A sleeping task for each would cost two tasks a turn, and a sleep that is cancelled stays in the system's list until
/// it would have ended: a hundred thousand quick turns would leave as many timers.
package final class DeadlineQueue: Sendable {
    /// A deadline that was set, to be withdrawn.
    package struct Deadline: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var list = DeadlineList<@Sendable () -> Void>()
        /// Who sleeps, until when (nil for until there is a deadline), and is to be woken for an earlier one.
        var sleeper: (continuation: CheckedContinuation<Void, Never>, end: Duration?)?
    }

    private let state = Mutex(State())
    /// The time since the queue was made.
    private let elapsed: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    /// A queue without deadlines.
    package init(clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// How many deadlines wait.
    package var count: Int { state.withLock { $0.list.count } }

    /// Has something done after a while, unless it is withdrawn.
    ///
    /// - Parameters:
    ///   - duration: How long from now.
    ///   - action: Called once from the task that watches; must return at once.
    /// - Returns: What withdraws it.
    package func add(after duration: Duration, _ action: @escaping @Sendable () -> Void) -> Deadline {
        let time = elapsed() + duration
        let (number, sleeper) = state.withLock { state in
            let number = state.list.add(action, at: time)
            let isEarlier = state.sleeper.map { $0.end.map { time < $0 } ?? true } ?? false
            return (number, isEarlier ? state.sleeper.take() : nil)
        }
        sleeper?.continuation.resume()
        return Deadline(number: number)
    }

    /// Withdraws a deadline; what has begun already ends.
    package func remove(_ deadline: Deadline) { state.withLock { $0.list.remove(deadline.number) } }

    /// Watches until the task is cancelled; one task at a time may.
    package func run() async {
        while !Task.isCancelled {
            let now = elapsed()
            let (due, next) = state.withLock { ($0.list.takeDue(at: now), $0.list.next) }
            for action in due { action() }
            if due.isEmpty { await wait(until: next) }
        }
    }

    /// Waits for a time, nil for ever, or until there is a deadline before it.
    private func wait(until time: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            if let time {
                group.addTask { [sleep] in try? await sleep(time) }
            }
            group.addTask { await self.waitForDeadline(before: time) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForDeadline(before time: Duration?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // The cancellation handler may already have run, and found nobody to wake.
                    if Task.isCancelled { return true }
                    if let next = state.list.next, time.map({ next < $0 }) ?? true { return true }
                    state.sleeper = (continuation, time)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleeper.take() }?.continuation.resume()
        }
    }
}
