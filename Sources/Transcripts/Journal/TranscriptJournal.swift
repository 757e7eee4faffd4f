public import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The record of a conversation while it happens: a file that only grows, an activity a line.
///
/// What ``append(_:)`` has taken is there after the process is killed, what ``endTurn()`` has confirmed is there after
/// the power fails. Append an activity before showing it, so that nothing shown is missing. The file is JSON lines that
/// every reader of transcripts takes; it begins and ends with a trace of the journal's own. Memory does not grow with
/// the conversation. All calls block; give a journal to one thread or actor that may.
public struct TranscriptJournal: ~Copyable {
    /// How large a journal may grow unless told otherwise.
    public static let standardSizeLimit = 64 << 20

    /// The names of the journal's own traces.
    enum Mark: String {
        case start = "baton.journal.start"
        case end = "baton.journal.end"
        /// A step of filling in a card, which is in no message yet.
        case card = "baton.journal.card"
    }

    /// The file.
    public let path: String
    private let sizeLimit: Int
    private var descriptor: Int32
    private var size: Int
    private var hasUnsynced = false
    private var redactor: TranscriptRedactor

    /// Begins a journal in a file that is not there yet, readable by its owner alone.
    ///
    /// - Parameters:
    ///   - path: The file; `~` stands for the home folder.
    ///   - subject: With whom the conversation is, for lists of journals.
    ///   - instant: The present time.
    ///   - sizeLimit: How many bytes it may hold.
    ///   - redactor: What is masked; by default only members that are called as secrets are.
    /// - Throws: ``TranscriptError``, one clear line.
    public init(
        creating path: String,
        subject: String,
        at instant: Timestamp,
        sizeLimit: Int = standardSizeLimit,
        redactor: TranscriptRedactor = TranscriptRedactor(scope: .secrets)
    ) throws(TranscriptError) {
        let file = TranscriptFile.expanded(path)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, doing: "cannot begin the journal", file: path) }
        // Held until the process ends, however it ends: so that others tell a live journal from one that was cut.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        var redactor = redactor
        let first = Self.line(Self.mark(.start, ["subject": .string(subject)], at: instant), &redactor)
        do throws(TranscriptError) {
            try Self.write(first, to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw .system(errno, doing: "cannot write the journal", file: path) }
        } catch {
            close(descriptor)
            unlink(file)
            throw error
        }
        self.path = path
        self.sizeLimit = sizeLimit
        self.descriptor = descriptor
        self.redactor = redactor
        size = first.count
        Self.syncFolder(of: file)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds an activity; once this returns it outlives the process.
    ///
    /// - Throws: ``TranscriptError`` when the disk or the journal is full; the file then ends with the activity before,
    ///   and later ones may be tried again.
    public mutating func append(_ activity: Activity) throws(TranscriptError) {
        let line = Self.line(activity, &redactor)
        guard size + line.count <= sizeLimit else {
            throw TranscriptError(.noSpace, file: path, reason: "the journal may hold \(sizeLimit) bytes and is full")
        }
        guard descriptor >= 0 else { throw TranscriptError(.inputOutput, file: path, reason: "the journal is closed") }
        do throws(TranscriptError) {
            try Self.write(line, to: descriptor, path)
        } catch {
            // Half a line would spoil the one that comes after it.
            ftruncate(descriptor, off_t(size))
            throw error
        }
        size += line.count
        hasUnsynced = true
    }

    /// Confirms what was added; once this returns it outlives the machine's power.
    public mutating func endTurn() throws(TranscriptError) {
        guard hasUnsynced else { return }
        guard fsync(descriptor) == 0 else { throw .system(errno, doing: "cannot write the journal", file: path) }
        hasUnsynced = false
    }

    /// Ends the journal, so that it is not taken for one that was cut off.
    public mutating func finish(at instant: Timestamp) throws(TranscriptError) {
        guard descriptor >= 0 else { return }
        try append(Self.mark(.end, [:], at: instant))
        try endTurn()
        close(descriptor)
        descriptor = -1
    }

    private static func line(_ activity: Activity, _ redactor: inout TranscriptRedactor) -> [UInt8] {
        redactor.redacted(activity).jsonValue.serialized() + [0x0A]
    }

    private static func write(_ line: [UInt8], to descriptor: Int32, _ path: String) throws(TranscriptError) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system(errno, doing: "cannot write the journal", file: path)
            }
        }
    }

    static func mark(_ mark: Mark, _ value: JSONObject, at instant: Timestamp) -> Activity {
        var activity = Activity(type: .trace)
        activity.name = mark.rawValue
        activity.timestamp = instant.text
        if !value.isEmpty { activity.value = .object(value) }
        return activity
    }

    /// The name of a new file is on disk only when the folder is.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }
}

extension TranscriptJournal {
    /// What a journal holds.
    public struct Recovery: Hashable, Sendable {
        /// The conversation, without the journal's own traces.
        public let transcript: Transcript
        /// With whom it was.
        public let subject: String?
        /// When it began.
        public let startedAt: Timestamp?
        /// Whether the journal was ended; else the program that wrote it was cut off, or still writes.
        public let isFinished: Bool
    }

    /// Reads a journal as far as it is whole.
    ///
    /// - Parameter path: The file; `~` stands for the home folder.
    /// - Returns: The conversation; what could not be read is told in its repairs.
    /// - Throws: ``TranscriptError``, one clear line; also for files that are no journals.
    public static func recover(_ path: String) throws(TranscriptError) -> Recovery {
        try recover(path, takesPipes: false)
    }

    /// As ``recover(_:)``, also from a pipe, which is read until its writers have closed it.
    package static func recover(_ path: String, takesPipes: Bool) throws(TranscriptError) -> Recovery {
        var activities: [Activity] = []
        var start: Activity?
        var isFinished = false
        let repairs = try TranscriptFile.forEachActivity(in: path, takesPipes: takesPipes, onBytes: { _ in }) {
            activity in
            switch activity.type == .trace ? activity.name.flatMap(Mark.init(rawValue:)) : nil {
            case .start?: start = start ?? activity
            case .end?: isFinished = true
            case .card?: break
            case nil: activities.append(activity)
            }
            return true
        }
        guard let start else { throw TranscriptError(.malformed, file: path, reason: "it is no journal") }
        // A line of the user is journaled as it is sent, and again as the service gave it back, with id and time.
        let returned = Set(activities.lazy.filter { $0.id != nil }.compactMap(\.clientActivityID))
        activities.removeAll { $0.id == nil && $0.clientActivityID.map(returned.contains) == true }
        var transcript = Transcript(activities: activities)
        transcript.repairs = repairs
        return Recovery(
            transcript: transcript,
            subject: start.value?["subject"]?.string,
            startedAt: start.time,
            isFinished: isFinished
        )
    }
}
