import BotSchema

/// What a record of an export says of the activities in it: a row of Dataverse's table `conversationtranscript`.
///
/// A record holds a session of a conversation, which ends when nobody has spoken for half an hour. A session of more
/// than a megabyte is several records of the same name and start, numbered by `BatchId` in their metadata. Exports hold
/// records in any order.
package struct ExportRecord: Hashable, Sendable {
    /// Which session the activities are of.
    package struct Session: Hashable, Sendable {
        /// The record's name without a number of a batch: `{ConversationId}_{BotId}`.
        let name: String
        /// When the session began, as the record says it.
        let start: String
    }

    /// The session.
    package let session: Session
    /// The place of the record within the session, from whichever number it counts.
    let batch: Int
    /// The conversation, as the name tells it.
    package let conversationId: String
    /// When the session began.
    let start: Timestamp?

    /// Reads what a record says; nil when it has no name.
    ///
    /// - Parameters:
    ///   - name: `{ConversationId}_{BotId}`, perhaps with the number of the batch behind it.
    ///   - start: The column `conversationstarttime`.
    ///   - metadata: The column of that name, a JSON object as text.
    init?(name: String?, start: String?, metadata: String?) {
        guard let name, !name.isEmpty else { return nil }
        let metadata = metadata.flatMap { try? JSONValue(parsing: $0) }
        let number = metadata?["BatchId"].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
        var parts = name.split(separator: "_", omittingEmptySubsequences: false)
        let last = parts.count > 2 ? parts.last.flatMap { Int($0) } : nil
        if let last, number == nil || number == last { parts.removeLast() }
        session = Session(name: parts.joined(separator: "_"), start: start ?? "")
        batch = number ?? last ?? 0
        conversationId = parts.count > 1 ? parts.dropLast().joined(separator: "_") : name
        self.start = start.flatMap { Timestamp($0) }
    }

    /// Reads what a record of Dataverse's Web API says.
    init?(_ object: JSONObject) {
        func text(_ name: String) -> String? {
            let value = object.entries.first { $0.key.lowercased() == name }?.value
            return value?.string ?? (value?.object == nil ? nil : value?.compactText)
        }
        self.init(name: text("name"), start: text("conversationstarttime"), metadata: text("metadata"))
    }

    /// Whether text begins as an answer of Dataverse's Web API does, whose records come in any order.
    static func isList(_ bytes: [UInt8]) -> Bool {
        let start = String(decoding: bytes.prefix(2000), as: UTF8.self)
        return start.contains("\"@odata.") || start.contains("\"conversationtranscriptid\"")
    }

    /// Whether the record's activities come before those of another.
    func isBefore(_ other: ExportRecord) -> Bool {
        if session.name != other.session.name { return session.name < other.session.name }
        if session != other.session {
            if let start, let otherStart = other.start, start != otherStart { return start < otherStart }
            return session.start < other.session.start
        }
        return batch < other.batch
    }

    /// The order in which records are read: by conversation, session and batch, and then those that tell nothing of it.
    static func order(of records: [ExportRecord?]) -> [Int] {
        let known = records.indices.compactMap { index in records[index].map { (index: index, record: $0) } }
        let sorted = known.sorted { left, right in
            if left.record.isBefore(right.record) { return true }
            return right.record.isBefore(left.record) ? false : left.index < right.index
        }
        // What is in order already stays as it is, with whatever stands between.
        guard sorted.map(\.index) != known.map(\.index) else { return Array(records.indices) }
        return sorted.map(\.index) + records.indices.filter { records[$0] == nil }
    }
}

/// The activities that one record of an export holds.
struct ExportPart: Hashable, Sendable {
    var range: Range<Int>
    let record: ExportRecord?
}
