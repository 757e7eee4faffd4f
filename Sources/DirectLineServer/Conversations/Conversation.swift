import BotSchema
import Bots

/// One conversation: what was said, who follows it, and the order in which bot and adapter hear of it.
///
/// What clients see never waits for anybody: an activity is kept and put on the streams within one step of the actor.
/// Adapter and bot then hear of it from two lanes of their own, each strictly in order. Neither lane holds the actor,
/// so both may speak into the conversation at any time.
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
        let outcome: Reply<Outcome>
    }

    enum Observation: Sendable {
        case user(Activity, Turn)
        case bot(Activity)
        case connection(isOpen: Bool)
    }

    nonisolated let id: String
    let surroundings: Surroundings
    /// Rings for whoever streams the conversation.
    nonisolated let bell = Bell()
    private var addressing: Addressing
    private var log: ConversationLog
    private var lastTimestamp = Timestamp(milliseconds: 0)
    var observations = Lane<Observation>()
    var turns = Lane<Turn>()
    /// Lines of the user that came while an earlier one is with the adapter or the bot.
    ///
    /// Who is to have a line can change with every answer to the one before: the bot may hand over meanwhile.
    var heldLines: [(activity: Activity, turn: Turn)] = []
    var isUserTurnOpen = false
    /// Whether the bot has yet to hear of the user, before the user's first activity.
    private var owesUserWelcome = false
    private var rate: ActivityRate?
    var roster = StreamRoster()
    private(set) var isClosed = false
    /// Whether the adapter was told that the user's last stream has closed.
    var isDeserted = false

    init(id: String, user: ChannelAccount, log: ConversationLog? = nil, in surroundings: Surroundings) {
        self.id = id
        self.log = log ?? ConversationLog(capacity: surroundings.limits.activitiesInMemory)
        self.surroundings = surroundings
        addressing = surroundings.addressing(of: id, user: user)
        rate = surroundings.limits.activitiesPerSecond.map { ActivityRate(perSecond: $0) }
    }

    /// Takes up a conversation that a store remembers.
    init(id: String, replaying changes: [ConversationChange], in surroundings: Surroundings) {
        var user = surroundings.unknownUser
        var log = ConversationLog(capacity: surroundings.limits.activitiesInMemory)
        for change in changes {
            switch change {
            case .user(let account): user = account
            case .kept(let activity): log.append(activity)
            case .replaced(let activity): _ = log.replace(with: activity)
            case .deleted(let id): _ = log.delete(id, notice: Activity(type: .messageDelete))
            }
        }
        self.init(id: id, user: user, log: log, in: surroundings)
    }

    /// The user's account, as the user's own activities carry it.
    var user: ChannelAccount { addressing.user }

    /// The bot's account.
    nonisolated var bot: ChannelAccount { surroundings.botAccount }

    /// All activities kept and not deleted, oldest first.
    var activities: [Activity] { log.activities }

    /// How many activities were kept so far, which is the watermark behind the last of them.
    var count: Int { log.count }

    /// What is behind a watermark, all of it without one.
    func activities(after watermark: Int?) -> ActivitySet {
        noticeUser()
        return ActivitySet(activities: log.activities(after: watermark ?? 0), watermark: String(log.count))
    }
}

// MARK: - What changes the log

extension Conversation {
    /// Remembers that the conversation exists and tells the bot so, unless the bot made it.
    func begin(tellingBot: Bool, locale: String?) {
        surroundings.store.record(.user(addressing.user), in: id)
        surroundings.report(.conversationStarted(id))
        guard tellingBot else { return }
        switch surroundings.welcome {
        case .together: welcome([bot, user], locale: locale)
        case .split:
            welcome([bot], locale: locale)
            owesUserWelcome = true
        case .none: break
        }
    }

    private func welcome(_ members: [ChannelAccount], locale: String?) {
        let id = surroundings.identifiers.short()
        let update = addressing.conversationUpdate(adding: members, id: id, timestamp: stamp(), locale: locale)
        take(Turn(activity: update, outcome: Reply()))
    }

    /// Keeps and echoes an activity of the user, then sees to its turn.
    ///
    /// - Returns: The activity's id and what will become of the turn.
    /// - Throws: 429 when too many turns wait already or too many activities came in a short time.
    func post(
        _ activity: Activity,
        tokenUser: String?
    ) throws(HTTPFailure) -> (id: String, outcome: Reply<Outcome>) {
        guard !isClosed else { throw .noConversation(id) }
        noticeUser()
        guard observations.count + turns.count + heldLines.count < surroundings.limits.waitingTurns else {
            throw .tooMany("too many activities wait for the bot", retryAfter: 1)
        }
        if let seconds = rate?.take(at: surroundings.now()) {
            throw .tooMany("too many activities in a short time", retryAfter: seconds)
        }
        let activityId = newId(for: activity)
        let activity = addressing.fromUser(activity, id: activityId, timestamp: stamp(), tokenUser: tokenUser)
        if let from = activity.from, from != addressing.user {
            addressing.user = from
            surroundings.store.record(.user(from), in: id)
        }
        if owesUserWelcome {
            owesUserWelcome = false
            welcome([user], locale: activity.locale)
        }
        // An invoke is a call with an answer, not a part of the chat.
        if activity.type != .invoke { show(activity) }

        let turn = Turn(activity: addressing.toBot(activity), isUsers: true, outcome: Reply())
        if surroundings.adapter == nil {
            take(turn)
        } else {
            heldLines.append((activity, turn))
            if !isUserTurnOpen { openNextUserTurn() }
        }
        return (activityId, turn.outcome)
    }

    /// Keeps and streams an activity of the bot or the adapter.
    ///
    /// The id that the caller names as answered counts when the activity names none itself.
    ///
    /// - Returns: The activity as clients see it.
    /// - Throws: ``BotError`` when the server is stopping.
    @discardableResult
    func add(
        _ activity: Activity,
        by speaker: Speaker,
        replyingTo repliesTo: String? = nil
    ) throws(BotError) -> Activity {
        guard !isClosed else { throw .conversationGone(id) }
        var activity = addressing.fromBot(activity, id: newId(for: activity), timestamp: stamp())
        // SDKs keep traces back on every channel but the Emulator's, though not among the replies of `expectReplies`.
        if activity.type == .trace, surroundings.channelId != "emulator" { return activity }
        // Bots name ids that nobody ever saw (proactive messages): Web Chat would hold such an activity for 5 s.
        activity.replyToId = (activity.replyToId ?? repliesTo).flatMap { log.contains($0) ? $0 : nil }
        let adapter = speaker == .bot ? surroundings.adapter : nil
        if let adapter {
            guard let revised = adapter.revise(activity, in: id) else { return activity }
            activity = revised
        }
        show(activity)
        if adapter != nil { observe(.bot(activity)) }
        return activity
    }

    /// Adds activities of an earlier time, which neither bot nor adapter hears of, with the times that they have.
    ///
    /// - Returns: The id of the last.
    func addHistory(_ activities: [Activity]) throws(BotError) -> String? {
        guard !isClosed else { throw .conversationGone(id) }
        for activity in activities {
            let time = activity.timestamp.flatMap { Timestamp($0)?.text } ?? stamp()
            show(addressing.history(activity, id: newId(for: activity), timestamp: time))
        }
        return log.activities.last?.id
    }

    /// Replaces an activity; it keeps its id, place and time.
    ///
    /// - Returns: False when there is none of this id.
    func replace(_ activityId: String, with activity: Activity) -> Bool {
        guard let old = log[activityId] else { return false }
        var activity = addressing.fromBot(activity, id: activityId, timestamp: old.timestamp ?? stamp())
        activity.replyToId = activity.replyToId.flatMap { log.contains($0) ? $0 : nil }
        guard log.replace(with: activity) else { return false }
        surroundings.store.record(.replaced(activity), in: id)
        bell.ring()
        return true
    }

    /// Deletes an activity and tells open streams so.
    ///
    /// - Returns: False when there is none of this id.
    func delete(_ activityId: String) -> Bool {
        let notice = Activity(type: .messageDelete)
        guard
            log.delete(activityId, notice: addressing.fromBot(notice, id: activityId, timestamp: stamp()))
        else { return false }
        surroundings.store.record(.deleted(id: activityId), in: id)
        bell.ring()
        return true
    }

    /// Gives the bot an activity after the turns already waiting, without showing it to the user.
    func deliverToBot(_ activity: Activity) {
        var activity = addressing.toBot(activity)
        if activity.id == nil { activity.id = surroundings.identifiers.short() }
        if activity.timestamp == nil { activity.timestamp = stamp() }
        take(Turn(activity: activity, outcome: Reply()))
    }

    private func show(_ activity: Activity) {
        if activity.type == .typing {
            log.pass(activity)
        } else {
            log.append(activity)
            surroundings.store.record(.kept(activity), in: id)
        }
        bell.ring()
    }

    private func newId(for activity: Activity) -> String {
        guard activity.type != .typing, activity.type != .invoke else { return surroundings.identifiers.short() }
        let digits = String(log.count + 1)
        return "\(id)|\(String(repeating: "0", count: max(0, 7 - digits.count)))\(digits)"
    }

    /// The time of now, never earlier than one given before: clients sort by it.
    private func stamp() -> String {
        lastTimestamp = max(lastTimestamp, surroundings.now())
        return lastTimestamp.text
    }
}

// MARK: - Streams

extension Conversation {
    /// Where a stream begins that has everything up to a watermark.
    func position(after watermark: Int?) -> LogPosition { log.position(after: watermark ?? 0) }

    /// The next frame for a stream, one activity each: clients reorder those that come together (DirectLineJS 0.15).
    ///
    /// Waits until there is one. Nil when the conversation was closed, the calling task is cancelled, or nobody is there
    /// any more, which is asked at every ring of the bell.
    func nextFrame(for reader: inout LogPosition, while isThere: () -> Bool) async -> ActivitySet? {
        while !isClosed, !Task.isCancelled {
            let rings = bell.rings
            guard isThere() else { return nil }
            if let activity = log.next(for: &reader) {
                return ActivitySet(activities: [activity], watermark: String(reader.watermark))
            }
            await bell.wait(after: rings)
        }
        return nil
    }

    /// Ends all streams and takes no more activities.
    func close() {
        isClosed = true
        bell.ring()
        for end in roster.ends { end(.closed) }
    }
}
