import LineEditing
import Markup

extension MarkupRenderer {
    /// A table in columns; where they have no room, or nothing is drawn, each row as lines of label and value.
    func lines(of table: MarkupTable, _ columns: Int) -> [String] {
        let inline = InlineRenderer(style: style)
        let header = table.header.map { inline.text(of: $0, [.strong]) }
        let rows = table.rows.map { $0.map { inline.text(of: $0) } }
        return lines(header: header, rows: rows, alignments: table.alignments, columns)
    }

    /// Cells in columns, or as labels and values; the cells are already dressed.
    func lines(
        header: [String],
        rows: [[String]],
        alignments: [MarkupTable.Alignment],
        _ columns: Int
    ) -> [String] {
        let count = max(header.count, rows.map(\.count).max() ?? 0)
        guard count > 0 else { return [] }
        let natural = (0..<count).map { column in
            ([header] + rows).map { column < $0.count ? DisplayText.columns($0[column]) : 0 }.max() ?? 0
        }
        guard style.isDrawn, var grid = GridLayout(natural: natural, columns: columns) else {
            return labelled(header, rows, columns)
        }
        grid.alignments = alignments
        let set = { (cells: [String]) in
            grid.lines(cells.enumerated().map { DisplayText.wrapped($1, columns: grid.widths[$0]) })
        }
        let rule = grid.lines(grid.widths.map { [style.paint(String(repeating: "─", count: $0), .faint)] })
        return (header.isEmpty ? [] : set(header) + rule) + rows.flatMap(set)
    }

    private func labelled(_ header: [String], _ rows: [[String]], _ columns: Int) -> [String] {
        var lines: [String] = []
        for (index, row) in rows.enumerated() {
            if index > 0 { lines.append("") }
            for (column, cell) in row.enumerated() where !cell.isEmpty {
                let label = column < header.count ? header[column] : ""
                lines += wrapped(label.isEmpty ? cell : label + ": " + cell, columns)
            }
        }
        return rows.isEmpty ? wrapped(header.joined(separator: ", "), columns) : lines
    }
}
