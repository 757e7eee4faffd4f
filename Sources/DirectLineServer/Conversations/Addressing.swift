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
        activity.moveLinks(from: publicURL, to: localhostURL ?? publicURL, ofConversations: serviceURL)
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
        activity.keepWhatWasNamed(insteadOf: conversation)
        activity.id = id
        activity.timestamp = timestamp
        activity.channelId = channelId
        activity.conversation = ConversationAccount(id: conversation)
        activity.serviceURL = nil
        return activity
    }
}

extension Activity {
    /// Has attachments be read at another place; files of a conversation alone at a third, where that is another.
    fileprivate mutating func moveLinks(from base: String, to newBase: String, ofConversations ownBase: String? = nil) {
        guard attachments.contains(where: { $0.contentURL?.hasPrefix(base) == true }) else { return }
        attachments = attachments.map { attachment in
            guard let url = attachment.contentURL, url.hasPrefix(base) else { return attachment }
            var attachment = attachment
            let isOwn = ConversationFiles.isConversations(url)
            attachment.contentURL = (isOwn ? ownBase ?? newBase : newBase) + url.dropFirst(base.count)
            return attachment
        }
    }

    /// Keeps what the channel is about to overwrite, where a reader needs it to tell what the sender meant.
    ///
    /// An event may name another conversation than the one that it came in, and an update or a deletion names by its id
    /// what it is about.
    fileprivate mutating func keepWhatWasNamed(insteadOf conversation: String) {
        switch type {
        case ActivityType.event?:
            guard let posted = self.conversation?.id, !posted.isEmpty, posted != conversation,
                channelData?.object != nil || channelData == nil || channelData?.isNull == true
            else { return }
            var data = channelData?.object ?? JSONObject()
            var mark = data["baton"]?.object ?? JSONObject()
            mark["postedConversationId"] = .string(posted)
            data["baton"] = .object(mark)
            channelData = .object(data)
        case ActivityType.messageUpdate?, ActivityType.messageDelete?:
            if replyToId == nil, let id, !id.isEmpty { replyToId = id }
        default: break
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
