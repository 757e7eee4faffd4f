/// Finds where the rows of a table begin and end, block by block, without keeping them.
struct RowSplitter {
    /// Where a row stands, and how many cells it has.
    struct Row: Hashable {
        let range: Range<Int>
        let cellCount: Int
    }

    private let separator: UInt8
    private var offset = 0
    private var rowStart = 0
    private var cellCount = 1
    private var cellIsEmpty = true
    private var rowIsEmpty = true
    private var isQuoted = false
    /// A quote within a quoted cell, which ends it unless another follows.
    private var hasPendingQuote = false
    private var hasReturn = false
    private var quoteStart = 0

    init(separator: UInt8) { self.separator = separator }

    /// Where a quote begins that has no end; known once all was taken.
    private(set) var openQuote: Int?

    /// Takes the next block; the rows that end in it are told.
    mutating func take(_ block: ArraySlice<UInt8>, _ body: (Row) -> Void) {
        for byte in block {
            take(byte, body)
            offset += 1
        }
    }

    /// The last row, where the table does not end with a line break.
    mutating func finish(_ body: (Row) -> Void) {
        if isQuoted, !hasPendingQuote { openQuote = quoteStart }
        if !(rowIsEmpty && cellIsEmpty && cellCount == 1) { body(Row(range: rowStart..<offset, cellCount: cellCount)) }
    }

    private mutating func take(_ byte: UInt8, _ body: (Row) -> Void) {
        if hasReturn {
            hasReturn = false
            if byte == 0x0A {
                rowStart = offset + 1
                return
            }
        }
        if isQuoted {
            guard hasPendingQuote else {
                if byte == UInt8(ascii: "\"") { hasPendingQuote = true } else { cellIsEmpty = false }
                return
            }
            hasPendingQuote = false
            if byte == UInt8(ascii: "\"") {
                cellIsEmpty = false
                return
            }
            isQuoted = false
        }
        switch byte {
        case UInt8(ascii: "\"") where cellIsEmpty:
            isQuoted = true
            quoteStart = offset
        case separator:
            cellCount += 1
            rowIsEmpty = false
            cellIsEmpty = true
        case 0x0A, 0x0D:
            // A line of nothing is no row.
            if !(rowIsEmpty && cellIsEmpty) { body(Row(range: rowStart..<offset, cellCount: cellCount)) }
            (cellCount, cellIsEmpty, rowIsEmpty, rowStart) = (1, true, true, offset + 1)
            hasReturn = byte == 0x0D
        default: cellIsEmpty = false
        }
    }
}
