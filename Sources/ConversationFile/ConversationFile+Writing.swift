package import BotSchema
package import DirectLineServer
import Dispatch
import Synchronization

extension ConversationFile {
    /// Something that is to be written.
    enum Write: Sendable {
        case change(
            conversation: String,
            ConversationChange,
            settled: @Sendable (Result<Int64, StoreError>) -> Void
        )
        case upload(
            StoredUpload,
            UploadLimits,
            now: Timestamp,
            settled: @Sendable (Result<Void, StoreError>) -> Void
        )
        case work(key: String, json: String?)

        /// How many bytes it has, about.
        var size: Int {
            switch self {
            case .change(_, .user, _), .work: 256
            case .change(_, .kept(let activity), _), .change(_, .replaced(let activity), _),
                .change(_, .deleted(let activity), _):
                activity.json.count
            case .upload(let upload, _, _, _): upload.size
            }
        }
    }

    /// How large a group may be that is one transaction.
    private static let group = (writes: 4096, bytes: 8 << 20)

    package func record(
        _ change: ConversationChange,
        in conversation: String,
        settled: @escaping @Sendable (Result<Int64, StoreError>) -> Void
    ) { enqueue(.change(conversation: conversation, change, settled: settled)) }

    package func keep(
        _ upload: StoredUpload,
        within limits: UploadLimits,
        now: Timestamp
    ) async throws(StoreError) {
        let result = await withCheckedContinuation { continuation in
            enqueue(.upload(upload, limits, now: now) { continuation.resume(returning: $0) })
        }
        try result.get()
    }

    package func record(_ object: JSONObject?, under key: String) {
        enqueue(.work(key: key, json: object.map { JSONValue.object($0).compactText }))
    }

    package func check() async throws(StoreError) {
        try await onQueue { database throws(StoreError) in
            // Large enough to need room of its own.
            try database.run("INSERT OR REPLACE INTO server (name, value) VALUES ('check', zeroblob(65536))")
        }
    }

    private func enqueue(_ write: Write) {
        let mustStart = state.withLock { state in
            state.queue.append(write)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.writeQueue() } }
    }

    private func writeQueue() {
        while true {
            let (writes, unsaved) = state.withLock { state in
                var (count, bytes) = (0, 0)
                while count < min(state.queue.count, Self.group.writes), bytes < Self.group.bytes {
                    bytes += state.queue[count].size
                    count += 1
                }
                let writes = Array(state.queue.prefix(count))
                state.queue.removeFirst(count)
                if writes.isEmpty { state.isWriting = false }
                defer { state.unsavedWork = [:] }
                return (writes, state.unsavedWork)
            }
            guard !writes.isEmpty else { return keepUnsaved(unsaved) }
            write(writes, unsaved)
        }
    }

    private func keepUnsaved(_ work: [String: String?]) {
        state.withLock { $0.unsavedWork.merge(work) { newer, _ in newer } }
    }

    /// Writes a group and tells everybody who waits for it.
    private func write(_ writes: [Write], _ unsaved: [String: String?]) {
        var work = unsaved
        for case .work(let key, let json) in writes { work[key] = .some(json) }
        do throws(StoreError) {
            let outcomes = try database.transaction { () throws(StoreError) in try insert(writes, work) }
            for (write, outcome) in zip(writes, outcomes) { write.settle(outcome) }
        } catch {
            guard error.code != .damaged || writes.count == 1 && unsaved.isEmpty else {
                // A damaged page concerns what is on it and nobody else.
                keepUnsaved(unsaved)
                for single in writes { write([single], [:]) }
                return
            }
            keepUnsaved(work)
            for write in writes { write.settle(.failure(error)) }
        }
    }

    private func insert(
        _ writes: [Write],
        _ work: [String: String?]
    ) throws(StoreError) -> [Result<Int64, StoreError>] {
        var outcomes: [Result<Int64, StoreError>] = []
        var grown: [String: (time: Int64, bytes: Int)] = [:]
        for write in writes {
            switch write {
            case .change(let conversation, let change, _):
                let row = Self.row(of: change)
                try database.run(
                    "INSERT INTO log (conversation, kind, id, time, digest, json) VALUES (?, ?, ?, ?, ?, ?)",
                    .text(conversation),
                    .integer(row.kind),
                    row.id.map(Database.Value.text) ?? .null,
                    row.time.map { .integer($0.milliseconds) } ?? .null,
                    .integer(Self.digest(of: row.json)),
                    .bytes(row.json)
                )
                let before = grown[conversation] ?? (0, 0)
                let time = row.time?.milliseconds ?? Timestamp.now.milliseconds
                grown[conversation] = (max(before.time, time), before.bytes + row.json.count)
                outcomes.append(.success(database.lastRow))
            case .upload(let upload, let limits, let now, _):
                outcomes.append(try insert(upload, within: limits, now: now))
            case .work: outcomes.append(.success(0))
            }
        }
        for (conversation, (time, bytes)) in grown {
            try database.run(
                """
                INSERT INTO conversations (id, changed, bytes) VALUES (?1, ?2, ?3)
                ON CONFLICT (id) DO UPDATE SET changed = max(changed, ?2), bytes = bytes + ?3
                """,
                .text(conversation),
                .integer(time),
                .integer(Int64(bytes))
            )
        }
        for (key, json) in work {
            if let json {
                try database.run("INSERT OR REPLACE INTO work (key, json) VALUES (?, ?)", .text(key), .text(json))
            } else {
                try database.run("DELETE FROM work WHERE key = ?", .text(key))
            }
        }
        return outcomes
    }

    private static func row(
        of change: ConversationChange
    ) -> (kind: Int64, id: String?, time: Timestamp?, json: [UInt8]) {
        switch change {
        case .user(let account): (0, nil, nil, JSONValue.object(account.json).serialized())
        case .kept(let activity): (1, activity.id, activity.time, activity.json)
        case .replaced(let activity): (2, activity.id, activity.time, activity.json)
        case .deleted(let notice): (3, notice.id, notice.time, notice.json)
        }
    }

    /// - Returns: `overQuota` when the conversation or the account has too much, which concerns nobody else.
    private func insert(
        _ upload: StoredUpload,
        within limits: UploadLimits,
        now: Timestamp
    ) throws(StoreError) -> Result<Int64, StoreError> {
        try database.run("DELETE FROM uploads WHERE expiry <= ?", .integer(now.milliseconds))
        let sums = try database.run(
            """
            SELECT coalesce(sum(size), 0), coalesce(sum(size) FILTER (WHERE conversation = ?), 0),
            coalesce(sum(size) FILTER (WHERE owner = ?), 0) FROM uploads
            """,
            .text(upload.conversation),
            .text(upload.owner)
        )
        let used = sums.first?.map { Int($0.integer ?? 0) } ?? [0, 0, 0]
        guard used[1] + upload.size <= limits.perConversation, used[2] + upload.size <= limits.perOwner else {
            return .failure(StoreError(.overQuota, "\(upload.owner) has too many bytes of files in the store"))
        }
        var excess = used[0] + upload.size - limits.total
        while excess > 0 {
            let oldest = try database.run("SELECT rowid, size FROM uploads ORDER BY rowid LIMIT 1").first
            guard let oldest, let size = oldest[1].integer else { break }
            try database.run("DELETE FROM uploads WHERE rowid = ?", oldest[0])
            excess -= Int(size)
        }
        try database.run(
            """
            INSERT INTO uploads (id, conversation, owner, name, type, expiry, size, original, thumbnail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(upload.id),
            .text(upload.conversation),
            .text(upload.owner),
            .text(upload.name),
            .text(upload.contentType),
            .integer(upload.expiry.milliseconds),
            .integer(Int64(upload.size)),
            .bytes(upload.original),
            upload.thumbnail.map(Database.Value.bytes) ?? .null
        )
        return .success(database.lastRow)
    }

    package func sweep(
        _ limits: StoreLimits,
        keeping inUse: Set<String>,
        now: Timestamp
    ) async throws(StoreError) {
        try await onQueue { database throws(StoreError) in
            try database.run("DELETE FROM uploads WHERE expiry <= ?", .integer(now.milliseconds))
            guard limits.age != nil || limits.bytes != nil else { return }
            var total = try database.run("SELECT sum(bytes) FROM conversations").first?.first?.integer ?? 0
            let oldest = limits.age.map { now.milliseconds - Int64($0 / .milliseconds(1)) } ?? .min
            for row in try database.run("SELECT id, changed, bytes FROM conversations ORDER BY changed") {
                guard let id = row[0].text, let changed = row[1].integer, let bytes = row[2].integer else { continue }
                guard changed < oldest || total > limits.bytes.map(Int64.init) ?? .max else { break }
                guard !inUse.contains(id) else { continue }
                try database.transaction { () throws(StoreError) in
                    for sql in [
                        "DELETE FROM log WHERE conversation = ?", "DELETE FROM uploads WHERE conversation = ?",
                        "DELETE FROM conversations WHERE id = ?",
                    ] { try database.run(sql, .text(id)) }
                }
                total -= bytes
            }
        }
    }
}

extension ConversationFile.Write {
    fileprivate func settle(_ outcome: Result<Int64, StoreError>) {
        switch self {
        case .change(_, _, let settled): settled(outcome)
        case .upload(_, _, _, let settled): settled(outcome.map { _ in })
        case .work: break
        }
    }
}
