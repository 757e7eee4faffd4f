import BotSchema

/// Makes a table of a conversation, for spreadsheets: what a person looks for, then the whole activity.
enum TableWriter {
    private static let header = [
        "number", "timestamp", "type", "role", "name", "text", "choices", TableReader.activityColumn,
    ]

    static func table(of activities: [Activity]) -> DelimitedText {
        var rows = [header]
        for (index, activity) in activities.enumerated() {
            let choices = (activity.suggestedActions?.actions ?? []) + activity.attachments.flatMap(\.buttons)
            rows.append([
                String(index + 1), harmless(activity.time?.text ?? activity.timestamp ?? ""),
                harmless(activity.type?.rawValue ?? ""), harmless(activity.from?.role ?? ""),
                harmless(activity.from?.name ?? activity.from?.id ?? ""),
                harmless(activity.text ?? activity.name ?? ""),
                harmless(choices.map(\.title).joined(separator: " | ")), activity.jsonValue.compactText,
            ])
        }
        return DelimitedText(rows: rows)
    }

    /// Spreadsheets compute cells that begin like formulas, whoever wrote them; an apostrophe makes them text.
    private static func harmless(_ cell: String) -> String {
        guard let first = cell.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return cell }
        return "'" + cell
    }
}
