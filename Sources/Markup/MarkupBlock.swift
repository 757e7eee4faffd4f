/// A part of a document that stands on lines of its own.
package indirect enum MarkupBlock: Hashable, Sendable {
    /// Running text.
    case paragraph([MarkupInline])
    /// A heading of level 1 to 6.
    case heading(level: Int, [MarkupInline])
    /// What somebody else said.
    case quote([MarkupBlock])
    /// Items under bullets, or numbered from `start`; a tight list has no blank lines between its items.
    case list(start: Int?, isTight: Bool, [MarkupListItem])
    /// Text that keeps its lines and blanks, with the language if one is named.
    case code(language: String?, String)
    /// Cells in rows; every row has as many as the header.
    case table(MarkupTable)
    /// HTML tags as they were written; nobody reads them as HTML here.
    case html(String)
    /// A line across.
    case rule
}

/// An item of a list.
package struct MarkupListItem: Hashable, Sendable {
    /// What the item holds.
    package var blocks: [MarkupBlock]
    /// Whether the box before a task is ticked, nil for what is no task.
    package var isChecked: Bool?

    /// An item, by default no task.
    package init(_ blocks: [MarkupBlock], isChecked: Bool? = nil) {
        self.blocks = blocks
        self.isChecked = isChecked
    }
}

/// A table with one row of headings.
package struct MarkupTable: Hashable, Sendable {
    /// Where the text of a column stands.
    package enum Alignment: Hashable, Sendable {
        case natural, left, center, right
    }

    /// One for each column.
    package var alignments: [Alignment]
    /// The headings, one for each column.
    package var header: [[MarkupInline]]
    /// The rows below the headings.
    package var rows: [[[MarkupInline]]]

    /// A table.
    package init(alignments: [Alignment], header: [[MarkupInline]], rows: [[[MarkupInline]]]) {
        self.alignments = alignments
        self.header = header
        self.rows = rows
    }
}

/// A part of running text.
package indirect enum MarkupInline: Hashable, Sendable {
    /// Words, with entities and escapes already resolved.
    case text(String)
    /// A piece of code.
    case code(String)
    /// A line end of the source; bots mean a new line by it, as Web Chat shows it.
    case softBreak
    /// A line end that was asked for.
    case hardBreak
    /// Stressed words.
    case emphasis([MarkupInline])
    /// Strongly stressed words.
    case strong([MarkupInline])
    /// Words that hold no longer.
    case strikethrough([MarkupInline])
    /// Words behind which there is an address.
    case link(target: String, title: String?, [MarkupInline])
    /// A picture's address and the words that stand for it.
    case image(source: String, [MarkupInline])
    /// An HTML tag as it was written.
    case html(String)
}

extension MarkupInline {
    /// The words alone.
    package var plainText: String {
        switch self {
        case .text(let text), .code(let text), .html(let text): text
        case .softBreak, .hardBreak: "\n"
        case .emphasis(let content), .strong(let content), .strikethrough(let content), .link(_, _, let content),
            .image(_, let content):
            content.plainText
        }
    }
}

extension [MarkupInline] {
    /// The words alone.
    package var plainText: String { map(\.plainText).joined() }
}
