import BotSchema
import Handoff

/// A conversation as plain text.
struct TextRendering {
    let text: String

    init(_ view: ConversationView) {
        var lines: [String] = []
        var day = ""
        for (entry, time) in view.entries {
            if let today = time.map({ String($0.text.prefix(10)) }), today != day {
                day = today
                lines.append("== \(today) ==")
            }
            let clock = time == nil ? "        " : TimeWords.clock(time)
            switch entry {
            case .handoff(let step):
                if let words = HandoffWords(step) { lines.append("\(clock)  -- \(words.text)") }
            case .message(let message):
                var body = message.blocks.flatMap(Self.lines)
                if let remark = message.remark { body.append("(\(remark))") }
                let label = message.role == .agent ? "\(message.name) (agent)" : message.name
                lines.append("\(clock)  \(label): \(body.first ?? "")")
                lines += body.dropFirst().map { "          \($0)" }
            }
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// The lines of a part.
    static func lines(_ block: MessageBlock) -> [String] {
        switch block {
        case .text(let text), .heading(let text):
            text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        case .fact(let name, let value): [PlainText.line("\(name): \(value)")]
        case .image(let description, let url):
            ["[image: \(description.isEmpty ? shortened(url) : PlainText.line(description))]"]
        case .file(let name, let type, let url):
            ["[" + [name, type, url.map(shortened) ?? ""].filter { !$0.isEmpty }.joined(separator: ", ") + "]"]
        case .field(let label): ["[field: \(label)]"]
        case .choice(let title, let url): ["- \(title)" + (url.map { " \($0)" } ?? "")]
        case .value(let json): ["(sent \(json))"]
        }
    }

    /// A data link is the file itself, not something to read.
    static func shortened(_ url: String) -> String { url.hasPrefix("data:") ? "inline data" : url }
}
