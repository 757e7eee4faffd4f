/// A table in the form of RFC 4180, cell for cell.
///
/// Written here rather than taken from a package: SwiftCSV needs full Foundation, works on whole `String`s and tells no
/// place when quotes are open, while this reader has to mend and report.
struct DelimitedText: Hashable, Sendable {
    /// The rows, the header first.
    private(set) var rows: [[String]] = []
    /// Comma, semicolon or tab.
    let separator: UInt8
    /// Where each row begins.
    private(set) var rowOffsets: [Int] = []
    /// What was mended.
    private(set) var faults: [Fault] = []

    struct Fault: Hashable, Sendable {
        let offset: Int
        let text: String
        /// Whether the file ends within a cell.
        var isCut = false
    }

    init(rows: [[String]], separator: UInt8 = UInt8(ascii: ",")) {
        self.rows = rows
        self.separator = separator
    }

    /// The table with every cell changed; rows, columns and the separator stay.
    func mapCells(_ body: (_ cell: String, _ row: Int, _ column: Int) -> String) -> DelimitedText {
        var table = self
        for (row, cells) in rows.enumerated() {
            table.rows[row] = cells.enumerated().map { body($1, row, $0) }
        }
        return table
    }

    /// A table as it is written; quotes that are open swallow no row of a table whose rows begin with an id.
    init(parsing bytes: [UInt8]) {
        separator = Self.separator(in: bytes)
        read(bytes[...], isLast: true)
        // What is well-formed is believed, whatever stands in its cells.
        if !faults.isEmpty || rows.contains(where: { $0.count != rows[0].count }) {
            (rows, rowOffsets, faults) = ([], [], [])
            for part in Self.parts(of: bytes, separator) {
                read(bytes[part], isLast: part.upperBound == bytes.count)
            }
        }
        if String(validating: bytes, as: UTF8.self) == nil {
            faults.append(Fault(offset: 0, text: "bytes that are no UTF-8, replaced by U+FFFD"))
        }
    }

    /// What is read each for itself: the rows of a table whose first column is a GUID, else the whole.
    ///
    /// Dataverse exports hold JSON in their cells, and one cell with broken quotes would take all rows behind it. Line
    /// breaks of JSON texts are escaped, so that a line that begins with a GUID begins a row.
    private static func parts(of bytes: [UInt8], _ separator: UInt8) -> [Range<Int>] {
        guard beginsRowsWithGUID(bytes, separator) else { return [bytes.indices] }
        var starts = [0]
        for index in bytes.indices where bytes[index] == 0x0A && isGUID(bytes[(index + 1)...], before: separator) {
            starts.append(index + 1)
        }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
    }

    /// Whether the header's first column is the id of a record, by the start of the table.
    static func beginsRowsWithGUID(_ bytes: [UInt8], _ separator: UInt8) -> Bool {
        guard let end = bytes.firstIndex(of: 0x0A) else { return false }
        let header = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        let first = header.filter { $0.isLetter || $0 == Character(Unicode.Scalar(separator)) }
            .prefix { $0 != Character(Unicode.Scalar(separator)) }
        return first.hasSuffix("conversationtranscriptid") || first == "conversationtranscript"
    }

    /// The cells of rows that stand alone, without a header.
    static func rows(in bytes: [UInt8], separator: UInt8) -> [[String]] {
        var table = DelimitedText(separator: separator)
        table.read(bytes[...], isLast: true)
        return table.rows
    }

    private init(separator: UInt8) { self.separator = separator }

    static func isGUID(_ bytes: ArraySlice<UInt8>, before separator: UInt8) -> Bool {
        var rest = bytes.prefix(40)
        let isQuoted = rest.first == UInt8(ascii: "\"")
        if isQuoted { rest = rest.dropFirst() }
        let text = rest.prefix(36)
        guard text.count == 36 else { return false }
        for (place, byte) in text.enumerated() {
            let isDash = [8, 13, 18, 23].contains(place)
            guard isDash ? byte == UInt8(ascii: "-") : Character(Unicode.Scalar(byte)).isHexDigit else { return false }
        }
        rest = rest.dropFirst(36)
        if isQuoted {
            guard rest.first == UInt8(ascii: "\"") else { return false }
            rest = rest.dropFirst()
        }
        return rest.first == separator
    }

    private static let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]

    /// The most frequent of the separators in the first line, not counting what is quoted.
    static func separator(in bytes: [UInt8]) -> UInt8 {
        var counts = [0, 0, 0]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            if let index = separators.firstIndex(of: byte) { counts[index] += 1 }
        }
        return separators[counts.indices.max { counts[$0] < counts[$1] } ?? 0]
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
        var row: [String] = []
        var cell: [UInt8] = []
        var rowStart = bytes.startIndex
        var quoteStart: Int?
        var index = bytes.startIndex
        func text() -> String { String(decoding: cell, as: UTF8.self) }
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if quoteStart != nil {
                if byte != UInt8(ascii: "\"") {
                    cell.append(byte)
                } else if index < bytes.endIndex, bytes[index] == UInt8(ascii: "\"") {
                    cell.append(byte)
                    index += 1
                } else {
                    quoteStart = nil
                }
            } else if byte == UInt8(ascii: "\""), cell.isEmpty {
                quoteStart = index - 1
            } else if byte == separator {
                row.append(text())
                cell = []
            } else if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D, index < bytes.endIndex, bytes[index] == 0x0A { index += 1 }
                row.append(text())
                cell = []
                if row != [""] {
                    rows.append(row)
                    rowOffsets.append(rowStart)
                }
                row = []
                rowStart = index
            } else {
                cell.append(byte)
            }
        }
        if let quoteStart {
            let text = "a quoted cell without its end; read to the end"
            faults.append(Fault(offset: quoteStart, text: text, isCut: isLast))
        }
        if !cell.isEmpty || !row.isEmpty {
            rows.append(row + [text()])
            rowOffsets.append(rowStart)
        }
    }

    /// The table in UTF-8 with the separator it was read with and line ends of RFC 4180.
    var serialized: [UInt8] { serialized(behind: []) }

    /// The same for rows that stand behind others, where nothing can be taken for the beginning of a file.
    var serializedBehindOthers: [UInt8] { Array(serialized(behind: [0x0A]).dropFirst()) }

    private func serialized(behind start: [UInt8]) -> [UInt8] {
        var bytes = start
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index > 0 { bytes.append(separator) }
                append(cell, isAlone: row.count == 1, to: &bytes)
            }
            bytes += [0x0D, 0x0A]
        }
        return bytes
    }

    private func append(_ cell: String, isAlone: Bool, to bytes: inout [UInt8]) {
        let special = cell.utf8.contains {
            Self.separators.contains($0) || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        // A table that begins with a bracket, behind blanks or rubbish, would be taken for JSON.
        let looksLikeJSON =
            bytes.isEmpty && cell.utf8.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
        guard special || looksLikeJSON || (isAlone && cell.isEmpty) else {
            bytes += cell.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
