package import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder that holds a file for each conversation that was fetched from Dataverse.
///
/// A file holds the rows of its conversation as the Web API gives them, in the order in which they are read. What a file
/// holds does not depend on how often, in how many pages or in which order the rows were fetched: Dataverse writes a row
/// once and removes it after weeks, so that rows only ever come to those that are there.
package struct FetchedConversations {
    /// What came of the rows of one conversation.
    package struct File: Hashable, Sendable {
        /// Where they are.
        package let path: String
        /// The conversation's id, as the rows tell it.
        package let conversationId: String
        /// How many rows it has by now, none when it is blocked.
        package let count: Int
        /// What changed.
        package let change: Change
    }

    /// What the rows did to a file.
    package enum Change: Hashable, Sendable {
        /// There was none.
        case new
        /// There are more rows, or a row is another.
        case grown
        /// It holds them already.
        case none
        /// Something else has the file's name and stays; nothing was written.
        case blocked(TranscriptError)
    }

    private static let ending = ".json"
    private let folder: String

    /// The conversations in a folder, which must be there.
    package init(in folder: String) {
        self.folder = folder.hasSuffix("/") ? folder : folder + "/"
    }

    /// Adds rows to the files of their conversations, each of which is replaced as a whole or not at all.
    ///
    /// - Parameter rows: Rows of the table `conversationtranscript`.
    /// - Returns: The files, in the order in which the rows name them; a file of the same name that holds anything else
    ///   stays, and keeps no other from being written.
    /// - Throws: ``TranscriptError`` when a file cannot be written.
    package func add(_ rows: [JSONObject]) throws(TranscriptError) -> [File] {
        var names: [String] = []
        var groups: [String: [FetchedRow]] = [:]
        for row in rows.map(FetchedRow.init) {
            if groups[row.conversation] == nil { names.append(row.conversation) }
            groups[row.conversation, default: []].append(row)
        }
        var files: [File] = []
        for name in names { files.append(try add(groups[name] ?? [], of: name)) }
        return files
    }

    private func add(_ fresh: [FetchedRow], of conversation: String) throws(TranscriptError) -> File {
        let path = folder + Self.fileName(of: conversation) + Self.ending
        let there: [FetchedRow]?
        do throws(TranscriptError) {
            there = TranscriptFile.isThere(path) ? try Self.rows(in: path, of: conversation) : nil
        } catch {
            return File(path: path, conversationId: conversation, count: 0, change: .blocked(error))
        }
        var rows = there ?? []
        for row in fresh {
            guard let index = rows.firstIndex(where: { $0.identity == row.identity }) else {
                rows.append(row)
                continue
            }
            // The names of the bot come only where they may be read.
            if !rows[index].saysTheSame(as: row) { rows[index] = row }
        }
        rows.sort { $0.isBefore($1) }
        if rows != there {
            let list = JSONValue.array(rows.map { .object($0.json) })
            try TranscriptFile.write(private: JSONValue.object(["value": list]).prettySerialized() + [0x0A], to: path)
        }
        return File(
            path: path,
            conversationId: rows.first?.record?.conversationId ?? conversation,
            count: rows.count,
            change: there == nil ? .new : rows == there ? .none : .grown
        )
    }

    /// When the newest row in the folder was recorded.
    ///
    /// - Parameter bot: Looks at the rows of this bot alone: its id, or its schema name.
    /// - Returns: The time, nil when there is no row.
    /// - Throws: ``TranscriptError`` when the folder cannot be read; what is no fetched conversation is passed over.
    package func newest(of bot: String?) throws(TranscriptError) -> Timestamp? {
        guard let directory = opendir(TranscriptFile.expanded(folder)) else {
            throw .system(errno, doing: "cannot read", file: folder)
        }
        defer { closedir(directory) }
        var newest: Timestamp?
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(Self.ending), let rows = try? Self.rows(in: folder + name, of: nil) else { continue }
            for row in rows where bot.map(row.isOf) ?? true {
                if let time = row.createdOn { newest = max(newest ?? time, time) }
            }
        }
        return newest
    }

    /// The rows of a file.
    private static func rows(in path: String, of conversation: String?) throws(TranscriptError) -> [FetchedRow] {
        let document = try? JSONValue(parsing: try TranscriptFile.bytes(of: path))
        let rows = document?["value"]?.array?.compactMap { $0.object.map(FetchedRow.init) } ?? []
        guard !rows.isEmpty, rows.allSatisfy({ $0.json.contains("conversationtranscriptid") }),
            conversation == nil || rows.allSatisfy({ $0.conversation == conversation })
        else {
            throw TranscriptError(
                .notPermitted,
                file: path,
                reason: "is there already and does not hold this conversation as it was fetched; it stays"
            )
        }
        return rows
    }

    /// A name of letters, digits, `-`, `_` and `.` that no other conversation has.
    private static func fileName(of conversation: String) -> String {
        let plain = conversation.unicodeScalars.map { scalar in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
        }
        let name = String(plain.prefix(120).drop { $0 == "." || $0 == "-" })
        guard name != conversation else { return name }
        // FNV-1a: the same on every machine and in every run.
        let hash = conversation.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return (name.isEmpty ? "conversation" : name) + "-" + String(hash, radix: 16)
    }
}

/// A row of the table, with the members that say something of the conversation, in one order.
private struct FetchedRow: Hashable {
    /// The content is last, so that a reader knows from the beginning what it has before it.
    private static let members = [
        "conversationtranscriptid", "name", "conversationstarttime", "createdon", "metadata",
        "_bot_conversationtranscriptid_value", "bot_conversationtranscriptid", "content",
    ]

    let json: JSONObject

    init(_ row: JSONObject) {
        var json: JSONObject = ["conversationtranscriptid": row["conversationtranscriptid"] ?? .null]
        for name in Self.members.dropFirst() {
            guard let value = row[name] else { continue }
            // Notes of the protocol change from answer to answer.
            let members = value.object?.entries.filter { !$0.key.contains("@") }
            json[name] = members.map { .object(JSONObject(entries: $0)) } ?? value
        }
        self.json = json
    }

    var record: ExportRecord? { ExportRecord(json) }

    private var id: String { json["conversationtranscriptid"]?.string ?? "" }

    /// Which conversation of which bot it is of.
    var conversation: String { record?.session.name ?? (id.isEmpty ? "unnamed" : id) }

    /// What no two rows share.
    var identity: String {
        if !id.isEmpty { return id }
        return ["name", "conversationstarttime", "metadata"].map { json[$0]?.compactText ?? "" }.joined(separator: "\n")
    }

    var createdOn: Timestamp? { json["createdon"]?.string.flatMap { Timestamp($0) } }

    func isOf(_ bot: String) -> Bool {
        let names = [json["_bot_conversationtranscriptid_value"], json["bot_conversationtranscriptid"]?["schemaname"]]
        return names.contains { $0?.string?.lowercased() == bot.lowercased() }
    }

    func saysTheSame(as other: FetchedRow) -> Bool {
        json["content"] == other.json["content"] && json["metadata"] == other.json["metadata"]
    }

    func isBefore(_ other: FetchedRow) -> Bool {
        if let record, let other = other.record {
            if record.isBefore(other) { return true }
            if other.isBefore(record) { return false }
        }
        return identity < other.identity
    }
}
