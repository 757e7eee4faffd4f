import BotSchema
package import Handoff
import LineEditing

/// Shows what a bot tells the agent hub: skill and topic first, then every variable as it came.
package struct ContextRenderer: Sendable {
    private let style: Style

    /// A renderer in a style.
    package init(style: Style) { self.style = style }

    /// The lines of a context.
    package func lines(of context: HandoffContext) -> [String] {
        guard !context.isEmpty else { return [style.paint("The handoff came without context.", .faint)] }
        var rows = context.variables.map { ($0.name, $0.text) }
        if let value = context.plainValue { rows.append(("value", value.string ?? value.compactText)) }
        let cleaned = rows.map { name, text in
            (DisplayText.neutralised(name, keepingNewlines: false), DisplayText.neutralised(text, keepingNewlines: false))
        }
        let width = min(cleaned.map { DisplayText.columns($0.0) }.max() ?? 0, 24)
        return [style.paint("handoff context", .strong)] + cleaned.map { name, text in
            let gap = String(repeating: " ", count: max(0, width - DisplayText.columns(name)))
            return "  " + style.paint(name, .faint) + gap + "  " + text
        }
    }
}
