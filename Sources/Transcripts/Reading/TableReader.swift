import BotSchema

/// Finds the activities in a table: our own export, a row an activity, or one of Dataverse, a row a conversation.
struct TableReader {
    /// The column of our own tables that holds the whole activity.
    static let activityColumn = "activity"
    /// Spreadsheets hold no more characters than this in a cell, and cut what is longer.
    static let spreadsheetLimit = 32_767

    private let table: DelimitedText

    init(_ table: DelimitedText) { self.table = table }

    /// Whether text begins with the header of a table that can be read.
    static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let header = DelimitedText(parsing: Array(bytes)).rows.first, header.count > 1 else { return false }
        return column(in: header) != nil || TestSetReader(header: header) != nil
    }

    static func column(in header: [String]) -> Int? {
        let names = header.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        return ["activity", "content", "conversationtranscriptcontent", "transcript", "activities"].lazy
            .compactMap { names.firstIndex(of: $0) }.first
            // Dataverse puts the publisher or the table before the name of a column.
            ?? names.firstIndex { $0.hasSuffix("content") }
    }

    /// What a row says of the activities in it.
    static func record(in row: [String], _ header: [String]) -> ExportRecord? {
        // Cells of a row that is no row of this table stand under other names.
        guard row.count == header.count else { return nil }
        let names = header.map { $0.lowercased().filter(\.isLetter) }
        let cells = ["name", "conversationstarttime", "metadata"].map { name in
            names.firstIndex(of: name).map { row[$0] }
        }
        return ExportRecord(name: cells[0], start: cells[1], metadata: cells[2])
    }

    /// The activities of a row; nil when there are none, which is noted.
    static func activities(
        in row: [String],
        number: Int,
        _ header: [String],
        _ column: Int,
        with shapes: inout ShapeReader
    ) -> [Activity]? {
        let place = "row \(number)"
        guard column < row.count else {
            shapes.log.note(place, "\(row.count) cells of \(header.count); left out")
            return nil
        }
        if row.count != header.count {
            shapes.log.note(place, "\(row.count) cells where the header has \(header.count)")
        }
        let cell = row[column]
        if cell.isEmpty { return nil }
        do throws(ShapeReader.Mismatch) {
            let value = try shapes.document(in: cell, at: "\(place), \(header[column])")
            return try shapes.read(value, at: "\(place), \(header[column])", depth: 1).activities
        } catch {
            let isCut = cell.utf16.count >= spreadsheetLimit - 1
            shapes.log.note(place, error.reason + (isCut ? "; a spreadsheet has cut it" : "") + "; left out")
            return nil
        }
    }

    mutating func read(with shapes: inout ShapeReader) throws(ShapeReader.Mismatch) -> ShapeReader.Finding {
        guard let header = table.rows.first else {
            throw ShapeReader.Mismatch(reason: "expected a table with a header")
        }
        if Self.column(in: header) == nil, let tests = TestSetReader(header: header) {
            let rows = table.rows.enumerated().dropFirst()
            let activities = rows.flatMap { tests.activities(in: $1, number: $0) }
            if activities.isEmpty { throw ShapeReader.Mismatch(reason: "no row holds a question") }
            return ShapeReader.Finding(activities: activities, form: .table)
        }
        guard let column = Self.column(in: header) else {
            throw ShapeReader.Mismatch(
                reason: "expected a column named 'activity' or 'content', found \(header.joined(separator: ", "))"
            )
        }
        var finding = ShapeReader.Finding(activities: [], form: .table)
        let isOurs = header[column] == Self.activityColumn
        let records = table.rows.dropFirst().map { Self.record(in: $0, header) }
        for index in isOurs ? Array(records.indices) : shapes.inOrder(records) {
            let row = table.rows[index + 1]
            guard let found = Self.activities(in: row, number: index + 2, header, column, with: &shapes) else {
                continue
            }
            if isOurs { finding.activities += found } else { finding.add(found, of: records[index]) }
        }
        guard !finding.activities.isEmpty || table.rows.count == 1 else {
            throw ShapeReader.Mismatch(
                reason: "no row holds activities" + (shapes.log.repairs.first.map { ": \($0)" } ?? "")
            )
        }
        return finding
    }
}
