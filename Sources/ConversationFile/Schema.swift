import DirectLineServer

/// The tables of a conversation file, and the way to them from earlier versions.
enum Schema {
    /// Marks a file as ours: "Batn".
    private static let applicationId: Int64 = 0x4261_746E
    private static let version: Int64 = 2

    /// Makes a database ready: takes it for this process alone, and makes or upgrades its tables.
    ///
    /// - Throws: ``StoreError`` when another program has the file or made it, or a newer version wrote it.
    static func prepare(_ database: Database, at path: String) throws(StoreError) {
        do throws(StoreError) {
            try database.run("PRAGMA locking_mode = EXCLUSIVE")
            let id = try database.run("PRAGMA application_id").first?.first?.integer
            let isNew = try database.run("SELECT count(*) FROM sqlite_master").first?.first?.integer == 0
            guard id == applicationId || isNew else {
                throw StoreError(.failed, "\(path) is a database of another program")
            }
            let written = try database.run("PRAGMA user_version").first?.first?.integer ?? 0
            guard isNew || (1...version).contains(written) else {
                throw StoreError(.failed, "\(path) was written by a newer version of this program")
            }
            try database.run("PRAGMA journal_mode = WAL")
            try database.run("PRAGMA synchronous = FULL")
            try database.transaction { () throws(StoreError) in
                try database.run("PRAGMA application_id = \(applicationId)")
                try database.run("PRAGMA user_version = \(version)")
                for table in tables { try database.run(table) }
                if !isNew, written == 1 { try upgradeFromVersion1(database) }
            }
        } catch {
            throw error.code == .inUse ? StoreError(.inUse, "\(path) is in use by another program") : error
        }
    }

    /// The content is the last column of a row, so that the others can be read without it.
    private static let tables = [
        """
        CREATE TABLE IF NOT EXISTS log
        (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT, time INTEGER,
        digest INTEGER, json BLOB NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS log_by_conversation ON log (conversation, number)",
        """
        CREATE TABLE IF NOT EXISTS conversations
        (id TEXT PRIMARY KEY, changed INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS uploads
        (id TEXT PRIMARY KEY, conversation TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
        expiry INTEGER NOT NULL, size INTEGER NOT NULL, original BLOB NOT NULL, thumbnail BLOB)
        """,
        "CREATE TABLE IF NOT EXISTS work (key TEXT PRIMARY KEY, json TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS server (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    ]

    /// Version 1 kept the changes as text in a table of another name, with neither ids nor times.
    private static func upgradeFromVersion1(_ database: Database) throws(StoreError) {
        try database.run(
            """
            INSERT INTO log (number, conversation, kind, id, time, digest, json)
            SELECT number, conversation, kind,
            CASE WHEN NOT json_valid(json) THEN NULL WHEN kind = 3 THEN json_extract(json, '$')
            WHEN kind IN (1, 2) THEN json_extract(json, '$.id') END,
            CASE WHEN json_valid(json) AND kind IN (1, 2)
            THEN CAST(round((julianday(json_extract(json, '$.timestamp')) - 2440587.5) * 86400000) AS INTEGER) END,
            NULL,
            CAST(CASE WHEN kind = 3 AND json_valid(json)
            THEN json_object('type', 'messageDelete', 'id', json_extract(json, '$')) ELSE json END AS BLOB)
            FROM changes
            """
        )
        try database.run(
            """
            INSERT INTO conversations (id, changed, bytes)
            SELECT conversation, coalesce(max(time), 0), sum(length(json)) FROM log GROUP BY conversation
            """
        )
        try database.run(
            """
            INSERT INTO uploads (id, conversation, owner, name, type, expiry, size, original, thumbnail)
            SELECT id, '', '', name, type, expiry, length(original) + coalesce(length(thumbnail), 0), original, thumbnail
            FROM files
            """
        )
        try database.run("DROP TABLE changes")
        try database.run("DROP TABLE files")
    }
}
