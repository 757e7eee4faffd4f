/// The part of the screen that shows prompt and draft: answers the bytes that change it.
///
/// It is the only place that knows how many rows are taken, so everything else that is printed goes between `erase`
/// and `draw`.
struct EditArea {
    /// What the area shows.
    struct Content: Equatable {
        var prompt: Prompt
        var draft: Draft
    }

    private struct Drawn {
        var content: Content
        var size: TerminalSize
        /// The rows that are drawn.
        var rows: ArraySlice<EditLayout.Row>
        /// The row of the cursor, counted from the first that is drawn.
        var cursorRow: Int
        var cursorColumn: Int
        /// Whether one row of the screen certainly holds all of it.
        var isOneRow: Bool
    }

    private var drawn: Drawn?
    /// The first row that is drawn of content taller than the screen.
    private var firstRow = 0

    var isDrawn: Bool { drawn != nil }

    /// Takes the area off the screen; the cursor stands where it began.
    mutating func erase() -> String {
        guard let drawn else { return "" }
        self.drawn = nil
        // On a fresh screen the row may be the first one, where tmux takes erasing down for the clearing of the screen
        // and puts the prompt into its scrollback.
        if drawn.isOneRow { return "\r\u{1b}[K" }
        return (drawn.cursorRow > 0 ? "\u{1b}[\(drawn.cursorRow)A" : "") + "\r\u{1b}[J"
    }

    /// The screen was cleared by other means, or the area is no longer where it was.
    mutating func forget() { drawn = nil }

    /// Draws from the row of the cursor on.
    mutating func draw(_ content: Content, size: TerminalSize) -> String {
        let layout = EditLayout(prompt: content.prompt.text, draft: content.draft, columns: size.columns)
        let window = window(of: layout, size: size)
        var bytes = ""
        for index in window {
            bytes += layout.rows[index].text
            if layout.rows.count == 1 { bytes += rightPrompt(content.prompt.right, behind: layout.rows[0], size: size) }
            if index + 1 == window.upperBound { break }
            if !layout.rows[index].continues {
                bytes += "\r\n"
            } else if layout.rows[index + 1].columns == 0 {
                // A full row wraps with its next character; here there is none.
                bytes += " \r"
            }
        }
        let up = window.upperBound - 1 - layout.cursorRow
        bytes += (up > 0 ? "\u{1b}[\(up)A" : "") + "\r"
        if layout.cursorColumn > 0 { bytes += "\u{1b}[\(layout.cursorColumn)C" }
        drawn = Drawn(
            content: content,
            size: size,
            rows: layout.rows[window],
            cursorRow: layout.cursorRow - window.lowerBound,
            cursorColumn: layout.cursorColumn,
            isOneRow: window.count == 1
        )
        return bytes
    }

    /// Makes the screen show the content; nothing when it does already.
    mutating func update(to content: Content, size: TerminalSize) -> String {
        if let drawn, drawn.content == content, drawn.size == size { return "" }
        if let typed = typedCharacter(content, size: size) { return typed }
        return erase() + draw(content, size: size)
    }

    /// Draws the content for the last time and goes below it.
    mutating func leave(_ content: Content, trailing: String = "", size: TerminalSize) -> String {
        var content = content
        content.prompt.right = ""
        content.draft.cursor = content.draft.scalars.count
        firstRow = .max
        let bytes = erase() + draw(content, size: size) + trailing + "\r\n"
        drawn = nil
        firstRow = 0
        return bytes
    }

    /// The terminal has another size now, and has wrapped its rows anew when it is of that kind.
    mutating func resized(to size: TerminalSize, rewraps: Bool) {
        drawn?.isOneRow = false
        guard rewraps, var drawn else { return }
        // What is drawn may be a part of the content; rows that continue are one line to the terminal.
        var (above, width) = (0, 0)
        for row in drawn.rows.prefix(drawn.cursorRow) {
            width += row.columns
            if row.continues { continue }
            above += max(1, (width + size.columns - 1) / size.columns)
            width = 0
        }
        drawn.cursorRow = min(above + (width + drawn.cursorColumn) / size.columns, size.rows - 1)
        self.drawn = drawn
    }

    /// The rows to draw.
    ///
    /// At most half of the screen: what a window that shrinks pushes into the scrollback cannot be erased, and would
    /// stay there as a copy. So the newest messages are seen too, and the erasing never begins at the home position, where
    /// tmux copies the screen into its scrollback.
    private mutating func window(of layout: EditLayout, size: TerminalSize) -> Range<Int> {
        let height = min(layout.rows.count, max(1, min(size.rows - 1, max(3, size.rows / 2))))
        firstRow = min(firstRow, layout.rows.count - height, layout.cursorRow)
        firstRow = max(firstRow, layout.cursorRow - height + 1)
        return firstRow..<(firstRow + height)
    }

    private func rightPrompt(_ text: String, behind row: EditLayout.Row, size: TerminalSize) -> String {
        guard !text.isEmpty else { return "" }
        let columns = DisplayText.columns(text)
        guard row.columns + 2 + columns <= size.columns else { return "" }
        return "\u{1b}[\(size.columns - columns + 1)G\(text)\u{1b}[0m"
    }

    /// The cheap path of somebody typing: one plain character at the end, not in the last column.
    private mutating func typedCharacter(_ content: Content, size: TerminalSize) -> String? {
        guard let before = drawn, before.size == size, before.content.prompt == content.prompt,
            content.prompt.right.isEmpty,
            let typed = content.draft.scalars.last, (0x20..<0x7f).contains(typed.value),
            content.draft.cursor == content.draft.scalars.count,
            before.content.draft.cursor == content.draft.cursor - 1,
            content.draft.scalars.dropLast() == before.content.draft.scalars[...]
        else { return nil }
        let layout = EditLayout(prompt: content.prompt.text, draft: content.draft, columns: size.columns)
        guard layout.cursorColumn > 0 else { return nil }
        drawn?.content = content
        drawn?.cursorColumn = layout.cursorColumn
        return String(typed)
    }
}
