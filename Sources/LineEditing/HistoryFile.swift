#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The lines of earlier sessions: one JSON string a line, the newest last, readable by its owner only.
///
/// Sessions that run beside each other do not overwrite one another: each line is appended at once and in one piece,
/// and the file is shortened in place under a lock.
struct HistoryFile {
    let path: String

    /// The newest entries.
    ///
    /// Shortens the file when it has grown to twice the number that is kept.
    func load(keeping capacity: Int) throws(LineEditorError) -> [String] {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw failure("read")
        }
        defer { close(descriptor) }
        flock(descriptor, LOCK_EX)
        let lines = try contents(of: descriptor).split(separator: UInt8(ascii: "\n"))
        let kept = lines.suffix(capacity)
        if lines.count >= 2 * capacity { replaceContents(of: descriptor, with: kept) }
        return kept.compactMap { JSONText.decode($0) }
    }

    /// Adds an entry.
    func append(_ entry: String) throws(LineEditorError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write") }
        defer { close(descriptor) }
        flock(descriptor, LOCK_EX)
        let line = Array((JSONText.encode(entry) + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count else { throw failure("write") }
    }

    private func contents(of descriptor: Int32) throws(LineEditorError) -> [UInt8] {
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return contents }
            guard count > 0 else { throw failure("read") }
            contents.append(contentsOf: buffer[..<count])
        }
    }

    /// Writes before it cuts, so that a crash between the two loses nothing.
    private func replaceContents(of descriptor: Int32, with lines: ArraySlice<ArraySlice<UInt8>>) {
        let bytes = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
        if pwrite(descriptor, bytes, bytes.count, 0) == bytes.count { ftruncate(descriptor, off_t(bytes.count)) }
    }

    private func failure(_ action: String) -> LineEditorError {
        LineEditorError(.historyFile, "Cannot \(action) the history in \(path): \(String(cString: strerror(errno)))")
    }
}
