import AgentHub
package import BotSchema
import Dispatch
package import DirectLineServer
import Synchronization

/// Conversations, uploads and handoffs in a SQLite file, so that they outlive the server, however it ends.
///
/// What is recorded is written in groups by one thread: as many changes as came while the last group went to the disk
/// are one transaction. ``settled()`` returns when everything before it is where neither a crash of the process nor of
/// the machine takes it (write-ahead log, synchronous).
package final class ConversationFile: ConversationStore, WorkStore {
    private enum Write: Sendable {
        case change(conversation: String, kind: Int64, json: String)
        case file(StoredUpload)
        case work(key: String, json: String?)
    }

    private struct State {
        var pending: [Write] = []
        var enqueued = 0
        var committed = 0
        var isWriting = false
        var failure: ConversationFileError?
        var waiting: [(number: Int, CheckedContinuation<Void, Never>)] = []
    }

    /// Marks a file as ours: "Batn".
    private static let applicationId: Int64 = 0x4261_746E
    private static let version: Int64 = 1

    private let state = Mutex(State())
    /// File calls block; they have a thread of their own and not one of the cooperative pool.
    private let queue = DispatchQueue(label: "conversation-file")
    /// Used on ``queue`` only, once open.
    private nonisolated(unsafe) let database: Database

    /// Opens a file, made when it is missing; no other server may have it open.
    ///
    /// - Throws: ``ConversationFileError`` when it cannot be opened, is no such file, or another program has it.
    package init(_ path: String) throws(ConversationFileError) {
        database = try Database(path)
        do throws(ConversationFileError) {
            try database.run("PRAGMA locking_mode = EXCLUSIVE")
            let id = try database.run("PRAGMA application_id").first?.first
            let tables = try database.run("SELECT count(*) FROM sqlite_master").first?.first
            guard id == .integer(Self.applicationId) || tables == .integer(0) else {
                throw ConversationFileError("\(path) is a database of another program")
            }
            let version = try database.run("PRAGMA user_version").first?.first
            guard tables == .integer(0) || version == .integer(Self.version) else {
                throw ConversationFileError("\(path) was written by a newer version of this program")
            }
            try database.run("PRAGMA journal_mode = WAL")
            try database.run("PRAGMA synchronous = FULL")
            try database.run("BEGIN IMMEDIATE")
            try database.run("PRAGMA application_id = \(Self.applicationId)")
            try database.run("PRAGMA user_version = \(Self.version)")
            try database.run(
                """
                CREATE TABLE IF NOT EXISTS changes
                (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, kind INTEGER NOT NULL, json TEXT NOT NULL)
                """
            )
            try database.run("CREATE INDEX IF NOT EXISTS by_conversation ON changes (conversation, number)")
            try database.run(
                """
                CREATE TABLE IF NOT EXISTS files
                (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, original BLOB NOT NULL, thumbnail BLOB,
                expiry INTEGER NOT NULL)
                """
            )
            try database.run("CREATE TABLE IF NOT EXISTS work (key TEXT PRIMARY KEY, json TEXT NOT NULL)")
            try database.run("COMMIT")
        } catch {
            throw error.description.contains("database is locked")
                ? ConversationFileError("\(path) is in use by another program") : error
        }
    }

    package func record(_ change: ConversationChange, in conversation: String) {
        let (kind, json): (Int64, JSONValue) =
            switch change {
            case .user(let account): (0, .object(account.json))
            case .kept(let activity): (1, activity.jsonValue)
            case .replaced(let activity): (2, activity.jsonValue)
            case .deleted(let id): (3, .string(id))
            }
        enqueue(.change(conversation: conversation, kind: kind, json: json.compactText))
    }

    package func keep(_ upload: StoredUpload) { enqueue(.file(upload)) }

    package func settled() async throws {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                if state.failure != nil || state.committed >= state.enqueued { return true }
                state.waiting.append((state.enqueued, continuation))
                return false
            }
            if isSettled { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    package func changes(in conversation: String) async -> [ConversationChange] {
        try? await settled()
        let rows = await read(
            "SELECT kind, json FROM changes WHERE conversation = ? ORDER BY number",
            .text(conversation)
        )
        return rows.compactMap(Self.change)
    }

    package func upload(_ id: String) async -> StoredUpload? {
        try? await settled()
        let sql = "SELECT name, type, original, thumbnail, expiry FROM files WHERE id = ?"
        guard let row = await read(sql, .text(id)).first, case .text(let name) = row[0], case .text(let type) = row[1],
            case .bytes(let original) = row[2], case .integer(let expiry) = row[4]
        else { return nil }
        var thumbnail: [UInt8]?
        if case .bytes(let bytes) = row[3] { thumbnail = bytes }
        return StoredUpload(
            id: id,
            name: name,
            contentType: type,
            original: original,
            thumbnail: thumbnail,
            expiry: Timestamp(milliseconds: expiry)
        )
    }

    package func record(_ object: JSONObject?, under key: String) {
        enqueue(.work(key: key, json: object.map { JSONValue.object($0).compactText }))
    }

    package func recorded() async -> [String: JSONObject] {
        try? await settled()
        var work: [String: JSONObject] = [:]
        for row in await read("SELECT key, json FROM work") {
            guard case .text(let key) = row[0], case .text(let json) = row[1] else { continue }
            work[key] = (try? JSONValue(parsing: json))?.object
        }
        return work
    }

    private func read(_ sql: String, _ parameters: Database.Value...) async -> [[Database.Value]] {
        await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: (try? database.run(sql, parameters)) ?? []) }
        }
    }

    private static func change(_ row: [Database.Value]) -> ConversationChange? {
        guard case .integer(let kind) = row[0], case .text(let text) = row[1],
            let json = try? JSONValue(parsing: text)
        else { return nil }
        switch kind {
        case 0: return json.object.map { .user(ChannelAccount(json: $0)) }
        case 1: return Activity(json).map(ConversationChange.kept)
        case 2: return Activity(json).map(ConversationChange.replaced)
        case 3: return json.string.map { .deleted(id: $0) }
        default: return nil
        }
    }
}

// MARK: - Writing

extension ConversationFile {
    private func enqueue(_ write: Write) {
        let mustStart = state.withLock { state in
            // A file that cannot be written any more takes nothing: what waits for it is told so.
            guard state.failure == nil else { return false }
            state.pending.append(write)
            state.enqueued += 1
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.writePending() } }
    }

    private func writePending() {
        while true {
            let writes = state.withLock { state in
                let writes = state.pending
                state.pending = []
                if writes.isEmpty { state.isWriting = false }
                return writes
            }
            guard !writes.isEmpty else { return }
            var failure: ConversationFileError?
            do throws(ConversationFileError) {
                try commit(writes)
            } catch {
                failure = error
                _ = try? database.run("ROLLBACK")
            }
            let settled = state.withLock { state in
                state.committed += failure == nil ? writes.count : 0
                state.failure = state.failure ?? failure
                // Nothing more will be written behind a failure, so nobody need wait for it.
                let reached = state.failure == nil ? state.committed : .max
                let settled = state.waiting.filter { $0.number <= reached }
                state.waiting.removeAll { $0.number <= reached }
                return settled
            }
            for (_, continuation) in settled { continuation.resume() }
        }
    }

    private func commit(_ writes: [Write]) throws(ConversationFileError) {
        try database.run("BEGIN IMMEDIATE")
        for write in writes {
            switch write {
            case .change(let conversation, let kind, let json):
                try database.run(
                    "INSERT INTO changes (conversation, kind, json) VALUES (?, ?, ?)",
                    .text(conversation),
                    .integer(kind),
                    .text(json)
                )
            case .file(let file):
                try database.run("DELETE FROM files WHERE expiry <= ?", .integer(Timestamp.now.milliseconds))
                try database.run(
                    "INSERT OR REPLACE INTO files (id, name, type, original, thumbnail, expiry) VALUES (?, ?, ?, ?, ?, ?)",
                    .text(file.id),
                    .text(file.name),
                    .text(file.contentType),
                    .bytes(file.original),
                    file.thumbnail.map(Database.Value.bytes) ?? .null,
                    .integer(file.expiry.milliseconds)
                )
            case .work(let key, let json?):
                try database.run("INSERT OR REPLACE INTO work (key, json) VALUES (?, ?)", .text(key), .text(json))
            case .work(let key, nil): try database.run("DELETE FROM work WHERE key = ?", .text(key))
            }
        }
        try database.run("COMMIT")
    }
}
