import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Transcripts on disk.
public enum TranscriptFile {
    /// Files beyond this many bytes are refused: they would not fit into memory several times.
    static let sizeLimit = 256 << 20

    /// Reads a file of any ``TranscriptForm``.
    ///
    /// Blocks until the file is read; call it from a thread that may block.
    ///
    /// - Parameter path: The file; `~` stands for the home folder.
    /// - Returns: The transcript, with the repairs that it needed.
    /// - Throws: ``TranscriptError``, one clear line.
    public static func read(_ path: String) throws(TranscriptError) -> Transcript {
        try transcript(bytes(of: path), of: path)
    }

    /// The transcript in the bytes of a file, with the files that it names beside itself.
    package static func transcript(_ bytes: [UInt8], of path: String) throws(TranscriptError) -> Transcript {
        var transcript = try Transcript(parsing: bytes, name: path)
        transcript.addFiles(beside: path)
        return transcript
    }

    /// Writes a file so that it holds either all of the transcript or what it held before.
    ///
    /// The bytes go to a temporary file in the same folder, which takes the name once they are on disk. A file that was
    /// there keeps its permissions, a new one is its owner's alone: a conversation is private until somebody shares it. A
    /// link is followed. Blocks until the disk has it.
    ///
    /// - Parameters:
    ///   - transcript: What to write.
    ///   - path: The file; `~` stands for the home folder.
    ///   - format: The shape, by default the one that goes with the name.
    /// - Throws: ``TranscriptError``, one clear line; the temporary file is gone by then.
    public static func write(
        _ transcript: Transcript,
        to path: String,
        as format: TranscriptFormat? = nil
    ) throws(TranscriptError) {
        let bytes = transcript.serialized(as: format ?? TranscriptFormat(forFile: path))
        try write(bytes, into: AtomicFile(replacing: path, for: .owner))
    }

    /// Writes bytes so that a file holds either all of them or what it held before; see ``write(_:to:as:)``.
    ///
    /// A new file is made as other programs make them, for whom the umask lets. A pipe or a device gets the bytes.
    package static func write(_ bytes: [UInt8], to path: String) throws(TranscriptError) {
        try write(bytes, into: AtomicFile(replacing: path, takesPipes: true))
    }

    /// Writes bytes that hold a secret: a new file is its owner's alone, whatever the umask.
    package static func writeSecret(_ bytes: [UInt8], to path: String) throws(TranscriptError) {
        try write(bytes, into: AtomicFile(replacing: path, for: .owner))
    }

    /// Finds out whether a file can be written at a place, and leaves nothing there.
    ///
    /// - Throws: ``TranscriptError``, the one that writing would throw.
    package static func checkCreatable(_ path: String) throws(TranscriptError) {
        var file = try AtomicFile(replacing: path, for: .owner)
        file.discard()
    }

    /// As ``write(_:to:)``; a new file is its owner's alone.
    package static func write(private bytes: [UInt8], to path: String) throws(TranscriptError) {
        try write(bytes, into: AtomicFile(replacing: path, for: .owner))
    }

    private static func write(_ bytes: [UInt8], into file: consuming AtomicFile) throws(TranscriptError) {
        do throws(TranscriptError) {
            try file.write(bytes)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }

    private static let recordedTypes: Set<ActivityType> = [
        .message, .event, .conversationUpdate, .endOfConversation, .typing, .trace, .invoke, .handoff,
    ]

    /// Finds out whether a transcript may be written to a file, before there is anything to lose.
    ///
    /// A file that is there stays unless the person says otherwise, and even then only a transcript is replaced.
    ///
    /// - Parameters:
    ///   - path: The file; `~` stands for the home folder.
    ///   - isForced: Whether a transcript that is there may be replaced.
    /// - Throws: ``TranscriptError``, the one that writing would throw, or one that says what is in the way.
    package static func checkWritable(_ path: String, isForced: Bool) throws(TranscriptError) {
        try TranscriptFormat.checkEnding(ofFile: path)
        var file = try AtomicFile(replacing: path)
        file.discard()
        guard let size = size(of: path), size > 0 else { return }
        // One activity tells, and a long recording is not read as a whole before a chat. Other JSON may have a type too.
        var isTranscript = false
        do throws(TranscriptError) {
            _ = try forEachActivity(in: path == "-" ? "./-" : path) { activity in
                isTranscript = activity.type.map(recordedTypes.contains) ?? false
                return !isTranscript
            }
        } catch {
            // What is there cannot be known, so it stays.
            guard error.code == .malformed else { throw error }
        }
        if !isTranscript, let there = try? read(path) {
            isTranscript = there.activities.isEmpty && there.repairs.isEmpty
        }
        guard isTranscript else {
            throw TranscriptError(
                .notPermitted,
                file: path,
                reason: "cannot write: what is there is no transcript, and stays; take another name"
            )
        }
        guard isForced else {
            throw TranscriptError(.notPermitted, file: path, reason: "is there already; --force replaces it")
        }
    }

    /// The one place that a file has, however its name is written; nil while there is no such file.
    package static func place(of path: String) -> String? {
        guard let resolved = realpath(expanded(path), nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A path with a leading `~` replaced by the home folder.
    static func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
        return String(cString: home) + path.dropFirst()
    }

    /// The bytes of a file, whatever they hold.
    ///
    /// Blocks until the file is read.
    ///
    /// - Parameters:
    ///   - path: The file; `~` stands for the home folder.
    ///   - takesPipes: Whether it may be a pipe, which is read until its writers have closed it.
    /// - Returns: All of it.
    /// - Throws: ``TranscriptError``, one clear line; devices and folders are refused.
    package static func bytes(of path: String, takesPipes: Bool = false) throws(TranscriptError) -> [UInt8] {
        let descriptor = try openedForReading(path, takesPipes: takesPipes)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, doing: "cannot read", file: path) }
        guard status.st_size <= sizeLimit else { throw .tooLarge(file: path) }
        return try bytes(from: descriptor, expecting: Int(status.st_size), named: path)
    }

    /// Whether anything has the name, be it a folder or a link to nowhere.
    package static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(expanded(path), &status) == 0
    }

    /// How many bytes a regular file has; nil for what is none.
    package static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(expanded(path), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// A descriptor of a regular file, or of a pipe where one may be read.
    ///
    /// Opening a pipe waits for its writer, as every program does that reads a file.
    static func openedForReading(_ path: String, takesPipes: Bool = false) throws(TranscriptError) -> Int32 {
        // Non-blocking, so that opening a pipe without a writer does not hang; it changes nothing for a file.
        var descriptor = open(expanded(path), O_RDONLY | O_CLOEXEC | (takesPipes ? 0 : O_NONBLOCK))
        // A socket cannot be opened by its name, and a file of another user not again.
        if descriptor < 0, takesPipes, isStandardInput(path) { descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) }
        guard descriptor >= 0 else { throw .system(errno, doing: "cannot open", file: path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, isReadable(status, descriptor, takesPipes: takesPipes) else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            close(descriptor)
            if isFolder { throw .system(EISDIR, doing: "cannot read", file: path) }
            throw TranscriptError(.inputOutput, file: path, reason: "cannot read: it is not a regular file")
        }
        return descriptor
    }

    /// Whether a name stands for standard input.
    package static func isStandardInput(_ path: String) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path)
    }

    /// Devices have no end, but for a terminal and the one that is nothing else.
    private static func isReadable(_ status: stat, _ descriptor: Int32, takesPipes: Bool) -> Bool {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return true
        case S_IFIFO, S_IFSOCK: return takesPipes
        case S_IFCHR:
            var null = stat()
            let isNull = stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev
            return takesPipes && (isatty(descriptor) == 1 || isNull)
        default: return false
        }
    }

    /// The bytes of standard input, to its end.
    ///
    /// Blocks until whoever writes there has closed it.
    ///
    /// - Returns: All of them.
    /// - Throws: ``TranscriptError``, one clear line.
    package static func standardInput() throws(TranscriptError) -> [UInt8] {
        try bytes(from: STDIN_FILENO, expecting: 0, named: "standard input")
    }

    private static func bytes(
        from descriptor: Int32,
        expecting count: Int,
        named name: String
    ) throws(TranscriptError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 1)
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= sizeLimit {
            let count = block.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count == 0 { return bytes }
            if count > 0 {
                bytes += block[..<count]
            } else if errno != EINTR {
                throw .system(errno, doing: "cannot read", file: name)
            }
        }
        throw .tooLarge(file: name)
    }
}

extension TranscriptError {
    static func tooLarge(file: String) -> TranscriptError {
        TranscriptError(.malformed, file: file, reason: "larger than \(TranscriptFile.sizeLimit >> 20) MB")
    }
}
