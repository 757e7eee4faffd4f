/// The bytes for the title of the terminal's window.
enum WindowTitle {
    /// Has the terminal remember the title that it has (xterm's window operation 22).
    static let remember = "\u{1b}[22;2t"
    /// Has the terminal take up again the title that it remembered.
    static let restore = "\u{1b}[23;2t"

    /// Sets the title (OSC 2); the text may be foreign.
    static func set(_ title: String) -> String {
        let words = DisplayText.neutralised(title, keepingNewlines: false)
        return "\u{1b}]2;\(words.prefix(100))\u{1b}\\"
    }
}
