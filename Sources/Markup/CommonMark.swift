import CCmark
import Synchronization

/// cmark-gfm's parser, and the way from its nodes to values.
enum CommonMark {
    /// Deeper parts are read as their bare text: what is nested so deep was made to break readers.
    private static let depthLimit = 24

    /// More lines that look like the one below a table's head are not looked at as such: cmark-gfm 0.29 takes
    /// quadratic time for them (CVE-2023-22483).
    private static let tableLimit = 200
    private static let cellLimit = 50_000

    private static let extensions: [String] = {
        cmark_gfm_core_extensions_ensure_registered()
        return ["table", "strikethrough", "autolink", "tasklist"]
    }()

    /// Held while a text is parsed: cmark-gfm 0.29 keeps the characters that its extensions look for in one table for
    /// the whole process, adds them when a parser begins and removes them when one ends.
    private static let parsing = Mutex(())

    static func blocks(of text: String) -> [MarkupBlock] { parsing.withLock { _ in parsed(text) } }

    private static func parsed(_ text: String) -> [MarkupBlock] {
        // One tilde is "about" more often than it strikes out.
        guard let parser = cmark_parser_new(1 << 14) else { return [.paragraph([.text(text)])] }
        defer { cmark_parser_free(parser) }
        let mayHaveTables = mayHaveTables(text)
        for name in extensions where name != "table" || mayHaveTables {
            if let syntax = cmark_find_syntax_extension(name) {
                cmark_parser_attach_syntax_extension(parser, syntax)
            }
        }
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        guard let document = cmark_parser_finish(parser) else { return [] }
        defer { cmark_node_free(document) }
        // Words must stay together: what belongs to a letter is told by its neighbours.
        cmark_consolidate_text_nodes(document)
        return blocks(in: document, depth: 0)
    }

    /// Whether tables can be looked for in reasonable time.
    ///
    /// Of many rows that could be the one below a head each is tried against all that follows, and every row is filled
    /// up to the cells of its head, so that a wide head over many short rows takes memory without bounds.
    private static func mayHaveTables(_ text: String) -> Bool {
        var (rows, lines, widest) = (0, 1, 0)
        var (isDelimiter, hasDash, bars) = (true, false, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if isDelimiter, hasDash { (rows, widest) = (rows + 1, max(widest, bars + 1)) }
                (isDelimiter, hasDash, bars) = (true, false, 0)
                lines += 1
            case UInt8(ascii: "-"): hasDash = true
            case UInt8(ascii: "|"): bars += 1
            case UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ">"): break
            default: isDelimiter = false
            }
        }
        return rows <= tableLimit && widest * lines <= cellLimit
    }

    private typealias Node = OpaquePointer

    private static func children(of node: Node) -> [Node] {
        var children: [Node] = []
        var next = cmark_node_first_child(node)
        while let child = next {
            children.append(child)
            next = cmark_node_next(child)
        }
        return children
    }

    // MARK: - Blocks

    private static func blocks(in node: Node, depth: Int) -> [MarkupBlock] {
        guard depth < depthLimit else {
            let words = bareText(of: node)
            return words.isEmpty ? [] : [.paragraph([.text(words)])]
        }
        return children(of: node).compactMap { block($0, depth: depth + 1) }
    }

    private static func block(_ node: Node, depth: Int) -> MarkupBlock? {
        switch kind(of: node) {
        case "paragraph": return .paragraph(inlines(in: node, depth: depth))
        case "heading":
            return .heading(level: Int(cmark_node_get_heading_level(node)), inlines(in: node, depth: depth))
        case "block_quote": return .quote(blocks(in: node, depth: depth))
        case "list":
            let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
            return .list(
                start: isOrdered ? Int(cmark_node_get_list_start(node)) : nil,
                isTight: cmark_node_get_list_tight(node) != 0,
                children(of: node).map { item($0, depth: depth) }
            )
        case "code_block":
            let info = string(cmark_node_get_fence_info(node)).prefix { !$0.isWhitespace }
            var code = string(cmark_node_get_literal(node))
            if code.last == "\n" { code.removeLast() }
            return .code(language: info.isEmpty ? nil : String(info), code)
        case "html_block":
            var html = string(cmark_node_get_literal(node))
            while html.last == "\n" { html.removeLast() }
            return .html(html)
        case "thematic_break": return .rule
        case "table": return .table(table(node, depth: depth))
        default:
            let words = bareText(of: node)
            return words.isEmpty ? nil : .paragraph([.text(words)])
        }
    }

    private static func item(_ node: Node, depth: Int) -> MarkupListItem {
        let isTask = kind(of: node) == "tasklist"
        return MarkupListItem(
            blocks(in: node, depth: depth),
            isChecked: isTask ? cmark_gfm_extensions_get_tasklist_item_checked(node) : nil
        )
    }

    private static func table(_ node: Node, depth: Int) -> MarkupTable {
        let count = Int(cmark_gfm_extensions_get_table_columns(node))
        let letters = cmark_gfm_extensions_get_table_alignments(node)
        let alignments = (0..<count).map { column -> MarkupTable.Alignment in
            switch letters?[column] {
            case UInt8(ascii: "l"): .left
            case UInt8(ascii: "c"): .center
            case UInt8(ascii: "r"): .right
            default: .natural
            }
        }
        var rows = children(of: node).map { row in
            children(of: row).map { inlines(in: $0, depth: depth + 2) }
        }
        let header = rows.isEmpty ? [] : rows.removeFirst()
        return MarkupTable(alignments: alignments, header: header, rows: rows)
    }

    // MARK: - Inlines

    private static func inlines(in node: Node, depth: Int) -> [MarkupInline] {
        guard depth < depthLimit else {
            let words = bareText(of: node)
            return words.isEmpty ? [] : [.text(words)]
        }
        return children(of: node).map { inline($0, depth: depth + 1) }
    }

    private static func inline(_ node: Node, depth: Int) -> MarkupInline {
        switch kind(of: node) {
        case "text": return .text(string(cmark_node_get_literal(node)))
        case "code": return .code(string(cmark_node_get_literal(node)))
        case "html_inline": return .html(string(cmark_node_get_literal(node)))
        case "softbreak": return .softBreak
        case "linebreak": return .hardBreak
        case "emph": return .emphasis(inlines(in: node, depth: depth))
        case "strong": return .strong(inlines(in: node, depth: depth))
        case "strikethrough": return .strikethrough(inlines(in: node, depth: depth))
        case "link":
            let title = string(cmark_node_get_title(node))
            return .link(
                target: string(cmark_node_get_url(node)),
                title: title.isEmpty ? nil : title,
                inlines(in: node, depth: depth)
            )
        case "image":
            return .image(source: string(cmark_node_get_url(node)), inlines(in: node, depth: depth))
        default: return .text(bareText(of: node))
        }
    }

    // MARK: - Text

    /// The words below a node however deep, without recursion.
    private static func bareText(of node: Node) -> String {
        guard let iterator = cmark_iter_new(node) else { return "" }
        defer { cmark_iter_free(iterator) }
        var text = ""
        while true {
            let event = cmark_iter_next(iterator)
            if event == CMARK_EVENT_DONE { return text }
            guard event == CMARK_EVENT_ENTER else { continue }
            let node = cmark_iter_get_node(iterator)
            let words = string(cmark_node_get_literal(node))
            switch kind(of: node) {
            case "softbreak", "linebreak": text += "\n"
            case "paragraph", "heading", "code_block", "html_block":
                if !text.isEmpty, text.last != "\n" { text += "\n" }
                text += words
            default: text += words
            }
        }
    }

    private static func kind(of node: Node?) -> String { string(cmark_node_get_type_string(node)) }

    private static func string(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }
}
