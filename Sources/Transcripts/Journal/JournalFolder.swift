public import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder in which a program keeps its journals.
public struct JournalFolder: Hashable, Sendable {
    /// A journal without what it holds.
    public struct Entry: Hashable, Sendable {
        /// The file.
        public let path: String
        /// How many bytes it has.
        public let size: Int
        /// When it was last written.
        public let modifiedAt: Timestamp
        /// Whether a program still writes it.
        public let isLive: Bool
        /// Whether its end is there; false for a live one, and for one that was cut off.
        public let isFinished: Bool
    }

    /// How many journals to keep.
    public struct Retention: Hashable, Sendable {
        /// How long a journal is kept.
        public var age: Duration
        /// How many bytes all of them may have together.
        public var bytes: Int

        /// A retention; by default thirty days and a gigabyte.
        public init(age: Duration = .seconds(30 * 86_400), bytes: Int = 1 << 30) {
            self.age = age
            self.bytes = bytes
        }

        /// The journals to be removed: those that are too old, then the oldest until the rest fits.
        ///
        /// Journals that are still written stay, whatever they take.
        public func expired(among entries: [Entry], at now: Timestamp) -> [Entry] {
            let limit = now.milliseconds - Int64(age / .milliseconds(1))
            var total = entries.reduce(0) { $0 + $1.size }
            return entries.sorted { $0.modifiedAt < $1.modifiedAt }.filter { entry in
                guard !entry.isLive, entry.modifiedAt.milliseconds < limit || total > bytes else { return false }
                total -= entry.size
                return true
            }
        }
    }

    /// The folder.
    public let path: String

    /// A folder, which need not be there yet.
    public init(_ path: String) { self.path = path }

    /// The path for a journal that begins now.
    ///
    /// - Parameters:
    ///   - instant: The present time, which the name begins with, so that names are in the order of time.
    ///   - tag: Something that no other journal of the same second has.
    /// - Returns: The path; nothing is there yet.
    public func newPath(at instant: Timestamp, tag: String) -> String {
        let time = instant.text.prefix(19).filter { $0 != ":" && $0 != "-" }
        return "\(path)/\(time)Z-\(tag).jsonl"
    }

    /// The journals in the order of their names, which is that of their beginnings.
    ///
    /// - Throws: ``TranscriptError`` when the folder cannot be read; one that is not there holds none.
    public func entries() throws(TranscriptError) -> [Entry] {
        guard let directory = opendir(TranscriptFile.expanded(path)) else {
            if errno == ENOENT { return [] }
            throw .system(errno, doing: "cannot read", file: path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".jsonl") { names.append(name) }
        }
        return names.sorted().compactMap { Self.entry("\(path)/\($0)") }
    }

    /// The journals that were cut off, for a hint at the next start.
    public func unfinished() throws(TranscriptError) -> [Entry] {
        try entries().filter { !$0.isFinished && !$0.isLive }
    }

    /// Removes journals that need no longer be kept.
    ///
    /// - Returns: Those that were removed.
    public func prune(_ retention: Retention, at now: Timestamp) throws(TranscriptError) -> [Entry] {
        retention.expired(among: try entries(), at: now).filter { unlink(TranscriptFile.expanded($0.path)) == 0 }
    }

    /// Nil for what is gone in the meantime, and for what is no regular file.
    private static func entry(_ path: String) -> Entry? {
        guard let descriptor = try? TranscriptFile.openedForReading(path) else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        // Its writer holds the lock as long as it lives; a lock that we can share means that there is none.
        let isLive = flock(descriptor, LOCK_SH | LOCK_NB) != 0
        #if canImport(Darwin)
        let modified = status.st_mtimespec
        #else
        let modified = status.st_mtim
        #endif
        let size = Int(status.st_size)
        return Entry(
            path: path,
            size: size,
            modifiedAt: Timestamp(milliseconds: Int64(modified.tv_sec) * 1000 + Int64(modified.tv_nsec) / 1_000_000),
            isLive: isLive,
            isFinished: !isLive && hasEnd(descriptor, size: size)
        )
    }

    /// Whether the last line is the mark with which journals end; it is short, whatever comes before.
    private static func hasEnd(_ descriptor: Int32, size: Int) -> Bool {
        var tail = [UInt8](repeating: 0, count: min(size, 512))
        let count = tail.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(size - $0.count)) }
        let line = tail.prefix(max(0, count)).split(separator: 0x0A).last ?? []
        guard case .object(let object)? = try? JSONValue(parsing: Array(line)) else { return false }
        return object["name"]?.string == TranscriptJournal.Mark.end.rawValue
    }
}
