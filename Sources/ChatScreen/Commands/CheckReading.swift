import BotSchema
import Handoff
import Transcripts

/// What the rules say of one conversation of a file.
struct CheckedConversation: Sendable {
    /// Which it is; nil where there is no other.
    let label: String?
    let findings: [HandoffFinding]
    let handoffCount: Int
}

/// Checks the conversations of a file, as their activities come.
struct CheckReading {
    /// A part of a record that ends by itself: a session, or the whole.
    private struct Session {
        var lint: RecordLint
        let record: ExportRecord.Session?
        /// How many activities of the conversation come before it.
        let start: Int
        /// The next place, when it is looked at once more.
        var lookCount = 0
    }

    private struct Conversation {
        let id: String?
        var sessions: [Session] = []
        var timeline = TimelineReading()
        var count = 0
        /// The session that is looked at once more.
        var looked = 0
    }

    private let isExport: Bool
    private let lint: HandoffLint
    private var sorter = ConversationSorter()
    private var places: [ConversationSorter.Key: Int] = [:]
    private var all: [Conversation] = []
    private(set) var activityCount = 0

    /// - Parameters:
    ///   - isExport: Whether the file holds conversations that have nothing to do with one another.
    ///   - watermark: What a service sent has one; all else is a record.
    init(isExport: Bool, watermark: String?) {
        self.isExport = isExport
        lint = HandoffLint(origin: watermark == nil ? .transcript : .wire, now: .now)
        if !isExport { all = [Conversation(id: nil)] }
    }

    mutating func take(_ piece: OpenTranscript.Piece) {
        guard isExport else {
            if case .activity(let activity) = piece { take(activity, of: 0, nil) }
            return
        }
        var sorted: [(Activity, ConversationSorter.Key, ExportRecord?)] = []
        sorter.take(piece) { sorted.append(($0, $1, $2)) }
        for (activity, key, record) in sorted { take(activity, of: place(of: key), record, named: key.id) }
    }

    /// Takes what still waits; what follows is a second look from the beginning.
    mutating func finish() {
        var last: [(Activity, ConversationSorter.Key, ExportRecord?)] = []
        sorter.finish { last.append(($0, $1, $2)) }
        for (activity, key, record) in last { take(activity, of: place(of: key), record, named: key.id) }
        sorter = ConversationSorter()
        if all.isEmpty { all = [Conversation(id: nil)] }
    }

    private mutating func place(of key: ConversationSorter.Key) -> Int {
        if let place = places[key] { return place }
        places[key] = all.count
        all.append(Conversation(id: key.id))
        return all.count - 1
    }

    private mutating func take(_ activity: Activity, of place: Int, _ record: ExportRecord?, named id: String? = nil) {
        activityCount += 1
        let session = record?.session
        if all[place].sessions.last.map({ $0.record != session }) ?? true {
            if let last = all[place].sessions.indices.last { all[place].sessions[last].lint.close() }
            all[place].sessions.append(Session(lint: RecordLint(lint), record: session, start: all[place].count))
        }
        all[place].count += 1
        all[place].timeline.take(activity)
        let last = all[place].sessions.count - 1
        // What a record's name tells holds for all that is in it.
        if session != nil, activity.conversation?.id?.isEmpty ?? true, let id {
            var placed = activity
            placed.conversation = ConversationAccount(id: id)
            all[place].sessions[last].lint.take(placed)
        } else {
            all[place].sessions[last].lint.take(activity)
        }
    }

    // MARK: - The second look

    /// Whether every piece has to be shown once more.
    var wantsSecondLook: Bool { all.contains { $0.sessions.contains { $0.lint.wantsSecondLook } } }

    mutating func lookAgain(at piece: OpenTranscript.Piece) {
        guard isExport else {
            if case .activity(let activity) = piece { lookAgain(at: activity, of: 0, nil) }
            return
        }
        var sorted: [(Activity, ConversationSorter.Key, ExportRecord?)] = []
        sorter.take(piece) { sorted.append(($0, $1, $2)) }
        for (activity, key, record) in sorted { lookAgain(at: activity, of: place(of: key), record) }
    }

    private mutating func lookAgain(at activity: Activity, of place: Int, _ record: ExportRecord?) {
        var index = all[place].looked
        while index + 1 < all[place].sessions.count,
            all[place].sessions[index].record != record?.session
                || all[place].sessions[index].start + all[place].sessions[index].lookCount
                    == all[place].sessions[index + 1].start
        {
            index += 1
        }
        all[place].looked = index
        let count = all[place].sessions[index].lookCount
        all[place].sessions[index].lint.lookAgain(at: activity, index: count)
        all[place].sessions[index].lookCount += 1
    }

    // MARK: - Results

    var conversations: [CheckedConversation] {
        all.enumerated().map { index, one in
            CheckedConversation(
                label: all.count == 1 ? nil : "conversation \(index + 1)" + (one.id.map { " (\($0))" } ?? ""),
                findings: one.sessions.flatMap { session in
                    session.lint.findings.map { $0.moved(by: session.start) }
                },
                handoffCount: one.timeline.timeline.attempts.count
            )
        }
    }
}
