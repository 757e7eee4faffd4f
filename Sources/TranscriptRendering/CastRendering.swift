import BotSchema
import Handoff
import Transcripts

/// Conversations as an asciinema recording, version 2: a header, then an event a line.
struct CastRendering {
    let text: String

    /// Pauses are kept up to this long; nobody watches a queue for an hour.
    private static let longestPause = 3.0

    init(_ conversations: [NamedConversation], _ options: RenderingOptions) {
        var header: JSONObject = ["version": 2, "width": 90, "height": 30]
        if let first = conversations.lazy.flatMap({ $0.view.entries }).compactMap(\.time).first {
            header["timestamp"] = .number(JSONNumber(first.milliseconds / 1000))
        }
        header["title"] = .string(PlainText.line(options.title))
        header["env"] = ["TERM": "xterm-256color"]
        var lines = [JSONValue.object(header).compactText]
        var seconds = 0.0
        for conversation in conversations {
            if let name = conversation.name { lines.append(Self.divider(seconds, "═", name)) }
            lines += Self.events(of: conversation.view, options.times, from: &seconds)
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func events(of view: ConversationView, _ times: TimeWords, from seconds: inout Double) -> [String] {
        var lines: [String] = []
        var last: Timestamp?
        var day = ""
        for (entry, time) in view.entries {
            seconds += pause(from: last, to: time, isFirst: lines.isEmpty && seconds == 0)
            last = time ?? last
            if let today = time.map(times.day), today != day {
                day = today
                lines.append(divider(seconds, "─", today))
            }
            switch entry {
            case .session(let session):
                lines.append(divider(seconds, "─", PlainText.line(session.words(clock: times.clock))))
            case .handoff(let step):
                guard let words = HandoffWords(step) else { continue }
                lines.append(event(seconds, "m", "handoff: \(words.state)"))
                lines.append(event(seconds, "o", "\u{1B}[33m── \(words.text)\u{1B}[0m\r\n"))
            case .message(let message):
                lines.append(event(seconds, "o", screen(message)))
            }
        }
        return lines
    }

    private static func divider(_ seconds: Double, _ line: String, _ words: String) -> String {
        event(seconds, "o", "\u{1B}[2m\(line)\(line) \(words) \(line)\(line)\u{1B}[0m\r\n")
    }

    private static func pause(from last: Timestamp?, to time: Timestamp?, isFirst: Bool) -> Double {
        guard !isFirst else { return 0 }
        guard let last, let time else { return 1 }
        let seconds =
            Double(max(0, time.milliseconds.subtractingReportingOverflow(last.milliseconds).partialValue)) / 1000
        return min(seconds, longestPause)
    }

    private static func event(_ seconds: Double, _ kind: String, _ data: String) -> String {
        let time = JSONNumber((seconds * 1000).rounded() / 1000).map(JSONValue.number) ?? 0
        return JSONValue.array([time, .string(kind), .string(data)]).compactText
    }

    private static func screen(_ message: ConversationView.Message) -> String {
        let colour =
            switch message.role {
            case .user: "36"
            case .bot: "35"
            case .agent: "32"
            }
        var body = PlainLines.lines(of: message.content)
        if let remark = message.remark { body.append("(\(remark))") }
        let indent = String(repeating: " ", count: 12)
        let name = message.name.count < 11 ? message.name + indent.dropFirst(message.name.count) : message.name + "  "
        let lines = ["\u{1B}[\(colour);1m\(name)\u{1B}[0m\(body.first ?? "")"] + body.dropFirst().map { indent + $0 }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}
