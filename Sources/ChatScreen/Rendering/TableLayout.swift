import LineEditing

/// Puts labels and texts into two columns, or below one another where the screen is narrow.
package struct TableLayout: Sendable {
    private let style: Style
    private let columns: Int

    /// A layout for a width.
    package init(style: Style, columns: Int) {
        self.style = style
        self.columns = columns
    }

    /// The widest label that has a column, and the narrowest text beside it.
    private static let labelLimit = 24
    private static let textMinimum = 24

    /// The lines of a table; words are neutralised here.
    package func lines(title: String?, rows: [ChatItem.Row]) -> [String] {
        let clean = rows.map { row in
            (
                label: DisplayText.neutralised(row.label, keepingNewlines: false),
                text: DisplayText.neutralised(row.text, keepingNewlines: false)
            )
        }
        let margin = title == nil ? "" : "  "
        let labelColumns = clean.map { DisplayText.columns($0.label) }.filter { $0 <= Self.labelLimit }.max() ?? 0
        let hanging = margin.count + labelColumns + 2
        let hasRoom = columns - hanging >= Self.textMinimum
        let body = clean.flatMap { label, text -> [String] in
            let head = margin + style.paint(label, .faint)
            let gap = labelColumns - DisplayText.columns(label)
            guard hasRoom, gap >= 0 else {
                let both = margin.count + DisplayText.columns(label) + 2 + DisplayText.columns(text)
                if both <= columns { return [head + "  " + text] }
                return indented(label, by: margin.count).map { style.paint($0, .faint) }
                    + indented(text, by: margin.count + 2)
            }
            var lines = indented(text, by: hanging)
            guard !lines.isEmpty else { return [head] }
            lines[0] = head + String(repeating: " ", count: gap + 2) + lines[0].dropFirst(hanging)
            return lines
        }
        return (title.map { [style.paint($0, .strong)] } ?? []) + body
    }

    private func indented(_ text: String, by indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return DisplayText.wrapped(text, columns: max(4, columns - indent)).map { blanks + $0 }
    }
}
