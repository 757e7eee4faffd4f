import AsyncHTTPClient
import Synchronization

/// Ends an exchange with a bot that has stopped to make progress, or goes on for too long.
///
/// A bot that drips bytes makes none: only what is of use counts.
struct Watchdog: Sendable {
    private let limit: Duration
    private let end: ContinuousClock.Instant
    private let deadline: Deadline

    private final class Deadline: Sendable {
        let time: Mutex<ContinuousClock.Instant>
        init(_ time: ContinuousClock.Instant) { self.time = Mutex(time) }
    }

    /// - Parameters:
    ///   - limit: How long may pass without progress.
    ///   - total: How long it may go on with progress.
    private init(limit: Duration, total: Duration) {
        self.limit = limit
        end = .now + total
        deadline = Deadline(.now + limit)
    }

    /// Something useful has come.
    func progress() { deadline.time.withLock { $0 = min(end, .now + limit) } }

    /// Runs an exchange under watch.
    ///
    /// - Throws: What the exchange throws, `HTTPClientError.deadlineExceeded` when it was ended.
    static func run<Result: Sendable>(
        limit: Duration,
        total: Duration,
        _ exchange: @escaping @Sendable (Watchdog) async throws -> Result
    ) async throws -> Result {
        let watchdog = Watchdog(limit: limit, total: total)
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await exchange(watchdog) }
            group.addTask {
                while true {
                    let time = watchdog.deadline.time.withLock { $0 }
                    guard time > .now else { throw HTTPClientError.deadlineExceeded }
                    try await ContinuousClock().sleep(until: time)
                }
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw HTTPClientError.deadlineExceeded }
            return result
        }
    }
}
