import BotSchema

// Who speaks, and what follows from it.
extension HandoffLifecycle {
    /// Roles may be missing on the wire (A7511), so ids once seen under a role count as well.
    mutating func isUser(_ activity: Activity, isEcho: Bool) -> Bool {
        if isEcho || activity.isFromUser {
            if let id = activity.from?.id { userIds.insert(id) }
            return true
        }
        return isKnownUser(activity)
    }

    /// Whether an account that says nothing of itself was seen as a user's.
    func isKnownUser(_ activity: Activity) -> Bool {
        let from = activity.from
        return from?.role == nil && activity.author == nil && from?.id.map(userIds.contains) == true
    }

    /// By mark or role; while an agent is there, whoever is neither the user nor a known account of the bot.
    func isAgent(_ activity: Activity) -> Bool {
        if activity.humanAgent != nil { return true }
        if activity.isFromHub { return false }
        guard let id = activity.from?.id else { return false }
        return agentIds.contains(id) || state == .live && !botIds.isEmpty && !botIds.contains(id)
    }

    /// A bot's request may come from another account than its messages, so every trace of either counts.
    mutating func learnAccounts(from activity: Activity, _ initiation: HandoffInitiation) {
        let speakers = (initiation.transcript ?? []).compactMap(\.from)
        let bots = [activity.from, ChannelAccount(activity.relatesTo?.json["bot"])]
        let users = [activity.recipient, ChannelAccount(activity.relatesTo?.json["user"])]
        userIds.formUnion((users + speakers.filter { $0.role?.lowercased() == "user" }).compactMap { $0?.id })
        botIds.formUnion((bots + speakers.filter { $0.role?.lowercased() == "bot" }).compactMap { $0?.id })
        // A set of users may be large, and bots are few.
        botIds = botIds.filter { !userIds.contains($0) }
    }

    mutating func userSpoke(_ activity: Activity, at instant: Timestamp) -> [HandoffTransition] {
        guard state == .ended else { return [] }
        var transition = move(to: .bot, because: .userSpoke, at: instant)
        transition.activityId = activity.id
        return [transition]
    }

    mutating func botSpoke(_ activity: Activity, at instant: Timestamp) -> [HandoffTransition] {
        if let id = activity.from?.id, !state.isOpen || botIds.isEmpty { botIds.insert(id) }
        // The outcome is what the hub has said, whoever speaks later: a survey is no bot that has the user back.
        guard state == .ended else { return [] }
        var transition = move(to: .bot, because: .botSpoke, at: instant)
        transition.activityId = activity.id
        return [transition]
    }

    mutating func agentSpoke(_ activity: Activity, at instant: Timestamp) -> [HandoffTransition] {
        if let id = activity.from?.id { agentIds.insert(id) }
        if state == .live {
            attempts[attempts.count - 1].agent = activity.from ?? attempt?.agent
            attempts[attempts.count - 1].repliedAt = attempt?.repliedAt ?? instant
            return []
        }
        guard state.isWaiting else { return [] }
        isAcceptanceInferred = true
        var transition = goLive(with: activity.from, because: .agentSpoke, message: nil, at: instant)
        attempts[attempts.count - 1].repliedAt = instant
        transition.activityId = activity.id
        return [transition]
    }
}
