public import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension TranscriptFile {
    /// Reads a file of JSON activity by activity, in memory that does not grow with the file.
    ///
    /// Every form is read, damaged files too; of the records of Dataverse, which come in any order, one is held at a
    /// time. `.chat` files are read whole, and so are records that come through a pipe. Blocks until the file is read.
    ///
    /// - Parameters:
    ///   - path: The file; `~` stands for the home folder.
    ///   - body: Takes the next activity, in the order of the file, and answers whether to go on.
    /// - Returns: What had to be mended or left out; what follows a stop is not looked at.
    /// - Throws: ``TranscriptError``, one clear line; also when the file holds no activities at all.
    public static func forEachActivity(
        in path: String,
        _ body: (Activity) -> Bool
    ) throws(TranscriptError) -> [TranscriptRepair] {
        try forEachActivity(in: path, onBytes: { _ in }, body)
    }

    /// As ``forEachActivity(in:_:)``, and tells how far it is.
    ///
    /// - Parameters:
    ///   - path: The file, or `-` for standard input.
    ///   - onBytes: Told how many bytes were read, every megabyte.
    ///   - onSession: Told of each session of an export before its first activity.
    ///   - body: Takes the next activity, and answers whether to go on.
    /// - Returns: What had to be mended or left out.
    /// - Throws: ``TranscriptError``, one clear line.
    package static func forEachActivity(
        in path: String,
        onBytes: (Int) -> Void,
        onSession: (TranscriptSession) -> Void = { _ in },
        _ body: (Activity) -> Bool
    ) throws(TranscriptError) -> [TranscriptRepair] {
        guard path != "-" else {
            return try forEachActivity(from: STDIN_FILENO, named: "standard input", onBytes, onSession, body)
        }
        if isLargerThanHeld(path), let repairs = try eachActivityOfTable(path, onBytes, onSession, body) {
            return repairs
        }
        let descriptor = try openedForReading(path)
        defer { close(descriptor) }
        return try forEachActivity(from: descriptor, named: path, onBytes, onSession, body)
    }

    private static func isLargerThanHeld(_ path: String) -> Bool { (size(of: path) ?? 0) > OpenTranscript.wholeLimit }

    /// Reads a large table, or the records of a large export; nil where the file holds activities in JSON.
    private static func eachActivityOfTable(
        _ path: String,
        _ onBytes: (Int) -> Void,
        _ onSession: (TranscriptSession) -> Void,
        _ body: (Activity) -> Bool
    ) throws(TranscriptError) -> [TranscriptRepair]? {
        let open = try OpenTranscript(path)
        guard !open.isPlain else { return nil }
        try open.forEach(onBytes: onBytes) { piece in
            switch piece {
            case .part: return true
            case .session(let session):
                onSession(session)
                return true
            case .activity(let activity): return body(activity)
            }
        }
        return open.outline.repairs
    }

    private static func forEachActivity(
        from descriptor: Int32,
        named name: String,
        _ onBytes: (Int) -> Void,
        _ onSession: (TranscriptSession) -> Void,
        _ body: (Activity) -> Bool
    ) throws(TranscriptError) -> [TranscriptRepair] {
        var block = [UInt8](repeating: 0, count: 1 << 20)
        var stream: ActivityStream?
        var total = 0
        while true {
            let count = block.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count < 0 {
                guard errno == EINTR else { throw .system(errno, doing: "cannot read", file: name) }
                continue
            }
            let bytes = block[..<count]
            total += count
            onBytes(total)
            if stream == nil {
                var start = Array(bytes)
                // A pipe gives what there is, and the kind of a text shows only in some of it.
                while count > 0, start.count < 4096, try fill(&start, from: descriptor, named: name) {}
                let text = SourceText(start).bytes
                guard TextKind(of: text, named: name) == .json, !ExportRecord.isList(text) else {
                    while try fill(&start, from: descriptor, named: name) {
                        guard start.count <= sizeLimit else { throw .tooLarge(file: name) }
                    }
                    let transcript = try Transcript(parsing: start, name: name)
                    let starts = transcript.sessionsByStart
                    _ = transcript.activities.enumerated().allSatisfy { index, activity in
                        if let session = starts[index] { onSession(session) }
                        return body(activity)
                    }
                    return transcript.repairs
                }
                stream = ActivityStream(startOf: start)
                let activities = stream?.take(start[...]) ?? []
                guard activities.allSatisfy(body) else { break }
                if count > 0 { continue }
            }
            let activities = (count == 0 ? stream?.finish() : stream?.take(bytes)) ?? []
            guard activities.allSatisfy(body), count > 0 else { break }
        }
        guard let stream, stream.activityCount > 0 else {
            throw TranscriptError(.malformed, file: name, reason: "expected activities, found none")
        }
        return stream.repairs
    }

    /// Reads a little more; false at the end.
    private static func fill(
        _ bytes: inout [UInt8],
        from descriptor: Int32,
        named name: String
    ) throws(TranscriptError) -> Bool {
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = block.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count >= 0 {
                bytes += block[..<count]
                return count > 0
            }
            guard errno == EINTR else { throw .system(errno, doing: "cannot read", file: name) }
        }
    }
}

/// Turns blocks of a file into activities.
struct ActivityStream {
    private(set) var activityCount = 0
    private var scanner = ActivityScanner()
    private var shapes = ShapeReader()
    /// Who speaks shows in what is said later, so that the first activities wait for one another.
    private var evidence = AuthorEvidence()
    private var held: [Activity]? = []
    static let holdLimit = 512
    /// What was learned of the whole file in advance; then nothing waits.
    private let knowledge: AuthorEvidence?
    /// What surrounds the activities.
    private(set) var shape = StreamShape()
    private var decoder: UTF16Decoder?
    /// How many bytes of a mark are still to be skipped.
    private var markLength: Int
    private let shift: Int

    init(startOf block: [UInt8], knowing knowledge: AuthorEvidence? = nil) {
        self.knowledge = knowledge
        if block.starts(with: [0xEF, 0xBB, 0xBF]) {
            markLength = 3
        } else if let order = UTF16Order(startOf: block) {
            markLength = order.hasMark ? 2 : 0
            decoder = UTF16Decoder(order)
            shapes.log.note("byte 0", "UTF-16 text; offsets count in its UTF-8 form")
        } else {
            markLength = 0
        }
        shift = decoder == nil ? markLength : 0
        if shift > 0 { shapes.log.note("byte 0", "a byte order mark before UTF-8, skipped") }
    }

    /// What was mended so far.
    var repairs: [TranscriptRepair] { shapes.log.repairs }

    mutating func take(_ block: ArraySlice<UInt8>) -> [Activity] {
        let rest = block.dropFirst(markLength)
        markLength = 0
        return resolved(activities(in: scanner.take(decoder?.decode(rest) ?? Array(rest))), isLast: false)
    }

    mutating func finish() -> [Activity] {
        var last = activities(in: scanner.take(decoder?.finish() ?? []))
        last += activities(in: scanner.finish())
        if decoder?.hasOddByte == true { shapes.log.note("the end", "the file ends within a UTF-16 unit") }
        last = resolved(last, isLast: true)
        shapes.userNumber = (knowledge ?? evidence).userNumber
        shapes.finish()
        return last
    }

    private mutating func resolved(_ activities: [Activity], isLast: Bool) -> [Activity] {
        var next = activities
        if let knowledge {
            knowledge.lay(into: &next)
            return next
        }
        if let held {
            next = held + activities
            // Most files say it, and are read as they come.
            let isOpen = next.contains(where: AuthorEvidence.isOpen)
            guard isLast || next.count >= Self.holdLimit || !isOpen else {
                self.held = next
                return []
            }
            self.held = isOpen ? nil : []
        }
        evidence.resolve(&next)
        return next
    }

    private mutating func activities(in pieces: [ActivityScanner.Piece]) -> [Activity] {
        var found: [Activity] = []
        for piece in pieces {
            shape.note(piece)
            switch piece {
            case .value(let value, key: nil, _):
                let path = "$[\(activityCount + found.count)]"
                do throws(ShapeReader.Mismatch) {
                    found += try shapes.streamed(value, at: path)
                } catch {
                    shapes.log.note(path, error.reason + "; left out")
                }
            case .remark(let offset, let text): shapes.log.note("byte \(offset + shift)", text)
            case .open, .close, .value: break
            }
        }
        activityCount += found.count
        return found
    }
}
