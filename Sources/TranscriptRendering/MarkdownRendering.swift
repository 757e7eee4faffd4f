import BotSchema
import Handoff

/// A conversation as Markdown that shows words as they are and runs no mark-up of the speakers.
struct MarkdownRendering {
    let text: String

    init(_ view: ConversationView, title: String) {
        var lines = ["# " + Self.escaped(PlainText.line(title)), ""]
        for (entry, time) in view.entries {
            let clock = time == nil ? "" : " · \(TimeWords.clock(time))"
            switch entry {
            case .handoff(let step):
                guard let words = HandoffWords(step) else { continue }
                lines += ["> **handoff**\(clock) · \(Self.escaped(words.text))", ""]
            case .message(let message):
                let remark = message.remark.map { " · _\($0)_" } ?? ""
                let role = message.role == .agent ? " (agent)" : ""
                lines += ["**\(Self.escaped(message.name))**\(role)\(clock)\(remark)", ""]
                let body = message.blocks.flatMap(Self.lines)
                if !body.isEmpty { lines += body + [""] }
            }
        }
        text = lines.joined(separator: "\n")
    }

    private static func lines(_ block: MessageBlock) -> [String] {
        switch block {
        case .text(let text):
            let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
            // Two blanks at the end keep a line's break.
            return rows.enumerated().map {
                $0.offset == rows.count - 1 || $0.element.isEmpty ? $0.element : $0.element + "  "
            }
        case .heading(let text): return ["**\(escaped(PlainText.line(text)))**  "]
        case .choice(let title, let url?) where SafeLink.isLink(url):
            return ["- [\(escaped(title))](<\(SafeLink.encoded(url))>)"]
        case .choice(let title, _): return ["- \(escaped(title))"]
        case .value(let json): return ["`` \(json.replacing("`", with: "'")) ``"]
        default: return TextRendering.lines(block).map { escaped($0) + "  " }
        }
    }

    /// The words with everything escaped that Markdown or HTML within it would take for itself.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character == "<" {
                escaped += "&lt;"
            } else if character == "&" {
                escaped += "&amp;"
            } else {
                if "\\`*_{}[]()#+-.!|~>:@".contains(character) { escaped.append("\\") }
                escaped.append(character)
            }
        }
        return escaped
    }
}

/// Links that lead to a page, a mailbox or a telephone, and to nothing else.
enum SafeLink {
    static func isLink(_ url: String) -> Bool {
        ["https://", "http://", "mailto:", "tel:"].contains { url.lowercased().hasPrefix($0) }
            && !url.contains { $0.isWhitespace }
    }

    /// A picture that is within the link itself.
    static func isInlinePicture(_ url: String) -> Bool {
        let kinds = ["png", "jpeg", "gif", "webp"]
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
