import BotSchema

extension OpenTranscript {
    /// Writes the file again in the form in which it was read, masked or as it is.
    ///
    /// Gives the same bytes as ``Transcript/serializedAsRead()``, piece by piece.
    ///
    /// - Parameters:
    ///   - redactor: Masks what is sensitive; nil where nothing is to be masked.
    ///   - onBytes: Told how far it is.
    ///   - body: Takes the next bytes.
    /// - Throws: ``TranscriptError`` of reading, and what the body throws.
    package func rewrite(
        _ redactor: inout TranscriptRedactor?,
        onBytes: (Int) -> Void = { _ in },
        _ body: ([UInt8]) throws -> Void
    ) throws {
        if let whole {
            return try body((redactor?.redacted(whole) ?? whole).serializedAsRead())
        }
        if case .rows(let separator, let header, _) = content {
            return try rewriteTable(separator, header, &redactor, onBytes, body)
        }
        if case .records(let index) = content, case .table(let separator, let header, _) = index.kind {
            return try rewriteTable(separator, header, &redactor, onBytes, body)
        }
        try rewriteJSON(&redactor, onBytes, body)
    }

    private func rewriteJSON(
        _ redactor: inout TranscriptRedactor?,
        _ onBytes: (Int) -> Void,
        _ body: ([UInt8]) throws -> Void
    ) throws {
        var writer = DocumentWriter(isSequence: try holdsSeveralDocuments())
        var pieces = PieceStream(startOf: try file.bytes(from: 0, upTo: 4096))
        var offset = 0
        while true {
            let block = try file.bytes(from: offset, upTo: Self.blockSize)
            offset += block.count
            onBytes(offset)
            for piece in pieces.take(block) { writer.write(piece, &redactor) }
            try body(writer.take())
            if block.isEmpty { return }
        }
    }

    /// Whether a second document follows the first; lists are long, and most files of lines show it at once.
    private func holdsSeveralDocuments() throws(TranscriptError) -> Bool {
        var pieces = PieceStream(startOf: try file.bytes(from: 0, upTo: 4096))
        var (depth, count) = (0, 0)
        try file.forEachBlock { block, _ in
            for piece in pieces.take(block) {
                switch piece {
                case .open:
                    if depth == 0 { count += 1 }
                    depth += 1
                case .close: depth -= 1
                case .value: if depth == 0 { count += 1 }
                case .remark: break
                }
            }
            return count < 2
        }
        return count > 1
    }

    private func rewriteTable(
        _ separator: UInt8,
        _ header: [String],
        _ redactor: inout TranscriptRedactor?,
        _ onBytes: (Int) -> Void,
        _ body: ([UInt8]) throws -> Void
    ) throws {
        var places: [Range<Int>] = []
        var splitter = RowSplitter(separator: separator)
        let mark = try file.bytes(from: 0, upTo: 3) == [0xEF, 0xBB, 0xBF] ? 3 : 0
        if case .records(let index) = content {
            places = index.places.map(\.range)
        } else {
            try file.forEachBlock(from: mark) { block, _ in
                let take = { (row: RowSplitter.Row) in
                    places.append((row.range.lowerBound + mark)..<(row.range.upperBound + mark))
                }
                if block.isEmpty { splitter.finish(take) } else { splitter.take(block[...], take) }
                return true
            }
            places.removeFirst(min(1, places.count))
        }
        var table = DelimitedText(rows: [header], separator: separator)
        if redactor != nil { table = table.mapCells { cell, _, _ in redactor?.redacted(cell) ?? cell } }
        try body(table.serialized)
        for place in places {
            onBytes(place.upperBound)
            let text = try file.bytes(from: place.lowerBound, upTo: place.count)
            for cells in DelimitedText.rows(in: text, separator: separator) {
                let masked = redactor?.redacted(cells: cells, of: header) ?? cells
                try body(DelimitedText(rows: [masked], separator: separator).serializedBehindOthers)
            }
        }
    }
}

/// The pieces of a JSON file in either encoding.
private struct PieceStream {
    private var scanner = ActivityScanner()
    private var decoder: UTF16Decoder?
    private var markLength: Int

    init(startOf text: [UInt8]) {
        let order = UTF16Order(startOf: text)
        decoder = order.map(UTF16Decoder.init)
        markLength = order.map { $0.hasMark ? 2 : 0 } ?? (text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    }

    /// The pieces in the next block; an empty one is the end.
    mutating func take(_ block: [UInt8]) -> [ActivityScanner.Piece] {
        guard !block.isEmpty else {
            let last = scanner.take(decoder?.finish() ?? [])
            return last + scanner.finish()
        }
        let rest = block.dropFirst(markLength)
        markLength = 0
        return scanner.take(decoder?.decode(rest) ?? Array(rest))
    }
}

/// Writes the pieces of documents as the documents are written as a whole.
private struct DocumentWriter {
    private struct Level {
        let isList: Bool
        var count = 0
        var members = JSONObject()
    }

    private let isSequence: Bool
    private var levels: [Level] = []
    private var bytes: [UInt8] = []

    init(isSequence: Bool) { self.isSequence = isSequence }

    /// What was written since the last time.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func write(_ piece: ActivityScanner.Piece, _ redactor: inout TranscriptRedactor?) {
        switch piece {
        case .open(let isList, let key):
            begin(key, &redactor)
            bytes.append(UInt8(ascii: isList ? "[" : "{"))
            levels.append(Level(isList: isList))
        case .value(let value, let key, _):
            let (object, depth) = (levels.last?.members, levels.count)
            begin(key, &redactor)
            let masked = redactor?.redacted(value, named: key, in: object, depth: depth) ?? value
            bytes += isSequence ? masked.serialized() : masked.prettySerialized(atLevel: levels.count)
            if let key, let last = levels.indices.last, value.array == nil, value.object == nil {
                levels[last].members.entries.append(JSONObject.Entry(key: key, value: value))
            }
            if levels.isEmpty { bytes.append(0x0A) }
        case .close:
            guard let level = levels.popLast() else { return }
            if level.count > 0 { breakLine() }
            bytes.append(UInt8(ascii: level.isList ? "]" : "}"))
            if levels.isEmpty { bytes.append(0x0A) }
        case .remark: break
        }
    }

    private mutating func begin(_ key: String?, _ redactor: inout TranscriptRedactor?) {
        guard let last = levels.indices.last else { return }
        if levels[last].count > 0 { bytes.append(UInt8(ascii: ",")) }
        levels[last].count += 1
        breakLine()
        guard let key else { return }
        let name = redactor?.redacted(name: key, depth: levels.count) ?? key
        bytes += JSONValue.string(name).serialized() + Array((isSequence ? ":" : ": ").utf8)
    }

    private mutating func breakLine() {
        guard !isSequence else { return }
        bytes.append(0x0A)
        bytes += [UInt8](repeating: 0x20, count: 2 * levels.count)
    }
}
