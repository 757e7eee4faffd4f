/// How text for the screen is dressed: with colour and lines where the terminal takes them, in words where not.
package struct Style: Sendable, Equatable {
    /// Whether SGR sequences are written.
    package var isColored: Bool
    /// Whether rules and bullets are drawn with characters beyond ASCII, and speakers stand in a column.
    package var isDrawn: Bool
    /// Whether text is bold, underlined and faint but never coloured, as `NO_COLOR` asks for.
    package var dropsColors = false
    /// Whether everything drawn and said by this program keeps to ASCII, for a terminal that does not take UTF-8.
    package var isASCII = false
    /// Whether lines are broken at words although nothing is drawn: for a person who reads them on a screen.
    package var wraps = false
    /// Which colours the inks have.
    package var theme = Theme.terminal
    /// Whether addresses are written as hyperlinks (OSC 8), which a terminal that does not know them may print.
    package var hasHyperlinks: Bool

    /// A style with the given liberties.
    package init(isColored: Bool, isDrawn: Bool, hasHyperlinks: Bool = false) {
        self.isColored = isColored
        self.isDrawn = isDrawn
        self.hasHyperlinks = hasHyperlinks
    }

    /// Colour and drawing, for a capable terminal.
    package static let full = Style(isColored: true, isDrawn: true)
    /// Neither, for pipes, screen readers and `--plain`.
    package static let plain = Style(isColored: false, isDrawn: false)

    /// What a piece of text is; each kind has one look.
    package enum Ink: String, Sendable {
        case user = "36"
        case bot = "34;1"
        case agent = "32;1"
        case handoff = "35;1"
        case failure = "31;1"
        case faint = "2"
        case strong = "1"
        case emphasis = "3"
        case struck = "9"
        case code = "33"
        case link = "4"
    }

    /// The text in an ink, reset behind it; unchanged without colour.
    package func paint(_ text: String, _ ink: Ink) -> String { paint(text, [ink]) }

    /// The text in several inks at once, reset behind it; unchanged without colour.
    package func paint(_ text: String, _ inks: [Ink]) -> String {
        guard isColored, !text.isEmpty, !inks.isEmpty else { return text }
        let theme = dropsColors ? .mono : theme
        return "\u{1b}[\(inks.map(theme.sgr).joined(separator: ";"))m\(text)\u{1b}[0m"
    }
}
