import BotSchema
import LineEditing
import Markup
import MessageContent
import Pictures

/// Sets the parts of the cards that came before Adaptive Cards.
struct RichCardLines {
    let style: Style
    let columns: Int
    /// Pictures by their addresses.
    var drawings: [String: DrawnPicture] = [:]

    private var renderer: MarkupRenderer { MarkupRenderer(style: style, columns: columns) }

    /// Title, subtitle and text; the text is Markdown, as Web Chat has it.
    func heading(_ content: JSONValue?) -> [String] {
        (line(content?["title"], [.strong]) ?? []) + (line(content?["subtitle"]) ?? [])
            + (paragraph(content?["text"]) ?? [])
    }

    /// A text that is Markdown.
    func paragraph(_ value: JSONValue?) -> [String]? {
        value?.words.map { renderer.lines(ofCommonMark: $0) }
    }

    /// A text that is none.
    func line(_ value: JSONValue?, _ inks: [Style.Ink] = []) -> [String]? {
        clean(value).map { renderer.wrapped(style.paint($0, inks)) }
    }

    /// The card's pictures: the words that stand for them, then what can be drawn.
    func pictures(_ content: JSONValue?) -> [String] {
        let images = (content?["images"]?.array ?? []) + [content?["image"]].compactMap { $0 }
        return images.flatMap { image -> [String] in
            let alternative = clean(image["alt"]) ?? ""
            let place = (image["url"]?.words ?? image.words).map { " " + Hyperlink($0).text(in: style) } ?? ""
            let mark = alternative.isEmpty ? "[image]" : "[image: \(alternative)]"
            let address = image["url"]?.words ?? image.words
            return renderer.wrapped(style.paint(mark, .faint) + place)
                + (address.flatMap { drawings[$0] }?.lines ?? [])
        }
    }

    /// A card with something to play: the first form of it is offered, others are counted (C6402).
    func media(_ content: JSONValue?, _ kind: String) -> [String] {
        heading(content) + pictures(content) + media(content, named: kind)
    }

    /// What there is to play in a card of unknown kind.
    func media(_ content: JSONValue?) -> [String] { media(content, named: "media") }

    private func media(_ content: JSONValue?, named kind: String) -> [String] {
        let forms = (content?["media"]?.array ?? []).compactMap { $0["url"]?.words }
        guard let first = forms.first else { return [] }
        let duration =
            content?["duration"]?.words.map {
                ", " + DisplayText.neutralised(PlayingTime.words($0), keepingNewlines: false)
            } ?? ""
        let others =
            forms.count > 1 ? style.paint(" and \((forms.count - 1).of("other form", "other forms"))", .faint) : ""
        let mark = style.paint("[\(kind)\(duration)]", .faint)
        return renderer.wrapped(mark + " " + Hyperlink(first).text(in: style) + others)
    }

    /// Two tables with a rule between (C7300, C7301): what it is about, and what it costs.
    func receipt(_ content: JSONValue?) -> [String] {
        let facts = (content?["facts"]?.array ?? []).map { [clean($0["key"]) ?? "", clean($0["value"]) ?? ""] }
        var items: [[String]] = []
        for item in content?["items"]?.array ?? [] {
            let quantity = clean(item["quantity"]).flatMap { $0 == "1" ? nil : "\($0) × " } ?? ""
            let title = clean(item["title"]) ?? clean(item["image"]?["alt"]) ?? ""
            items.append([quantity + title, clean(item["price"]) ?? ""])
            for more in [clean(item["subtitle"]), clean(item["text"])].compactMap({ $0 }) {
                items.append(["  " + style.paint(more, .faint), ""])
            }
        }
        var sums: [[String]] = []
        for (key, label) in [("tax", "Tax"), ("vat", "VAT"), ("total", "Total")] {
            guard let amount = clean(content?[key]) else { continue }
            let inks: [Style.Ink] = key == "total" ? [.strong] : []
            sums.append([style.paint(label, inks), style.paint(amount, inks)])
        }
        // Amounts stand right, and those of the items and the sums below one another.
        let amounts = items + sums
        let label = amounts.map { DisplayText.columns($0[0]) }.max() ?? 0
        let amount = amounts.map { DisplayText.columns($0[1]) }.max() ?? 0
        let rule = items.isEmpty || sums.isEmpty ? [] : [line(of: label + GridLayout.gap + amount)]
        let middle = facts.isEmpty || amounts.isEmpty ? [] : [line(of: label + GridLayout.gap + amount)]
        let upper = pairs(facts)
        let lower = pairs(items, [label, amount], .right) + rule + pairs(sums, [label, amount], .right)
        return heading(content) + upper + middle + lower
    }

    private func line(of length: Int) -> String {
        style.isDrawn ? style.paint(String(repeating: "─", count: min(columns, max(3, length))), .faint) : "---"
    }

    /// Labels and values beside one another, or on lines of their own where there is no room.
    func pairs(
        _ rows: [[String]],
        _ natural: [Int]? = nil,
        _ alignment: MarkupTable.Alignment = .left
    ) -> [String] {
        let natural = natural ?? [0, 1].map { column in rows.map { DisplayText.columns($0[column]) }.max() ?? 0 }
        guard style.isDrawn, var grid = GridLayout(natural: natural, columns: columns) else {
            return rows.flatMap { row in
                renderer.wrapped(row.filter { !$0.isEmpty }.joined(separator: ": "))
            }
        }
        grid.alignments = [.left, alignment]
        return rows.flatMap { row in
            grid.lines(row.enumerated().map { DisplayText.wrapped($1, columns: grid.widths[$0]) })
        }
    }

    /// Words and, where the service gave no address, what has to be signed in to.
    func signIn(_ content: JSONValue?) -> [String] {
        if let words = paragraph(content?["text"]) { return words }
        let connection = clean(content?["connectionName"]).map { " (\($0))" } ?? ""
        return renderer.wrapped("Sign-in is needed\(connection).")
    }

    private func clean(_ value: JSONValue?) -> String? {
        value?.words.map { DisplayText.neutralised($0, keepingNewlines: false) }
    }
}
