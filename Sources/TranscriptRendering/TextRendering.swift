import BotSchema
import Handoff
import Transcripts

/// Conversations as plain text.
struct TextRendering {
    let text: String

    init(_ conversations: [NamedConversation], _ options: RenderingOptions) {
        let times = options.times
        var lines: [String] = []
        for conversation in conversations {
            if let name = conversation.name { lines.append("==== \(name) ====") }
            lines += Self.lines(of: conversation.view, times)
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func lines(of view: ConversationView, _ times: TimeWords) -> [String] {
        var lines: [String] = []
        var day = ""
        for (entry, time) in view.entries {
            if let today = time.map(times.day), today != day {
                day = today
                lines.append("== \(today) ==")
            }
            let clock = time == nil ? "        " : times.clock(time)
            switch entry {
            case .session(let session):
                lines.append("-- \(PlainText.line(session.words(clock: times.clock))) --")
            case .handoff(let step):
                if let words = HandoffWords(step) { lines.append("\(clock)  -- \(words.text)") }
            case .message(let message):
                var body = PlainLines.lines(of: message.content)
                if let remark = message.remark { body.append("(\(remark))") }
                let label = message.role == .agent ? "\(message.name) (agent)" : message.name
                lines.append("\(clock)  \(label): \(body.first ?? "")")
                lines += body.dropFirst().map { "          \($0)" }
            }
        }
        return lines
    }
}
