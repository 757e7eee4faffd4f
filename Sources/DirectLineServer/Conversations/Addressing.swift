import BotSchema

/// Who is in a conversation and how the channel names it: what is needed to complete an activity for its reader.
struct Addressing: Sendable {
    let conversation: String
    let channelId: String
    /// Where the bot calls, which lets whoever knows it speak as the bot.
    let serviceURL: String
    /// Keeps the service URL from clients.
    let filter: ServiceURLFilter
    /// Where the server is for everybody, ending in a slash.
    let publicURL: String
    /// The same by the name `localhost`, where it has one.
    let localhostURL: String?
    let authorship: Authorship
    var user: ChannelAccount
    var bot: ChannelAccount { authorship.bot }

    /// A user's activity as the log keeps it and the stream echoes it.
    ///
    /// What the channel decides is set, everything else stays as the client sent it, `channelData` above all.
    ///
    /// - Throws: 400 for an event that only this program sends.
    func fromUser(
        _ activity: Activity,
        id: String,
        timestamp: String,
        boundTo bound: ChannelAccount?
    ) throws(HTTPFailure) -> Activity {
        stamped(try authorship.byUser(activity, boundTo: bound, in: user), id: id, timestamp: timestamp)
    }

    /// A bot's or an adapter's activity as the log keeps it.
    ///
    /// Bots send no id or an explicit null, and repeat `serviceUrl`, which is no business of clients (A2301).
    func fromBot(
        _ activity: Activity,
        id: String,
        timestamp: String,
        by speaker: Conversation.Speaker = .bot
    ) -> Activity {
        forClients(stamped(authorship.by(speaker, activity, to: user), id: id, timestamp: timestamp))
    }

    /// An activity of an earlier time as the log keeps it: either side may have said it (R12).
    func history(_ activity: Activity, id: String, timestamp: String) -> Activity {
        forClients(stamped(authorship.imported(activity, with: user), id: id, timestamp: timestamp))
    }

    private func forClients(_ activity: Activity) -> Activity {
        filter.filtered(activity.json).map(Activity.init) ?? activity
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
