import BotSchema
import Handoff
import Transcripts

/// Conversations as Markdown that shows words as they are and runs no mark-up of the speakers.
struct MarkdownRendering {
    let text: String

    init(_ conversations: [NamedConversation], _ options: RenderingOptions) {
        var lines = ["# " + MarkdownContent.escaped(PlainText.line(options.title)), ""]
        for conversation in conversations {
            if let name = conversation.name { lines += ["## " + MarkdownContent.escaped(name), ""] }
            lines += Self.lines(of: conversation, options.times)
        }
        text = lines.joined(separator: "\n")
    }

    private static func lines(of conversation: NamedConversation, _ times: TimeWords) -> [String] {
        var lines: [String] = []
        var day = ""
        for (entry, time) in conversation.view.entries {
            if let today = time.map(times.day), today != day {
                day = today
                lines += [(conversation.name == nil ? "## " : "### ") + today, ""]
            }
            let clock = time == nil ? "" : " · \(times.clock(time))"
            switch entry {
            case .session(let session):
                let words = PlainText.line(session.words(clock: times.clock))
                lines += ["---", "", "_\(MarkdownContent.escaped(words))_", ""]
            case .handoff(let step):
                guard let words = HandoffWords(step) else { continue }
                lines += ["> **handoff**\(clock) · \(MarkdownContent.escaped(words.text))", ""]
            case .message(let message):
                let remark = message.remark.map { " · _\($0)_" } ?? ""
                let role = message.role == .agent ? " (agent)" : ""
                lines += ["**\(MarkdownContent.escaped(message.name))**\(role)\(clock)\(remark)", ""]
                let body = MarkdownContent.lines(of: message.content)
                if !body.isEmpty { lines += body + [""] }
            }
        }
        return lines
    }
}

/// Links that lead to a page, a mailbox or a telephone, and to nothing else.
enum SafeLink {
    static func isLink(_ url: String) -> Bool {
        ["https://", "http://", "mailto:", "tel:"].contains { url.lowercased().hasPrefix($0) }
            && !url.contains { $0.isWhitespace }
    }

    /// How long the address of a picture may be that holds it, in bytes; a phone's photograph fits.
    static let pictureLimit = 8 << 20

    /// A picture that is within the link itself.
    static func isInlinePicture(_ url: String) -> Bool {
        guard url.utf8.count <= pictureLimit else { return false }
        let kinds = ["png", "jpeg", "jpg", "gif", "webp"]
        guard let kind = kinds.first(where: { url.hasPrefix("data:image/\($0);base64,") }) else { return false }
        let data = url.dropFirst("data:image/\(kind);base64,".count)
        return data.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
            default: false
            }
        }
    }

    static func encoded(_ url: String) -> String {
        url.replacing("<", with: "%3C").replacing(">", with: "%3E").replacing("\\", with: "%5C")
    }
}
