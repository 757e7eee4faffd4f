/// Reads the HTML that hubs and bots put into messages: paragraphs, lists and tables, and CommonMark within them.
struct HTMLReader {
    /// A tag that divides, or what stands between two of them.
    private enum Piece {
        case tag(HTMLTag)
        case text(Substring)
    }

    /// Lists and tables within one another beyond this are read as the text that they hold.
    private static let depthLimit = 12

    private let pieces: [Piece]
    private var next = 0

    /// The blocks of a text, or nil when no tag in it divides it.
    static func blocks(of text: String) -> [MarkupBlock]? {
        let pieces = pieces(of: text)
        let hasBlock = pieces.contains { if case .tag = $0 { true } else { false } }
        guard hasBlock else { return nil }
        var reader = HTMLReader(pieces: pieces)
        return reader.blocks(depth: 0) { _ in false }
    }

    private init(pieces: [Piece]) { self.pieces = pieces }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var start = text.startIndex
        var index = start
        while let open = text[index...].firstIndex(of: "<") {
            guard let (tag, end) = HTMLTag.first(in: text[open...]), tag.name.isBlock else {
                index = text.index(after: open)
                continue
            }
            if start < open { pieces.append(.text(text[start..<open])) }
            pieces.append(.tag(tag))
            (start, index) = (end, end)
        }
        if start < text.endIndex { pieces.append(.text(text[start...])) }
        return pieces
    }

    // MARK: - Blocks

    private mutating func blocks(depth: Int, until isEnd: (HTMLTag) -> Bool) -> [MarkupBlock] {
        var blocks: [MarkupBlock] = []
        while next < pieces.count {
            switch pieces[next] {
            case .text(let text):
                next += 1
                let inlines = Self.inlines(of: text)
                if !inlines.isEmpty { blocks.append(.paragraph(inlines)) }
            case .tag(let tag) where isEnd(tag):
                return blocks
            case .tag(let tag):
                if depth < Self.depthLimit, !tag.isEnd, [.ul, .ol].contains(tag.name) {
                    next += 1
                    blocks.append(list(tag, depth: depth + 1))
                } else if depth < Self.depthLimit, !tag.isEnd, tag.name == .li {
                    blocks.append(list(nil, depth: depth + 1))
                } else if depth < Self.depthLimit, !tag.isEnd, tag.name == .table {
                    next += 1
                    blocks.append(contentsOf: table(depth: depth + 1))
                } else {
                    // A paragraph begins or ends here, or a tag stands where it means nothing.
                    next += 1
                }
            }
        }
        return blocks
    }

    private mutating func list(_ opening: HTMLTag?, depth: Int) -> MarkupBlock {
        var items: [MarkupListItem] = []
        while next < pieces.count {
            switch pieces[next] {
            case .tag(let tag) where tag.isEnd && [.ul, .ol].contains(tag.name):
                next += 1
                return Self.list(items, opening)
            case .tag(let tag) where !tag.isEnd && tag.name == .li:
                next += 1
                items.append(item(depth: depth))
            case .tag(let tag) where opening == nil && !(tag.isEnd && tag.name == .li):
                // Items without a list end where anything else begins.
                return Self.list(items, opening)
            case .tag(let tag) where tag.isEnd:
                next += 1
            default:
                let item = item(depth: depth)
                if !item.blocks.isEmpty { items.append(item) }
            }
        }
        return Self.list(items, opening)
    }

    private mutating func item(depth: Int) -> MarkupListItem {
        let blocks = blocks(depth: depth) { tag in
            tag.name == .li || tag.isEnd && [.ul, .ol].contains(tag.name)
        }
        return MarkupListItem(blocks)
    }

    private static func list(_ items: [MarkupListItem], _ opening: HTMLTag?) -> MarkupBlock {
        let isOrdered = opening?.name == .ol
        let start = opening?.value(of: "start").flatMap(Int.init).map { min(max(0, $0), 1_000_000) }
        return .list(start: isOrdered ? start ?? 1 : nil, isTight: true, items)
    }

    private mutating func table(depth: Int) -> [MarkupBlock] {
        var rows: [(isHeader: Bool, cells: [[MarkupInline]])] = []
        reading: while next < pieces.count {
            let piece = pieces[next]
            next += 1
            guard case .tag(let tag) = piece else { continue }
            switch (tag.name, tag.isEnd) {
            case (.table, true): break reading
            case (.tr, false): rows.append((true, []))
            case (.td, false), (.th, false):
                if rows.isEmpty { rows.append((true, [])) }
                let cell = cell(depth: depth)
                rows[rows.count - 1].cells.append(cell)
                if tag.name == .td { rows[rows.count - 1].isHeader = false }
            default: break
            }
        }
        rows.removeAll(where: \.cells.isEmpty)
        guard let first = rows.first else { return [] }
        let count = rows.map(\.cells.count).max() ?? 0
        // Every row is filled up to the widest, which takes memory without bounds.
        guard count * rows.count <= Self.cellLimit else {
            return rows.map { .paragraph(Array($0.cells.joined(separator: [.text(" ")]))) }
        }
        let cells = rows.map { $0.cells + Array(repeating: [], count: count - $0.cells.count) }
        let table = MarkupTable(
            alignments: Array(repeating: .natural, count: count),
            header: first.isHeader ? cells[0] : [],
            rows: first.isHeader ? Array(cells.dropFirst()) : cells
        )
        return [.table(table)]
    }

    private static let cellLimit = 50_000

    private mutating func cell(depth: Int) -> [MarkupInline] {
        let blocks = blocks(depth: Self.depthLimit) { tag in [.td, .th, .tr, .table, .thead, .tbody].contains(tag.name)
        }
        let parts = blocks.compactMap { if case .paragraph(let inlines) = $0 { inlines } else { nil } }
        return Array(parts.joined(separator: [.text(" ")]))
    }

    // MARK: - Running text

    /// The parts of a text whose line ends are blanks, as in HTML.
    private static func inlines(of text: Substring) -> [MarkupInline] {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty else { return [] }
        // With a word before it, nothing at its beginning is taken for a list, a heading or the like.
        let prefix = "x "
        let blocks = CommonMark.blocks(of: prefix + words)
        guard blocks.count == 1, case .paragraph(var inlines)? = blocks.first, case .text(let first)? = inlines.first,
            first.hasPrefix("x")
        else { return [.text(words)] }
        let rest = String(first.dropFirst(first.hasPrefix(prefix) ? 2 : 1))
        inlines[0] = .text(rest)
        if rest.isEmpty { inlines.removeFirst() }
        return inlines.readingHTML
    }
}
