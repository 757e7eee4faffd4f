import BotSchema

/// The conversations of a run, by id, and when each was last asked for.
actor ConversationRegistry {
    private struct Entry {
        let conversation: Conversation
        let number: Int
        var lastUse: Timestamp
    }

    /// Unused for so long a conversation that a store can bring back need not stay.
    private static let durableIdle = Duration.seconds(600)
    /// Unused for so long a conversation may make room for a new one.
    private static let crowdedIdle = Duration.seconds(300)

    private let surroundings: Surroundings
    private var entries: [String: Entry] = [:]
    private var lastNumber = 0
    private var isClosed = false

    init(in surroundings: Surroundings) { self.surroundings = surroundings }

    /// All conversations in the order in which they began.
    var all: [Conversation] { entries.values.sorted { $0.number < $1.number }.map(\.conversation) }

    /// The conversation of an id, from the store if it was begun in an earlier run; nil when nobody knows it.
    func conversation(_ id: String) async -> Conversation? {
        if let known = use(id) { return known }
        let changes = await surroundings.store.changes(in: id)
        // Another request may have been quicker while the store was asked.
        if let known = use(id) { return known }
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
    /// - Returns: The conversation, and whether it began now; nil when there are too many.
    func open(
        _ id: String,
        user: ChannelAccount?,
        tellingBot: Bool = true,
        locale: String? = nil
    ) async -> (conversation: Conversation, isNew: Bool)? {
        if let known = await conversation(id) { return (known, false) }
        if entries.count >= surroundings.limits.conversations { await sweep(idle: Self.crowdedIdle) }
        if let known = use(id) { return (known, false) }
        guard entries.count < surroundings.limits.conversations else { return nil }
        let new = enter(Conversation(id: id, user: user ?? surroundings.unknownUser, in: surroundings))
        if isClosed { await new.close() }
        await new.begin(tellingBot: tellingBot, locale: locale)
        return (new, true)
    }

    /// Lets go of conversations that nobody has used for long.
    func sweep() async {
        let limit = surroundings.limits.idleConversation
        await sweep(idle: surroundings.store.isDurable ? min(limit, Self.durableIdle) : limit)
    }

    private func sweep(idle: Duration) async {
        let now = surroundings.now()
        for (id, entry) in entries where entry.lastUse.advanced(by: idle) <= now {
            guard await entry.conversation.closeIfIdle() else { continue }
            entries[id] = nil
        }
    }

    /// Ends the streams of all conversations, and of those that somebody may still begin.
    func close() async {
        isClosed = true
        for conversation in all { await conversation.close() }
    }

    private func use(_ id: String) -> Conversation? {
        entries[id]?.lastUse = surroundings.now()
        return entries[id]?.conversation
    }

    private func enter(_ conversation: Conversation) -> Conversation {
        lastNumber += 1
        entries[conversation.id] = Entry(conversation: conversation, number: lastNumber, lastUse: surroundings.now())
        return conversation
    }
}
