/// A clock as the hub reads it: the time since the hub opened, and waiting.
package struct HubClock: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async -> Void

    /// Starts counting now.
    package init<C: Clock<Duration>>(_ clock: C) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        // Cancellation is all that a sleep can throw, and who was cancelled finds out at the next step.
        pause = { try? await clock.sleep(for: $0) }
    }

    /// The time since the hub opened.
    package var now: Duration { elapsed() }

    /// Waits; returns at once when the task is cancelled.
    package func sleep(for duration: Duration) async {
        if duration > .zero { await pause(duration) }
    }

    /// Waits until the task is cancelled.
    func sleepForever() async {
        _ = await Mailbox<Never>().next()
    }
}
