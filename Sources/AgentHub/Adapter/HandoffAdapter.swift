package import BotSchema
package import Bots
package import Handoff

/// Joins conversations with a hub: opens a work item when the bot asks for an agent, and diverts the user until the
/// agent is done.
///
/// The adapter is the one publisher of handoff statuses: each goes to the user's stream and to the bot.
package actor HandoffAdapter: ConversationAdapter, NeverBlocks {
    /// The event by which a user's client leaves the queue or the agent (A13); no document has one.
    package static let withdrawalName = HandoffEventName.withdrawal

    private let hub: any HubConnection
    private let dialect: HandoffDialect?
    private let faults: Set<StatusFault>
    private let clock: HubClock
    private let store: any WorkStore
    private let onStep: @Sendable (HandoffStep) -> Void
    private let links: any TranscriptLinks
    private let announces: Bool
    private let liveConversations = LiveConversations()
    private var sessions: [String: HandoffSession] = [:]
    private var served = RecentInitiations()
    private var paces = RequestPaces()
    /// Requests that came while the bot was being told of the end of the one before.
    private var successors: [String: Activity] = [:]
    private var deserted = DesertedConversations()
    private let work: AsyncStream<HandoffSession>
    private let entrance: AsyncStream<HandoffSession>.Continuation

    /// An adapter to a hub.
    ///
    /// - Parameters:
    ///   - hub: Where the agents are; its `run()` runs within ``run()``.
    ///   - dialect: How statuses are spelt: `sdk`, `threeEvents` or `threeEventsAsCoded`; nil for as the request is spelt.
    ///   - faults: What is to be wrong with the statuses.
    ///   - clock: What the pauses between attempts to reach the hub wait on.
    ///   - store: Where handoffs outlive the adapter.
    ///   - onStep: Hears of every step of every handoff; must return at once.
    ///   - links: What reads linked transcripts that the channel does not keep itself.
    ///   - announces: Whether acceptance and end also come as messages of the hub, for users whose clients draw no
    ///     handoff events.
    package init(
        hub: any HubConnection,
        dialect: HandoffDialect? = nil,
        faults: Set<StatusFault> = [],
        clock: some Clock<Duration> = ContinuousClock(),
        store: any WorkStore = VolatileWork(),
        onStep: @escaping @Sendable (HandoffStep) -> Void = { _ in },
        links: any TranscriptLinks = NoTranscriptLinks(),
        announces: Bool = false
    ) {
        self.store = store
        self.onStep = onStep
        self.links = links
        self.announces = announces
        self.hub = hub
        self.dialect = dialect
        self.faults = faults
        self.clock = HubClock(clock)
        // Unbounded on purpose: there is at most one open session for each conversation, and a dropped one would leave
        // its user waiting for ever.
        (work, entrance) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// Does the adapter's and the hub's work until the task is cancelled; to be called once.
    ///
    /// Handoffs that the bot asks for before are kept until it runs.
    package func run() async {
        let hub = hub
        await withDiscardingTaskGroup { group in
            group.addTask { await hub.run() }
            for await session in work {
                group.addTask {
                    await session.run()
                    await self.ended(session)
                }
            }
            group.cancelAll()
        }
        // Whoever asks from now on would wait for nobody.
        entrance.finish()
        sessions = [:]
        successors = [:]
        liveConversations.removeAll()
    }

    package func userSent(
        _ activity: Activity,
        in conversation: any ConversationChannel
    ) async -> UserTurnRecipient {
        let recipient = await recipient(of: activity, in: conversation)
        if recipient == .bot, activity.type == .message { paces.userSpoke(in: conversation.id) }
        return recipient
    }

    private func recipient(of activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
        guard let session = sessions[conversation.id] else { return .bot }
        if activity.type == .endOfConversation {
            successors[conversation.id] = nil
            await session.close(endedBy: .user)
            return .bot
        }
        if activity.type == .event, activity.name == Self.withdrawalName {
            await session.withdraw()
            return .adapter
        }
        // Events and invokes are between client and bot, whoever is talking.
        guard activity.isForAgents || activity.type == .typing else { return .bot }
        return await session.take(activity) ? .adapter : .bot
    }

    /// Keeps what the bot says during a live conversation with an agent out of it, and on record.
    ///
    /// A bot that speaks then has not understood that it is muted, or its turn comes late (duties A3 and A15): the user
    /// must not be answered by two. The tester must see it all the same, so the message becomes a private event that
    /// holds it whole. The rest of the very turn that asked for the agent passes, since it announces the transfer, and
    /// so does what the bot answers to a report of the hub's.
    package nonisolated func revise(_ activity: Activity, in conversationId: String) -> Activity? {
        liveConversations.revise(activity, in: conversationId)
    }

    package func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {
        if activity.type == .endOfConversation {
            successors[conversation.id] = nil
            await sessions[conversation.id]?.close(endedBy: .bot)
            return
        }
        // What this adapter publishes itself is marked, should a channel show it here.
        guard activity.channelData?["baton"]?["author"] == nil, let signal = HandoffSignal(activity),
            case .initiate(let initiation) = signal.kind
        else { return }
        // A redelivered event asks for nothing new, not even after the end (A5).
        guard served.insert(activity, in: conversation.id) else { return }
        while let session = sessions[conversation.id] {
            switch await session.stage {
            case .closed: await forget(session)
            // The protocol has no handoff id: while one is open, another request can only mean the same (A17).
            case .open: return
            // What comes as the bot hears of the end is the next, and waits until the user's lines are with the bot.
            case .ending where sessions[conversation.id] === session:
                successors[conversation.id] = activity
                return
            case .ending: continue
            }
        }
        await open(activity, initiation, in: conversation)
    }

    private func open(
        _ activity: Activity,
        _ initiation: HandoffInitiation,
        in conversation: any ConversationChannel
    ) async {
        let session = HandoffSession(
            conversation,
            request: activity,
            initiation: initiation,
            hub: hub,
            dialect: reportDialect(for: activity),
            faults: faults,
            clock: clock,
            liveConversations: liveConversations,
            store: store,
            onStep: onStep,
            links: links,
            announces: announces,
            after: paces.pause(in: conversation.id, at: clock.now)
        )
        guard case .enqueued = entrance.yield(session) else { return }
        successors[conversation.id] = nil
        sessions[conversation.id] = session
        onStep(HandoffStep(conversation.id, .requested(skill: initiation.context.skill)))
        if deserted.contains(conversation.id) { await session.connectionChanged(isOpen: false) }
        if faults.contains(.twoInitiations), let again = try? await conversation.send(activity) {
            // Heard as the bot's own, which this finds a session for.
            await botSent(again, in: conversation)
        }
    }

    /// A bot must not reject what it is told of a handoff: whoever is in the conversation learns that it did.
    package func botFailed(
        on activity: Activity,
        _ error: BotError,
        in conversation: any ConversationChannel
    ) async {
        guard error.code == .refused, let rejection = RejectedReport(of: activity, status: error.status) else { return }
        // A conversation that is gone has nobody left to tell.
        _ = try? await conversation.send(rejection.activity.sentByHub)
    }

    package func connectionChanged(isOpen: Bool, in conversation: any ConversationChannel) async {
        deserted.set(conversation.id, isDeserted: !isOpen)
        await sessions[conversation.id]?.connectionChanged(isOpen: isOpen)
    }

    package func unfinished() async throws -> [String] {
        try await store.recorded().keys.compactMap(SessionRecord.conversation)
    }

    package func resume(in conversations: [any ConversationChannel]) async throws {
        let recorded = try await store.recorded()
        var items: [ResumedItem] = []
        for conversation in conversations {
            let key = SessionRecord.key(conversation.id)
            let log = await conversation.transcript()
            guard let record = SessionRecord(recorded[key]), let past = HandoffPast(record, in: log) else {
                store.record(nil, under: key)
                continue
            }
            let session = session(conversation, past, record)
            guard case .enqueued = entrance.yield(session) else { return }
            sessions[conversation.id] = session
            _ = served.insert(past.request, in: conversation.id)
            if !record.isReturning, let agent = record.agent {
                liveConversations.insert(conversation.id, agent: agent, requestedBy: past.request.replyToId)
            }
            guard let item = record.item, !record.isReturning else { continue }
            let linked = await session.readOwnLink()
            var request = WorkRequest(
                conversationId: conversation.id,
                user: await conversation.user,
                request: past.request,
                await session.initiation,
                log: log
            )
            request.linkedTranscript = linked
            request.keepFile = session.fileKeeper
            request.history = past.history
            items.append(ResumedItem(item: item, request: request) { session.hear($0) })
        }
        let known = try await hub.resume(items)
        for item in items where !known.contains(item.item) {
            await sessions[item.request.conversationId]?.loseItem()
        }
    }

    private func session(
        _ conversation: any ConversationChannel,
        _ past: HandoffPast,
        _ record: SessionRecord
    ) -> HandoffSession {
        HandoffSession(
            conversation,
            request: past.request,
            initiation: past.initiation,
            hub: hub,
            dialect: reportDialect(for: past.request),
            faults: faults,
            clock: clock,
            liveConversations: liveConversations,
            store: store,
            onStep: onStep,
            links: links,
            announces: announces,
            resuming: record,
            untaken: past.untaken
        )
    }

    private func reportDialect(for request: Activity) -> HandoffDialect {
        dialect ?? HandoffSignal(request)?.dialect?.ofReports ?? .sdk
    }

    /// A session has done its work, and the request that came at its end is next.
    private func ended(_ session: HandoffSession) async {
        await forget(session)
        let conversation = session.conversation
        guard sessions[conversation.id] == nil, let next = successors.removeValue(forKey: conversation.id),
            case .initiate(let initiation)? = HandoffSignal(next)?.kind
        else { return }
        await open(next, initiation, in: conversation)
    }

    private func forget(_ session: HandoffSession) async {
        let (id, outcome) = (session.conversation.id, await session.outcome)
        guard sessions[id] === session else { return }
        sessions[id] = nil
        paces.handoffEnded(outcome, in: id, at: clock.now)
    }
}

/// The conversations whose users are not there, of which the newest are remembered.
struct DesertedConversations {
    private static let limit = 2048
    private var ids: [String] = []

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func set(_ id: String, isDeserted: Bool) {
        ids.removeAll { $0 == id }
        guard isDeserted else { return }
        if ids.count == Self.limit { ids.removeFirst() }
        ids.append(id)
    }
}

/// The requests that were answered lately, by conversation and activity id.
struct RecentInitiations {
    private struct Key: Hashable {
        let conversationId: String
        let request: String
    }

    private static let limit = 2048
    private var keys: Set<Key> = []
    private var order: [Key] = []

    /// - Returns: False when the request was here before. One without an id is known by its content and time.
    mutating func insert(_ activity: Activity, in conversationId: String) -> Bool {
        let key = Key(conversationId: conversationId, request: activity.id ?? activity.jsonValue.compactText)
        guard keys.insert(key).inserted else { return false }
        order.append(key)
        if order.count > Self.limit {
            keys.subtract(order.prefix(Self.limit / 2))
            order.removeFirst(Self.limit / 2)
        }
        return true
    }
}
