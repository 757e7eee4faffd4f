import BotSchema
import Bots

/// One conversation: what was said, who follows it, and the order in which bot and adapter hear of it.
///
/// A change is *entered*, goes to the store, and is *applied* when the store has it: only then is it in the log, on the
/// streams, in counts and pages, and only then do adapter and bot hear of it, each from a lane of its own and strictly
/// in order. A change that the store refuses leaves no trace. Nobody holds the actor while waiting, so everybody may
/// speak into the conversation at any time.
actor Conversation {
    /// What a bot made of a turn: its answer to an invoke, or why it failed.
    typealias Outcome = Result<InvokeResponse?, BotError>

    /// Who adds an activity that is not the user's.
    enum Speaker: Sendable {
        /// The bot; the adapter is to hear of it.
        case bot
        /// The adapter or whoever speaks through it.
        case adapter
    }

    struct Turn: Sendable {
        let activity: Activity
        var isUsers = false
        /// How many bytes of the user wait with it.
        var size = 0
        let outcome: Reply<Outcome>
    }

    enum Observation: Sendable {
        case user(Activity, Turn)
        case bot(Activity)
        case connection(isOpen: Bool)
        case failure(Activity, BotError)
    }

    nonisolated let id: String
    let surroundings: Surroundings
    /// Rings for whoever streams the conversation.
    nonisolated let bell = Bell()
    let progress = CommitProgress()
    private let memory: MemoryShare
    private(set) var addressing: Addressing
    private(set) var log: ConversationLog
    /// What has been entered and not applied yet, in order.
    var pending: [PendingChange] = []
    /// The number in the id that was given last.
    private var lastNumber: Int
    private var lastTimestamp: Timestamp
    var observations = Lane<Observation>()
    var turns = Lane<Turn>()
    /// Grows when a turn begins and when it ends, by itself or because its time is up.
    var turnNumber = 0
    /// Lines of the user that came while an earlier one is with the adapter or the bot.
    ///
    /// Who is to have a line can change with every answer to the one before: the bot may hand over meanwhile.
    var heldLines: [(activity: Activity, turn: Turn)] = []
    var isUserTurnOpen = false
    /// How many bytes of the user wait for adapter and bot.
    var waitingBytes = 0
    /// Whether the bot has yet to hear of the user, before the user's first activity.
    private var owesUserWelcome = false
    private var rate: ActivityRate?
    var roster = StreamRoster()
    var withheld = WithheldActivities()
    private(set) var isClosed = false
    /// Whether the store has the conversation.
    private var isBegun: Bool
    /// Whether the adapter was told that the user's last stream has closed.
    var isDeserted = false

    /// A conversation with what a store knows of it, which is nothing for a new one.
    init(id: String, user: ChannelAccount, log: ConversationLog? = nil, in surroundings: Surroundings) {
        isBegun = log != nil
        let log = log ?? ConversationLog(capacity: surroundings.limits.activitiesInMemory)
        self.id = id
        self.log = log
        self.surroundings = surroundings
        memory = MemoryShare(of: surroundings.memory)
        memory.size = log.bytes
        lastNumber = max(log.end, log.lastId.flatMap(Self.number) ?? 0)
        lastTimestamp = log.lastTime ?? Timestamp(milliseconds: 0)
        addressing = surroundings.addressing(of: id, user: user)
        rate = surroundings.limits.activitiesPerSecond.map { ActivityRate(perSecond: $0) }
    }

    /// The user's account, as the user's own activities carry it.
    var user: ChannelAccount { addressing.user }

    /// The bot's account.
    nonisolated var bot: ChannelAccount { surroundings.botAccount }

    /// The position behind everything that was applied.
    var end: Int { log.end }

    /// What a client is sent besides activities, without service URLs.
    nonisolated func forClients(_ value: JSONValue) -> JSONValue {
        surroundings.serviceURLs.filter(for: id).filtered(value) ?? value
    }
}

// MARK: - What is entered

extension Conversation {
    /// Remembers that the conversation exists and tells the bot so, unless the bot made it.
    ///
    /// - Throws: 503 when the store does not take it.
    func begin(tellingBot: Bool, locale: String?) async throws(StoreError) {
        var turns: [Turn] = []
        if tellingBot {
            switch surroundings.welcome {
            case .together: turns = [welcome([bot, user], locale: locale)]
            case .split:
                turns = [welcome([bot], locale: locale)]
                owesUserWelcome = true
            case .none: break
            }
        }
        try await enter(.change(.user(addressing.user)), then: .turns(turns))
        surroundings.report(.conversationStarted(id))
    }

    /// Waits until the store has the conversation.
    ///
    /// - Throws: ``StoreError`` when it has not taken it.
    func waitUntilBegun() async throws(StoreError) {
        try await enter(.nothing)
        guard isBegun else { throw StoreError(.failed, "the store has not taken conversation \(id)") }
    }

    private func welcome(_ members: [ChannelAccount], locale: String?) -> Turn {
        let id = surroundings.identifiers.short()
        let update = addressing.conversationUpdate(adding: members, id: id, timestamp: stamp(), locale: locale)
        return Turn(activity: update, outcome: Reply())
    }

    /// Keeps and echoes an activity of the user, then sees to its turn.
    ///
    /// - Returns: The activity's id and what will become of the turn.
    /// - Throws: 429 when too much waits or is kept already or too many activities came in a short time, 400 for an event
    ///   that only this program sends, 403 or 404 for a change of what is not the user's own, 503 when the store does not take it; nothing of it is kept then.
    func post(
        _ activity: Activity,
        tokenUser: ChannelAccount?
    ) async throws(HTTPFailure) -> (id: String, outcome: Reply<Outcome>) {
        let named: NamedLine
        do {
            named = try await line(namedBy: activity)
        } catch {
            throw .store(error)
        }
        guard !isClosed else { throw .noConversation(id) }
        noticeUser()
        guard pending.count + observations.count + turns.count + heldLines.count < surroundings.limits.waitingTurns
        else { throw .tooMany("too many activities wait for the bot", retryAfter: 1) }
        if let seconds = rate?.take(at: surroundings.now()) {
            throw .tooMany("too many activities in a short time", retryAfter: seconds)
        }
        let activityId = nextId(for: activity)
        let activity = try addressing.fromUser(activity, id: activityId, timestamp: stamp(), boundTo: tokenUser)
        try named.check(author: activity.from)
        let serialized = SerializedActivity(activity)
        try checkRoom(for: serialized)
        // An invoke is a call with an answer, not a part of the chat.
        let entry = activity.type == .invoke ? .nothing : keep(serialized, activity)
        if let from = activity.from, from != addressing.user {
            addressing.user = from
            enterUnawaited(.change(.user(from)))
        }
        if owesUserWelcome {
            owesUserWelcome = false
            enterUnawaited(.nothing, then: .turns([welcome([user], locale: activity.locale)]))
        }
        let size = serialized.json.count
        let turn = Turn(activity: addressing.toBot(activity), isUsers: true, size: size, outcome: Reply())
        waitingBytes += size
        do {
            try await enter(entry, then: .userTurn(activity, turn))
        } catch {
            throw .store(error)
        }
        return (activityId, turn.outcome)
    }

    /// Refuses what would take more memory than one conversation, or all of them, may have.
    private func checkRoom(for activity: SerializedActivity) throws(HTTPFailure) {
        let limits = surroundings.limits
        guard waitingBytes == 0 || waitingBytes + activity.json.count <= limits.waitingBytes else {
            throw .tooMany("the activities that wait for the bot are too large together", retryAfter: 1)
        }
        guard hasRoom(for: activity, within: limits.conversationBytes) else {
            throw .tooMany("the conversation has reached its size limit", retryAfter: 60)
        }
        guard surroundings.store.isDurable || surroundings.memory.used < limits.memory else {
            throw .tooMany("the server has reached its memory limit", retryAfter: 60)
        }
    }

    /// What a store has need not stay in memory.
    func hasRoom(for activity: SerializedActivity, within limit: Int) -> Bool {
        surroundings.store.isDurable || log.bytes + activity.json.count <= limit
    }

    /// Adds activities of an earlier time, which neither bot nor adapter hears of, with the times that they have.
    ///
    /// - Returns: The id of the last.
    func addHistory(_ activities: [Activity]) async throws(BotError) -> String? {
        guard !isClosed else { throw .conversationGone(id) }
        let now = surroundings.now()
        var entries: [PendingChange.Entry] = []
        var last = log.lastId
        for activity in activities {
            // Nothing of the past happened later than now, and times never go back behind it.
            let time = activity.time.map { min($0, now).text } ?? stamp()
            let past = addressing.history(activity, id: nextId(for: activity), timestamp: time)
            entries.append(keep(SerializedActivity(past), past))
            if past.type != .typing { last = past.id }
        }
        do {
            guard let final = entries.popLast() else { return last }
            for entry in entries { enterUnawaited(entry) }
            try await enter(final)
        } catch {
            throw .notKept
        }
        return last
    }

    /// Replaces an activity of the bot; it keeps its id, place, time and type, and an event its name.
    ///
    /// - Returns: What has become of it.
    /// - Throws: ``StoreError`` when the store does not take it or cannot give the old one back.
    func replace(_ activityId: String, with activity: Activity) async throws(StoreError) -> Replacement {
        let old: Activity
        switch try await said(byBot: activityId) {
        case .none: return .unknown
        case .withheld: return .done
        case .line(let line): old = line
        }
        var activity = addressing.fromBot(activity, id: activityId, timestamp: old.timestamp ?? stamp())
        // Whoever has seen a request for an agent or a line must not find something else in its place.
        guard activity.type == old.type, old.type != .event || activity.name == old.name else {
            return .otherKind(old.kindInWords)
        }
        activity.replyToId = activity.replyToId.flatMap { log.contains($0) ? $0 : nil }
        if let adapter = surroundings.adapter {
            // The new words belong to the turn that the old ones have answered.
            var asked = activity
            asked.replyToId = old.replyToId
            let revised = adapter.revise(asked, in: id)
            guard revised == asked else {
                guard var record = revised else { return .done }
                record.id = nextId(for: record)
                record.timestamp = stamp()
                try await enter(keep(SerializedActivity(record), record))
                return .done
            }
        }
        try await enter(.change(.replaced(SerializedActivity(activity))))
        return .done
    }

    /// Deletes an activity of the bot and tells clients so.
    ///
    /// - Returns: False when the bot has said nothing of this id.
    /// - Throws: ``StoreError`` when the store does not take it or cannot give the old one back.
    func delete(_ activityId: String) async throws(StoreError) -> Bool {
        switch try await said(byBot: activityId) {
        case .none: return false
        case .withheld: return true
        case .line: guard log.contains(activityId) else { return false }
        }
        let notice = addressing.fromBot(Activity(type: .messageDelete), id: activityId, timestamp: stamp())
        try await enter(.change(.deleted(SerializedActivity(notice))))
        return true
    }

    /// Gives the bot an activity after the turns already waiting, without showing it to the user.
    func deliverToBot(_ activity: Activity) {
        var activity = addressing.toBot(activity)
        if activity.id == nil { activity.id = surroundings.identifiers.short() }
        if activity.timestamp == nil { activity.timestamp = stamp() }
        take(Turn(activity: activity, outcome: Reply()))
    }

    func keep(_ serialized: SerializedActivity, _ activity: Activity) -> PendingChange.Entry {
        activity.type == .typing ? .passing(serialized) : .change(.kept(serialized))
    }

    func nextId(for activity: Activity) -> String {
        guard activity.type != .typing, activity.type != .invoke else { return surroundings.identifiers.short() }
        lastNumber += 1
        let digits = String(lastNumber)
        return "\(id)|\(String(repeating: "0", count: max(0, 7 - digits.count)))\(digits)"
    }

    /// The number in an id that was given by ``nextId(for:)``.
    private static func number(in id: String) -> Int? {
        id.lastIndex(of: "|").flatMap { Int(id[$0...].dropFirst()) }
    }

    /// The time of now, never earlier than one given before, not even in an earlier run: clients sort by it.
    func stamp() -> String {
        lastTimestamp = max(lastTimestamp, surroundings.now())
        return lastTimestamp.text
    }
}

// MARK: - What is applied

extension Conversation {
    /// Puts a change that the store has into the log, and sees to what follows from it.
    func apply(_ change: PendingChange, row: Int64) {
        switch change.entry {
        case .nothing: break
        case .change(.user): isBegun = true
        case .passing(let activity): log.pass(activity)
        case .change(.kept(let activity)): log.append(activity, row: row)
        case .change(.replaced(let activity)): log.replace(with: activity, row: row)
        case .change(.deleted(let notice)): log.delete(with: notice, row: row)
        }
        if surroundings.store.isDurable {
            log.unload(downTo: surroundings.limits.memoryWindow(of: surroundings.memory))
        }
        memory.size = log.bytes
        bell.ring()
        switch change.effect {
        case .none: break
        case .turns(let turns): for turn in turns { take(turn) }
        case .observation(let observation): observe(observation)
        case .userTurn(_, let turn) where surroundings.adapter == nil: take(turn)
        case .userTurn(let activity, let turn):
            heldLines.append((activity, turn))
            if !isUserTurnOpen { openNextUserTurn() }
        }
    }

    /// Ends all streams and takes no more activities.
    func close() {
        isClosed = true
        bell.ring()
        for end in roster.ends { end(.closed) }
    }
}
