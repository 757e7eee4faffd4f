import BotSchema

/// Lets so many activities a second pass in the long run, and twice as many at once.
struct ActivityRate: Sendable {
    private let perSecond: Int
    private var tokens: Double
    private var lastTime: Timestamp?

    init(perSecond: Int) {
        self.perSecond = max(1, perSecond)
        tokens = Double(2 * self.perSecond)
    }

    /// Takes an activity.
    ///
    /// - Returns: Nil when it may pass, else after how many whole seconds another try is worth while.
    mutating func take(at now: Timestamp) -> Int? {
        // A clock that was set back gives nothing and takes nothing.
        let elapsed = max(0, now.milliseconds - (lastTime ?? now).milliseconds)
        lastTime = now
        tokens = min(Double(2 * perSecond), tokens + Double(elapsed) * Double(perSecond) / 1000)
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return 1
    }
}
