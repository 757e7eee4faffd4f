import BotSchema

/// Decides what goes wrong when, without any I/O.
///
/// Faults that are counted are used up by what they spoil; a delay stays until it is cleared. Chance comes from a seed.
struct FaultPlan: Sendable {
    /// What becomes of one frame of one stream.
    struct FrameFate: Equatable, Sendable {
        /// How long it waits.
        var delay = Duration.zero
        /// What comes before it and cannot be read.
        var nonsense: Nonsense?
        var isSplit = false
        var isDoubled = false
        /// It is held back until the one behind it has gone out, if one comes soon.
        var isHeldBack = false
        var end: End?
    }

    /// What no client can read.
    enum Nonsense: CaseIterable, Sendable {
        case brokenJSON, otherObject, notAList, binary
    }

    /// How a stream ends.
    enum End: Equatable, Sendable {
        /// The connection breaks off in place of the frame.
        case drop
        /// The connection stays open and silent in place of the frame.
        case halfOpen
    }

    /// What becomes of one call of a client.
    enum CallFate: Equatable, Sendable {
        case rateLimit(seconds: Int)
        case serverError(status: Int)
    }

    private(set) var active: [ServerFault] = []
    private var random: SplitMix64

    init(_ faults: [ServerFault] = [], seed: UInt64) {
        random = SplitMix64(seed: seed)
        for fault in faults { add(fault) }
    }

    var isQuiet: Bool { active.isEmpty }

    /// Plans a fault; a second one of a kind replaces the first.
    mutating func add(_ fault: ServerFault) {
        active.removeAll { Self.kind($0) == Self.kind(fault) }
        if remaining(fault) != 0 { active.append(fault) }
    }

    /// Plans nothing any more.
    mutating func clear() { active = [] }

    /// Forgets a fault that has been done.
    mutating func finish(_ fault: ServerFault) { active.removeAll { $0 == fault } }

    // MARK: - What happens

    /// A stream is about to send a frame.
    mutating func frame() -> FrameFate {
        var fate = FrameFate()
        for fault in active {
            switch fault {
            case .delay(let milliseconds): fate.delay = .milliseconds(milliseconds)
            case .duplicate(let count): fate.isDoubled = use(fault, .duplicate(frames: count - 1))
            case .reorder(let count): fate.isHeldBack = use(fault, .reorder(frames: count - 1))
            case .splitFrame(let count): fate.isSplit = use(fault, .splitFrame(frames: count - 1))
            case .malformedFrame(let count):
                _ = use(fault, .malformedFrame(frames: count - 1))
                fate.nonsense = Nonsense.allCases.randomElement(using: &random)
            case .socketDrop(let frames) where frames <= 0:
                finish(fault)
                fate.end = .drop
            case .socketDrop(let frames): _ = use(fault, .socketDrop(frames: frames - 1))
            case .halfOpen:
                finish(fault)
                fate.end = .halfOpen
            default: break
            }
        }
        return fate
    }

    /// A client calls.
    mutating func call() -> CallFate? {
        for fault in active {
            switch fault {
            case .rateLimit(let seconds):
                finish(fault)
                return .rateLimit(seconds: seconds)
            case .serverError(let status, let calls):
                _ = use(fault, .serverError(status: status, calls: calls - 1))
                return .serverError(status: status)
            default: break
            }
        }
        return nil
    }

    /// An activity has been taken; true when it is to be answered as if the bot had failed.
    mutating func botFails() -> Bool {
        for case .botError(let calls) in active { return use(.botError(calls: calls), .botError(calls: calls - 1)) }
        return false
    }

    /// A position was given; true when it is to be taken for none.
    mutating func watermarkIsStale() -> Bool {
        for case .staleWatermark(let calls) in active {
            return use(.staleWatermark(calls: calls), .staleWatermark(calls: calls - 1))
        }
        return false
    }

    /// A stream was asked for; true when it is to be refused.
    mutating func refusesStream() -> Bool {
        for case .refuseReconnect(let times) in active {
            return use(.refuseReconnect(times: times), .refuseReconnect(times: times - 1))
        }
        return false
    }

    /// An answer is about to go out; how long its body is to take, nil when it may go at once.
    mutating func bodyDuration() -> Duration? {
        for case .slowBody(let milliseconds) in active {
            finish(.slowBody(milliseconds: milliseconds))
            return .milliseconds(milliseconds)
        }
        return nil
    }

    /// Uses a counted fault once, leaving what remains of it.
    private mutating func use(_ fault: ServerFault, _ rest: ServerFault) -> Bool {
        guard let index = active.firstIndex(of: fault) else { return false }
        // A drop after no more frames is still to happen; of everything else nothing is left at zero.
        if remaining(rest) == 0 { active.remove(at: index) } else { active[index] = rest }
        return true
    }

    /// How often a counted fault still happens, nil for the others.
    private func remaining(_ fault: ServerFault) -> Int? {
        switch fault {
        case .duplicate(let count), .reorder(let count), .malformedFrame(let count), .splitFrame(let count),
            .serverError(_, let count), .botError(let count), .staleWatermark(let count), .refuseReconnect(let count):
            max(0, count)
        case .tokenExpires, .restart, .socketDrop, .halfOpen, .delay, .rateLimit, .slowBody: nil
        }
    }

    private static func kind(_ fault: ServerFault) -> Substring { fault.description.prefix { $0 != ":" } }
}
