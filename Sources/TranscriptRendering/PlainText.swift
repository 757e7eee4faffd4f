/// Words from the wire made safe to print.
enum PlainText {
    /// The text without control characters and marks that turn the direction of what follows; line breaks stay.
    static func lines(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var clean = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                clean.append("\n")
            } else if scalar == "\n" {
                if !wasReturn { clean.append("\n") }
            } else {
                clean.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
            wasReturn = scalar == "\r"
        }
        return String(clean)
    }

    /// The text on one line.
    static func line(_ text: String) -> String {
        String(lines(text).map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
        default: false
        }
    }
}
