import BotSchema
package import Transcripts

/// Counts the conversations of a file, as their activities come and in whatever order.
///
/// It keeps the figures of each conversation that is not over. That it is over shows nowhere, so of very many those are
/// counted as over that nobody has spoken in for longest.
package struct FileStatistics: Sendable {
    private struct Conversation: Sendable {
        var reading = StatisticsReading()
        /// An export divides a conversation into sessions, with hours between them.
        var session: ExportRecord.Session?
        let firstPlace: Int
        var lastPlace = 0
    }

    private static let openLimit = 4096

    private var sum = TranscriptStatistics()
    private var sorter = ConversationSorter()
    private var open: [ConversationSorter.Key: Conversation] = [:]
    private var count = 0

    /// Nothing is counted yet.
    package init() {}

    /// Counts what comes next.
    package mutating func take(_ piece: OpenTranscript.Piece) {
        var sorted: [(activity: Activity, key: ConversationSorter.Key, record: ExportRecord?)] = []
        sorter.take(piece) { sorted.append(($0, $1, $2)) }
        for (activity, key, record) in sorted { count(activity, of: key, record?.session) }
    }

    /// The figures of all conversations together, once all was taken.
    package mutating func finish() -> TranscriptStatistics {
        var last: [(activity: Activity, key: ConversationSorter.Key, record: ExportRecord?)] = []
        sorter.finish { last.append(($0, $1, $2)) }
        for (activity, key, record) in last { count(activity, of: key, record?.session) }
        close { _ in true }
        return sum
    }

    private mutating func count(
        _ activity: Activity,
        of key: ConversationSorter.Key,
        _ session: ExportRecord.Session?
    ) {
        count += 1
        if let known = open[key], known.session != session {
            sum.add(known.reading.statistics)
            open[key] = nil
        }
        if open[key] == nil, open.count >= Self.openLimit { closeOldest() }
        open[key, default: Conversation(session: session, firstPlace: count)].reading.take(activity)
        open[key]?.lastPlace = count
    }

    private mutating func closeOldest() {
        let places = open.values.map(\.lastPlace).sorted()
        let middle = places[places.count / 2]
        close { $0.lastPlace < middle }
    }

    /// Adds the figures of conversations in the order in which they began.
    private mutating func close(_ isOver: (Conversation) -> Bool) {
        let over = open.filter { isOver($0.value) }.sorted { $0.value.firstPlace < $1.value.firstPlace }
        for (key, conversation) in over {
            sum.add(conversation.reading.statistics)
            open[key] = nil
        }
    }
}
