import BotSchema
public import Transcripts

/// Conversations as one page, fit for screens, screen readers and paper; several have an index before them.
struct HTMLRendering {
    let text: String

    init(_ conversations: [NamedConversation], _ options: RenderingOptions) {
        let title = PlainText.line(options.title)
        let languages = Set(conversations.map { $0.view.language ?? "en" })
        let language = languages.count == 1 ? languages.first ?? "en" : "en"
        let writer = ConversationHTML(
            times: options.times,
            content: HTMLContent(showsPictures: options.showsPictures),
            pageLanguage: language
        )
        var html = HTMLPage.head(title: title, language: language)
        html += "<header>\n<h1 dir=\"auto\">\(HTMLPage.escaped(title))</h1>\n"
        if conversations.count > 1 {
            html += "<p lang=\"en\">\(conversations.count) conversations</p>\n</header>\n"
            let links = conversations.enumerated().map { number, conversation in
                (
                    address: "#c\(number + 1)", words: conversation.name ?? "",
                    summary: conversation.summary(options.times), opening: conversation.opening
                )
            }
            html += HTMLPage.list(links) + "<main>\n"
            for (number, conversation) in conversations.enumerated() {
                html += writer.section(conversation, number: number + 1)
            }
        } else {
            let summary = conversations.first?.summary(options.times) ?? ""
            html += "<p lang=\"en\">\(HTMLPage.escaped(summary))</p>\n</header>\n<main>\n"
            for conversation in conversations { html += writer.whole(conversation.view) }
        }
        text = html + "</main>\n</body>\n</html>\n"
    }
}

/// A page that leads to the pages of several files.
public struct HTMLIndex: Sendable {
    private var links: [(address: String, words: String, summary: String, opening: String?)] = []
    private let options: RenderingOptions

    /// An index with a title; times are told as on the pages.
    public init(_ options: RenderingOptions) { self.options = options }

    /// Adds the page of a file.
    ///
    /// - Parameters:
    ///   - file: The page's name in the folder of the index.
    ///   - transcript: What is on it.
    ///   - title: What it is called.
    public mutating func add(_ file: String, of transcript: Transcript, title: String) {
        let conversations = NamedConversation.all(in: transcript)
        links.append(
            (
                address: "./" + Self.encoded(file), words: PlainText.line(title),
                summary: NamedConversation.summary(of: conversations, options.times),
                opening: conversations.lazy.compactMap(\.opening).first
            )
        )
    }

    /// The page, in UTF-8.
    public var bytes: [UInt8] {
        let title = PlainText.line(options.title)
        var html = HTMLPage.head(title: title, language: "en")
        html += "<header>\n<h1 dir=\"auto\">\(HTMLPage.escaped(title))</h1>\n"
        html += "<p>\(links.count == 1 ? "1 file" : "\(links.count) files")</p>\n</header>\n<main>\n"
        return Array((html + HTMLPage.list(links) + "</main>\n</body>\n</html>\n").utf8)
    }

    /// A name as part of an address (RFC 3986, 2.3).
    private static func encoded(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = name.utf8.flatMap { byte -> [UInt8] in
            let scalar = Unicode.Scalar(byte)
            let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain || "-._~".utf8.contains(byte) { return [byte] }
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
