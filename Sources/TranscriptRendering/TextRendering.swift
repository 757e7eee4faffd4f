import BotSchema
import Handoff
import Transcripts

/// A conversation as plain text.
struct TextRendering {
    let text: String

    init(_ view: ConversationView) {
        var lines: [String] = []
        var day = ""
        for (entry, time) in view.entries {
            if let today = time.map(TimeWords.day), today != day {
                day = today
                lines.append("== \(today) ==")
            }
            let clock = time == nil ? "        " : TimeWords.clock(time)
            switch entry {
            case .session(let session):
                lines.append("-- \(PlainText.line(session.words(clock: { TimeWords.clock($0) }))) --")
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
        text = lines.joined(separator: "\n") + "\n"
    }
}
