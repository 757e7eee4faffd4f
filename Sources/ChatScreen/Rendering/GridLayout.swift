import LineEditing
import Markup

/// Puts cells beside one another.
struct GridLayout {
    /// The blanks between two columns.
    static let gap = 2
    /// The narrowest column in which words are cut.
    static let minimum = 8

    /// How wide each column is.
    let widths: [Int]
    /// Where the words of each column stand.
    var alignments: [MarkupTable.Alignment] = []

    /// Shares out the columns of the screen: what is narrow keeps its width, the others share the rest; nil when some
    /// column would become too narrow to be read.
    ///
    /// - Parameters:
    ///   - natural: How wide each column would like to be.
    ///   - columns: How much there is.
    init?(natural: [Int], columns: Int) {
        let room = columns - Self.gap * max(0, natural.count - 1)
        var widths = natural
        guard widths.reduce(0, +) > room else {
            self.widths = widths
            return
        }
        var open = Set(natural.indices)
        var rest = room
        while !open.isEmpty {
            let share = rest / open.count
            let satisfied = open.filter { natural[$0] <= share }
            if satisfied.isEmpty {
                guard share >= Self.minimum else { return nil }
                var surplus = rest - share * open.count
                for column in open.sorted() {
                    widths[column] = share + (surplus > 0 ? 1 : 0)
                    surplus -= 1
                }
                break
            }
            for column in satisfied { rest -= natural[column] }
            open.subtract(satisfied)
        }
        self.widths = widths
    }

    /// The lines of one row.
    ///
    /// - Parameter cells: The lines of each cell, none wider than its column.
    /// - Returns: As many lines as the highest cell has.
    func lines(_ cells: [[String]]) -> [String] {
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            var text = ""
            var missing = 0
            for (column, width) in widths.enumerated() {
                let words = column < cells.count && line < cells[column].count ? cells[column][line] : ""
                let free = max(0, width - DisplayText.columns(words))
                let before =
                    switch alignments.indices.contains(column) ? alignments[column] : .natural {
                    case .natural, .left: 0
                    case .center: free / 2
                    case .right: free
                    }
                if !words.isEmpty {
                    text += String(repeating: " ", count: missing + before) + words
                    missing = free - before
                } else {
                    missing += width
                }
                missing += Self.gap
            }
            return text
        }
    }
}
