extension DisplayText {
    /// Cuts text into lines of at most so many columns.
    ///
    /// Breaks at blanks and beside wide characters; a word longer than a line is cut. Newlines of the text stay breaks.
    /// A style or hyperlink that spans a break is ended before it and begun again after it, so each line stands alone.
    ///
    /// - Parameters:
    ///   - text: harmless text, which may hold SGR sequences.
    ///   - columns: the width of a line with its indent. At least two columns are used for text.
    ///   - indent: what stands before the first line.
    ///   - hanging: what stands before the others; blanks as wide as `indent` when not given.
    /// - Returns: at least one line.
    package static func wrapped(
        _ text: String,
        columns: Int,
        indent: String = "",
        hanging: String? = nil
    ) -> [String] {
        let hanging = hanging ?? String(repeating: " ", count: self.columns(indent))
        var wrapping = Wrapping(columns: columns, indent: indent, hanging: hanging)
        for piece in EscapeSequence.pieces(of: text) {
            switch piece {
            case .sequence(let sequence): wrapping.add(sequence: sequence)
            case .plain(let plain): for character in plain { wrapping.add(character) }
            }
        }
        return wrapping.finish()
    }
}

/// The lines that are finished and the one in progress.
private struct Wrapping {
    private struct Element {
        var text: Substring
        var columns: Int
        var isSequence = false
    }

    private let columns: Int
    private let hanging: String
    private var lines: [String] = []
    private var line: String
    private var width: Int
    private var prefixWidth: Int
    private var blanks = 0
    private var word: [Element] = []
    private var activeStyle: [Substring] = []
    /// The hyperlink (OSC 8) that is open.
    private var activeLink: Substring?

    init(columns: Int, indent: String, hanging: String) {
        self.columns = columns
        self.hanging = hanging
        line = indent
        width = DisplayText.columns(indent)
        prefixWidth = width
    }

    mutating func add(sequence: Substring) {
        word.append(Element(text: sequence, columns: 0, isSequence: true))
    }

    mutating func add(_ character: Character) {
        if character.isNewline {
            placeWord()
            breakLine()
        } else if character == " " {
            placeWord()
            blanks += 1
        } else {
            let columns = DisplayText.columns(of: character)
            if columns > 1 { placeWord() }
            word.append(Element(text: Substring(String(character)), columns: columns))
            if columns > 1 { placeWord() }
        }
    }

    mutating func finish() -> [String] {
        placeWord()
        breakLine()
        return lines
    }

    private var available: Int { max(2, columns - prefixWidth) }

    private mutating func placeWord() {
        guard !word.isEmpty else { return }
        defer { word.removeAll() }
        let needed = word.reduce(0) { $0 + $1.columns }
        let used = width - prefixWidth
        if needed > 0, used > 0, used + blanks + needed > available { breakLine() }
        if needed > 0 { placeBlanks() }
        for element in word {
            let overflows = width - prefixWidth + element.columns > available
            if overflows, width > prefixWidth, element.columns > 0 { breakLine() }
            line += element.text
            width += element.columns
            if element.isSequence { noteStyle(element.text) }
        }
    }

    private mutating func placeBlanks() {
        // Blanks at the beginning of a line of the text are its layout; those at a break have been dropped.
        let count = min(blanks, max(0, available - (width - prefixWidth) - 1))
        line += String(repeating: " ", count: count)
        width += count
        blanks = 0
    }

    private mutating func breakLine() {
        if !activeStyle.isEmpty { line += "\u{1b}[0m" }
        if activeLink != nil { line += "\u{1b}]8;;\u{1b}\\" }
        lines.append(line)
        line = hanging + (activeLink ?? "") + activeStyle.joined()
        prefixWidth = DisplayText.columns(hanging)
        width = prefixWidth
        blanks = 0
    }

    private mutating func noteStyle(_ sequence: Substring) {
        if sequence.hasPrefix("\u{1b}]8;") {
            activeLink = sequence == "\u{1b}]8;;\u{1b}\\" ? nil : sequence
            return
        }
        guard sequence.hasPrefix("\u{1b}["), sequence.hasSuffix("m") else { return }
        if sequence == "\u{1b}[m" || sequence == "\u{1b}[0m" {
            activeStyle.removeAll()
        } else {
            activeStyle.append(sequence)
        }
    }
}
