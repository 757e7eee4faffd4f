import CSQLite

/// Why a database did not do what it was asked, in one sentence that names the file.
package struct ConversationFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// One SQLite database, for one thread at a time.
final class Database {
    /// What a parameter or a column holds.
    enum Value: Equatable {
        case null
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
    }

    private let path: String
    private var handle: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]

    /// Opens a database, made when it is missing, for this process alone.
    init(_ path: String) throws(ConversationFileError) {
        self.path = path
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
            let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close(handle)
            handle = nil
            throw ConversationFileError("\(path) cannot be opened: \(reason)")
        }
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    /// Runs a statement and gives its rows.
    @discardableResult
    func run(_ sql: String, _ parameters: Value...) throws(ConversationFileError) -> [[Value]] {
        try run(sql, parameters)
    }

    /// Runs a statement and gives its rows.
    func run(_ sql: String, _ parameters: [Value]) throws(ConversationFileError) -> [[Value]] {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in parameters.enumerated() { try bind(value, to: Int32(index + 1), of: statement) }
        var rows: [[Value]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { column(Int32($0), of: statement) })
            case SQLITE_DONE: return rows
            default: throw failure
            }
        }
    }

    private func prepared(_ sql: String) throws(ConversationFileError) -> OpaquePointer {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw failure }
        statements[sql] = statement
        return statement
    }

    private func bind(_ value: Value, to index: Int32, of statement: OpaquePointer) throws(ConversationFileError) {
        // SQLite copies what it is told is transient.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let result =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .text(let text): sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient)
            case .bytes(let bytes): sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), transient)
            }
        guard result == SQLITE_OK else { throw failure }
    }

    private func column(_ index: Int32, of statement: OpaquePointer) -> Value {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
        case SQLITE_NULL: return .null
        case SQLITE_TEXT: return .text(sqlite3_column_text(statement, index).map { String(cString: $0) } ?? "")
        default:
            let count = Int(sqlite3_column_bytes(statement, index))
            let bytes = UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count)
            return .bytes(Array(bytes))
        }
    }

    private var failure: ConversationFileError {
        ConversationFileError("\(path): \(String(cString: sqlite3_errmsg(handle)))")
    }
}
