import BotSchema

/// What one conversation has shown, in order, and what passed by without being kept.
///
/// Three kinds of things reach an open stream: activities that are *kept* and counted (1, 2, 3, …, the number is the
/// watermark), activities that only *pass* (typing), and *changes* to kept ones (update, delete). Each takes the next
/// tick, so a stream needs to remember no more than a ``LogPosition``: a slow reader costs a number, not a queue.
///
/// Passing activities that no reader took in time are dropped oldest first; of several changes to one activity only
/// the latest is left to read. Kept activities are dropped only when there are more than the log is to hold: the oldest
/// then leave a hole, as deleted ones do.
struct ConversationLog: Sendable {
    /// How many passing activities wait for slow readers.
    static let passingLimit = 64

    private struct Kept: Sendable {
        let tick: Int
        let id: String
        /// Nil once it was deleted; its number stays taken.
        var activity: Activity?
    }

    private struct Passing: Sendable {
        let tick: Int
        let activity: Activity
    }

    private struct Change: Sendable {
        let tick: Int
        let number: Int
        let activity: Activity
    }

    private let capacity: Int
    private var kept: [Kept] = []
    private var passing: [Passing] = []
    private var changes: [Change] = []
    private var numbers: [String: Int] = [:]
    private var lastTick = 0

    /// An empty log.
    ///
    /// - Parameter capacity: How many kept activities it holds.
    init(capacity: Int = .max) { self.capacity = max(1, capacity) }

    /// How many activities were kept so far, which is the watermark behind the last of them.
    var count: Int { kept.count }

    /// All activities kept and not deleted, oldest first.
    var activities: [Activity] { kept.compactMap(\.activity) }

    /// Whether an activity of this id was kept and not deleted.
    func contains(_ id: String) -> Bool { self[id] != nil }

    /// The kept activity of an id, nil when there is none or it was deleted.
    subscript(id: String) -> Activity? { numbers[id].flatMap { kept[$0 - 1].activity } }

    /// The activities behind a watermark, oldest first; a watermark past the end reads as the end.
    func activities(after watermark: Int) -> [Activity] {
        kept[min(max(watermark, 0), kept.count)...].compactMap(\.activity)
    }

    /// Keeps an activity under the next number; it must carry an id that is new to the log.
    mutating func append(_ activity: Activity) {
        let id = activity.id ?? ""
        kept.append(Kept(tick: nextTick(), id: id, activity: activity))
        numbers[id] = kept.count
        guard kept.count > capacity else { return }
        let oldest = kept.count - capacity - 1
        kept[oldest].activity = nil
        numbers[kept[oldest].id] = nil
    }

    /// Shows an activity to the readers of this moment without keeping it.
    mutating func pass(_ activity: Activity) {
        if passing.count == Self.passingLimit { passing.removeFirst() }
        passing.append(Passing(tick: nextTick(), activity: activity))
    }

    /// Puts an activity in the place of the kept one with the same id.
    ///
    /// - Returns: False when no such activity is kept.
    mutating func replace(with activity: Activity) -> Bool {
        guard let number = activity.id.flatMap({ numbers[$0] }), kept[number - 1].activity != nil else { return false }
        kept[number - 1].activity = activity
        change(number, activity)
        return true
    }

    /// Forgets a kept activity and tells readers so with a notice.
    ///
    /// - Returns: False when no such activity is kept.
    mutating func delete(_ id: String, notice: Activity) -> Bool {
        guard let number = numbers[id], kept[number - 1].activity != nil else { return false }
        kept[number - 1].activity = nil
        change(number, notice)
        return true
    }

    private mutating func change(_ number: Int, _ activity: Activity) {
        changes.removeAll { $0.number == number }
        changes.append(Change(tick: nextTick(), number: number, activity: activity))
    }

    private mutating func nextTick() -> Int {
        lastTick += 1
        return lastTick
    }
}

/// Where a reader of a ``ConversationLog`` stands.
struct LogPosition: Hashable, Sendable {
    /// The number of the last kept activity behind the reader.
    fileprivate(set) var watermark: Int
    /// The tick up to which the reader has seen everything.
    fileprivate var tick: Int
    /// Activities that passed before this tick are no longer of interest.
    fileprivate let openedAt: Int
}

extension ConversationLog {
    /// Where a reader begins that has everything up to a watermark; past the end reads as the end.
    func position(after watermark: Int) -> LogPosition {
        let watermark = min(max(watermark, 0), kept.count)
        return LogPosition(
            watermark: watermark,
            tick: watermark == 0 ? 0 : kept[watermark - 1].tick,
            openedAt: lastTick
        )
    }

    /// Takes the next thing that a reader has not seen and moves the reader behind it.
    ///
    /// - Returns: Nil when the reader has seen everything.
    func next(for reader: inout LogPosition) -> Activity? {
        while reader.tick < lastTick {
            let keptTick = reader.watermark < kept.count ? kept[reader.watermark].tick : Int.max
            let passed = passing.firstIndex { $0.tick > max(reader.tick, reader.openedAt) }
            let passingTick = passed.map { passing[$0].tick } ?? Int.max
            let changed = changes.firstIndex { $0.tick > max(reader.tick, reader.openedAt) }
            let changeTick = changed.map { changes[$0].tick } ?? Int.max

            if keptTick < min(passingTick, changeTick) {
                reader.tick = keptTick
                reader.watermark += 1
                // A deleted one leaves a hole, which the next frame's watermark steps over.
                if let activity = kept[reader.watermark - 1].activity { return activity }
            } else if let passed, passingTick < changeTick {
                reader.tick = passingTick
                return passing[passed].activity
            } else if let changed {
                reader.tick = changeTick
                return changes[changed].activity
            } else {
                reader.tick = lastTick
            }
        }
        return nil
    }
}
