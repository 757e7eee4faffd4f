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
    ///   - takesPipes: Whether it may be a pipe.
    ///   - onBytes: Told how many bytes were read, every megabyte.
    ///   - onSession: Told of each session of an export before its first activity.
    ///   - body: Takes the next activity, and answers whether to go on.
    /// - Returns: What had to be mended or left out.
    /// - Throws: ``TranscriptError``, one clear line.
    package static func forEachActivity(
        in path: String,
        takesPipes: Bool = false,
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
        let descriptor = try openedForReading(path, takesPipes: takesPipes)
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
        // A small file that holds no activities is read whole: that tells best why.
        var small: [UInt8]? = []
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
            if stream?.isTranscript == true || total > 1 << 20 { small = nil }
            onBytes(total)
            if stream == nil {
                var start = Array(bytes)
                // A pipe gives what there is, and the kind of a text shows only in some of it.
                while count > 0, start.count < 4096, try fill(&start, from: descriptor, named: name) {}
                let text = SourceText(start).bytes
                guard TextKind(of: text, named: name) == .json, !ExportRecord.isList(text),
                    !ForeignDocument.isStart(text)
                else {
                    while try fill(&start, from: descriptor, named: name) {
                        guard start.count <= sizeLimit else { throw .tooLarge(file: name) }
                    }
                    let isFile = descriptor != STDIN_FILENO
                    let transcript =
                        try isFile ? transcript(start, of: name) : Transcript(parsing: start, name: name)
                    let starts = transcript.sessionsByStart
                    _ = transcript.activities.enumerated().allSatisfy { index, activity in
                        if let session = starts[index] { onSession(session) }
                        return body(activity)
                    }
                    return transcript.repairs
                }
                stream = ActivityStream(startOf: start)
                small = start
                total += start.count - count
                let activities = stream?.take(start[...]) ?? []
                guard activities.allSatisfy(body) else { break }
                if count > 0 { continue }
            } else {
                small?.append(contentsOf: bytes)
            }
            let activities = (count == 0 ? stream?.finish() : stream?.take(bytes)) ?? []
            guard activities.allSatisfy(body), count > 0, stream?.isRefused == false else { break }
        }
        guard let stream, stream.isTranscript else {
            guard let small else {
                throw TranscriptError(
                    .malformed,
                    file: name,
                    reason: stream?.refusal ?? "expected activities, found none"
                )
            }
            let transcript = try Transcript(parsing: small, name: name)
            _ = transcript.activities.allSatisfy(body)
            return transcript.repairs
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
    /// How many objects were taken for activities.
    private var activityCount = 0
    /// The lists and objects in which the next value is.
    private var levels: [Level] = []
    /// Whether a list of activities was found under a name of its own, of which a file has one.
    private var hasOwnList = false
    /// What was read before there was an activity for certain.
    private var doubtful: [Activity] = []
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

    private struct Level {
        let isList: Bool
        let key: String?
        /// Whether activities are taken from it; nil until its first element tells.
        var isTaken: Bool?
    }

    /// Whether this is a transcript.
    var isTranscript: Bool { shapes.evidence.isCertain }
    /// Whether reading on is in vain.
    var isRefused: Bool { shapes.evidence.isRefused }
    /// Why it is no transcript.
    var refusal: String { shapes.evidence.refusal }

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
                guard let place = place(of: value) else { break }
                let path = "$[\(activityCount + found.count)]"
                do throws(ShapeReader.Mismatch) {
                    found += try shapes.streamed(value, at: path, in: place)
                } catch {
                    shapes.log.note(path, error.reason + "; left out")
                    shapes.evidence.doubt(error.reason)
                }
            case .value(let value, let key?, _):
                if ShapeReader.isNextLink(key), value.string?.isEmpty == false { shapes.noteNextPage() }
            case .remark(let offset, let text, let isCut):
                shapes.log.note("byte \(offset + shift)", text, isCut: isCut)
            case .open(let isList, let key): levels.append(level(isList, key))
            case .close: _ = levels.popLast()
            }
        }
        activityCount += found.count
        guard isTranscript else {
            doubtful = isRefused ? [] : doubtful + found
            return []
        }
        defer { doubtful = [] }
        return doubtful + found
    }

    private func level(_ isList: Bool, _ key: String?) -> Level {
        let isNamed = key.map(ActivityScanner.isListName) ?? false
        let isOwn = levels.count == 1 && !levels[0].isList && !hasOwnList
        return Level(isList: isList, key: key, isTaken: levels.isEmpty || isNamed ? true : isOwn ? nil : false)
    }

    /// Where a value stands; nil where no activity does.
    private mutating func place(of value: JSONValue) -> ShapeReader.Place? {
        guard let last = levels.indices.last else { return .root }
        if levels[last].isTaken == nil {
            let object = value.object
            levels[last].isTaken = object.map { shapes.isEnvelope($0) || TranscriptEvidence.isActivity($0) } ?? false
            hasOwnList = levels[last].isTaken == true
        }
        guard levels[last].isTaken == true else { return nil }
        return levels[last].key.map(ActivityScanner.isListName) == true ? .namedList : .list
    }
}
