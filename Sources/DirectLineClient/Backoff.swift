import BotSchema

/// How long to wait before the next attempt: 1, 2, 4, 8, 16 and then 30 seconds, each a fifth more or less, so that
/// clients which lost a service together do not come back together.
struct Backoff: Sendable {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// The wait before a retry.
    ///
    /// - Parameters:
    ///   - retry: Which retry it is, from 1.
    ///   - floor: What the service asked for, if it did.
    /// - Returns: The wait, never shorter than the floor.
    mutating func delay(beforeRetry retry: Int, atLeast floor: Duration? = nil) -> Duration {
        let seconds = min(30, 1 << min(max(retry - 1, 0), 5))
        let jitter = Int.random(in: 800...1200, using: &generator)
        return max(.milliseconds(seconds * jitter), floor ?? .zero)
    }
}
