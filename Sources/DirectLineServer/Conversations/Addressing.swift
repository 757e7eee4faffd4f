import BotSchema

/// Who is in a conversation and how the channel names it: what is needed to complete an activity for its reader.
struct Addressing: Sendable {
    let conversation: String
    let channelId: String
    let serviceURL: String
    /// Where the server is for everybody, ending in a slash.
    let publicURL: String
    /// The same by the name `localhost`, where it has one.
    let localhostURL: String?
    let bot: ChannelAccount
    var user: ChannelAccount

    /// A user's activity as the log keeps it and the stream echoes it.
    ///
    /// What the channel decides is set, everything else stays as the client sent it, `channelData` above all. The user
    /// that a token was made for overrides the client's word.
    func fromUser(_ activity: Activity, id: String, timestamp: String, tokenUser: String?) -> Activity {
        var activity = stamped(activity, id: id, timestamp: timestamp)
        var from = activity.from ?? user
        if let tokenUser { from.id = tokenUser }
        // Readers of transcripts and Web Chat tell the user's lines by the role; clients often leave it out.
        if from.role == nil { from.role = "user" }
        activity.from = from
        return activity
    }

    /// A bot's or an adapter's activity as the log keeps it.
    ///
    /// Bots send no id or an explicit null, and repeat `serviceUrl`, which is no business of clients (A2301).
    func fromBot(_ activity: Activity, id: String, timestamp: String) -> Activity {
        var activity = stamped(activity, id: id, timestamp: timestamp)
        var from = activity.from ?? bot
        if from.role == nil { from.role = "bot" }
        activity.from = from
        if activity.recipient == nil { activity.recipient = user }
        // Bots link their files below the service URL, which lets its holder speak as the bot.
        activity.moveLinks(from: serviceURL, to: publicURL)
        return activity
    }

    /// An activity of an earlier time as the log keeps it: either side may have said it (R12).
    func history(_ activity: Activity, id: String, timestamp: String) -> Activity {
        guard let from = activity.from, from.role == "user" || from.id == user.id, from.id != bot.id else {
            return fromBot(activity, id: id, timestamp: timestamp)
        }
        var activity = fromUser(activity, id: id, timestamp: timestamp, tokenUser: nil)
        if activity.recipient == nil { activity.recipient = bot }
        return activity
    }

    /// An activity as the bot is sent it, without top-level nulls: SDKs refuse them.
    func toBot(_ activity: Activity) -> Activity {
        var activity = activity
        activity.json.entries.removeAll(where: \.value.isNull)
        // The Agents SDK checks accounts and entities as strictly as the activity itself (observed with 1.9.0).
        activity.json["from"] = activity.json["from"]?.withoutNullMembers
        activity.json["entities"] = activity.json["entities"]?.array.map { .array($0.map(\.withoutNullMembers)) }
        activity.channelId = channelId
        activity.serviceURL = serviceURL
        activity.conversation = ConversationAccount(id: conversation)
        activity.recipient = bot
        if activity.from?.id == nil { activity.from = user }
        // The Agents SDK's downloader takes files over plain HTTP from a host of this name only (observed with 1.9.0).
        if let localhostURL { activity.moveLinks(from: publicURL, to: localhostURL) }
        return activity
    }

    /// What tells the bot who is there: bot and user in one activity give exactly one welcome.
    func conversationUpdate(
        adding members: [ChannelAccount],
        id: String,
        timestamp: String,
        locale: String?
    ) -> Activity {
        var activity = Activity(type: .conversationUpdate)
        activity.id = id
        activity.timestamp = timestamp
        activity.from = ChannelAccount(id: conversation)
        activity.membersAdded = members
        activity.locale = locale
        return toBot(activity)
    }

    private func stamped(_ activity: Activity, id: String, timestamp: String) -> Activity {
        var activity = activity
        activity.id = id
        activity.timestamp = timestamp
        activity.channelId = channelId
        activity.conversation = ConversationAccount(id: conversation)
        activity.serviceURL = nil
        return activity
    }
}

extension Activity {
    /// Has attachments be read at another place.
    fileprivate mutating func moveLinks(from base: String, to newBase: String) {
        guard attachments.contains(where: { $0.contentURL?.hasPrefix(base) == true }) else { return }
        attachments = attachments.map { attachment in
            guard let url = attachment.contentURL, url.hasPrefix(base) else { return attachment }
            var attachment = attachment
            attachment.contentURL = newBase + url.dropFirst(base.count)
            return attachment
        }
    }
}

extension JSONValue {
    /// The object without members that are null; anything else as it is.
    fileprivate var withoutNullMembers: JSONValue {
        guard case .object(var object) = self else { return self }
        object.entries.removeAll(where: \.value.isNull)
        return .object(object)
    }
}
