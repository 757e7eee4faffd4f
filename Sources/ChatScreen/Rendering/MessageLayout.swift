import LineEditing

/// Puts a speaker's words beside time and name, wrapped at words, at any width.
package struct MessageLayout: Sendable {
    /// The look of the lines.
    package let style: Style
    /// The columns there are.
    package let columns: Int

    /// A layout for a width.
    package init(style: Style, columns: Int) {
        self.style = style
        self.columns = columns
    }

    /// The narrowest terminal on which time and name stand in columns of their own.
    private static let columnLayoutMinimum = 60
    private static let nameColumns = 8
    /// The narrowest terminal on which words are indented below the name.
    private static let indentMinimum = 24

    /// The room for a speaker's words on a line.
    package var bodyColumns: Int {
        guard style.isDrawn else { return max(4, columns) }
        let indent = columns >= Self.columnLayoutMinimum ? Self.wordsColumn : columns >= Self.indentMinimum ? 2 : 0
        return max(4, columns - indent)
    }

    private static let wordsColumn = 5 + 2 + nameColumns + 2

    /// Puts words beside time and name.
    ///
    /// - Parameters:
    ///   - speaker: Who speaks.
    ///   - time: Hours and minutes, or empty when unknown.
    ///   - body: Lines that are already neutralised.
    /// - Returns: Lines for the screen: the first holds time and name, the others are indented below the words.
    package func lines(speaker: Speaker, time: String, body: [String]) -> [String] {
        guard style.isDrawn else { return plainLines(speaker: speaker, time: time, body: body) }
        let label = DisplayText.neutralised(speaker.label, keepingNewlines: false)
        let name = style.paint(label, speaker.ink)
        guard columns >= Self.columnLayoutMinimum else {
            let indent = columns >= Self.indentMinimum ? 2 : 0
            let head = time.isEmpty ? name : style.paint(time, .faint) + " " + name
            return DisplayText.wrapped(head, columns: max(4, columns)) + indented(body, by: indent)
        }
        let padding = String(repeating: " ", count: max(0, Self.nameColumns - DisplayText.columns(label)))
        let start = style.paint(time.isEmpty ? "     " : time, .faint) + "  " + name
        let head = start + padding + "  "
        let indent = Self.wordsColumn
        var lines = indented(body, by: indent)
        guard DisplayText.columns(label) <= Self.nameColumns else {
            return DisplayText.wrapped(start, columns: columns) + lines
        }
        if lines.isEmpty { return [head] }
        lines[0] = head + lines[0].dropFirst(indent)
        return lines
    }

    private func plainLines(speaker: Speaker, time: String, body: [String]) -> [String] {
        let label = DisplayText.neutralised(speaker.label, keepingNewlines: false)
        let isRoleSaid = label == speaker.role || label.hasPrefix("\(speaker.role) \"")
        let who = isRoleSaid ? label : "\(speaker.role) \(label)"
        let head = (time.isEmpty ? "" : "[\(time)] ") + who + ":"
        var lines = body.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        if lines.isEmpty { return [head] }
        lines[0] = head + " " + lines[0]
        guard style.wraps else { return [lines[0]] + lines.dropFirst().map { "  " + $0 } }
        let hanging = columns >= Self.indentMinimum ? "  " : ""
        return lines.enumerated().flatMap { index, line in
            DisplayText.wrapped(line, columns: max(4, columns), indent: index == 0 ? "" : hanging, hanging: hanging)
        }
    }

    private func indented(_ body: [String], by indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return body.flatMap { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
                DisplayText.wrapped(String($0), columns: max(4, columns - indent))
            }
        }.map { blanks + $0 }
    }
}
