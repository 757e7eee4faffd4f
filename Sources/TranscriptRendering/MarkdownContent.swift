import BotSchema
import Markup
import MessageContent

/// The parts of a message as Markdown: what was formatted is formatted, all other words are escaped.
enum MarkdownContent {
    /// The lines of a message.
    static func lines(of content: MessageContent) -> [String] {
        var lines: [String] = []
        for part in content.parts {
            let own = self.lines(of: part)
            // Lists, tables and code stand apart from what is before them.
            if let last = lines.last, !last.isEmpty,
                part.standsApart || own.first?.hasPrefix("- ") != last.hasPrefix("- ")
            {
                lines.append("")
            }
            lines += own
        }
        return lines
    }

    private static func lines(of part: MessageContent.Part) -> [String] {
        switch part {
        case .text(let blocks): return lines(of: blocks)
        case .heading(let blocks):
            return blocks.flatMap { block -> [String] in
                guard case .paragraph(let inlines) = block else { return lines(of: [block]) }
                return broken("**\(text(of: inlines).replacing("**", with: ""))**")
            }
        case .fact(let name, let value): return ["\(escaped(name)): \(text(of: value).replacing("\n", with: " "))  "]
        case .choice(let action):
            let remark = action.remark.map { " " + escaped($0) } ?? ""
            guard let link = action.link, SafeLink.isLink(link) else {
                let place = action.link.map { " " + escaped(MessageContent.shown($0)) } ?? ""
                return ["- \(escaped(action.title))" + place + remark]
            }
            return ["- [\(escaped(action.title))](<\(SafeLink.encoded(link))>)" + remark]
        case .table(let header, let rows):
            return table(header.map(cell), rows.map { $0.map(cell) })
        case .file(_, _, _, _, let text):
            return [escaped(PlainLines.lines(of: part)[0]) + "  "] + lines(of: text)
        case .note(let words) where words.hasPrefix("(sent "):
            return ["`` \(PlainText.line(words).replacing("`", with: "'")) ``"]
        default: return PlainLines.lines(of: part).map { escaped($0) + "  " }
        }
    }

    private static func cell(_ parts: [MessageContent.Part]) -> String {
        parts.flatMap(lines).map { $0.trimmingBlanks }.filter { !$0.isEmpty }.joined(separator: "<br>")
    }

    /// GitHub's tables need a header, so that one is made where there is none.
    private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
        let count = max(header.count, rows.map(\.count).max() ?? 0)
        guard count > 0 else { return [] }
        func line(_ cells: [String]) -> String {
            "| "
                + (0..<count).map { $0 < cells.count ? cells[$0].replacing("\n", with: " ") : "" }.joined(
                    separator: " | "
                ) + " |"
        }
        return [line(header), "|" + String(repeating: " --- |", count: count)] + rows.map(line) + [""]
    }

    // MARK: - Markdown of the speakers, written anew

    private static func lines(of blocks: [MarkupBlock]) -> [String] {
        var lines: [String] = []
        for block in blocks {
            if !lines.isEmpty { lines.append("") }
            lines += self.lines(of: block)
        }
        return lines
    }

    private static func lines(of block: MarkupBlock) -> [String] {
        switch block {
        case .paragraph(let inlines): return broken(text(of: inlines))
        // The headings of the page are its own.
        case .heading(_, let inlines):
            return ["**\(text(of: inlines).replacing("**", with: "").replacing("\n", with: " "))**"]
        case .quote(let blocks): return lines(of: blocks).map { "> " + $0 }
        case .list(let start, _, let items):
            return items.enumerated().flatMap { index, item -> [String] in
                var mark = start.map { "\($0 + index). " } ?? "- "
                let indent = String(repeating: " ", count: mark.count)
                if let isChecked = item.isChecked { mark += isChecked ? "[x] " : "[ ] " }
                let body = lines(of: item.blocks)
                return [mark + (body.first ?? "")] + body.dropFirst().map { $0.isEmpty ? "" : indent + $0 }
            }
        case .code(let language, let code):
            let clean = PlainText.lines(code).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            // A fence longer than any within.
            let fence = String(repeating: "`", count: max(3, (code.longestRun(of: "`")) + 1))
            return [fence + PlainText.line(language ?? "").filter { $0 != "`" }] + clean + [fence]
        case .table(let table): return self.table(table.header.map(text), table.rows.map { $0.map(text) })
        case .html(let html): return broken(escaped(PlainText.lines(html)))
        case .rule: return ["---"]
        }
    }

    /// Two blanks at the end keep a line's break.
    private static func broken(_ text: String) -> [String] {
        let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return rows.enumerated().map {
            $0.offset == rows.count - 1 || $0.element.isEmpty ? $0.element : $0.element + "  "
        }
    }

    private static func text(of inlines: [MarkupInline]) -> String { inlines.map(text).joined() }

    private static func text(of inline: MarkupInline) -> String {
        switch inline {
        case .text(let words): return escaped(PlainText.lines(words))
        case .code(let words): return "`` \(PlainText.line(words).replacing("`", with: "'")) ``"
        case .softBreak, .hardBreak: return "\n"
        case .emphasis(let content): return marked(content, "*")
        case .strong(let content): return marked(content, "**")
        case .strikethrough(let content): return marked(content, "~~")
        case .link(let target, _, let content):
            guard SafeLink.isLink(target) else {
                return text(of: content) + " \\(\(escaped(MessageContent.shown(target)))\\)"
            }
            return "[\(escaped(content.plainText).replacing("\n", with: " "))](<\(SafeLink.encoded(target))>)"
        // Nothing is fetched by whoever opens the file.
        case .image(let source, let content):
            return escaped(
                "[image: \(PlainText.line(content.plainText))] \(PlainText.line(MessageContent.shown(source)))"
            )
        case .html(let tag): return PlainLines.isLineBreak(tag) ? "\n" : escaped(PlainText.lines(tag))
        }
    }

    private static func marked(_ content: [MarkupInline], _ mark: String) -> String {
        let words = text(of: content)
        return words.trimmingBlanks.isEmpty ? words : mark + words + mark
    }

    /// The words with everything escaped that Markdown or HTML within it would take for itself.
    static func escaped(_ text: String) -> String {
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

extension MessageContent.Part {
    /// Whether it must not run into what is before it.
    fileprivate var standsApart: Bool {
        switch self {
        case .table, .file: true
        case .text(let blocks), .heading(let blocks):
            blocks.first.map { if case .paragraph = $0 { false } else { true } } ?? false
        default: false
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    fileprivate func longestRun(of character: Character) -> Int {
        var (longest, run) = (0, 0)
        for other in self {
            run = other == character ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
