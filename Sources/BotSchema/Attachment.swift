/// A card, a file or a document that comes with an activity (A7100).
public struct Attachment: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// An attachment with its content inside.
    public init(contentType: String, content: JSONValue, name: String? = nil) {
        json = ["contentType": .string(contentType), "content": content]
        self.name = name
    }

    /// The media type, which says what ``content`` is.
    public var contentType: String? {
        get { json["contentType"]?.string }
        set { json.set("contentType", newValue) }
    }

    /// The content itself, for cards and small documents (A7110).
    public var content: JSONValue? {
        get { json["content"] }
        set { json["content"] = newValue }
    }

    /// Where the content is, for files (A7120).
    public var contentURL: String? {
        get { json["contentUrl"]?.string }
        set { json.set("contentUrl", newValue) }
    }

    /// A file name or the attachment's role, such as `Transcript`.
    public var name: String? {
        get { json["name"]?.string }
        set { json.set("name", newValue) }
    }
}

extension Attachment {
    /// Media types of the Bot Framework cards.
    public enum CardType {
        /// A title, text, picture and buttons.
        public static let hero = "application/vnd.microsoft.card.hero"
        /// As the hero card, with a small picture.
        public static let thumbnail = "application/vnd.microsoft.card.thumbnail"
        /// An Adaptive Card.
        public static let adaptive = "application/vnd.microsoft.card.adaptive"
        /// A receipt with items and totals.
        public static let receipt = "application/vnd.microsoft.card.receipt"
        /// A link to sign in.
        public static let signin = "application/vnd.microsoft.card.signin"
        /// A link to sign in, made by the token service.
        public static let oauth = "application/vnd.microsoft.card.oauth"
        /// Sound to listen to.
        public static let audio = "application/vnd.microsoft.card.audio"
        /// A film to watch.
        public static let video = "application/vnd.microsoft.card.video"
        /// A short film without sound.
        public static let animation = "application/vnd.microsoft.card.animation"
        /// All of them.
        public static let all: Set<String> = [
            hero, thumbnail, adaptive, receipt, signin, oauth, audio, video, animation,
        ]
    }

    /// The buttons of a rich card, empty for other attachments.
    public var buttons: [CardAction] { (content?["buttons"]?.array ?? []).compactMap(CardAction.init(lenient:)) }
}

/// A button or a suggested action (A7300).
public struct CardAction: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// An action whose activation sends its value as the user's message.
    public static func imBack(_ title: String) -> CardAction {
        CardAction(json: ["type": "imBack", "title": .string(title), "value": .string(title)])
    }

    /// An action that opens a link.
    public static func openURL(_ title: String, _ url: String) -> CardAction {
        CardAction(json: ["type": "openUrl", "title": .string(title), "value": .string(url)])
    }

    /// Reads an action; bots in the wild also send a bare string, which SDKs expand to an `imBack`.
    public init?(lenient value: JSONValue) {
        switch value {
        case .object(let object): json = object
        case .string(let title): self = .imBack(title)
        default: return nil
        }
    }

    /// What activation does: `imBack`, `postBack`, `messageBack`, `openUrl` and others, as written.
    public var type: String? { json["type"]?.string }

    /// What the button shows, with the fall-backs that real bots need.
    public var title: String {
        for key in ["title", "text", "value", "url"] {
            if let words = json[key]?.string, !words.isEmpty { return words }
        }
        return json["imageAltText"]?.string ?? ""
    }

    /// The payload, a string for most kinds.
    public var value: JSONValue? { json["value"] }

    /// The text a `messageBack` sends (A7352).
    public var text: String? { json["text"]?.string }

    /// The text shown for a `messageBack` (A7355).
    public var displayText: String? { json["displayText"]?.string }
}

/// Choices for the user that vanish after use (A7700).
public struct SuggestedActions: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// Suggestions for everybody.
    public init(_ actions: [CardAction]) { json = ["actions": .array(actions.map(\.jsonValue))] }

    /// The choices in order.
    public var actions: [CardAction] { (json["actions"]?.array ?? []).compactMap(CardAction.init(lenient:)) }

    /// For whom they are; empty means everybody (A7710).
    public var to: [String] { json.strings("to") ?? [] }
}
