import BotSchema
import Handoff

extension HandoffContext {
    /// The context as the person sees it: every variable as it came.
    var table: ChatItem {
        guard !isEmpty else { return .notice("The handoff came without context.") }
        var rows = variables.map { ChatItem.Row($0.name, $0.text) }
        if let plainValue { rows.append(ChatItem.Row("value", plainValue.string ?? plainValue.compactText)) }
        return .table(title: "handoff context", rows)
    }
}
