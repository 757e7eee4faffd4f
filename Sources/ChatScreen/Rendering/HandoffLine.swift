package import Handoff
import LineEditing
import MessageContent

/// Says a handoff transition in one readable line.
package struct HandoffLine: Sendable {
    private let style: Style
    private let columns: Int

    /// A line for a width.
    package init(style: Style, columns: Int) {
        self.style = style
        self.columns = columns
    }

    /// The line, wrapped where the terminal is narrower than it.
    package func lines(of transition: HandoffTransition) -> [String] {
        transition.words.map(lines(of:)) ?? []
    }

    /// The line of some parts, such as what the hub tells.
    package func lines(of parts: [String]) -> [String] {
        let clean = parts.map { DisplayText.neutralised($0, keepingNewlines: false) }
        let text =
            style.isDrawn ? "── " + clean.joined(separator: " · ") : "-- handoff: " + clean.joined(separator: ", ")
        return DisplayText.wrapped(text, columns: columns).map { style.paint($0, .handoff) }
    }
}
