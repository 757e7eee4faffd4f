import BotSchema
import Markup
import MessageContent

/// The parts of a message as lines of plain text; what is looked through by a search as well.
enum PlainLines {
    /// The lines of a message.
    static func lines(of content: MessageContent) -> [String] { content.parts.flatMap(lines) }

    /// The lines of a part, made safe to print.
    static func lines(of part: MessageContent.Part) -> [String] {
        switch part {
        case .text(let blocks), .heading(let blocks): return lines(of: blocks)
        case .fact(let name, let value):
            return [PlainText.line([name, text(of: value)].filter { !$0.isEmpty }.joined(separator: ": "))]
        case .image(let words, let address, let isAddressShown):
            let place = isAddressShown ? address.map { " " + MessageContent.shown($0) } ?? "" : ""
            return [PlainText.line(image(words) + place)]
        case .media(let words, let address, let others): return [PlainText.line("[\(words)]" + media(address, others))]
        case .file(let name, let type, let size, let address, let text):
            let place = address.map { " " + MessageContent.shown($0) } ?? ""
            return [PlainText.line(file(name, type, size) + place)] + lines(of: text)
        case .field(let field): return [PlainText.line(field.line)]
        case .choice(let action):
            let parts = [action.title, action.link.map(MessageContent.shown), action.remark].compactMap(\.self)
            return ["- " + PlainText.line(parts.filter { !$0.isEmpty }.joined(separator: " "))]
        case .table(let header, let rows): return table(header.map(cell), rows.map { $0.map(cell) })
        case .source(let position, let name, let address):
            return [
                PlainText.line(["(\(position))", name, address ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
            ]
        case .note(let words): return [PlainText.line(words)]
        }
    }

    /// What stands for a picture.
    static func image(_ words: String?) -> String {
        words.map { $0.isEmpty ? "[image]" : "[image: \($0)]" } ?? "[image]"
    }

    /// What stands for a file.
    static func file(_ name: String, _ type: String, _ size: String) -> String {
        "[file: " + [name, type, size].filter { !$0.isEmpty }.joined(separator: ", ") + "]"
    }

    /// Where something to play is, and how many other forms there are.
    static func media(_ address: String, _ others: Int) -> String {
        (address.isEmpty ? "" : " " + MessageContent.shown(address)) + more(others)
    }

    static func more(_ others: Int) -> String {
        others > 0 ? " and \(others) \(others == 1 ? "other form" : "other forms")" : ""
    }

    private static func cell(_ parts: [MessageContent.Part]) -> String {
        parts.flatMap(lines).joined(separator: " ")
    }

    /// Each row as labels and values, since columns need a width.
    private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return header.isEmpty ? [] : [header.joined(separator: ", ")] }
        return rows.flatMap { row in
            row.enumerated().compactMap { column, cell in
                guard !cell.isEmpty else { return nil }
                let label = column < header.count ? header[column] : ""
                return label.isEmpty ? cell : "\(label): \(cell)"
            }
        }
    }

    // MARK: - Markdown

    /// The lines of blocks.
    static func lines(of blocks: [MarkupBlock]) -> [String] { blocks.flatMap { lines(of: $0) } }

    private static func lines(of block: MarkupBlock) -> [String] {
        switch block {
        case .paragraph(let inlines), .heading(_, let inlines): return split(text(of: inlines))
        case .quote(let blocks): return lines(of: blocks).map { "> " + $0 }
        case .list(let start, _, let items):
            return items.enumerated().flatMap { index, item -> [String] in
                var mark = start.map { "\($0 + index). " } ?? "- "
                if let isChecked = item.isChecked { mark = isChecked ? "[x] " : "[ ] " }
                let body = lines(of: item.blocks)
                return [mark + (body.first ?? "")] + body.dropFirst().map { "  " + $0 }
            }
        case .code(let language, let code): return ["```" + PlainText.line(language ?? "")] + split(code) + ["```"]
        case .table(let table):
            return self.table(table.header.map(text), table.rows.map { $0.map(text) }).map(PlainText.line)
        case .html(let html): return split(html)
        case .rule: return ["---"]
        }
    }

    private static func split(_ text: String) -> [String] {
        PlainText.lines(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Running text without its marks; a link's address stands behind its words.
    static func text(of inlines: [MarkupInline]) -> String { inlines.map(text).joined() }

    private static func text(of inline: MarkupInline) -> String {
        switch inline {
        case .text(let words), .code(let words): return words
        case .html(let tag): return isLineBreak(tag) ? "\n" : tag
        case .softBreak, .hardBreak: return "\n"
        case .emphasis(let content), .strong(let content): return text(of: content)
        // What is struck out says the opposite.
        case .strikethrough(let content): return "~~\(text(of: content))~~"
        case .link(let target, _, let content):
            let words = text(of: content)
            return words == target || "mailto:" + words == target ? words : "\(words) (\(target))"
        case .image(let source, let content):
            return "[image: \(content.plainText)] " + MessageContent.shown(source)
        }
    }

    /// The one tag that bots use inside Markdown for what it means.
    static func isLineBreak(_ tag: String) -> Bool {
        ["<br>", "<br/>"].contains(tag.lowercased().filter { $0 != " " })
    }
}
