/// Finds the extent of terminal sequences inside text of our own.
enum EscapeSequence {
    /// The end of the sequence that begins with the ESC at `start`: CSI, OSC (ended by BEL or ST), or ESC and one more.
    static func end(in text: Substring.UnicodeScalarView, from start: String.Index) -> String.Index {
        var index = text.index(after: start)
        guard index < text.endIndex else { return index }
        switch text[index] {
        case "[":
            text.formIndex(after: &index)
            while index < text.endIndex {
                let isFinal = (0x40...0x7e).contains(text[index].value)
                text.formIndex(after: &index)
                if isFinal { break }
            }
        case "]":
            var previous = text[index]
            text.formIndex(after: &index)
            while index < text.endIndex {
                let scalar = text[index]
                text.formIndex(after: &index)
                if scalar == "\u{7}" || (previous == "\u{1b}" && scalar == "\\") { break }
                previous = scalar
            }
        default:
            text.formIndex(after: &index)
        }
        return index
    }

    /// Cuts text into sequences and what stands between them.
    static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let escape = rest.unicodeScalars.firstIndex(of: "\u{1b}") {
            if escape > rest.startIndex { pieces.append(.plain(rest[..<escape])) }
            let end = end(in: rest.unicodeScalars, from: escape)
            pieces.append(.sequence(rest[escape..<end]))
            rest = rest[end...]
        }
        if !rest.isEmpty { pieces.append(.plain(rest)) }
        return pieces
    }

    /// A part of text that is either one sequence or none.
    enum Piece {
        case sequence(Substring)
        case plain(Substring)
    }
}
