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

    private static let endings: KeyValuePairs<String, RenderedFormat> = [
        "html": .html, "htm": .html, "md": .markdown, "markdown": .markdown, "txt": .text, "text": .text, "cast": .cast,
    ]

    /// The endings of names that tell a format, without their dots.
    package static let fileEndings = endings.map(\.key)

    /// The format that goes with a file's name, nil for names of other forms.
    public init?(forFile path: String) {
        let ending = path.split(separator: ".").last?.lowercased()
        guard let format = Self.endings.first(where: { $0.key == ending })?.value else { return nil }
        self = format
    }
}

extension Transcript {
    /// The conversations in a form for people, in UTF-8, ending with a line break.
    ///
    /// - Parameters:
    ///   - format: The form.
    ///   - title: What the file is called, such as its name.
    /// - Returns: The bytes of the file; what it leaves out is told by ``losses(in:)``.
    public func rendered(as format: RenderedFormat, title: String) -> [UInt8] {
        rendered(as: format, RenderingOptions(title: title))
    }

    /// The conversations in a form for people, in UTF-8, ending with a line break.
    ///
    /// Several conversations follow one another, each whole.
    ///
    /// - Parameters:
    ///   - format: The form.
    ///   - options: The title, and how times and pictures are told.
    /// - Returns: The bytes of the file; what it leaves out is told by ``losses(in:)``.
    public func rendered(as format: RenderedFormat, _ options: RenderingOptions) -> [UInt8] {
        let conversations = NamedConversation.all(in: self)
        let text =
            switch format {
            case .text: TextRendering(conversations, options).text
            case .markdown: MarkdownRendering(conversations, options).text
            case .html: HTMLRendering(conversations, options).text
            case .cast: CastRendering(conversations, options).text
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
