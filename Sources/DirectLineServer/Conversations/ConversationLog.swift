import BotSchema

/// What a conversation has shown, in order, and what passed by without being kept.
///
/// Everything that must reach every client takes the next *position* (1, 2, 3, …): an activity that is kept, an update
/// and a deletion alike. The position is the watermark that clients have, so a client that was away gets the updates and
/// deletions that it missed. What only passes (typing) takes none and reaches the readers of this moment.
///
/// The log holds only what the store has, so no reader can see more. A reader remembers a ``LogPosition``: a slow one
/// costs a few numbers, not a queue. Of several updates of one activity only the latest is left to read. The content of
/// old activities may be left to the store (``unload(downTo:)``).
struct ConversationLog: Sendable {
    /// How many passing activities wait for slow readers, and how many bytes they may have.
    static let passingLimit = (count: 64, bytes: 65_536)

    /// What there is to read at a position.
    enum Item: Sendable {
        /// It is in memory; what only passes is for streams.
        case loaded(LoggedActivity, isPassing: Bool = false)
        /// It is in a row of the store, and belongs to a position.
        case stored(row: Int64, position: Int, size: Int)

        /// How many bytes it has, about.
        var size: Int {
            switch self {
            case .loaded(let activity, _): activity.size
            case .stored(_, _, let size): size
            }
        }

        /// Whether it is only for the readers of this moment.
        var isPassing: Bool { if case .loaded(_, let isPassing) = self { isPassing } else { false } }
    }

    private enum Content: Sendable {
        case loaded(LoggedActivity, row: Int64)
        case stored(row: Int64, size: Int)
        /// It was left out, because the log is to hold only so many.
        case dropped
    }

    private struct Entry: Sendable {
        let id: String
        let position: Int
        var content: Content
        /// The position of its latest update, or of its deletion.
        var changedAt: Int?
        var isDeleted = false
    }

    private enum Record: Sendable {
        case kept(Int)
        case changed(Int)
        /// An update of what was there no more.
        case nothing
    }

    private struct Passing: Sendable {
        let number: Int
        let activity: LoggedActivity
    }

    private let capacity: Int
    private var entries: [Entry] = []
    private var records: [Record] = []
    private var indices: [String: Int] = [:]
    private var passing: [Passing] = []
    private var passingBytes = 0
    private var lastPassing = 0
    private var firstHeld = 0
    private var firstLoaded = 0

    /// How many bytes the log takes in memory, about.
    private(set) var bytes = 0
    /// The latest time of anything in it.
    private(set) var lastTime: Timestamp?

    /// An empty log.
    ///
    /// - Parameter capacity: How many kept activities it holds; the oldest then cannot be read any more.
    init(capacity: Int = .max) { self.capacity = max(1, capacity) }

    /// What an entry costs besides its content: the entry, its id twice, its record.
    private static let entryOverhead = 300

    /// The position behind everything, which is the watermark of a client that has it all.
    var end: Int { records.count }

    /// The id of the activity that was kept last.
    var lastId: String? { entries.last?.id }

    /// Whether an activity of this id is there.
    func contains(_ id: String) -> Bool { indices[id] != nil }

    /// The present content of the activity of an id, nil when there is none.
    subscript(id: String) -> Item? {
        indices[id].flatMap { item(of: entries[$0], at: entries[$0].position) }
    }

    /// The activities that are there, oldest first, with their present content.
    var items: some BidirectionalCollection<Item> {
        entries.lazy.compactMap { [self] in $0.isDeleted ? nil : item(of: $0, at: $0.position) }
    }

    // MARK: - Writing

    /// Keeps an activity, whose id must be new to the log.
    mutating func append(_ activity: SerializedActivity, row: Int64) {
        let position = records.count + 1
        add(activity.id, .loaded(LoggedActivity(activity.json, position: position), row: row), activity.time)
    }

    /// Puts an activity in the place of the one with the same id; one that is not there any more leaves a gap.
    mutating func replace(with activity: SerializedActivity, row: Int64) {
        change(activity.id, activity.time) { .loaded(LoggedActivity(activity.json, position: $0), row: row) }
    }

    /// Forgets an activity; readers get the notice with the same id in its place.
    mutating func delete(with notice: SerializedActivity, row: Int64) {
        change(notice.id, notice.time, isDeletion: true) {
            .loaded(LoggedActivity(notice.json, position: $0), row: row)
        }
    }

    /// Takes up a change that the store gives back; its content stays there.
    mutating func restore(_ change: StoredChange) {
        let content = Content.stored(row: change.row, size: change.size)
        switch change.kind {
        case .user: break
        case .kept: add(change.id, content, change.time)
        case .replaced: self.change(change.id, change.time) { _ in content }
        case .deleted: self.change(change.id, change.time, isDeletion: true) { _ in content }
        }
    }

    /// Shows an activity to the readers of this moment.
    mutating func pass(_ activity: SerializedActivity) {
        lastPassing += 1
        let logged = LoggedActivity(activity.json, position: records.count)
        passing.append(Passing(number: lastPassing, activity: logged))
        passingBytes += logged.size
        while passing.count > Self.passingLimit.count || passingBytes > Self.passingLimit.bytes {
            passingBytes -= passing.removeFirst().activity.size
        }
    }

    private mutating func add(_ id: String, _ content: Content, _ time: Timestamp?) {
        note(time)
        indices[id] = entries.count
        records.append(.kept(entries.count))
        entries.append(Entry(id: id, position: records.count, content: content))
        bytes += Self.entryOverhead + Self.size(of: content)
        if entries.count - firstHeld > capacity {
            drop(firstHeld)
            firstHeld += 1
        }
    }

    private mutating func change(
        _ id: String,
        _ time: Timestamp?,
        isDeletion: Bool = false,
        _ content: (_ position: Int) -> Content
    ) {
        note(time)
        guard let index = indices[id] else { return records.append(.nothing) }
        if let earlier = entries[index].changedAt { records[earlier - 1] = .nothing }
        records.append(.changed(index))
        bytes -= Self.size(of: entries[index].content)
        entries[index].content = content(records.count)
        entries[index].changedAt = records.count
        entries[index].isDeleted = isDeletion
        bytes += Self.size(of: entries[index].content) + MemoryLayout<Record>.stride
        firstLoaded = min(firstLoaded, index)
        if isDeletion { indices[id] = nil }
    }

    private mutating func drop(_ index: Int) {
        bytes -= Self.size(of: entries[index].content)
        entries[index].content = .dropped
        if !entries[index].isDeleted { indices[entries[index].id] = nil }
    }

    private mutating func note(_ time: Timestamp?) {
        if let time { lastTime = max(lastTime ?? time, time) }
    }

    /// Leaves the content of the oldest activities to the store until the log takes no more than so many bytes.
    mutating func unload(downTo limit: Int) {
        while bytes > limit, firstLoaded < entries.count {
            if case .loaded(let activity, let row) = entries[firstLoaded].content {
                entries[firstLoaded].content = .stored(row: row, size: activity.size)
                bytes -= activity.size
            }
            firstLoaded += 1
        }
    }

    private static func size(of content: Content) -> Int {
        if case .loaded(let activity, _) = content { activity.size } else { 0 }
    }

    // MARK: - Reading

    /// Where a reader begins that has everything up to a watermark; past the end reads as the end.
    func position(after watermark: Int) -> LogPosition {
        let start = min(max(watermark, 0), end)
        return LogPosition(watermark: start, start: start, end: end, passing: lastPassing)
    }

    /// Takes the next thing that a reader has not seen and moves the reader behind it.
    ///
    /// - Returns: Nil when the reader has seen everything.
    func next(for reader: inout LogPosition) -> Item? {
        while true {
            if let passed = passing.first(where: { $0.number > reader.passing }),
                passed.activity.position <= reader.watermark || reader.watermark == end
            {
                reader.passing = passed.number
                return .loaded(passed.activity, isPassing: true)
            }
            guard reader.watermark < end else { return nil }
            reader.watermark += 1
            if let item = item(at: reader.watermark, for: reader) { return item }
        }
    }

    /// What a reader is to get of a position, nil for nothing.
    private func item(at position: Int, for reader: LogPosition) -> Item? {
        switch records[position - 1] {
        case .nothing: return nil
        case .kept(let index): return entries[index].isDeleted ? nil : item(of: entries[index], at: position)
        case .changed(let index):
            let entry = entries[index]
            // What came to this reader after it had begun came with the content that it had by then.
            if entry.position > reader.start, position <= reader.end { return nil }
            return item(of: entry, at: position)
        }
    }

    private func item(of entry: Entry, at position: Int) -> Item? {
        switch entry.content {
        case .loaded(let activity, _): .loaded(activity.moved(to: position))
        case .stored(let row, let size): .stored(row: row, position: position, size: size)
        case .dropped: nil
        }
    }
}

/// Where a reader of a ``ConversationLog`` stands.
struct LogPosition: Hashable, Sendable {
    /// The position up to which the reader has everything.
    fileprivate(set) var watermark: Int
    /// Where the reader began.
    fileprivate let start: Int
    /// Where the log ended when the reader began.
    fileprivate let end: Int
    /// The number of the passing activity that the reader got last.
    fileprivate var passing: Int
}
