import BotSchema

/// The entries of a record: the newest as they are, older ones as the bytes of their JSON in a file without a name.
///
/// So a conversation of any length takes a bounded amount of memory, and yet every entry is there, every field in its
/// spelling. The file is gone with the program; where there is none, the bytes stay in memory.
package struct ConversationEntries: RandomAccessCollection, Sendable {
    /// How many entries are put away together.
    static let pageSize = 256
    /// How many entries at least stay as they are.
    static let recentLimit = 1024

    private struct Page: Sendable {
        let place: Place
        /// Where each entry ends within the page.
        let ends: [Int32]
        let echoes: [Bool]
    }

    private enum Place: Sendable {
        case file(offset: Int)
        case memory([UInt8])
    }

    private let file: OverflowFile?
    private var pages: [Page] = []
    private var recent: [ConversationRecord.Entry] = []
    /// Entries that were changed after they had been put away.
    private var changed: [Int: ConversationRecord.Entry] = [:]

    /// No entries yet.
    init(file: OverflowFile? = OverflowFile()) { self.file = file }

    private var putAwayCount: Int { pages.count * Self.pageSize }

    package var startIndex: Int { 0 }
    package var endIndex: Int { putAwayCount + recent.count }

    package subscript(position: Int) -> ConversationRecord.Entry {
        if position >= putAwayCount { return recent[position - putAwayCount] }
        if let entry = changed[position] { return entry }
        let page = pages[position / Self.pageSize]
        let place = position % Self.pageSize
        let start = place == 0 ? 0 : Int(page.ends[place - 1])
        let bytes = bytes(of: page, start..<Int(page.ends[place]))
        // A file that cannot be read any more leaves a gap and not a crash.
        let activity = (try? JSONValue(parsing: bytes)).flatMap { Activity($0) }
        return ConversationRecord.Entry(
            activity: activity ?? Activity(json: ["type": "trace", "label": "this entry is lost"]),
            isEcho: page.echoes[place]
        )
    }

    mutating func append(_ entry: ConversationRecord.Entry) {
        recent.append(entry)
        if recent.count >= Self.recentLimit + Self.pageSize { putAway() }
    }

    mutating func replace(at position: Int, with entry: ConversationRecord.Entry) {
        if position >= putAwayCount { recent[position - putAwayCount] = entry } else { changed[position] = entry }
    }

    private mutating func putAway() {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        for entry in recent.prefix(Self.pageSize) {
            bytes += entry.activity.jsonValue.serialized()
            ends.append(Int32(clamping: bytes.count))
        }
        // Positions within a page are small numbers; what is larger stays where it is.
        guard bytes.count < Int32.max else { return }
        let echoes = recent.prefix(Self.pageSize).map(\.isEcho)
        recent.removeFirst(Self.pageSize)
        let place = file?.append(bytes).map { Place.file(offset: $0) } ?? .memory(bytes)
        pages.append(Page(place: place, ends: ends, echoes: echoes))
    }

    private func bytes(of page: Page, _ range: Range<Int>) -> [UInt8] {
        switch page.place {
        case .file(let offset): file?.read(range.count, at: offset + range.lowerBound) ?? []
        case .memory(let bytes): Array(bytes[range])
        }
    }
}
