package import BotSchema
import LineEditing
import Markup
import MessageContent
package import Pictures

/// Turns attachments into lines of text (`direct-line.md` 4.6).
///
/// Everything from the wire passes through ``DisplayText/neutralised(_:keepingNewlines:)`` here.
package struct CardRenderer: Sendable {
    /// The look of the lines.
    package let style: Style
    let columns: Int
    private let pictures: [String: DrawnPicture]
    private var nextNumber: Int

    /// A renderer.
    ///
    /// - Parameters:
    ///   - style: The look of the lines.
    ///   - columns: The width of a line.
    ///   - isNumbered: Whether its first button is number 1; else buttons have no numbers, as in old messages.
    ///   - pictures: Pictures by their addresses, each shown where it is named.
    package init(style: Style, columns: Int, isNumbered: Bool, pictures: [String: DrawnPicture] = [:]) {
        self.pictures = pictures
        self.style = style
        self.columns = columns
        nextNumber = isNumbered ? 1 : 0
    }

    /// The lines of all that comes with a message.
    package mutating func lines(of activity: Activity) -> [String] {
        let attachments = activity.attachments
        let isCarousel = activity.attachmentLayout?.lowercased() == "carousel" && attachments.count > 1
        let sizes = activity.channelData?["attachmentSizes"]?.array ?? []
        var lines: [String] = []
        for (index, attachment) in attachments.enumerated() {
            if isCarousel {
                lines.append(style.paint("\(index + 1)/\(attachments.count)", .faint))
            } else if index > 0, attachments[index - 1].resolved.isCard, attachment.resolved.isCard {
                lines.append("")
            }
            lines += self.lines(of: attachment.resolved, size: sizes.indices.contains(index) ? sizes[index].int : nil)
        }
        return lines
    }

    /// The lines of an attachment.
    ///
    /// - Parameters:
    ///   - attachment: A card or a file.
    ///   - size: The bytes of a file, where the service told.
    /// - Returns: Lines that are not wider than asked.
    package mutating func lines(of attachment: Attachment, size: Int? = nil) -> [String] {
        guard attachment.isCard else {
            return AttachmentLines(style: style, columns: columns).lines(of: attachment, size: size)
                + (attachment.contentURL.flatMap { pictures[$0] }?.lines ?? [])
        }
        // Cards stand behind a bar, so that one sees where they begin and end.
        let bar = style.isDrawn ? style.paint("┃", .faint) + " " : ""
        let inner = style.isDrawn ? max(4, columns - 2) : columns
        return cardLines(of: attachment, inner).map { bar + $0 }
    }

    private mutating func cardLines(of attachment: Attachment, _ columns: Int) -> [String] {
        let content = attachment.content
        let card = RichCardLines(style: style, columns: columns, drawings: pictures)
        let lines: [String]
        switch attachment.contentType?.lowercased() {
        case Attachment.CardType.adaptive:
            return AdaptiveCardLines(style: style, columns: columns).lines(of: AdaptiveCard(content)) {
                numbered($0, columns)
            }
        case Attachment.CardType.signin: lines = card.paragraph(content?["text"]) ?? ["Sign-in is needed."]
        case Attachment.CardType.oauth: lines = card.signIn(content)
        case Attachment.CardType.receipt: lines = card.receipt(content)
        case Attachment.CardType.audio: lines = card.media(content, "audio")
        case Attachment.CardType.video: lines = card.media(content, "video")
        case Attachment.CardType.animation: lines = card.media(content, "animation")
        case Attachment.CardType.hero, Attachment.CardType.thumbnail:
            lines = card.heading(content) + card.pictures(content)
        default: lines = card.heading(content) + card.pictures(content) + card.media(content)
        }
        return lines + numbered(attachment.choosableActions, columns)
    }

    /// The lines of choices, each with its number.
    package mutating func numbered(_ actions: [CardAction]) -> [String] { numbered(actions, columns) }

    private mutating func numbered(_ actions: [CardAction], _ columns: Int) -> [String] {
        actions.flatMap { action -> [String] in
            let title = DisplayText.neutralised(action.title, keepingNewlines: false)
            var words = action.link.map { Hyperlink($0).text(for: title, in: style) } ?? title
            if let remark = action.remark { words += style.paint(" " + remark, .faint) }
            let mark: String
            if nextNumber > 0 {
                mark = style.paint("[\(nextNumber)]", .strong) + " "
                nextNumber += 1
            } else {
                mark = style.isDrawn ? "• " : "- "
            }
            return MarkupRenderer(style: style, columns: columns).wrapped(words, indent: mark)
        }
    }
}
