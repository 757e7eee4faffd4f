/// A clock on which time passes some times faster than outside, so that a program's patience fits into a test.
package struct FastClock: Clock {
    package struct Instant: InstantProtocol {
        fileprivate var base: ContinuousClock.Instant
        fileprivate let speed: Int

        package func advanced(by duration: Duration) -> Instant {
            Instant(base: base.advanced(by: duration / speed), speed: speed)
        }

        package func duration(to other: Instant) -> Duration { base.duration(to: other.base) * speed }

        package static func < (left: Instant, right: Instant) -> Bool { left.base < right.base }
    }

    private let speed: Int

    /// A clock that runs this many times as fast.
    package init(speed: Int) { self.speed = speed }

    package var now: Instant { Instant(base: .now, speed: speed) }
    package var minimumResolution: Duration { .milliseconds(speed) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(until: deadline.base)
    }
}
