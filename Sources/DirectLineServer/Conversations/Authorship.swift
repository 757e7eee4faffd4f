import BotSchema

/// Decides who an activity is from, by the way on which it came and not by what it says of itself.
///
/// Everything that a client or a bot sends passes here before it is kept. Accounts, roles and the marks that this
/// program gives a meaning are the server's to say; everything else stays as it was sent. Only the adapter, which is
/// this program's own, is believed.
///
/// What a bot claims is corrected and not refused: SDKs raise a refusal into the bot and lose the rest of its turn.
struct Authorship: Sendable {
    /// Names of events that mean something to this program only.
    private static let reservedNames = ["baton.", "desk."]
    /// What a client may ask of the adapter.
    private static let namesForClients: Set<String> = ["baton.withdraw"]
    /// What marks a part of a growing reply, which only bots give.
    private static let streamMarks = ["streamType", "streamId", "streamSequence", "streamResult"]

    let bot: ChannelAccount
    let clients: ServerClients

    init(_ configuration: ServerConfiguration) {
        bot = configuration.botAccount
        clients = configuration.clients
    }
}

// MARK: - Accounts

extension Authorship {
    /// The account of a user, who may be called what no bot, agent or hub is called.
    ///
    /// An account that is taken becomes that of the conversation's user, a name that is taken is left out.
    ///
    /// - Parameters:
    ///   - claimed: What the client says.
    ///   - known: The conversation's user.
    /// - Returns: The account, with whatever else the client says of it.
    func user(_ claimed: ChannelAccount?, in known: ChannelAccount) -> ChannelAccount {
        var user = claimed ?? known
        if !(user.id.map { isFree($0) } ?? false) {
            user.json.put("id", known.json["id"])
            user.json.put("name", known.json["name"])
        }
        if let name = user.name, isTaken(name) { user.json.put("name", nil) }
        user.json.put("role", "user")
        return user
    }

    /// The account of who posts in a conversation.
    ///
    /// A conversation whose user has an id of the form that tokens demand is this user's alone, whoever posts.
    private func sender(
        _ claimed: ChannelAccount?,
        boundTo bound: ChannelAccount?,
        in known: ChannelAccount
    ) -> ChannelAccount {
        guard let account = bound ?? (known.isBound ? known : nil) else { return user(claimed, in: known) }
        var user = claimed ?? account
        for entry in account.json.entries { user.json.put(entry.key, entry.value) }
        user.json.put("name", account.json["name"])
        user.json.put("role", "user")
        return user
    }

    /// The bot's account, whatever the bot calls itself; only a bot without a name of its own may choose one.
    private func botAccount(_ claimed: ChannelAccount?, besides user: ChannelAccount) -> ChannelAccount {
        var account = claimed ?? bot
        account.json.put("id", bot.json["id"])
        let chosen = account.name.flatMap { name in
            isAlike(name, user.name) || isAlike(name, ChannelAccount.agentHub.name) ? nil : JSONValue.string(name)
        }
        account.json.put("name", bot.json["name"] ?? chosen)
        account.json.put("role", "bot")
        return account
    }

    private func isFree(_ id: String) -> Bool {
        let id = id.lowercased().filter { !$0.isWhitespace }
        return !id.isEmpty && id != bot.id?.lowercased() && !id.hasPrefix(ChannelAccount.agentIdPrefix)
    }

    private func isTaken(_ name: String) -> Bool {
        isAlike(name, bot.name) || isAlike(name, ChannelAccount.agentHub.name)
    }

    /// Whether people would take one name for the other: letters and digits count, in either case.
    private func isAlike(_ name: String, _ other: String?) -> Bool {
        guard let other else { return false }
        let (form, otherForm) = (NameForm(name), NameForm(other))
        return form.core == otherForm.core && !form.core.isEmpty
    }
}

extension ChannelAccount {
    /// Whether the id has the form that tokens demand of users.
    var isBound: Bool { id?.hasPrefix("dl_") == true }
}

// MARK: - Activities

extension Authorship {
    /// A user's activity under the user's account and without marks.
    ///
    /// - Parameters:
    ///   - activity: As the client sent it.
    ///   - bound: The user whom the credential is for, if it is for one.
    ///   - user: The conversation's user.
    /// - Returns: The activity as the log may have it.
    /// - Throws: 400 for an event that only this program sends.
    func byUser(
        _ activity: Activity,
        boundTo bound: ChannelAccount?,
        in user: ChannelAccount
    ) throws(HTTPFailure) -> Activity {
        if let name = activity.name, isReserved(name), !Self.namesForClients.contains(name) {
            guard clients == .agents, name.hasPrefix("desk.") else {
                throw .badArgument("clients cannot send an event of this name: it is the server's own")
            }
        }
        var activity = activity
        activity.json.put("from", .object(sender(activity.from, boundTo: bound, in: user).json))
        for name in ["recipient", "callerId"] { activity.json.put(name, nil) }
        for name in ["membersAdded", "membersRemoved"] {
            guard let members = activity.json[name]?.array else { continue }
            activity.json.put(name, .array(members.compactMap(member)))
        }
        activity.changeChannelData { data in
            let item = clients == .agents ? data["desk"]?["item"]?.string : nil
            data.put("baton", nil)
            data.put("desk", item.map { ["item": .string($0)] })
            for mark in Self.streamMarks { data.put(mark, nil) }
        }
        if activity.entities.contains(where: \.isStreamInfo) {
            activity.json.put("entities", .array(activity.entities.filter { !$0.isStreamInfo }))
        }
        return activity
    }

    /// An activity of the bot, or of the adapter, under an account that is its own.
    func by(_ speaker: Conversation.Speaker, _ activity: Activity, to user: ChannelAccount) -> Activity {
        var activity = activity
        if speaker == .adapter || clients == .agents {
            // At the desks, the bot is this program's own as well.
            var from = activity.from ?? bot
            if from.role == nil { from.role = "bot" }
            activity.from = from
        } else {
            activity.json.put("from", .object(botAccount(activity.from, besides: user).json))
            activity.json.put("callerId", nil)
            if let name = activity.name, isReserved(name) { activity.json.put("name", nil) }
            activity.changeChannelData { data in
                // How much of a transcript a request leaves out says nothing of who speaks.
                let omitted = data["baton"]?["omittedEntries"]?.int
                data.put("baton", omitted.map { ["omittedEntries": .number(JSONNumber($0))] })
                data.put("desk", nil)
                // By this id a client takes an activity for its own.
                data.put("clientActivityID", nil)
            }
        }
        if activity.recipient == nil { activity.recipient = user }
        return activity
    }

    /// What a bot says was said earlier, by itself or by the user, marked so that nobody takes it for said here.
    func imported(_ activity: Activity, with user: ChannelAccount) -> Activity {
        let claimed = activity.from
        let isUsers = claimed?.id != bot.id && (claimed?.role?.lowercased() == "user" || claimed?.id == user.id)
        var imported = by(.bot, activity, to: user)
        if isUsers, claimed != nil {
            imported.json.put("from", .object(self.user(user, in: user).json))
            imported.json.put("recipient", activity.json["recipient"] ?? .object(bot.json))
        }
        var data = imported.channelData?.object ?? JSONObject()
        data.put("baton", ["imported": true])
        imported.json.put("channelData", .object(data))
        return imported
    }

    /// Whether the bot itself has said it, and so may change it.
    func isBots(_ activity: Activity) -> Bool {
        activity.from?.id == bot.id && activity.channelData?["baton"]?["author"] == nil
    }

    /// Whether it stands where the bot has said something that nobody sees.
    func standsForBots(_ activity: Activity) -> Bool {
        activity.from?.id == bot.id && activity.channelData?["baton"]?["author"]?.string == "hub"
    }

    /// Whether it is of an earlier time, so that nobody here has said it.
    static func isImported(_ activity: Activity) -> Bool { activity.channelData?["baton"]?["imported"]?.bool == true }

    private func isReserved(_ name: String) -> Bool {
        let name = name.lowercased()
        return Self.reservedNames.contains(where: name.hasPrefix)
    }

    /// A member whom a client announces: the bot, or another user.
    private func member(_ value: JSONValue) -> JSONValue? {
        guard var account = ChannelAccount(value), let id = account.id else { return nil }
        if id == bot.id { return .object(bot.json) }
        guard isFree(id) else { return nil }
        account.json.put("role", "user")
        if let name = account.name, isTaken(name) { account.json.put("name", nil) }
        return .object(account.json)
    }
}

extension Activity {
    /// Changes channel data that is an object; when nothing is left of it, there is none.
    fileprivate mutating func changeChannelData(_ change: (inout JSONObject) -> Void) {
        guard let old = channelData?.object else { return json.put("channelData", channelData) }
        var data = old
        change(&data)
        json.put("channelData", data.isEmpty && !old.isEmpty ? nil : .object(data))
    }
}

extension JSONValue {
    fileprivate var isStreamInfo: Bool { self["type"]?.string?.lowercased() == "streaminfo" }
}

extension JSONObject {
    /// Sets the one member of a name: of several, readers of other makes may take another one than we do.
    fileprivate mutating func put(_ key: String, _ value: JSONValue?) {
        guard let value, let last = entries.lastIndex(where: { $0.key == key }) else {
            self[key] = value
            return
        }
        entries[last].value = value
        if entries[..<last].contains(where: { $0.key == key }) {
            entries = entries.enumerated().filter { $0.element.key != key || $0.offset == last }.map(\.element)
        }
    }
}
