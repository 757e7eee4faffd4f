import BotSchema
import LineEditing
import Markup
import MessageContent

/// Sets an Adaptive Card in lines (`direct-line.md` 4.10).
struct AdaptiveCardLines {
    let style: Style
    let columns: Int
    /// How many column sets this one stands in.
    ///
    /// Columns are set twice, to measure them first; deep inside that would take ever longer, and has no room anyway.
    var nesting = 0

    private static let nestingLimit = 3

    /// The lines of a card.
    ///
    /// - Parameters:
    ///   - card: What is to be seen.
    ///   - buttons: Sets buttons with their numbers; asked in the order in which they are shown.
    /// - Returns: Lines that are not wider than asked.
    func lines(of card: AdaptiveCard, buttons: ([CardAction]) -> [String]) -> [String] {
        var lines: [String] = []
        if card.hasUnsupported, let words = card.fallbackText { lines += markup(words, columns) }
        lines += self.lines(of: card.elements, columns, buttons)
        if lines.isEmpty, card.actions.isEmpty || card.speech != nil {
            let spoken = card.speech.map { TaggedText.words(of: $0) }
            let words = card.fallbackText.map { markup($0, columns) } ?? spoken.map { plain($0, columns) }
            lines = words ?? [style.paint("[Adaptive Card]", .faint)]
        }
        return lines + buttons(card.actions)
    }

    private func lines(
        of elements: [AdaptiveElement],
        _ columns: Int,
        _ buttons: ([CardAction]) -> [String]
    ) -> [String] {
        var lines: [String] = []
        for element in elements {
            let own = self.lines(of: element, columns, buttons)
            if !lines.isEmpty, !own.isEmpty {
                if element.hasSeparator {
                    lines.append(rule(columns))
                } else if element.isSpaced {
                    lines.append("")
                }
            }
            lines += own
        }
        return lines
    }

    private func lines(
        of element: AdaptiveElement,
        _ columns: Int,
        _ buttons: ([CardAction]) -> [String]
    ) -> [String] {
        switch element.kind {
        case .text(let text, let isStrong, let isSubtle):
            let inks: [Style.Ink] = (isStrong ? [.strong] : []) + (isSubtle ? [.faint] : [])
            guard inks.isEmpty else { return stressed(text, inks, columns) }
            return markup(text, columns)
        case .richText(let runs):
            return renderer(columns).wrapped(runs.map(text(of:)).joined()) + runButtons(runs, buttons)
        case .image(let alternative, let address):
            let words = alternative ?? Hyperlink(address).shown
            let mark = words.isEmpty ? "[image]" : "[image: \(clean(words))]"
            return renderer(columns).wrapped(style.paint(mark, .faint))
        case .media(let name, let address, let type):
            let parts = ["media", clean(name ?? type ?? "")].filter { !$0.isEmpty }.joined(separator: ": ")
            let place = address.isEmpty ? "" : " " + Hyperlink(address).text(in: style)
            return renderer(columns).wrapped(style.paint("[\(parts)]", .faint) + place)
        case .facts(let facts):
            let rows = facts.map { [style.paint(clean($0.title), .faint), inline($0.value)] }
            return RichCardLines(style: style, columns: columns).pairs(rows)
        case .container(let elements): return lines(of: elements, columns, buttons)
        case .columns(let columnList): return lines(of: columnList, columns, buttons)
        case .table(let table): return lines(of: table, columns, buttons)
        case .actions(let actions): return buttons(actions)
        case .field(let field): return renderer(columns).wrapped(FieldWords(field).line(in: style))
        case .card(let card):
            let inner = max(4, columns - 2)
            let bar = style.isDrawn ? style.paint("│", .faint) + " " : ""
            return AdaptiveCardLines(style: style, columns: inner, nesting: nesting)
                .lines(of: card, buttons: buttons).map { bar + $0 }
        case .unsupported(let type):
            return renderer(columns).wrapped(style.paint("(unsupported element: \(clean(type)))", .faint))
        }
    }

    // MARK: - Text

    private func renderer(_ columns: Int) -> MarkupRenderer { MarkupRenderer(style: style, columns: columns) }

    private func markup(_ text: String, _ columns: Int) -> [String] {
        renderer(columns).lines(ofCommonMark: CardDates.resolved(text))
    }

    private func plain(_ text: String, _ columns: Int) -> [String] { renderer(columns).lines(ofPlainText: text) }

    private func clean(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }

    /// Text of one look: its blocks are few, its stress gives way to the look of the whole.
    private func stressed(_ text: String, _ inks: [Style.Ink], _ columns: Int) -> [String] {
        let document = MarkupDocument(commonMark: DisplayText.neutralised(CardDates.resolved(text)))
        return document.blocks.flatMap { block -> [String] in
            guard case .paragraph(let inlines) = block else {
                return renderer(columns).lines(of: MarkupDocument(blocks: [block]))
            }
            return renderer(columns).wrapped(InlineRenderer(style: style).text(of: inlines, inks))
        }
    }

    /// Markdown that has to do with one line.
    private func inline(_ text: String) -> String {
        let document = MarkupDocument(commonMark: DisplayText.neutralised(CardDates.resolved(text)))
        guard document.blocks.count == 1, case .paragraph(let inlines)? = document.blocks.first else {
            return clean(text)
        }
        return InlineRenderer(style: style).text(of: inlines)
    }

    private func text(of run: AdaptiveElement.Run) -> String {
        var inks: [Style.Ink] = []
        if run.isStrong { inks.append(.strong) }
        if run.isItalic { inks.append(.emphasis) }
        if run.isStruck { inks.append(.struck) }
        if run.isUnderlined { inks.append(.link) }
        if run.isSubtle { inks.append(.faint) }
        let words = DisplayText.neutralised(CardDates.resolved(run.text))
        // What is struck out says the opposite; without colour that must be seen all the same.
        return run.isStruck && !style.isColored ? "~~" + words + "~~" : style.paint(words, inks)
    }

    private func runButtons(_ runs: [AdaptiveElement.Run], _ buttons: ([CardAction]) -> [String]) -> [String] {
        let actions = runs.compactMap { run -> CardAction? in
            guard var action = run.action else { return nil }
            if action.title.isEmpty { action.json["title"] = .string(run.text.trimmed) }
            return action
        }
        return actions.isEmpty ? [] : buttons(actions)
    }

    private func rule(_ columns: Int) -> String {
        style.isDrawn ? style.paint(String(repeating: "─", count: min(columns, 200)), .faint) : "---"
    }

    // MARK: - Columns and tables

    private func lines(
        of columnList: [AdaptiveElement.Column],
        _ columns: Int,
        _ buttons: ([CardAction]) -> [String]
    ) -> [String] {
        guard style.isDrawn, columnList.count > 1, nesting < Self.nestingLimit else {
            return columnList.flatMap { lines(of: $0.elements, columns, buttons) }
        }
        var inner = self
        inner.nesting += 1
        // Measured first, without giving the buttons their numbers; rules are as wide as they are allowed to be.
        let natural = columnList.map { column in
            inner.lines(of: column.elements, columns) { actions in
                actions.map { action in
                    let title = clean(action.title)
                    return "[00] " + (action.link.map { Hyperlink($0).text(for: title, in: .plain) } ?? title)
                }
            }
            .filter { !$0.contains("──") }.map { DisplayText.columns($0) }.max() ?? 0
        }
        guard let grid = GridLayout(natural: natural, columns: columns) else {
            return columnList.flatMap { lines(of: $0.elements, columns, buttons) }
        }
        let cells = columnList.enumerated().map { index, column in
            let width = max(1, grid.widths[index])
            return inner.lines(of: column.elements, width, buttons).flatMap { DisplayText.wrapped($0, columns: width) }
        }
        return grid.lines(cells)
    }

    private func lines(
        of table: AdaptiveElement.Table,
        _ columns: Int,
        _ buttons: ([CardAction]) -> [String]
    ) -> [String] {
        // Cells are cut to their columns' widths afterwards, so they are set as wide as they like.
        var rows = table.rows.map { $0.map { lines(of: $0, 10_000, buttons).joined(separator: "\n") } }
        let header = table.hasHeader && rows.count > 1 ? rows.removeFirst().map { style.paint($0, .strong) } : []
        return renderer(columns).lines(header: header, rows: rows, alignments: [], columns)
    }
}
