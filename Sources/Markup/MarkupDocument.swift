/// A text that was written in CommonMark with GitHub's tables, task lists, strike-through and bare addresses.
package struct MarkupDocument: Hashable, Sendable {
    /// The parts, in order.
    package var blocks: [MarkupBlock]

    /// A document of these parts.
    package init(blocks: [MarkupBlock]) { self.blocks = blocks }

    /// Of more bytes no structure is looked for: the parser's time can grow with the square of its input
    /// (CVE-2023-22486 and its like), and nobody formats so much in a chat.
    package static let byteLimit = 32_768

    /// Reads a text; every text is a document, whatever is open or broken in it.
    ///
    /// Nothing is made harmless here: entities such as `&#27;` come out as the characters that they name.
    package init(commonMark text: String) {
        if text.utf8.count > Self.byteLimit || text.isUnmarked {
            blocks = Self.paragraphs(of: text)
        } else {
            blocks = CommonMark.blocks(of: text)
            // Definitions of links that nothing refers to are no blocks, but somebody wrote them to be read.
            if blocks.isEmpty { blocks = Self.paragraphs(of: text) }
        }
    }

    /// Reads a text in which HTML counts as well: b, i, strong, em, a, br, img, p, ul, ol, li and table.
    ///
    /// Other tags, and what only looks like one, stay as they are.
    ///
    /// - Parameter text: CommonMark, HTML or both.
    package init(commonMarkAndHTML text: String) {
        guard text.utf8.count <= Self.byteLimit, text.utf8.contains(UInt8(ascii: "<")) else {
            self.init(commonMark: text)
            return
        }
        if let blocks = HTMLReader.blocks(of: text) {
            self.init(blocks: blocks)
        } else {
            self.init(blocks: MarkupDocument(commonMark: text).blocks.flatMap(\.readingHTML))
        }
    }

    private static func paragraphs(of text: String) -> [MarkupBlock] {
        var blocks: [MarkupBlock] = []
        var inlines: [MarkupInline] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let words = line.withoutBlanksAtItsEnds
            if words.isEmpty {
                if !inlines.isEmpty { blocks.append(.paragraph(inlines)) }
                inlines = []
            } else {
                if !inlines.isEmpty { inlines.append(.softBreak) }
                inlines.append(.text(String(words)))
            }
        }
        if !inlines.isEmpty { blocks.append(.paragraph(inlines)) }
        return blocks
    }
}

extension String {
    /// Whether nothing in the text can be markup, as in most messages; the parser then need not look.
    var isUnmarked: Bool {
        var isAtLineStart = true
        var indent = 0
        var previous: UInt8 = 0
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                (isAtLineStart, indent) = (true, 0)
            case UInt8(ascii: "\t"): return false
            case UInt8(ascii: " ") where isAtLineStart:
                indent += 1
                if indent > 3 { return false }
            case UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "["),
                UInt8(ascii: "]"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "~"),
                UInt8(ascii: "|"), UInt8(ascii: "#"), UInt8(ascii: "@"), 0:
                return false
            // The beginning of `://` and the end of `www.`, which make an address.
            case UInt8(ascii: "/") where previous == UInt8(ascii: ":"): return false
            case UInt8(ascii: ".") where previous | 0x20 == UInt8(ascii: "w"): return false
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isAtLineStart { return false }
            default: isAtLineStart = false
            }
            previous = byte
        }
        return true
    }
}

extension Substring {
    fileprivate var withoutBlanksAtItsEnds: Substring {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
