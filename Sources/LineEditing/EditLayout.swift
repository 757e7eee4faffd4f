/// Prompt and draft laid out in rows of a terminal.
struct EditLayout {
    /// A row on the screen.
    struct Row: Equatable {
        var text = ""
        var columns = 0
        /// Whether the terminal goes to the next row by itself, because this one is full.
        var continues = false
    }

    private(set) var rows = [Row()]
    private(set) var cursorRow = 0
    private(set) var cursorColumn = 0
    private let columns: Int

    init(prompt: String, draft: Draft, columns: Int) {
        self.columns = columns
        lay(prompt: prompt)
        for (offset, scalar) in draft.scalars.enumerated() {
            lay(scalar, holdsCursor: offset == draft.cursor)
        }
        if draft.cursor >= draft.scalars.count {
            // Behind a full row the cursor waits on a new one.
            if rows[last].columns >= columns { continueOnNextRow() }
            cursorRow = last
            cursorColumn = rows[last].columns
        } else if cursorRow > last {
            continueOnNextRow()
        }
    }

    private var last: Int { rows.count - 1 }

    private mutating func lay(prompt: String) {
        for piece in EscapeSequence.pieces(of: prompt) {
            switch piece {
            case .sequence(let sequence):
                rows[last].text += sequence
            case .plain(let plain):
                for scalar in plain.unicodeScalars {
                    if scalar == "\n" { rows.append(Row()) } else { lay(Glyph(scalar).text, Glyph(scalar).columns) }
                }
            }
        }
    }

    private mutating func lay(_ scalar: Unicode.Scalar, holdsCursor: Bool) {
        switch scalar {
        case "\n":
            if holdsCursor { placeCursor(before: 1) }
            rows.append(Row())
        case "\t":
            if holdsCursor { placeCursor(before: 1) }
            for _ in 0..<(8 - rows[last].columns % 8) { lay(" ", 1) }
        default:
            let glyph = Glyph(scalar)
            if holdsCursor { placeCursor(before: max(1, glyph.columns)) }
            lay(glyph.text, glyph.columns)
        }
    }

    private mutating func lay(_ text: String, _ width: Int) {
        // A character wider than the whole screen makes its row too wide.
        let gap = max(0, columns - rows[last].columns)
        if width > gap, rows[last].columns > 0 {
            rows[last].text += String(repeating: " ", count: gap)
            rows[last].columns += gap
            continueOnNextRow()
        }
        rows[last].text += text
        rows[last].columns += width
    }

    private mutating func placeCursor(before width: Int) {
        let fits = rows[last].columns + width <= columns
        cursorRow = fits ? last : rows.count
        cursorColumn = fits ? rows[last].columns : 0
    }

    private mutating func continueOnNextRow() {
        rows[last].continues = true
        rows.append(Row())
    }
}
