/// Which colours the inks have: each theme is readable on the background that it is made for.
///
/// What matters is never told by colour alone, so that every theme, and none, shows the same.
package enum Theme: String, Sendable, CaseIterable {
    /// The terminal's own eight colours, which people have made readable for themselves.
    case terminal
    /// Light colours, for a dark background.
    case dark
    /// Dark colours, for a light background.
    case light
    /// Bold, underlined and faint, no colour at all.
    case mono

    /// A few words for the list of themes.
    package var summary: String {
        switch self {
        case .terminal: "the terminal's own colours"
        case .dark: "light colours for a dark background"
        case .light: "dark colours for a light background"
        case .mono: "bold and underlined, no colour"
        }
    }

    /// The parameters of the SGR sequence for an ink; the ink's own where the theme says nothing of it.
    package func sgr(for ink: Style.Ink) -> String {
        let own: String? =
            switch self {
            case .terminal: nil
            // Of the 256 colours, whose shades do not depend on the terminal's palette.
            case .dark:
                switch ink {
                case .user: "38;5;116"
                case .bot: "1;38;5;111"
                case .agent: "1;38;5;114"
                case .handoff: "1;38;5;176"
                case .failure: "1;38;5;210"
                // "Faint" vanishes on some terminals.
                case .faint: "38;5;248"
                default: nil
                }
            case .light:
                switch ink {
                case .user: "38;5;24"
                case .bot: "1;38;5;19"
                case .agent: "1;38;5;22"
                case .handoff: "1;38;5;90"
                case .failure: "1;38;5;124"
                case .faint: "38;5;240"
                default: nil
                }
            case .mono:
                switch ink {
                case .user: "0"
                case .bot: "1"
                case .agent: "1;4"
                case .handoff: "1"
                case .failure: "1;7"
                case .code: "1"
                default: nil
                }
            }
        return own ?? ink.rawValue
    }
}
