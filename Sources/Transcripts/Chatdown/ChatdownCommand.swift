import BotSchema

/// One command in square brackets, such as `[Delay=3000]` or a card with its properties.
struct ChatdownCommand {
    /// The commands that stand for cards, with the media type of each.
    static let cards = [
        "herocard": Attachment.CardType.hero, "thumbnailcard": Attachment.CardType.thumbnail,
        "signincard": Attachment.CardType.signin, "oauthcard": Attachment.CardType.oauth,
        "audiocard": "application/vnd.microsoft.card.audio", "videocard": "application/vnd.microsoft.card.video",
        "animationcard": "application/vnd.microsoft.card.animation",
        "mediacard": "application/vnd.microsoft.card.media",
    ]
    private static let plain = [
        "typing", "delay", "conversationupdate", "suggestions", "attachmentlayout", "attachment",
    ]
    private static let shortTypes = [
        "animation": "application/vnd.microsoft.card.animation", "audio": "application/vnd.microsoft.card.audio",
        "hero": Attachment.CardType.hero, "receipt": Attachment.CardType.receipt,
        "thumbnail": Attachment.CardType.thumbnail, "signin": Attachment.CardType.signin,
        "video": "application/vnd.microsoft.card.video", "adaptivecard": Attachment.CardType.adaptive,
    ]

    /// The name in small letters.
    let name: String
    /// What follows the name's sign of equality.
    let value: String
    /// The index behind the closing bracket.
    let end: Substring.Index

    /// Reads the command at the start of a text; nil where the bracket is one of the text's own.
    init?(_ text: Substring) {
        guard let close = text.firstIndex(of: "]") else { return nil }
        let inner = text[..<close].dropFirst()
        let word = inner.prefix(while: \.isLetter)
        let name = word.lowercased()
        guard Self.plain.contains(name) || Self.cards[name] != nil else { return nil }
        let rest = inner[word.endIndex...].trimmed
        if let sign = rest.first, sign == "=" || sign == ":" {
            value = rest.dropFirst().trimmed
        } else if rest.isEmpty || inner[word.endIndex...].first?.isWhitespace == true {
            value = rest
        } else {
            return nil
        }
        self.name = name
        end = text.index(after: close)
    }

    /// The parts of the value between bars.
    var choices: [String] { value.split(separator: "|").map(\.trimmed).filter { !$0.isEmpty } }

    /// The value as lines of `name=value`; a line without a sign goes on with the one before.
    var properties: [String: String] {
        var properties: [String: String] = [:]
        var last: String?
        for line in value.split(whereSeparator: \.isNewline) {
            let sign = line.firstIndex(of: "=")
            let key = sign.map { line[..<$0].trimmed.lowercased() } ?? ""
            if let sign, !key.isEmpty, key.allSatisfy(\.isLetter) {
                properties[key] = line[line.index(after: sign)...].trimmed
                last = key
            } else if let last {
                properties[last, default: ""] += "\n" + line.trimmed
            }
        }
        return properties
    }

    /// The attachment that is named by a path; ``ChatAttachments`` decides whether its file is read.
    var attachment: Attachment {
        let parts = value.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        let path = parts.first.map(String.init) ?? ""
        let named = parts.dropFirst().first.map { $0.trimmed.filter { $0 != "\"" } }
        let type = named.map { Self.shortTypes[$0.lowercased()] ?? $0 } ?? MediaTypes.type(ofFile: path)
        var attachment = Attachment(json: ["contentType": .string(type)])
        attachment.contentURL = path
        return attachment
    }

    /// The card that the properties make.
    var card: Attachment {
        let properties = properties
        var content = JSONObject()
        for key in ["title", "subtitle", "text"] { content[key] = properties[key].map(JSONValue.string) }
        if let image = properties["image"] { content["images"] = [["url": .string(image)]] }
        let buttons = (properties["buttons"] ?? "").split(separator: "|").map(\.trimmed).filter { !$0.isEmpty }
        if !buttons.isEmpty { content["buttons"] = .array(buttons.map { CardAction.imBack($0).jsonValue }) }
        return Attachment(contentType: Self.cards[name] ?? Attachment.CardType.hero, content: .object(content))
    }
}
