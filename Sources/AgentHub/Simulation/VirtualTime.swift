import Synchronization

/// A clock and an executor for one another, with which equal programs take equal paths and nothing waits.
///
/// Jobs run one at a time on the caller's thread, and once none is left, time jumps to the next sleeper.
package final class VirtualTime: TaskExecutor, Clock {
    /// A time since the clock was made.
    package struct Instant: InstantProtocol {
        /// The time since the clock was made.
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var now = Instant(offset: .zero)
        var sleepers: [(key: Int, deadline: Instant, continuation: CheckedContinuation<Void, any Error>)] = []
        var lastKey = 0
    }

    private let state = Mutex(State())

    /// A clock that shows zero, with nothing to do.
    package init() {}

    // MARK: - Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs everything that can run now and then lets time pass, until nothing is left or a condition holds.
    ///
    /// - Returns: Whether the condition holds.
    @discardableResult
    package func run(upTo limit: Duration = .seconds(3600), until condition: () -> Bool = { false }) -> Bool {
        while true {
            if condition() { return true }
            if let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) {
                job.runSynchronously(on: asUnownedTaskExecutor())
                continue
            }
            let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                let first = state.sleepers.indices.min { index, other in
                    let (left, right) = (state.sleepers[index], state.sleepers[other])
                    return (left.deadline, left.key) < (right.deadline, right.key)
                }
                guard let first, state.sleepers[first].deadline.offset <= limit else { return nil }
                let sleeper = state.sleepers.remove(at: first)
                state.now = max(state.now, sleeper.deadline)
                return sleeper.continuation
            }
            guard let next else { return condition() }
            next.resume()
        }
    }

    /// Starts something on this executor.
    ///
    /// The one who drives the clock is no task, so there is no parent to be had: the driver keeps and cancels it.
    package func start<Value: Sendable>(
        _ body: sending @escaping @isolated(any) () async -> Value
    ) -> Task<Value, Never> {
        Task(executorPreference: self, operation: body)
    }

    // MARK: - Clock

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.sleepers.append((key, deadline, continuation))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.key == key }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
