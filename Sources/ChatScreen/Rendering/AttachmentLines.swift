import BotSchema
import LineEditing

/// Tells of a file in one line, and of a small text in its words.
struct AttachmentLines {
    let style: Style
    let columns: Int

    /// Of a text that comes along, so many characters are read at once.
    private static let inlineLimit = 2000

    /// The lines of an attachment that is no card.
    ///
    /// - Parameters:
    ///   - attachment: The file.
    ///   - size: Its bytes, where the service told.
    /// - Returns: Lines that are not wider than asked.
    func lines(of attachment: Attachment, size: Int?) -> [String] {
        let renderer = MarkupRenderer(style: style, columns: columns)
        let place = attachment.contentURL.map { Hyperlink($0) }
        let isImage = attachment.contentType?.lowercased().hasPrefix("image/") == true
        let parts = [
            isImage ? "image" : "file", attachment.name ?? "", attachment.contentType ?? "unknown kind",
            (size ?? attachment.knownSize).map(Self.words) ?? "",
        ]
        var known = parts.filter { !$0.isEmpty }.map { DisplayText.neutralised($0, keepingNewlines: false) }
        let head = known.removeFirst()
        let mark = style.paint("[\(head): \(known.joined(separator: ", "))]", .faint)
        let line = place.map { mark + " " + $0.text(in: style) } ?? mark
        return renderer.wrapped(line) + words(of: attachment, renderer)
    }

    private func words(of attachment: Attachment, _ renderer: MarkupRenderer) -> [String] {
        let type = attachment.contentType?.lowercased().prefix { $0 != ";" }
        guard let type, ["text/plain", "text/markdown", "application/json"].contains(String(type)) else { return [] }
        let text: String
        switch attachment.content {
        case .string(let words)?: text = words
        case .object?, .array?: text = attachment.content?.prettyText ?? ""
        default:
            guard let address = attachment.contentURL, address.utf8.count < 4 * Self.inlineLimit,
                let document = DataURI(address)
            else {
                return []
            }
            text = document.text
        }
        guard text.utf8.count <= Self.inlineLimit else { return [] }
        return type == "text/markdown" ? renderer.lines(ofCommonMark: text) : renderer.lines(ofPlainText: text)
    }

    /// A size as people read it: `512 B`, `1.5 KB`, `12 MB`.
    static func words(_ bytes: Int) -> String {
        var (value, unit) = (Double(bytes), "B")
        for next in ["KB", "MB", "GB", "TB"] where value >= 1000 {
            value /= 1000
            unit = next
        }
        let tenths = Int((value * 10).rounded())
        return unit == "B" || tenths >= 100 || tenths % 10 == 0
            ? "\((tenths + 5) / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}

extension Attachment {
    /// The bytes of a file that comes inside its address.
    fileprivate var knownSize: Int? {
        guard let address = contentURL, address.prefix(5).lowercased() == "data:",
            let comma = address.firstIndex(of: ",")
        else {
            return nil
        }
        let data = address[address.index(after: comma)...]
        guard address[..<comma].lowercased().hasSuffix(";base64") else { return nil }
        let padding = data.reversed().prefix(2).count { $0 == "=" }
        return max(0, data.utf8.count / 4 * 3 - padding)
    }
}
