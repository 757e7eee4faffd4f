import BotSchema

/// Notices that this machine was asleep: more time has passed by the clock on the wall than was waited for.
///
/// A clock that somebody sets forward looks the same; resuming once too often does no harm.
struct SleepDetector: Sendable {
    /// How often to look.
    static let interval = Duration.seconds(5)
    /// What a busy machine may be late.
    static let tolerance = Duration.seconds(20)

    private var last: Timestamp

    init(at now: Timestamp) { last = now }

    /// An interval has been waited for.
    ///
    /// - Returns: Whether the machine was asleep meanwhile.
    mutating func looked(at now: Timestamp) -> Bool {
        defer { last = now }
        return Duration.milliseconds(now.milliseconds - last.milliseconds) > Self.interval + Self.tolerance
    }
}
