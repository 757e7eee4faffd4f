import BotSchema
public import Transcripts

/// The forms in which conversations are written for people; none of them is read again.
public enum RenderedFormat: String, Hashable, Sendable, CaseIterable {
    /// Plain text, a line an utterance.
    case text
    /// Markdown, for issues and wikis.
    case markdown
    /// One page without scripts or anything from elsewhere, for browsers and printers.
    case html
    /// A recording for asciinema, with a marker at each state of a handoff.
    case cast

    /// The format that goes with a file's name, nil for names of other forms.
    public init?(forFile path: String) {
        switch path.split(separator: ".").last?.lowercased() {
        case "txt", "text": self = .text
        case "md", "markdown": self = .markdown
        case "html", "htm": self = .html
        case "cast": self = .cast
        default: return nil
        }
    }
}

extension Transcript {
    /// The conversation in a form for people, in UTF-8, ending with a line break.
    ///
    /// - Parameters:
    ///   - format: The form.
    ///   - title: What the conversation is called, such as the file's name.
    /// - Returns: The bytes of the file; what it leaves out is told by ``losses(in:)``.
    public func rendered(as format: RenderedFormat, title: String) -> [UInt8] {
        let view = ConversationView(of: activities, sessionsByStart: sessionsByStart)
        let text =
            switch format {
            case .text: TextRendering(view).text
            case .markdown: MarkdownRendering(view, title: title).text
            case .html: HTMLRendering(view, title: title).text
            case .cast: CastRendering(view, title: title).text
            }
        return Array(text.utf8)
    }

    /// What a form for people leaves out of this transcript.
    ///
    /// - Parameter format: The form.
    /// - Returns: The losses; never empty, since these forms are not read again.
    public func losses(in format: RenderedFormat) -> [TranscriptLoss] {
        let hidden = ConversationView(of: activities).hiddenCount
        let all = TranscriptLoss(
            "\(format.rawValue) cannot be read back: ids, channel data and other members",
            count: 0
        )
        return hidden == 0
            ? [all] : [all, TranscriptLoss("activities that show nothing, such as events", count: hidden)]
    }
}
