import LineEditing

/// Text for a terminal that does not take UTF-8: what this program draws and the signs of its sentences, in ASCII.
///
/// Words that people write stay as they are: of a letter there is no other spelling.
enum ASCIIText {
    /// The lines of a text in ASCII, broken again where that made them too wide.
    static func lines(of lines: [String], columns: Int) -> [String] {
        lines.flatMap { line -> [String] in
            let plain = text(of: line)
            if plain == line || DisplayText.columns(plain) <= columns { return [plain] }
            return DisplayText.wrapped(plain, columns: columns)
        }
    }

    /// A text in ASCII, but for the words that people write.
    static func text(of text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let spelling = spelling(of: scalar) {
                plain.append(contentsOf: spelling.unicodeScalars)
            } else {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    private static func spelling(of scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "“", "”", "„": "\""
        case "‘", "’": "'"
        case "…": "..."
        case "–", "—", "─", "━": "-"
        case "·", "•": "*"
        case "×": "x"
        case "→": "->"
        case "←": "<-"
        case "↑": "^"
        case "↓": "v"
        case "‹": "<"
        case "›": ">"
        case "│", "┃", "▏", "┆": "|"
        case "◌": "o"
        case "▁", "▂", "▃", "▄": "."
        case "▅", "▆", "▇", "█": "#"
        case "\u{a0}": " "
        // Signs for control characters: ␛ becomes ^[.
        case "\u{2400}"..."\u{241f}":
            Unicode.Scalar(scalar.value - 0x2400 + 0x40).map { "^" + String($0) }
        case "\u{2421}": "^?"
        default: nil
        }
    }
}
