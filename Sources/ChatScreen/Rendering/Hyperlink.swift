import LineEditing
import MessageContent

/// An address from the wire on its way to the screen.
///
/// The address itself is always to be read; what a terminal opens is what stands there and nothing else.
package struct Hyperlink {
    /// The address as it came.
    let target: String

    /// An address that came from the wire.
    init(_ target: String) { self.target = target }

    /// A document inside the address is not something to read.
    var shown: String {
        guard target.prefix(5).lowercased() == "data:" else {
            return DisplayText.neutralised(target, keepingNewlines: false)
        }
        let kind = DisplayText.neutralised(
            String(target.dropFirst(5).prefix { $0 != "," && $0 != ";" }.prefix(60)),
            keepingNewlines: false
        )
        return "(inline data\(kind.isEmpty ? "" : ", " + kind))"
    }

    /// Whether an activation of it may be left to the terminal: known kinds, and no character that could be taken for
    /// another or end the sequence.
    var isOpenable: Bool {
        let known = ["https://", "http://", "mailto:", "tel:"]
        guard known.contains(where: target.lowercased().hasPrefix), target.utf8.count <= 2000 else { return false }
        return target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// The address, for the terminal to open where it can.
    func text(in style: Style, _ inks: [Style.Ink] = [.faint]) -> String {
        wrap(style.paint(shown, inks), in: style)
    }

    /// Words with the address behind them, which is left out only where the words are the address.
    func text(for words: String, in style: Style, _ inks: [Style.Ink] = []) -> String {
        if isSpelt(by: words) { return wrap(style.paint(words, inks + [.link]), in: style) }
        let address = text(in: style)
        if words.isEmpty { return address }
        // Words that look like another address are left alone: they must not open this one.
        guard !words.looksLikeAddress || words.bareAddress == target.bareAddress else {
            return style.paint(words, inks) + " (really " + address + ")"
        }
        return wrap(style.paint(words, inks + [.link]), in: style) + " (" + address + ")"
    }

    private func isSpelt(by words: String) -> Bool {
        ["", "http://", "mailto:", "tel:"].contains { $0 + words == target }
    }

    private func wrap(_ text: String, in style: Style) -> String {
        guard style.hasHyperlinks, isOpenable, !text.isEmpty else { return text }
        return "\u{1b}]8;;\(target)\u{1b}\\\(text)\u{1b}]8;;\u{1b}\\"
    }
}

extension Hyperlink {
    /// Whether a terminal is known to take OSC 8, by the marks that terminals leave in the environment.
    ///
    /// `FORCE_HYPERLINK`, which other programs know too, overrules: `0` is no, anything else yes.
    ///
    /// - Parameter environment: The value of a variable, nil when it is not set.
    /// - Returns: Whether to write hyperlinks.
    package static func isSupported(environment: (String) -> String?) -> Bool {
        if let forced = environment("FORCE_HYPERLINK") { return forced != "0" }
        let terminal = environment("TERM") ?? ""
        // A multiplexer may or may not hand it on, and its inside still shows the marks of its outside.
        if terminal == "dumb" || terminal.hasPrefix("screen") || terminal.hasPrefix("tmux") { return false }
        if environment("TMUX") != nil || environment("STY") != nil { return false }
        if ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "wezterm", "contour"].contains(terminal)
        {
            return true
        }
        if environment("WT_SESSION") != nil || environment("KITTY_WINDOW_ID") != nil { return true }
        if let version = environment("VTE_VERSION").flatMap({ Int($0) }) { return version >= 5000 }
        if let version = environment("KONSOLE_VERSION").flatMap({ Int($0) }) { return version >= 201_200 }
        return ["iTerm.app", "WezTerm", "vscode", "ghostty"].contains(environment("TERM_PROGRAM") ?? "")
    }
}

extension String {
    /// Whether a reader would take it for an address.
    var looksLikeAddress: Bool {
        let word = trimmed
        if word.contains("://") || word.lowercased().hasPrefix("www.") { return true }
        guard !word.contains(where: \.isWhitespace) else { return false }
        let host = word.prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let last = labels.last, last.count >= 2 else { return false }
        return labels.allSatisfy { !$0.isEmpty } && last.allSatisfy(\.isLetter)
    }

    /// An address without what does not change where it leads.
    fileprivate var bareAddress: String {
        var rest = trimmed.lowercased()[...]
        for scheme in ["https://", "http://", "mailto:"] where rest.hasPrefix(scheme) { rest.removeFirst(scheme.count) }
        if rest.last == "/" { rest.removeLast() }
        return String(rest)
    }
}
