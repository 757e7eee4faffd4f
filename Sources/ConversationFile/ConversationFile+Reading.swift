package import BotSchema
package import DirectLineServer

extension ConversationFile {
    /// How many rows of an outline are read at a time.
    private static let outlineRows = 4096

    package func key(orKeep new: ServerKey) async throws(StoreError) -> ServerKey {
        try await onQueue { database throws(StoreError) in
            try database.run("INSERT OR IGNORE INTO server (name, value) VALUES ('key', ?)", .bytes(new.bytes))
            let bytes = try database.run("SELECT value FROM server WHERE name = 'key'").first?.first?.bytes
            guard let key = bytes.flatMap({ ServerKey($0) }) else {
                throw StoreError(.damaged, "the server's key in the store is unreadable")
            }
            return key
        }
    }

    package func outline(of conversation: String, after row: Int64) async throws(StoreError) -> [StoredChange] {
        try await onQueue { [path] database throws(StoreError) in
            let sql = """
                SELECT number, kind, id, time, length(json), CASE kind WHEN 0 THEN json END FROM log
                WHERE conversation = ? AND number > ? ORDER BY number LIMIT \(Self.outlineRows)
                """
            var changes: [StoredChange] = []
            for row in try database.run(sql, .text(conversation), .integer(row)) {
                // One that is left out would move everything behind it to another position.
                guard let change = Self.change(row) else {
                    throw StoreError(.damaged, "\(path): row \(row[0].integer ?? 0) of the log is damaged")
                }
                changes.append(change)
            }
            if changes.isEmpty { try Self.checkCompleteness(of: conversation, in: database, at: path) }
            return changes
        }
    }

    /// Compares what the log has of a conversation with what was counted when it was written: SQLite does not notice
    /// when a damaged index no longer leads to a row.
    private static func checkCompleteness(
        of conversation: String,
        in database: Database,
        at path: String
    ) throws(StoreError) {
        let sql = """
            SELECT (SELECT sum(length(json)) FROM log WHERE conversation = ?1),
            (SELECT bytes FROM conversations WHERE id = ?1)
            """
        guard let sums = try database.run(sql, .text(conversation)).first, sums[0] == sums[1] else {
            throw StoreError(.damaged, "\(path): the log of \(conversation) is not complete")
        }
    }

    private static func change(_ row: [Database.Value]) -> StoredChange? {
        guard let number = row[0].integer, let size = row[4].integer else { return nil }
        let kind: StoredChange.Kind
        switch row[1].integer {
        case 0:
            guard let json = row[5].bytes, let account = (try? JSONValue(parsing: json))?.object else { return nil }
            kind = .user(ChannelAccount(json: account))
        case 1: kind = .kept
        case 2: kind = .replaced
        case 3: kind = .deleted
        default: return nil
        }
        return StoredChange(
            row: number,
            kind: kind,
            id: row[2].text ?? "",
            time: row[3].integer.map { Timestamp(milliseconds: $0) },
            size: Int(size)
        )
    }

    package func content(of row: Int64) async throws(StoreError) -> [UInt8] {
        try await onQueue { [path] database throws(StoreError) in
            let found = try database.run("SELECT json, digest FROM log WHERE number = ?", .integer(row)).first
            guard let found, let json = found[0].bytes else {
                throw StoreError(.damaged, "\(path): row \(row) of the log is missing")
            }
            // A damaged page can hold other bytes without SQLite noticing. Rows of version 1 have no digest.
            let isWhole =
                found[1].integer.map { $0 == Self.digest(of: json) } ?? ((try? JSONValue(parsing: json)) != nil)
            guard isWhole else { throw StoreError(.damaged, "\(path): row \(row) of the log is damaged") }
            return json
        }
    }

    package func upload(_ id: String) async throws(StoreError) -> StoredUpload? {
        try await onQueue { database throws(StoreError) in
            let sql = """
                SELECT conversation, owner, name, type, expiry, original, thumbnail FROM uploads WHERE id = ?
                """
            guard let row = try database.run(sql, .text(id)).first, let name = row[2].text, let type = row[3].text,
                let expiry = row[4].integer, let original = row[5].bytes
            else { return nil }
            return StoredUpload(
                id: id,
                conversation: row[0].text ?? "",
                owner: row[1].text ?? "",
                name: name,
                contentType: type,
                original: original,
                thumbnail: row[6].bytes,
                expiry: Timestamp(milliseconds: expiry)
            )
        }
    }

    package func recorded() async throws -> [String: JSONObject] {
        let rows = try await onQueue { database throws(StoreError) in
            try database.run("SELECT key, json FROM work")
        }
        var work: [String: JSONObject] = [:]
        for row in rows {
            guard let key = row[0].text, let json = row[1].text else { continue }
            work[key] = (try? JSONValue(parsing: json))?.object
        }
        return work
    }
}
