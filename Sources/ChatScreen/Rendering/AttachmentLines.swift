import BotSchema
import LineEditing
import Markup
import MessageContent

/// Tells of a file in one line, and of a small text in its words.
struct AttachmentLines {
    let style: Style
    let columns: Int

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
            (size ?? attachment.knownSize).map(FileSize.words) ?? "",
        ]
        var known = parts.filter { !$0.isEmpty }.map { DisplayText.neutralised($0, keepingNewlines: false) }
        let head = known.removeFirst()
        let mark = style.paint("[\(head): \(known.joined(separator: ", "))]", .faint)
        let line = place.map { mark + " " + $0.text(in: style) } ?? mark
        let text = MarkupDocument(blocks: MessageContent.text(of: attachment))
        return renderer.wrapped(line) + renderer.lines(of: text)
    }
}
