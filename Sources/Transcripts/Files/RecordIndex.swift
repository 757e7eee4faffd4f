import BotSchema

/// Where the records of a large export stand, and in which order they are read.
///
/// It is all that is kept of the file: a place and what the record says of itself, for each record.
struct RecordIndex {
    enum Kind {
        case json
        case table(separator: UInt8, header: [String], column: Int)
    }

    struct Place {
        let range: Range<Int>
        /// The number of the row, or the place in the list.
        let number: Int
        let record: ExportRecord?
    }

    let kind: Kind
    /// The path of the list that holds the records.
    private(set) var path = "$"
    /// The records in the order of the file.
    private(set) var places: [Place] = []
    /// The same in the order in which they are read, those of a session together.
    private(set) var sessions: [ArraySlice<Place>] = []
    /// Where a quote begins that has no end.
    private(set) var openQuote: Int?

    var isTable: Bool { if case .table = kind { true } else { false } }

    /// Finds the records in an answer of Dataverse's Web API.
    init(json file: RereadableFile) throws(TranscriptError) {
        kind = .json
        var scanner = ActivityScanner()
        var lists: [(isList: Bool, key: String?)] = []
        let mark = try file.bytes(from: 0, upTo: 3) == [0xEF, 0xBB, 0xBF] ? 3 : 0
        try file.forEachBlock(from: mark) { block, _ in
            for piece in block.isEmpty ? scanner.finish() : scanner.take(block) {
                switch piece {
                case .open(let isList, let key):
                    lists.append((isList, key))
                    if isList, let key, places.isEmpty { path = "$.\(key)" }
                case .close: lists.removeLast()
                case .value(let value, key: nil, let range) where lists.last?.isList == true:
                    let moved = (range.lowerBound + mark)..<(range.upperBound + mark)
                    let record = value.object.flatMap(ExportRecord.init)
                    places.append(Place(range: moved, number: places.count, record: record))
                case .value, .remark: break
                }
            }
            return true
        }
        group()
    }

    /// Finds the rows of a table; where quotes are broken and rows begin with an id, that tells them.
    init(
        table file: RereadableFile,
        start: [UInt8],
        _ separator: UInt8,
        _ header: [String],
        _ column: Int
    ) throws(TranscriptError) {
        kind = .table(separator: separator, header: header, column: column)
        let mark = try file.bytes(from: 0, upTo: 3) == [0xEF, 0xBB, 0xBF] ? 3 : 0
        var splitter = RowSplitter(separator: separator)
        var rows: [Range<Int>] = []
        var isSound = true
        try file.forEachBlock(from: mark) { block, _ in
            let take = { (row: RowSplitter.Row) in
                isSound = isSound && row.cellCount == header.count
                rows.append(row.range)
            }
            if block.isEmpty { splitter.finish(take) } else { splitter.take(block[...], take) }
            return true
        }
        openQuote = splitter.openQuote
        if !isSound || openQuote != nil, DelimitedText.beginsRowsWithGUID(start, separator) {
            (rows, openQuote) = (try Self.rowsByGUID(in: file, from: mark, separator), nil)
        }
        for (number, range) in rows.enumerated().dropFirst() {
            let place = (range.lowerBound + mark)..<(range.upperBound + mark)
            let cells = DelimitedText.rows(
                in: try file.bytes(from: place.lowerBound, upTo: place.count),
                separator: separator
            )
            let record = cells.first.flatMap { TableReader.record(in: $0, header) }
            places.append(Place(range: place, number: number + 1, record: record))
        }
        group()
    }

    private static func rowsByGUID(
        in file: RereadableFile,
        from mark: Int,
        _ separator: UInt8
    ) throws(TranscriptError) -> [Range<Int>] {
        var starts = [0]
        // An id that begins in one block may end in the next.
        var (rest, restStart, size) = ([UInt8](), 0, 0)
        try file.forEachBlock(from: mark) { block, end in
            let text = rest + block
            let last = block.isEmpty ? text.count : max(0, text.count - 42)
            for index in 0..<last
            where text[index] == 0x0A && DelimitedText.isGUID(text[(index + 1)...], before: separator) {
                starts.append(restStart + index + 1)
            }
            rest = Array(text[last...])
            restStart += last
            size = end - mark
            return true
        }
        return zip(starts, starts.dropFirst() + [size]).map { $0..<$1 }
    }

    private mutating func group() {
        let order = ExportRecord.order(of: places.map(\.record)).map { places[$0] }
        var start = 0
        for index in order.indices.dropFirst() {
            let (before, next) = (order[index - 1].record?.session, order[index].record?.session)
            if before == nil || before != next {
                sessions.append(order[start..<index])
                start = index
            }
        }
        if start < order.count { sessions.append(order[start...]) }
    }
}

/// How a large JSON file can be gone through, told by its beginning.
enum LargeShape {
    /// Activities, in lists, in an envelope or one after the other.
    case plain
    /// Records of an export that say which conversation they are of.
    case records
    /// What has to be read whole.
    case other

    init(startOf text: [UInt8]) {
        var scanner = ActivityScanner()
        var levels: [(isList: Bool, key: String?)] = []
        var offset = 0
        while offset < text.count {
            let block = Array(text[offset..<min(text.count, offset + 1 << 16)])
            offset += block.count
            for piece in scanner.take(block) {
                switch piece {
                case .open(let isList, let key):
                    // A conversation within a list of them.
                    if !isList, levels.last?.isList == true {
                        self = .other
                        return
                    }
                    levels.append((isList, key))
                case .close: levels.removeLast()
                case .value(let value, key: nil, _):
                    self = Self.of(value, isListed: levels.last?.isList == true)
                    return
                case .value, .remark: break
                }
            }
        }
        self = .other
    }

    private static func of(_ value: JSONValue, isListed: Bool) -> LargeShape {
        guard let object = value.object, ShapeReader().isEnvelope(object) else { return .plain }
        return isListed && ExportRecord(object) != nil ? .records : .other
    }
}
