import BotSchema

/// The conversations of a run, by id.
actor ConversationRegistry {
    private let surroundings: Surroundings
    private var conversations: [String: Conversation] = [:]
    private var order: [String] = []
    private var isClosed = false

    init(in surroundings: Surroundings) { self.surroundings = surroundings }

    /// All conversations in the order in which they began.
    var all: [Conversation] { order.compactMap { conversations[$0] } }

    /// The conversation of an id, from the store if it was begun in an earlier run; nil when nobody knows it.
    func conversation(_ id: String) async -> Conversation? {
        if let known = conversations[id] { return known }
        let changes = await surroundings.store.changes(in: id)
        // Another request may have been quicker while the store was asked.
        if let known = conversations[id] { return known }
        guard !changes.isEmpty, !isClosed else { return nil }
        return enter(Conversation(id: id, replaying: changes, in: surroundings))
    }

    /// The conversation of an id, begun now if nobody knows it.
    ///
    /// - Parameters:
    ///   - id: A fresh id unless a token reserved one.
    ///   - user: The user as far as known.
    ///   - tellingBot: Whether the bot is to be told; not when the bot itself asked for the conversation.
    ///   - locale: The client's language, for the bot.
    /// - Returns: The conversation, and whether it began now.
    func open(
        _ id: String,
        user: ChannelAccount?,
        tellingBot: Bool = true,
        locale: String? = nil
    ) async -> (conversation: Conversation, isNew: Bool) {
        if let known = await conversation(id) { return (known, false) }
        let new = enter(Conversation(id: id, user: user ?? surroundings.unknownUser, in: surroundings))
        if isClosed { await new.close() }
        await new.begin(tellingBot: tellingBot, locale: locale)
        return (new, true)
    }

    /// Ends the streams of all conversations, and of those that somebody may still begin.
    func close() async {
        isClosed = true
        for conversation in all { await conversation.close() }
    }

    private func enter(_ conversation: Conversation) -> Conversation {
        conversations[conversation.id] = conversation
        order.append(conversation.id)
        return conversation
    }
}
