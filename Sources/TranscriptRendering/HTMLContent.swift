import BotSchema
import Markup
import MessageContent

/// The parts of a message as HTML: every word escaped, nothing fetched, nothing that runs.
struct HTMLContent {
    /// Whether pictures are shown that are within their addresses.
    let showsPictures: Bool

    /// The body of a message.
    func body(of content: MessageContent) -> String { body(of: content.parts) }

    private func body(of parts: [MessageContent.Part]) -> String {
        var html = ""
        var index = 0
        while index < parts.count {
            // Facts and choices that follow one another are one list.
            let run = parts[index...].prefix { $0.listKind != nil && $0.listKind == parts[index].listKind }
            switch parts[index] {
            case .fact:
                html += "<dl>" + run.map(element).joined() + "</dl>\n"
                index += run.count
            case .choice:
                html += "<ul class=\"choices\">" + run.map { "<li>\(element($0))</li>" }.joined() + "</ul>\n"
                index += run.count
            default:
                html += element(parts[index]) + "\n"
                index += 1
            }
        }
        return html
    }

    private func element(_ part: MessageContent.Part) -> String {
        switch part {
        case .text(let blocks): return html(of: blocks)
        case .heading(let blocks): return "<div class=\"title\">\(html(of: blocks))</div>"
        case .fact(let name, let value):
            return "<dt dir=\"auto\">\(escaped(name))</dt><dd dir=\"auto\">\(html(of: value))</dd>"
        case .choice(let action):
            let remark = action.remark.map { " <span class=\"faint\" lang=\"en\">\(escaped($0))</span>" } ?? ""
            // An address that is no link here is to be read all the same.
            let address = action.link.flatMap { SafeLink.isLink($0) ? nil : " " + escaped(MessageContent.shown($0)) }
            return link(action.title, action.link) + (address ?? "") + remark
        case .image(let words, let address, let isShown): return image(words ?? "", address ?? "", isShown)
        case .media(let words, let address, let others):
            return "<p>[\(link(words, address))]" + place(address) + "\(escaped(PlainLines.more(others)))</p>"
        case .file(let name, let type, let size, let address, let text):
            let words = [name, type, size].filter { !$0.isEmpty }.joined(separator: ", ")
            return "<p>File: \(link(words, address))" + place(address ?? "") + "</p>"
                + (text.isEmpty ? "" : "<div class=\"file\">\(html(of: text))</div>")
        case .field(let field): return "<p class=\"field\" dir=\"auto\">\(escaped(field.line))</p>"
        case .table(let header, let rows): return table(header, rows)
        case .source(let position, let name, let address):
            return "<p class=\"faint\">(\(position)) \(link(name.isEmpty ? address ?? "" : name, address))</p>"
        case .note(let words): return "<p class=\"faint\" dir=\"auto\">\(escaped(words))</p>"
        }
    }

    /// A file within its address is named, since nobody can follow it.
    private func place(_ address: String) -> String {
        let shown = MessageContent.shown(address)
        return shown == address ? "" : " " + escaped(shown)
    }

    private func image(_ words: String, _ source: String, _ isAddressShown: Bool) -> String {
        let shown = isAddressShown ? MessageContent.shown(source) : ""
        if showsPictures, SafeLink.isInlinePicture(source) {
            let alternative = ["image:", words, shown].filter { !$0.isEmpty }.joined(separator: " ")
            return "<p><img src=\"\(source)\" alt=\"\(escaped(alternative))\"></p>"
        }
        let place = isAddressShown && !words.isEmpty ? place(source) : ""
        return "<p>Image: " + link(words.isEmpty ? shown : words, source) + place + "</p>"
    }

    private func table(_ header: [[MessageContent.Part]], _ rows: [[[MessageContent.Part]]]) -> String {
        let head = header.map { "<th scope=\"col\">\(body(of: $0))</th>" }.joined()
        let lines = rows.map { "<tr>" + $0.map { "<td>\(body(of: $0))</td>" }.joined() + "</tr>\n" }.joined()
        return "<table class=\"grid\">\n" + (head.isEmpty ? "" : "<thead><tr>\(head)</tr></thead>\n")
            + (lines.isEmpty ? "" : "<tbody>\n\(lines)</tbody>\n") + "</table>"
    }

    /// Words that lead somewhere, where they lead to a page, a mailbox or a telephone.
    private func link(_ title: String, _ url: String?) -> String {
        let words = "<span dir=\"auto\">\(escaped(title))</span>"
        guard let url, SafeLink.isLink(url) else { return words }
        return "<a href=\"\(escaped(url))\" rel=\"noopener noreferrer\">\(words)</a>"
    }

    // MARK: - Markdown

    private func html(of blocks: [MarkupBlock]) -> String { blocks.map(html).joined(separator: "\n") }

    private func html(of block: MarkupBlock) -> String {
        switch block {
        case .paragraph(let inlines): return "<p class=\"words\" dir=\"auto\">\(html(of: inlines))</p>"
        // The headings of the page are its own.
        case .heading(_, let inlines):
            return "<p class=\"words\" dir=\"auto\"><strong>\(html(of: inlines))</strong></p>"
        case .quote(let blocks): return "<blockquote>\(html(of: blocks))</blockquote>"
        case .list(let start, let isTight, let items):
            let tag = start == nil ? "ul" : "ol"
            let first = start.map { $0 == 1 ? "" : " start=\"\($0)\"" } ?? ""
            let lines = items.map { item in
                let box = item.isChecked.map { $0 ? "[x] " : "[ ] " } ?? ""
                return "<li>\(box)\(html(of: item.blocks, isTight: isTight))</li>"
            }
            return "<\(tag) class=\"list\"\(first) dir=\"auto\">\(lines.joined())</\(tag)>"
        case .code(let language, let code):
            let name = language.map { "<p class=\"faint\">\(escaped($0))</p>" } ?? ""
            return name + "<pre><code>\(escaped(PlainText.lines(code)))</code></pre>"
        case .table(let table):
            let head = table.header.map { "<th scope=\"col\" dir=\"auto\">\(html(of: $0))</th>" }.joined()
            let rows = table.rows.map { "<tr>" + $0.map { "<td dir=\"auto\">\(html(of: $0))</td>" }.joined() + "</tr>" }
            return "<table class=\"grid\"><thead><tr>\(head)</tr></thead>"
                + (rows.isEmpty ? "" : "<tbody>\(rows.joined())</tbody>") + "</table>"
        case .html(let html): return "<p class=\"words\" dir=\"auto\">\(escaped(PlainText.lines(html)))</p>"
        case .rule: return "<hr>"
        }
    }

    private func html(of blocks: [MarkupBlock], isTight: Bool) -> String {
        guard isTight else { return html(of: blocks) }
        return blocks.map { block in
            if case .paragraph(let inlines) = block { html(of: inlines) } else { html(of: block) }
        }.joined()
    }

    private func html(of inlines: [MarkupInline]) -> String { inlines.map(html).joined() }

    private func html(of inline: MarkupInline) -> String {
        switch inline {
        case .text(let words): return escaped(words)
        case .code(let words): return "<code>\(escaped(words))</code>"
        case .softBreak, .hardBreak: return "<br>"
        case .emphasis(let content): return "<em>\(html(of: content))</em>"
        case .strong(let content): return "<strong>\(html(of: content))</strong>"
        case .strikethrough(let content): return "<s>\(html(of: content))</s>"
        case .link(let target, _, let content):
            guard SafeLink.isLink(target) else {
                return html(of: content) + " (\(escaped(MessageContent.shown(target))))"
            }
            // A link stands in no other link.
            return "<a href=\"\(escaped(target))\" rel=\"noopener noreferrer\">\(escaped(content.plainText))</a>"
        case .image(let source, let content):
            let words = content.plainText
            if showsPictures, SafeLink.isInlinePicture(source) {
                let alternative = "image: \(words) \(MessageContent.shown(source))"
                return "<img src=\"\(source)\" alt=\"\(escaped(alternative))\">"
            }
            return "[image: \(link(words, source))]" + place(source)
        case .html(let tag): return PlainLines.isLineBreak(tag) ? "<br>" : escaped(tag)
        }
    }

    private func escaped(_ text: String) -> String { HTMLPage.escaped(PlainText.lines(text)) }
}

extension MessageContent.Part {
    fileprivate var listKind: Int? {
        switch self {
        case .fact: 0
        case .choice: 1
        default: nil
        }
    }
}
