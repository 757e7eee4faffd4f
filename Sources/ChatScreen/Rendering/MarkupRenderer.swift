import LineEditing
import Markup

/// Sets a document in lines of a width.
struct MarkupRenderer {
    let style: Style
    /// The width of a line; without drawing lines are not wrapped, since a pipe or a screen reader does not want it.
    let columns: Int

    /// A renderer for a width.
    init(style: Style, columns: Int) {
        self.style = style
        self.columns = style.isDrawn ? max(4, columns) : .max / 4
    }

    /// The lines of a text that is CommonMark.
    func lines(ofCommonMark text: String) -> [String] {
        lines(of: MarkupDocument(commonMark: DisplayText.neutralised(text)))
    }

    /// The lines of a message that is CommonMark, in which hubs and bots also send HTML.
    func lines(ofMessage text: String) -> [String] {
        lines(of: MarkupDocument(commonMarkAndHTML: DisplayText.neutralised(text)))
    }

    /// The lines of a text that is nothing but text.
    func lines(ofPlainText text: String) -> [String] { wrapped(DisplayText.neutralised(text)) }

    /// The lines of a document.
    func lines(of document: MarkupDocument) -> [String] { lines(of: document.blocks, columns, isTight: false) }

    // MARK: - Blocks

    private func lines(of blocks: [MarkupBlock], _ columns: Int, isTight: Bool) -> [String] {
        var lines: [String] = []
        for (index, block) in blocks.enumerated() {
            if index > 0, !isTight, !belongsTogether(blocks[index - 1], block) { lines.append("") }
            lines += self.lines(of: block, columns)
        }
        return lines
    }

    /// A list stands right below the words that announce it, and a text below its heading.
    private func belongsTogether(_ upper: MarkupBlock, _ lower: MarkupBlock) -> Bool {
        switch (upper, lower) {
        case (.heading, .heading): false
        case (.heading, _): true
        case (.paragraph, .list): true
        default: false
        }
    }

    private func lines(of block: MarkupBlock, _ columns: Int) -> [String] {
        let inline = InlineRenderer(style: style)
        switch block {
        case .paragraph(let inlines): return wrapped(inline.text(of: inlines), columns)
        case .heading(let level, let inlines):
            let mark = style.isColored ? "" : String(repeating: "#", count: level) + " "
            return wrapped(inline.text(of: inlines, [.strong]), columns, indent: mark)
        case .quote(let blocks):
            let mark = style.isDrawn ? style.paint("▏", .faint) + " " : "> "
            return lines(of: blocks, narrowed(columns, by: 2), isTight: false).map { mark + $0 }
        case .list(let start, let isTight, let items):
            return list(items, start: start, isTight: isTight, columns)
        case .code(let language, let code): return self.code(code, language, columns)
        case .table(let table): return lines(of: table, columns)
        case .html(let html): return wrapped(DisplayText.neutralised(html), columns)
        case .rule:
            return [style.isDrawn ? style.paint(String(repeating: "─", count: min(columns, 200)), .faint) : "---"]
        }
    }

    private func list(_ items: [MarkupListItem], start: Int?, isTight: Bool, _ columns: Int) -> [String] {
        let last = (start ?? 0) + items.count - 1
        var lines: [String] = []
        for (index, item) in items.enumerated() {
            let number = start.map { start in
                let text = "\(start + index)."
                return String(repeating: " ", count: max(0, "\(last).".count - text.count)) + text
            }
            var mark = (number ?? (style.isDrawn ? "•" : "-")) + " "
            if let isChecked = item.isChecked { mark = (number.map { $0 + " " } ?? "") + (isChecked ? "[x] " : "[ ] ") }
            // Deep lists keep room for words.
            let hanging = min(mark.count, max(1, columns / 4))
            var body = self.lines(of: item.blocks, narrowed(columns, by: mark.count), isTight: isTight)
            if body.isEmpty { body = [""] }
            if index > 0, !isTight { lines.append("") }
            lines.append(mark + body[0])
            lines += body.dropFirst().map { $0.isEmpty ? "" : String(repeating: " ", count: hanging) + $0 }
        }
        return lines
    }

    private func code(_ code: String, _ language: String?, _ columns: Int) -> [String] {
        let clean = DisplayText.neutralised(code).split(separator: "\n", omittingEmptySubsequences: false)
        let name = language.map { DisplayText.neutralised($0, keepingNewlines: false) } ?? ""
        guard style.isDrawn else { return ["```" + name] + clean.map(String.init) + ["```"] }
        let lines = clean.flatMap { line in
            DisplayText.wrapped(String(line), columns: narrowed(columns, by: 2)).map {
                "  " + style.paint($0, .code)
            }
        }
        return (name.isEmpty ? [] : DisplayText.wrapped(name, columns: columns).map { style.paint($0, .faint) }) + lines
    }

    func wrapped(_ text: String, _ columns: Int? = nil, indent: String = "") -> [String] {
        guard style.isDrawn else {
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
                ($0.offset == 0 ? indent : "") + $0.element
            }
        }
        return DisplayText.wrapped(text, columns: columns ?? self.columns, indent: indent)
    }

    private func narrowed(_ columns: Int, by count: Int) -> Int { max(4, columns - count) }
}
