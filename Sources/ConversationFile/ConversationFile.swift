import AgentHub
import BotSchema
import Crypto
import Dispatch
package import DirectLineServer
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Conversations, uploads and handoffs in a SQLite file, so that they outlive the server, however it ends.
///
/// What is recorded is written in groups by one thread: as many changes as came while the last group went to the disk
/// are one transaction. A change is settled when it is where neither a crash of the process nor of the machine takes it
/// (write-ahead log, synchronous). A group that cannot be written leaves nothing, and the next one is tried as if
/// nothing had happened; so a full disk is over as soon as there is room.
package final class ConversationFile: ConversationStore, WorkStore {
    struct State {
        var queue: [Write] = []
        var isWriting = false
        /// Handoffs that could not be written yet, by key; only the latest of each counts.
        var unsavedWork: [String: String?] = [:]
    }

    /// The largest file whose every page is looked at when it is opened; it takes about a second a gigabyte.
    private static let checkedSize = 256 << 20

    let state = Mutex(State())
    /// File calls block; they have a thread of their own and not one of the cooperative pool.
    let queue = DispatchQueue(label: "conversation-file")
    /// Used on ``queue`` only, once open.
    nonisolated(unsafe) let database: Database
    let path: String

    /// What is wrong with the file as far as was looked at when it was opened; what can be read still is.
    package let damage: StoreError?

    /// Opens a file, made when it is missing; no other server may have it open, and nobody but its owner may read it.
    ///
    /// - Throws: ``StoreError`` when it cannot be opened, is no such file, or another program has it.
    package init(_ path: String) throws(StoreError) {
        self.path = path
        try Self.protect(path)
        database = try Database(path)
        try Schema.prepare(database, at: path)
        damage = Self.damage(of: database, at: path)
    }

    /// Makes a new file so that only its owner can read it, whatever the umask, or an old one so.
    ///
    /// SQLite gives the files beside it the same permissions. An old file is not opened for that: closing it would take
    /// away the locks that this process has on it.
    private static func protect(_ path: String) throws(StoreError) {
        let new = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if new >= 0 {
            fchmod(new, 0o600)
            close(new)
            return
        }
        guard errno == EEXIST else {
            throw StoreError(.failed, "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        if stat(path, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR: throw StoreError(.failed, "\(path) is a folder; the store is a file")
            default: throw StoreError(.failed, "\(path) is no regular file; the store is one")
            }
        }
        // Whoever may write a file of somebody else cannot change its permissions, and need not. What a run that was
        // killed has left beside it has the permissions of then.
        for ending in ["", "-wal", "-shm", "-journal"] { _ = chmod(path + ending, 0o600) }
    }

    private static func damage(of database: Database, at path: String) -> StoreError? {
        do throws(StoreError) {
            let pages = try database.run("PRAGMA page_count").first?.first?.integer ?? 0
            guard pages * 4096 <= checkedSize else { return nil }
            let found = try database.run("PRAGMA quick_check(1)").first?.first?.text
            return found == "ok" ? nil : StoreError(.damaged, "\(path) is damaged: \(found ?? "unreadable")")
        } catch {
            return error
        }
    }

    /// Writes what was recorded and closes the file; everything recorded later fails.
    package func finish() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                database.close()
                continuation.resume()
            }
        }
    }

    /// Runs a closure with the database on the file's thread.
    @discardableResult
    func onQueue<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let result = await withCheckedContinuation { continuation in
            queue.async { [self] in
                var result: Swift.Result<Result, StoreError>
                do throws(StoreError) {
                    result = .success(try body(database))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// The first eight bytes of the SHA-256 of a content, by which a damaged one is known.
    static func digest(of content: [UInt8]) -> Int64 {
        SHA256.hash(data: content).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
}
