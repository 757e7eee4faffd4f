import BotSchema

/// Makes a table of a conversation, for spreadsheets: what a person looks for, then the whole activity.
enum TableWriter {
    private static let header = [
        "number", "timestamp", "type", "role", "name", "text", "choices", TableReader.activityColumn,
    ]

    static func table(of activities: [Activity]) -> DelimitedText {
        DelimitedText(rows: [header] + activities.enumerated().map { cells(of: $1, number: $0 + 1) })
    }

    /// The first line alone.
    static var head: [UInt8] { DelimitedText(rows: [header]).serialized }

    /// The line of an activity alone; the first has the number 1.
    static func row(of activity: Activity, number: Int) -> [UInt8] {
        DelimitedText(rows: [cells(of: activity, number: number)]).serialized
    }

    private static func cells(of activity: Activity, number: Int) -> [String] {
        let choices = (activity.suggestedActions?.actions ?? []) + activity.attachments.flatMap(\.buttons)
        return [
            String(number), harmless(activity.time?.text ?? activity.timestamp ?? ""),
            harmless(activity.type?.rawValue ?? ""), harmless(activity.roleWord),
            harmless(activity.from?.name ?? activity.from?.id ?? ""),
            harmless(activity.text ?? activity.name ?? ""),
            harmless(choices.map(\.title).joined(separator: " | ")), activity.jsonValue.compactText,
        ]
    }

    /// Spreadsheets compute cells that begin like formulas, whoever wrote them; an apostrophe makes them text.
    private static func harmless(_ cell: String) -> String {
        guard let first = cell.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return cell }
        return "'" + cell
    }
}

extension Activity {
    /// The sender's role as it is written, else as far as the conversation tells it.
    fileprivate var roleWord: String {
        switch author {
        case .user?: "user"
        case .other? where from?.role != nil: "bot"
        default: from?.role ?? ""
        }
    }
}
