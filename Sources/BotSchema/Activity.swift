/// One activity: anything that a user, a bot, a hub or a channel says or signals in a conversation.
///
/// The struct wraps the JSON object as it came, so unknown fields, field order, explicit nulls and number spelling
/// survive. Typed properties read and write single members; a member of an unexpected kind reads as nil and stays as
/// it is until it is assigned. Assigning nil removes the member: SDKs reject explicit nulls (measured).
///
/// Source: Bot Framework activity specification, rules A2000 to A2310.
public struct Activity: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// What the rest of its conversation tells about who wrote it, where it does not say it itself; found out by
    /// ``AuthorEvidence``, and no part of the activity: two are equal whatever is known of their authors.
    public var author: Author?

    /// Who writes in a conversation.
    public enum Author: Hashable, Sendable {
        /// The user.
        case user
        /// A bot, an agent or a hub.
        case other
    }

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// Whether two are the same on the wire.
    public static func == (one: Activity, other: Activity) -> Bool { one.json == other.json }

    /// Hashes what is on the wire.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }

    /// An activity of a type, with no other field.
    public init(type: ActivityType) { json = ["type": .string(type.rawValue)] }
}

extension Activity {
    /// What the activity is (A2010); one without a type reads as nil and is not processed (A2008).
    public var type: ActivityType? {
        get { json["type"]?.string.map(ActivityType.init(rawValue:)) }
        set { json.set("type", newValue?.rawValue) }
    }

    /// The id that the channel assigned, unique within the conversation (A2030).
    public var id: String? {
        get { json["id"]?.string }
        set { json.set("id", newValue) }
    }

    /// Whether a user said it: by its role, else by what the conversation tells, see ``AuthorEvidence``.
    ///
    /// Many files leave out the user's own role and only name the recipient as the bot.
    public var isFromUser: Bool {
        if let author { return author == .user }
        guard let role = from?.role?.lowercased(), !role.isEmpty else {
            return recipient?.role?.lowercased() == "bot"
        }
        return role == "user"
    }

    /// When the channel took the activity, as written (A2040); ``Timestamp`` reads it.
    public var timestamp: String? {
        get { json["timestamp"]?.string }
        set { json.set("timestamp", newValue) }
    }

    /// When it was sent, whichever way the timestamp is written.
    ///
    /// Dataverse exports count seconds since 1970, others milliseconds; either may stand as a number or as text.
    public var time: Timestamp? {
        if let timestamp { return Timestamp(timestamp) ?? Double(timestamp).flatMap(Self.time(counted:)) }
        if let number = json["timestamp"]?.double { return Self.time(counted: number) }
        // Exports of Copilot Studio count milliseconds under a name of their own.
        guard let milliseconds = json["timestampMs"] else { return nil }
        let number = milliseconds.double ?? milliseconds.string.flatMap { Double($0) }
        return number.flatMap { Self.time(counted: $0 / 1000) }
    }

    /// Beyond the year 3000 in seconds nothing is the time of a conversation, so it must be milliseconds.
    private static func time(counted number: Double) -> Timestamp? {
        let seconds = number > 32_503_680_000 ? number / 1000 : number
        guard (0...32_503_680_000).contains(seconds) else { return nil }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }

    /// The sender's own time with its offset, as written (A2050).
    public var localTimestamp: String? {
        get { json["localTimestamp"]?.string }
        set { json.set("localTimestamp", newValue) }
    }

    /// The channel's id, such as `directline` (A2020).
    public var channelId: String? {
        get { json["channelId"]?.string }
        set { json.set("channelId", newValue) }
    }

    /// Where a bot answers; only ever sent from channel to bot (A2300).
    public var serviceURL: String? {
        get { json["serviceUrl"]?.string }
        set { json.set("serviceUrl", newValue) }
    }

    /// Who sent it (A2060).
    public var from: ChannelAccount? {
        get { json.wrapped("from") }
        set { json.set("from", newValue) }
    }

    /// Whom it is for (A2070).
    public var recipient: ChannelAccount? {
        get { json.wrapped("recipient") }
        set { json.set("recipient", newValue) }
    }

    /// The conversation it belongs to (A2080).
    public var conversation: ConversationAccount? {
        get { json.wrapped("conversation") }
        set { json.set("conversation", newValue) }
    }

    /// The id of the activity that it answers (A2090); it may name one that nobody has seen.
    public var replyToId: String? {
        get { json["replyToId"]?.string }
        set { json.set("replyToId", newValue) }
    }

    /// Another conversation that the activity is about (A5200).
    public var relatesTo: ConversationReference? {
        get { json.wrapped("relatesTo") }
        set { json.set("relatesTo", newValue) }
    }

    /// The language of the content, a BCP 47 tag (A3020).
    public var locale: String? {
        get { json["locale"]?.string }
        set { json.set("locale", newValue) }
    }

    /// Data that belongs to the channel and the client, usually an object (A2200).
    public var channelData: JSONValue? {
        get { json["channelData"] }
        set { json["channelData"] = newValue }
    }

    /// Metadata objects (A2100).
    public var entities: [JSONValue] {
        get { json["entities"]?.array ?? [] }
        set { json["entities"] = newValue.isEmpty ? nil : .array(newValue) }
    }

    /// How replies travel: `normal` when absent, `expectReplies`, `notification`, `stream` (A3110).
    public var deliveryMode: String? {
        get { json["deliveryMode"]?.string }
        set { json.set("deliveryMode", newValue) }
    }

    /// The id by which a client recognises the echo of what it sent, kept in `channelData.clientActivityID`.
    ///
    /// Web Chat's practice, relied on by every Direct Line client; setting it keeps the other channel data.
    public var clientActivityID: String? {
        get { channelData?["clientActivityID"]?.string }
        set {
            var data = channelData?.object ?? JSONObject()
            data.set("clientActivityID", newValue)
            channelData = data.isEmpty ? nil : .object(data)
        }
    }
}

extension Activity {
    /// The words of a message (A3000).
    public var text: String? {
        get { json["text"]?.string }
        set { json.set("text", newValue) }
    }

    /// How ``text`` is written: `plain`, `markdown` or `xml` (A3010).
    public var textFormat: String? {
        get { json["textFormat"]?.string }
        set { json.set("textFormat", newValue) }
    }

    /// What a speech client would say, text or SSML (A3030).
    public var speak: String? {
        get { json["speak"]?.string }
        set { json.set("speak", newValue) }
    }

    /// Whether the sender waits for an answer: `acceptingInput`, `expectingInput`, `ignoringInput` (A3040).
    public var inputHint: String? {
        get { json["inputHint"]?.string }
        set { json.set("inputHint", newValue) }
    }

    /// Cards and files in order (A3050); elements that are no objects are left out of the reading.
    public var attachments: [Attachment] {
        get { json.wrappedList("attachments") }
        set { json.set("attachments", newValue) }
    }

    /// `list` or `carousel` (A3060).
    public var attachmentLayout: String? {
        get { json["attachmentLayout"]?.string }
        set { json.set("attachmentLayout", newValue) }
    }

    /// Choices offered together with the message (A3090).
    public var suggestedActions: SuggestedActions? {
        get { json.wrapped("suggestedActions") }
        set { json.set("suggestedActions", newValue) }
    }

    /// What an event, invoke or command is called (A5000).
    public var name: String? {
        get { json["name"]?.string }
        set { json.set("name", newValue) }
    }

    /// The payload of an event, invoke, trace or message (A5100).
    public var value: JSONValue? {
        get { json["value"] }
        set { json["value"] = newValue }
    }

    /// The type of ``value``, a name of the sender's choice.
    public var valueType: String? {
        get { json["valueType"]?.string }
        set { json.set("valueType", newValue) }
    }

    /// Why a conversation ended (A4000), an open set such as `completedSuccessfully`.
    public var code: String? {
        get { json["code"]?.string }
        set { json.set("code", newValue) }
    }

    /// Who joined, in a conversation update (A4100).
    public var membersAdded: [ChannelAccount] {
        get { json.wrappedList("membersAdded") }
        set { json.set("membersAdded", newValue) }
    }

    /// Who left, in a conversation update (A4110).
    public var membersRemoved: [ChannelAccount] {
        get { json.wrappedList("membersRemoved") }
        set { json.set("membersRemoved", newValue) }
    }
}

extension Activity {
    /// A message of plain or marked-up words.
    public static func message(_ text: String) -> Activity {
        var activity = Activity(type: .message)
        activity.text = text
        return activity
    }

    /// An event with an optional payload (A5000).
    public static func event(_ name: String, value: JSONValue? = nil) -> Activity {
        var activity = Activity(type: .event)
        activity.name = name
        activity.value = value
        return activity
    }

    /// Somebody is composing an answer (A6000).
    public static var typing: Activity { Activity(type: .typing) }

    /// The conversation is over for the recipient (A4000).
    public static func endOfConversation(code: String? = nil) -> Activity {
        var activity = Activity(type: .endOfConversation)
        activity.code = code
        return activity
    }
}

/// What an activity is; the set is open, since unknown types are normal and must survive (A2014).
public struct ActivityType: RawRepresentable, Hashable, Sendable {
    /// The word on the wire; types compare by it exactly (A2011).
    public let rawValue: String

    /// The type of this word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Words, cards and files for people.
    public static let message = ActivityType(rawValue: "message")
    /// A named signal for programs.
    public static let event = ActivityType(rawValue: "event")
    /// Somebody is composing.
    public static let typing = ActivityType(rawValue: "typing")
    /// The conversation is over for the recipient.
    public static let endOfConversation = ActivityType(rawValue: "endOfConversation")
    /// Members or topic changed.
    public static let conversationUpdate = ActivityType(rawValue: "conversationUpdate")
    /// A request with an answer.
    public static let invoke = ActivityType(rawValue: "invoke")
    /// A change of focus, never meant for the wire (A6200).
    public static let handoff = ActivityType(rawValue: "handoff")
    /// Diagnostic information, not for users (A6150).
    public static let trace = ActivityType(rawValue: "trace")
    /// An earlier message has new content.
    public static let messageUpdate = ActivityType(rawValue: "messageUpdate")
    /// An earlier message was withdrawn.
    public static let messageDelete = ActivityType(rawValue: "messageDelete")
    /// Somebody reacted to an earlier message.
    public static let messageReaction = ActivityType(rawValue: "messageReaction")
}
