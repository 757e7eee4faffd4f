import BotSchema

extension OpenTranscript {
    /// Activities one after the other, in JSON.
    func passPlain(_ onBytes: (Int) -> Void, _ body: (Piece) -> Bool) throws(TranscriptError) {
        let mark = try file.bytes(from: 0, upTo: 4096)
        var stream = ActivityStream(startOf: mark, knowing: evidence)
        guard body(.part(nil)) else { return }
        var isStopped = false
        try file.forEachBlock { block, end in
            let activities = block.isEmpty ? stream.finish() : stream.take(block[...])
            onBytes(end)
            isStopped = !activities.allSatisfy { body(.activity($0)) }
            return !isStopped && !stream.isRefused
        }
        hasEnvelope = stream.shape.envelope != nil
        guard !isStopped else { return }
        guard stream.isTranscript else {
            throw TranscriptError(.malformed, file: name, reason: stream.refusal)
        }
        (outline.form, outline.envelope, outline.repairs) = (stream.shape.form, stream.shape.envelope, stream.repairs)
    }

    /// A table of ours, whose rows are activities.
    func passRows(
        _ separator: UInt8,
        _ header: [String],
        _ column: Int,
        _ onBytes: (Int) -> Void,
        _ body: (Piece) -> Bool
    ) throws(TranscriptError) {
        var reading = RecordReading(knowing: evidence)
        guard body(.part(nil)) else { return }
        var splitter = RowSplitter(separator: separator)
        var (row, number, activityCount) = ([UInt8](), 0, 0)
        var isStopped = false
        // A row that ends in a block began in it or in one before.
        var (pending, pendingStart) = ([UInt8](), 0)
        try file.forEachBlock { block, end in
            onBytes(end)
            pending += block
            var rows: [RowSplitter.Row] = []
            if block.isEmpty {
                splitter.finish { rows.append($0) }
            } else {
                splitter.take(block[...]) { rows.append($0) }
            }
            for place in rows {
                number += 1
                guard number > 1 else { continue }
                row = Array(pending[(place.range.lowerBound - pendingStart)..<(place.range.upperBound - pendingStart)])
                for activity in reading.activities(inRow: row, number: number, separator, header, column) {
                    activityCount += 1
                    isStopped = isStopped || !body(.activity(activity))
                }
                if isStopped { return false }
            }
            if let last = rows.last {
                pending.removeFirst(last.range.upperBound - pendingStart)
                pendingStart = last.range.upperBound
            }
            return true
        }
        guard !isStopped else { return }
        if let quote = splitter.openQuote {
            reading.shapes.log.note("byte \(quote)", "a quoted cell without its end; read to the end", isCut: true)
        }
        guard activityCount > 0 || number == 1 else {
            throw TranscriptError(.malformed, file: name, reason: "no row holds activities")
        }
        (outline.form, outline.isOwnTable, outline.repairs) = (.table, true, reading.finished())
    }

    /// The records of an export in their order.
    func pass(_ index: RecordIndex, _ onBytes: (Int) -> Void, _ body: (Piece) -> Bool) throws(TranscriptError) {
        var reading = RecordReading(knowing: evidence)
        _ = reading.shapes.inOrder(index.places.map(\.record))
        if let quote = index.openQuote {
            reading.shapes.log.note("byte \(quote)", "a quoted cell without its end; read to the end", isCut: true)
        }
        var (done, count) = (0, 0)
        for group in index.sessions {
            // Of a session of one record the record tells all; a longer one is read twice.
            var summary = SessionSummary(group.first?.record, from: count)
            if group.count > 1 { try summarise(group, index, &summary) }
            for place in group {
                done += place.range.count
                onBytes(done)
                guard let found = try reading.activities(at: place, in: file, index) else { continue }
                if group.count == 1 { found.forEach { summary.take($0) } }
                guard body(.part(place.record)) else { return }
                for activity in found {
                    if let session = summary.told(), !body(.session(session)) { return }
                    guard body(.activity(activity)) else { return }
                }
                count += found.count
            }
        }
        guard count > 0 else {
            throw TranscriptError(.malformed, file: name, reason: "no record holds activities")
        }
        (outline.form, outline.repairs) = (index.isTable ? .table : .export, reading.finished())
    }

    private func summarise(
        _ group: ArraySlice<RecordIndex.Place>,
        _ index: RecordIndex,
        _ summary: inout SessionSummary
    ) throws(TranscriptError) {
        guard group.first?.record != nil else { return }
        var reading = RecordReading(knowing: evidence)
        for place in group {
            for activity in try reading.activities(at: place, in: file, index) ?? [] { summary.take(activity) }
        }
    }
}

/// What is known of a session before its first activity is told.
private struct SessionSummary {
    private var record: ExportRecord?
    private let start: Int
    private var count = 0
    private var firstTime: Timestamp?
    private var outcome: SessionOutcome?

    init(_ record: ExportRecord?, from start: Int) { (self.record, self.start) = (record, start) }

    mutating func take(_ activity: Activity) {
        count += 1
        firstTime = firstTime ?? activity.time
        outcome = SessionOutcome(activity) ?? outcome
    }

    /// The session, once.
    mutating func told() -> TranscriptSession? {
        guard let record = record.take() else { return nil }
        return TranscriptSession(
            range: start..<(start + count),
            conversationId: record.conversationId,
            start: record.start ?? firstTime,
            outcome: outcome
        )
    }
}

/// Reads the records of a large export, one at a time.
struct RecordReading {
    var shapes = ShapeReader()
    private var evidence: AuthorEvidence?
    /// Where nothing was learned in advance, what comes is learned from.
    private var ownEvidence = AuthorEvidence()

    init(knowing evidence: AuthorEvidence?) { self.evidence = evidence }

    /// The activities of a record; nil where there are none.
    mutating func activities(
        at place: RecordIndex.Place,
        in file: RereadableFile,
        _ index: RecordIndex
    ) throws(TranscriptError) -> [Activity]? {
        let bytes = try file.bytes(from: place.range.lowerBound, upTo: place.range.count)
        switch index.kind {
        case .json:
            var scanner = ActivityScanner()
            for case .value(let value, _, _) in scanner.take(bytes) + scanner.finish() {
                let path = "\(index.path)[\(place.number)]"
                do throws(ShapeReader.Mismatch) {
                    return resolved(try shapes.read(value, at: path, depth: 1).activities)
                } catch {
                    shapes.log.note(path, error.reason + "; left out")
                }
            }
            return nil
        case .table(let separator, let header, let column):
            var found: [Activity]?
            for row in DelimitedText.rows(in: bytes, separator: separator) {
                let next = TableReader.activities(in: row, number: place.number, header, column, with: &shapes)
                if let next { found = (found ?? []) + next }
            }
            return found.map { resolved($0) }
        }
    }

    /// The activities of a row of a table of ours.
    mutating func activities(
        inRow row: [UInt8],
        number: Int,
        _ separator: UInt8,
        _ header: [String],
        _ column: Int
    ) -> [Activity] {
        DelimitedText.rows(in: row, separator: separator).flatMap { cells in
            resolved(TableReader.activities(in: cells, number: number, header, column, with: &shapes) ?? [])
        }
    }

    private mutating func resolved(_ activities: [Activity]) -> [Activity] {
        var activities = activities
        if let evidence { evidence.lay(into: &activities) } else { ownEvidence.resolve(&activities) }
        return activities
    }

    /// What was mended, once all was read.
    mutating func finished() -> [TranscriptRepair] {
        shapes.userNumber = (evidence ?? ownEvidence).userNumber
        shapes.finish()
        return shapes.log.repairs
    }
}
