package import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A transcript that is open for being gone through, as often as is needed.
///
/// A small file is read at once. Of a larger one an activity is held at a time; of an export one of its records, with an
/// index of where each record stands, since they come in any order. What comes through a pipe and is large is kept
/// in a file that has no name. Mock conversations, tables in UTF-16 and exports of other shapes are read whole, up to
/// 256 MB.
package final class OpenTranscript {
    /// What comes next in a transcript.
    package enum Piece {
        /// A record of an export begins, or what is none.
        case part(ExportRecord?)
        /// A session begins with the next activity.
        case session(TranscriptSession)
        /// An activity.
        case activity(Activity)
    }

    /// Files up to this many bytes are read at once.
    package static let wholeLimit = 1 << 20
    /// Within so many bytes the beginning of a large file tells what it is; a record of an export has a megabyte.
    private static let beginningLimit = 4 << 20
    static let blockSize = 1 << 18

    enum Content {
        case whole(Transcript, bytes: [UInt8])
        /// What is small and no transcript, for whoever tells what is wrong with it.
        case unreadable(TranscriptError, bytes: [UInt8])
        /// Activities one after the other, in JSON.
        case plain
        case records(RecordIndex)
        /// A table of ours, whose rows are activities.
        case rows(separator: UInt8, header: [String], column: Int)
    }

    /// The file's name, as the caller gave it.
    package let name: String
    let file: RereadableFile
    let content: Content
    /// What was learned of who speaks, where the beginning leaves that open.
    private(set) var evidence: AuthorEvidence?
    private var isOpen: Bool?
    /// Whether an object holds the activities, which may have members behind them.
    var hasEnvelope = false
    /// What the file tells besides its activities; complete once it was gone through to its end.
    package internal(set) var outline: TranscriptOutline

    /// Opens a file and finds out what it is.
    ///
    /// Blocks while a small file or a pipe is read.
    ///
    /// - Parameters:
    ///   - path: The file; `-` is standard input, `~` stands for the home folder.
    ///   - limit: Up to how many bytes a file is read at once.
    ///   - takesUnreadable: Whether what is no transcript is opened all the same; ``failure`` tells why it is none.
    /// - Throws: ``TranscriptError``, one clear line.
    package init(
        _ path: String,
        wholeUpTo limit: Int = OpenTranscript.wholeLimit,
        takingUnreadable takesUnreadable: Bool = false
    ) throws(TranscriptError) {
        name = path == "-" ? "standard input" : path
        file = try RereadableFile(path, named: name)
        var content: Content?
        if file.size > limit {
            let start = try file.bytes(from: 0, upTo: Self.beginningLimit)
            content = try Self.pieces(of: start, in: file, named: name)
        }
        if content == nil {
            let bytes = try file.bytes(from: 0, upTo: TranscriptFile.sizeLimit + 1)
            guard bytes.count <= TranscriptFile.sizeLimit else { throw .tooLarge(file: name) }
            do throws(TranscriptError) {
                content = .whole(try Transcript(parsing: bytes, name: name), bytes: bytes)
            } catch {
                guard takesUnreadable else { throw error }
                content = .unreadable(error, bytes: bytes)
            }
        }
        outline = TranscriptOutline()
        self.content = content ?? .plain
        if case .whole(let transcript, _) = self.content { outline = TranscriptOutline(of: transcript) }
    }

    /// How a large file is gone through; nil where it has to be read whole.
    private static func pieces(
        of start: [UInt8],
        in file: RereadableFile,
        named name: String
    ) throws(TranscriptError) -> Content? {
        let text = SourceText(start)
        switch TextKind(of: text.bytes, named: name) {
        case .chat, .convo: return nil
        case .json:
            switch LargeShape(startOf: text.bytes) {
            case .plain: return .plain
            case .records: return UTF16Order(startOf: start) == nil ? .records(try RecordIndex(json: file)) : nil
            case .other: return nil
            }
        case .table:
            guard UTF16Order(startOf: start) == nil else { return nil }
            let separator = DelimitedText.separator(in: text.bytes)
            let head = DelimitedText.rows(in: Array(text.bytes.prefix { $0 != 0x0A }), separator: separator)
            guard let header = head.first, let column = TableReader.column(in: header) else { return nil }
            guard header[column] != TableReader.activityColumn else {
                return .rows(separator: separator, header: header, column: column)
            }
            return .records(try RecordIndex(table: file, start: text.bytes, separator, header, column))
        }
    }

    /// The transcript, where it was small enough to be read at once.
    package var whole: Transcript? {
        if case .whole(let transcript, _) = content { transcript } else { nil }
    }

    /// The bytes of a file that was read at once.
    package var wholeBytes: [UInt8]? {
        switch content {
        case .whole(_, let bytes), .unreadable(_, let bytes): bytes
        default: nil
        }
    }

    /// Why the file is no transcript.
    package var failure: TranscriptError? {
        if case .unreadable(let error, _) = content { error } else { nil }
    }

    /// Whether it is gone through from its beginning to its end, without an index.
    var isPlain: Bool {
        if case .plain = content { true } else { false }
    }

    /// Whether conversations stand in it that have nothing to do with one another, which its beginning tells.
    package var isExport: Bool {
        if case .records = content { true } else { outline.isExport }
    }

    /// The first bytes of the file, and whether all of it is UTF-8.
    package func text() throws(TranscriptError) -> (start: [UInt8], isUTF8: Bool) {
        let start = try file.bytes(from: 0, upTo: 4)
        guard UTF16Order(startOf: start) == nil else { return (start, false) }
        var isUTF8 = true
        var rest: [UInt8] = []
        try file.forEachBlock { block, _ in
            var text = rest + block
            // A character that ends in the next block waits for it.
            let last = text.suffix(4).lastIndex { $0 & 0xC0 != 0x80 }
            let isCut = last.map { text[$0] >= 0xC0 } ?? false
            rest = !block.isEmpty && isCut ? Array(text[(last ?? 0)...]) : []
            text.removeLast(rest.count)
            isUTF8 = String(validating: text, as: UTF8.self) != nil
            return isUTF8
        }
        return (start, isUTF8)
    }

    /// How many bytes the file has.
    package var size: Int { file.size }

    // MARK: - Going through

    /// Goes through the file once where something of it must be known in advance: who speaks, or what surrounds the
    /// activities.
    ///
    /// - Parameters:
    ///   - needsOutline: Whether ``outline`` has to be complete.
    ///   - onBytes: Told how far it is.
    ///   - body: Takes each activity, for whoever wants to learn from it as well; nil when nobody does.
    /// - Throws: ``TranscriptError``, one clear line.
    package func survey(
        needsOutline: Bool = false,
        onBytes: (Int) -> Void = { _ in },
        _ body: ((Activity) -> Void)? = nil
    ) throws(TranscriptError) {
        if let whole {
            for activity in whole.activities { body?(activity) }
            return
        }
        let isOpen = try isOpenAtStart()
        let isOutlineMissing = needsOutline && hasEnvelope && !outline.isComplete
        guard isOpen && evidence == nil || body != nil || isOutlineMissing else { return }
        var learned = AuthorEvidence()
        try pass(onBytes) { piece in
            if case .activity(let activity) = piece {
                if isOpen { learned.take(activity) }
                body?(activity)
            }
            return true
        }
        if isOpen { evidence = learned }
        outline.isComplete = true
    }

    /// Goes through the file.
    ///
    /// - Parameters:
    ///   - onBytes: Told how far it is, in bytes.
    ///   - body: Takes the next piece and answers whether to go on.
    /// - Throws: ``TranscriptError``, one clear line.
    package func forEach(
        onBytes: (Int) -> Void = { _ in },
        _ body: (Piece) -> Bool
    ) throws(TranscriptError) {
        try survey(onBytes: onBytes)
        try pass(onBytes, body)
    }

    private func pass(_ onBytes: (Int) -> Void, _ body: (Piece) -> Bool) throws(TranscriptError) {
        switch content {
        case .whole(let transcript, _): _ = transcript.forEachPiece(body)
        case .unreadable(let error, _): throw error
        case .plain: try passPlain(onBytes, body)
        case .records(let index): try pass(index, onBytes, body)
        case .rows(let separator, let header, let column): try passRows(separator, header, column, onBytes, body)
        }
    }

    /// Whether the first activities leave open who speaks.
    private func isOpenAtStart() throws(TranscriptError) -> Bool {
        if let isOpen { return isOpen }
        var count = 0
        var isOpen = false
        try pass({ _ in }) { piece in
            guard case .activity(let activity) = piece else { return true }
            count += 1
            isOpen = AuthorEvidence.isOpen(activity)
            return !isOpen && count < ActivityStream.holdLimit
        }
        self.isOpen = isOpen
        return isOpen
    }
}

extension Transcript {
    /// Tells the transcript piece by piece.
    package func forEachPiece(_ body: (OpenTranscript.Piece) -> Void) {
        _ = forEachPiece { (piece: OpenTranscript.Piece) -> Bool in
            body(piece)
            return true
        }
    }

    /// The same, as long as more is wanted; false when it was stopped.
    func forEachPiece(_ body: (OpenTranscript.Piece) -> Bool) -> Bool {
        let isDivided = parts.last?.range.upperBound == activities.count
        let starts = sessionsByStart
        for part in isDivided ? parts : [ExportPart(range: activities.indices, record: nil)] {
            guard body(.part(part.record)) else { return false }
            for index in part.range {
                if let session = starts[index], !body(.session(session)) { return false }
                guard body(.activity(activities[index])) else { return false }
            }
        }
        return true
    }
}

/// What a file tells besides its activities.
package struct TranscriptOutline {
    /// The shape of the file.
    package internal(set) var form = TranscriptForm.array
    /// What had to be mended or left out.
    package internal(set) var repairs: [TranscriptRepair] = []
    /// The object that holds the activities, with an empty list in their place.
    package internal(set) var envelope: JSONObject?
    /// Whether it is a table of ours, which holds nothing but activities.
    package internal(set) var isOwnTable = false
    var isComplete = false

    init() {}

    init(of transcript: Transcript) {
        (form, repairs, envelope) = (transcript.form, transcript.repairs, transcript.envelope)
        isOwnTable = transcript.isOwnTable
        isComplete = true
    }

    /// The position behind the last activity, for an ActivitySet.
    package var watermark: String? { envelope?["watermark"]?.string }

    /// The names of the members around the activities.
    package var listNames: [String] { form == .attachment ? [] : envelope?.keys ?? [] }

    /// Whether conversations stand in it that have nothing to do with one another.
    package var isExport: Bool { form == .export || form == .table }
}
