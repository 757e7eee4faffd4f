/// How a terminal takes a picture.
package enum PictureFormat: String, Hashable, Sendable, CaseIterable {
    /// Coloured block characters, which every terminal with colour shows.
    case symbols
    /// The kitty graphics protocol: `ESC _ G … ESC \`.
    case kitty
    /// The inline images of iTerm2: `ESC ] 1337 ; File= … BEL`.
    case iterm
    /// DEC sixel graphics: `ESC P … q … ESC \`.
    case sixel

    /// What a terminal says about itself in the environment; symbols when it says nothing.
    ///
    /// Behind tmux and screen the terminal is not reached by graphics, whatever it is.
    ///
    /// - Parameter environment: The variables by name.
    package init(environment: (String) -> String?) {
        let terminal = environment("TERM") ?? ""
        let program = environment("TERM_PROGRAM") ?? ""
        if terminal.hasPrefix("tmux") || terminal.hasPrefix("screen") || environment("TMUX") != nil {
            self = .symbols
        } else if environment("KITTY_WINDOW_ID") != nil || terminal.contains("kitty") || terminal.contains("ghostty") {
            self = .kitty
        } else if ["iTerm.app", "WezTerm"].contains(program) {
            self = .iterm
        } else if ["foot", "mlterm", "yaft", "contour"].contains(where: terminal.hasPrefix)
            || terminal.contains("sixel")
        {
            self = .sixel
        } else {
            self = .symbols
        }
    }

    /// The drawing program's word for it.
    var word: String { self == .sixel ? "sixels" : rawValue }
}
