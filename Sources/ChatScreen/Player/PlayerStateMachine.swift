/// Plays a recorded conversation: keys and time in, what to show out; nothing is done.
package struct PlayerStateMachine: Sendable {
    /// What happens to a player.
    package enum Event: Hashable, Sendable {
        /// The person pressed a key.
        case key(PlayerKey)
        /// A timer ran out; older generations are void.
        case timer(generation: Int)
        /// The person, or the system, wants the program to stop.
        case stop
    }

    /// What a player does.
    package enum Action: Hashable, Sendable {
        /// Show a scene below the others.
        case show(scene: Int)
        /// Wipe the screen and show the scenes before this one.
        case showOnly(before: Int)
        /// Say how it stands, below everything.
        case setStatus(String)
        /// Wait; answer with ``Event/timer(generation:)``.
        case startTimer(generation: Int, Duration)
        /// Leave.
        case leave
    }

    /// A stretch of time before the next scene.
    private enum Phase: Hashable {
        case pausing
        case composing
    }

    private let scenes: [PlayerScene]
    private var next: Int
    private var speed: Double
    private var isPaused = false
    private var phase = Phase.pausing
    /// What is left of the phase, at the speed of the recording.
    private var remaining = Duration.zero
    /// Since when the phase runs on; nil while it stands still.
    private var startedAt: Duration?
    private var generation = 0

    /// A player.
    ///
    /// - Parameters:
    ///   - scenes: What to play.
    ///   - speed: How many times faster than it was.
    ///   - start: The scene to begin with; those before it are there at once.
    package init(scenes: [PlayerScene], speed: Double = 1, from start: Int = 0) {
        self.scenes = scenes
        self.speed = speed
        next = min(max(start, 0), scenes.count)
    }

    /// Begins.
    ///
    /// - Parameter now: The present time, from any origin.
    /// - Returns: What to do, in order.
    package mutating func begin(at now: Duration) -> [Action] {
        let earlier = next > 0 ? [Action.showOnly(before: next)] : []
        // What it begins with is there at once.
        guard next < scenes.count else { return earlier + [status] }
        next += 1
        return earlier + [.show(scene: next - 1)] + enterPhases(at: now)
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When, from the same origin as the beginning.
    /// - Returns: What to do, in order.
    package mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        switch event {
        case .stop, .key(.quit): return [.leave]
        case .timer(let generation):
            guard generation == self.generation, !isPaused else { return [] }
            return phaseEnded(at: now)
        case .key(.pause):
            isPaused.toggle()
            if isPaused { standStill(at: now) }
            return [status] + run(at: now)
        case .key(.speed(let factor)):
            standStill(at: now)
            speed = Double(factor)
            return [status] + run(at: now)
        case .key(.forward):
            guard next < scenes.count else { return [] }
            isPaused = true
            next += 1
            return [.show(scene: next - 1)] + enterPhases(at: now)
        case .key(.back):
            guard next > 1 else { return [] }
            isPaused = true
            next -= 1
            return [.showOnly(before: next)] + enterPhases(at: now)
        }
    }

    // MARK: - Time

    /// Begins the wait for the next scene.
    private mutating func enterPhases(at now: Duration) -> [Action] {
        startedAt = nil
        generation += 1
        guard next < scenes.count else { return [status] }
        let scene = scenes[next]
        phase = .pausing
        remaining = scene.delay - (scene.composer?.time ?? .zero)
        return [status] + run(at: now)
    }

    private mutating func phaseEnded(at now: Duration) -> [Action] {
        startedAt = nil
        guard next < scenes.count else { return [] }
        if phase == .pausing, let composer = scenes[next].composer {
            phase = .composing
            remaining = composer.time
            return [status] + run(at: now)
        }
        next += 1
        return [.show(scene: next - 1)] + enterPhases(at: now)
    }

    private mutating func run(at now: Duration) -> [Action] {
        guard !isPaused, next < scenes.count, startedAt == nil else { return [] }
        startedAt = now
        generation += 1
        return [.startTimer(generation: generation, max(remaining, .zero) / speed)]
    }

    private mutating func standStill(at now: Duration) {
        guard let startedAt else { return }
        remaining = max(.zero, remaining - (now - startedAt) * speed)
        self.startedAt = nil
        generation += 1
    }

    // MARK: - Words

    private var status: Action {
        var parts = [isPaused ? "paused" : "playing", "\(next) of \(scenes.count)"]
        if speed != 1 { parts.append(speed == speed.rounded() ? "\(Int(speed))×" : "\(speed)×") }
        if next >= scenes.count {
            parts[0] = "the end"
            parts.append("← back, q leaves")
        } else if phase == .composing, !isPaused, let name = scenes[next].composer?.name {
            parts.append(name == "you" ? "you are typing…" : "\(name) is typing…")
        } else {
            parts.append("space, ← →, 1-9, q")
        }
        return .setStatus(parts.joined(separator: " · "))
    }
}

/// A key that a player knows.
package enum PlayerKey: Hashable, Sendable {
    /// Stop or go on.
    case pause
    /// The next scene at once.
    case forward
    /// One scene back.
    case back
    /// So many times as fast as it was.
    case speed(Int)
    /// Leave.
    case quit

    /// The keys in what a terminal sent at once.
    package static func keys(in bytes: [UInt8]) -> [PlayerKey] {
        var keys: [PlayerKey] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: " "): keys.append(.pause)
            case UInt8(ascii: "1")...UInt8(ascii: "9"): keys.append(.speed(Int(byte - UInt8(ascii: "0"))))
            case UInt8(ascii: "q"), UInt8(ascii: "Q"), 0x03, 0x04: keys.append(.quit)
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"): keys.append(.forward)
            case 0x1B:
                guard let intro = rest.first, intro == UInt8(ascii: "[") || intro == UInt8(ascii: "O") else { continue }
                rest.removeFirst()
                // Parameters come before the letter that tells the key.
                let final = rest.firstIndex { (0x40...0x7E).contains($0) }
                switch final.map({ rest[$0] }) {
                case UInt8(ascii: "A"), UInt8(ascii: "D"): keys.append(.back)
                case UInt8(ascii: "B"), UInt8(ascii: "C"): keys.append(.forward)
                default: break
                }
                rest = final.map { rest[($0 + 1)...] } ?? []
            default: break
            }
        }
        return keys
    }
}
