import BotSchema

/// The conversations of a run, by id, and when each was last asked for.
actor ConversationRegistry {
    private struct Entry {
        let conversation: Conversation
        let number: Int
        var lastUse: Timestamp
        /// Whether the store is known to have it.
        var isBegun: Bool
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

    /// The user of a conversation whose client has not said who it is.
    nonisolated var unknownUser: ChannelAccount { surroundings.unknownUser }

    /// All conversations in the order in which they began.
    var all: [Conversation] { entries.values.sorted { $0.number < $1.number }.map(\.conversation) }

    /// The conversation of an id, from the store if it was begun in an earlier run; nil when nobody knows it.
    ///
    /// - Throws: ``StoreError`` when the store cannot tell.
    func conversation(_ id: String) async throws(StoreError) -> Conversation? {
        if let known = try await begun(id) { return known }
        guard surroundings.store.isDurable, let restored = try await restore(id) else { return nil }
        // Another request may have been quicker while the store was asked.
        if let known = try await begun(id) { return known }
        return isClosed ? nil : enter(restored, isBegun: true)
    }

    /// A conversation in use, once the store has it: nobody else is to find what a crash would take back.
    private func begun(_ id: String) async throws(StoreError) -> Conversation? {
        guard let conversation = use(id) else { return nil }
        if entries[id]?.isBegun == false { try await conversation.waitUntilBegun() }
        return conversation
    }

    /// The same for requests, which are answered 503 when the store cannot tell.
    func known(_ id: String) async throws(HTTPFailure) -> Conversation? {
        do throws(StoreError) {
            return try await conversation(id)
        } catch {
            surroundings.storeHealth.noteUnreadable(error)
            throw .store(error)
        }
    }

    private func restore(_ id: String) async throws(StoreError) -> Conversation? {
        var user: ChannelAccount?
        var log = ConversationLog(capacity: surroundings.limits.activitiesInMemory)
        var row: Int64 = 0
        while true {
            let changes = try await surroundings.store.outline(of: id, after: row)
            guard let last = changes.last else { break }
            for change in changes {
                if case .user(let account) = change.kind { user = account } else { log.restore(change) }
            }
            row = last.row
        }
        guard row > 0 else { return nil }
        return Conversation(id: id, user: user ?? surroundings.unknownUser, log: log, in: surroundings)
    }

    /// The conversation of an id, begun now if nobody knows it.
    ///
    /// - Parameters:
    ///   - id: A fresh id unless a token reserved one.
    ///   - user: The user as far as known.
    ///   - tellingBot: Whether the bot is to be told; not when the bot itself asked for the conversation.
    ///   - locale: The client's language, for the bot.
    /// - Returns: The conversation, and whether it began now.
    /// - Throws: 429 when there are too many, 503 when the store does not take it.
    func open(
        _ id: String,
        user: ChannelAccount?,
        tellingBot: Bool = true,
        locale: String? = nil
    ) async throws(HTTPFailure) -> (conversation: Conversation, isNew: Bool) {
        if let known = try await known(id) { return (known, false) }
        if entries.count >= surroundings.limits.conversations { await unload(idle: Self.crowdedIdle) }
        if let known = try await known(id) { return (known, false) }
        guard entries.count < surroundings.limits.conversations else {
            throw .tooMany("too many conversations are in use", retryAfter: 60)
        }
        guard surroundings.store.isDurable || surroundings.memory.used < surroundings.limits.memory else {
            throw .tooMany("the server has reached its memory limit", retryAfter: 60)
        }
        let conversation = Conversation(id: id, user: user ?? surroundings.unknownUser, in: surroundings)
        let new = enter(conversation, isBegun: false)
        if isClosed { await new.close() }
        do throws(StoreError) {
            try await new.begin(tellingBot: tellingBot, locale: locale)
        } catch {
            entries[id] = nil
            throw .store(error)
        }
        entries[id]?.isBegun = true
        return (new, true)
    }

    /// Lets go of conversations that nobody has used for long, in memory and in the store.
    func sweep() async {
        let limits = surroundings.limits
        let idle = limits.idleConversation
        await unload(idle: surroundings.store.isDurable ? min(idle, Self.durableIdle) : idle)
        let stored = StoreLimits(age: limits.storedAge, bytes: limits.storedBytes)
        do throws(StoreError) {
            try await surroundings.store.sweep(stored, keeping: Set(entries.keys), now: surroundings.now())
        } catch {
            surroundings.storeHealth.note(Result<Void, StoreError>.failure(error))
        }
    }

    private func unload(idle: Duration) async {
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

    /// Ends the streams of all conversations, which go on.
    func endStreams() async {
        for conversation in all { await conversation.endStreams() }
    }

    private func use(_ id: String) -> Conversation? {
        entries[id]?.lastUse = surroundings.now()
        return entries[id]?.conversation
    }

    private func enter(_ conversation: Conversation, isBegun: Bool) -> Conversation {
        lastNumber += 1
        entries[conversation.id] = Entry(
            conversation: conversation,
            number: lastNumber,
            lastUse: surroundings.now(),
            isBegun: isBegun
        )
        return conversation
    }
}
