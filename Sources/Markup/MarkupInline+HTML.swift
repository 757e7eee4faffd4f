extension [MarkupInline] {
    /// Deeper tags stay as they were written.
    private static let depthLimit = 24

    private struct Opened {
        var tag: HTMLTag
        var source: String
        var content: [MarkupInline] = []
    }

    /// The parts with the tags among them read for what they mean; what is unknown, or has no other end, stays.
    var readingHTML: [MarkupInline] {
        var done: [MarkupInline] = []
        var opened: [Opened] = []
        func put(_ inlines: [MarkupInline]) {
            if opened.isEmpty { done += inlines } else { opened[opened.count - 1].content += inlines }
        }
        for inline in self {
            guard case .html(let source) = inline, let tag = HTMLTag(source[...]), !tag.name.isBlock else {
                put([inline.readingHTMLWithin])
                continue
            }
            if tag.name == .br {
                put([.hardBreak])
            } else if tag.name == .img {
                put(tag.isEnd ? [inline] : [tag.image])
            } else if !tag.isEnd {
                if opened.count < Self.depthLimit {
                    opened.append(Opened(tag: tag, source: source))
                } else {
                    put([inline])
                }
            } else if let match = opened.lastIndex(where: { $0.tag.name == tag.name }) {
                while opened.count > match + 1 {
                    let unclosed = opened.removeLast()
                    put([.html(unclosed.source)] + unclosed.content)
                }
                let closed = opened.removeLast()
                put(closed.tag.applied(to: closed.content) ?? [.html(closed.source)] + closed.content + [inline])
            } else {
                put([inline])
            }
        }
        while let unclosed = opened.popLast() { put([.html(unclosed.source)] + unclosed.content) }
        return done
    }
}

extension MarkupInline {
    /// The part with the tags inside it read for what they mean.
    fileprivate var readingHTMLWithin: MarkupInline {
        switch self {
        case .emphasis(let content): .emphasis(content.readingHTML)
        case .strong(let content): .strong(content.readingHTML)
        case .strikethrough(let content): .strikethrough(content.readingHTML)
        case .link(let target, let title, let content): .link(target: target, title: title, content.readingHTML)
        default: self
        }
    }
}

extension MarkupBlock {
    /// The parts with the tags inside them read for what they mean.
    var readingHTML: [MarkupBlock] {
        switch self {
        case .paragraph(let inlines): [.paragraph(inlines.readingHTML)]
        case .heading(let level, let inlines): [.heading(level: level, inlines.readingHTML)]
        case .quote(let blocks): [.quote(blocks.flatMap(\.readingHTML))]
        case .list(let start, let isTight, let items):
            [
                .list(
                    start: start,
                    isTight: isTight,
                    items.map { MarkupListItem($0.blocks.flatMap(\.readingHTML), isChecked: $0.isChecked) }
                )
            ]
        case .table(let table):
            [
                .table(
                    MarkupTable(
                        alignments: table.alignments,
                        header: table.header.map(\.readingHTML),
                        rows: table.rows.map { $0.map(\.readingHTML) }
                    )
                )
            ]
        // A line that is nothing but a tag, which CommonMark takes for a block of its own.
        case .html(let html): HTMLReader.blocks(of: "<p>" + html) ?? [self]
        case .code, .rule: [self]
        }
    }
}

extension HTMLTag {
    /// The picture that the tag names, by the words that stand for it.
    fileprivate var image: MarkupInline {
        .image(source: value(of: "src") ?? "", [.text(value(of: "alt") ?? "")])
    }

    /// What the tag makes of its content; nil where it makes nothing of it.
    fileprivate func applied(to content: [MarkupInline]) -> [MarkupInline]? {
        switch name {
        case .b, .strong: [.strong(content)]
        case .i, .em: [.emphasis(content)]
        case .a: value(of: "href").map { [.link(target: $0, title: nil, content)] }
        default: nil
        }
    }
}
