import BotSchema
import Bots
import Handoff

/// One handoff of one conversation, from the request until the bot has the user back.
///
/// One loop reads what the user says and what the hub reports from one mailbox, so neither overtakes the other. What
/// the user says is kept until somebody has taken it: an agent, the agent after that one, and whatever no agent got,
/// the bot.
actor HandoffSession {
    private enum Letter: Sendable {
        case user(Activity)
        /// The user wants the bot back.
        case withdrawn
        case report(HubReport)
    }

    private enum Phase { case waiting, live, returning, closed }

    /// An acceptance that a fault keeps back.
    private struct KeptAcceptance {
        let agent: HubAgent
        /// When it comes after all, once the agent has spoken.
        var due: Duration?
    }

    /// Attempts to give the agent one line, and the pause after the first that fails (A21).
    private static let attempts = 3
    private static let firstPause = Duration.milliseconds(500)

    nonisolated let conversation: any ConversationChannel
    private let request: Activity
    private let initiation: HandoffInitiation
    private let hub: any HubConnection
    private let dialect: HandoffDialect
    private let faults: Set<StatusFault>
    private let clock: HubClock
    private let liveConversations: LiveConversations
    private let store: any WorkStore
    private let inbox = Mailbox<Letter>()
    private var phase = Phase.waiting
    /// What a later run must know.
    private var record: SessionRecord {
        didSet { if record != oldValue, phase != .closed { store.record(record.json, under: key) } }
    }
    /// What the user said and nobody has taken.
    private var untaken: [Activity] = []
    private var takenIds: Set<String> = []
    private var keptAcceptance: KeptAcceptance?
    private var isUserConnected = true

    init(
        _ conversation: any ConversationChannel,
        request: Activity,
        initiation: HandoffInitiation,
        hub: any HubConnection,
        dialect: HandoffDialect,
        faults: Set<StatusFault>,
        clock: HubClock,
        liveConversations: LiveConversations,
        store: any WorkStore,
        resuming record: SessionRecord? = nil,
        untaken: [Activity] = []
    ) {
        self.store = store
        self.record = record ?? SessionRecord(request: request.id ?? "")
        self.untaken = untaken
        if let record { phase = record.isReturning ? .returning : record.agent == nil ? .waiting : .live }
        self.conversation = conversation
        self.request = request
        self.initiation = initiation
        self.hub = hub
        self.dialect = dialect
        self.faults = faults
        self.clock = clock
        self.liveConversations = liveConversations
    }

    /// Whether the conversation is the bot's again.
    var isClosed: Bool { phase == .closed }

    private nonisolated var key: String { SessionRecord.key(conversation.id) }
    private var item: WorkItemID? { record.item }
    private var wasAccepted: Bool { record.wasAccepted }

    private func close() {
        phase = .closed
        store.record(nil, under: key)
        inbox.close()
    }

    /// The hub of an earlier run knew the item, and this one does not.
    func loseItem() {
        hear(
            wasAccepted
                ? .lost(nil, reason: "The agent was disconnected.")
                : .failed(.hubDown, reason: HubRefusal.hubDown.sentence)
        )
    }

    /// Hears what becomes of the item.
    nonisolated func hear(_ report: HubReport) { inbox.post(.report(report)) }

    /// Takes something that the user says; a line that comes again by its id is taken once.
    ///
    /// - Returns: False when the conversation is the bot's again.
    func take(_ activity: Activity) -> Bool {
        guard phase != .closed else { return false }
        if let id = activity.id, activity.type == .message, !takenIds.insert(id).inserted { return true }
        inbox.post(.user(activity))
        return true
    }

    /// The user is gone, or the conversation is over.
    func userLeft() async {
        guard phase != .closed else { return }
        close()
        liveConversations.remove(conversation.id)
        if let item { await hub.userLeft(item) }
    }

    /// The user wants neither to wait nor to go on with the agent, and goes on with the bot.
    func withdraw() {
        if phase != .closed { inbox.post(.withdrawn) }
    }

    /// The user's client is there or not; whether for good only time tells.
    func connectionChanged(isOpen: Bool) async {
        isUserConnected = isOpen
        guard phase != .closed, let item else { return }
        await hub.userConnectionChanged(item, isConnected: isOpen)
    }

    /// Follows the hub until the handoff is over.
    func run() async {
        guard phase != .closed else { return }
        let user = await conversation.user
        let request = WorkRequest(
            conversationId: conversation.id,
            user: user,
            initiation: initiation,
            activity: request
        )
        do throws(HubConnectionError) {
            guard item == nil, phase == .waiting else { return await follow() }
            let item = try await hub.open(request) { [self] in hear($0) }
            record.item = item
            // The user may have left while the hub was opening the item.
            guard phase != .closed else { return await hub.userLeft(item) }
            if !isUserConnected { await hub.userConnectionChanged(item, isConnected: false) }
        } catch {
            inbox.post(.report(.failed(.hubDown, reason: error.description)))
        }
        await follow()
    }

    private func follow() async {
        do {
            // What a run before this one has left.
            if phase == .live { try await deliverUntaken() }
            while phase == .waiting || phase == .live {
                switch await nextLetter() {
                case .user(let activity)?: try await pass(activity)
                case .report(let report)?: try await follow(report)
                case .withdrawn?: try await leaveHub()
                case nil where isAcceptanceDue: try await publishKeptAcceptance()
                case nil: return
                }
            }
        } catch {
            // Only a conversation that is gone refuses an activity; there is nobody left to tell.
            await userLeft()
        }
        if phase == .returning { await returnToBot() }
    }

    /// What no agent got is the bot's, in order; meanwhile new lines queue up behind it.
    private func returnToBot() async {
        while phase == .returning {
            // What a hub still reports comes too late, and must not stand before a line of the user.
            while let letter = inbox.poll() { if case .user(let activity) = letter { untaken.append(activity) } }
            // Nothing is suspended between this look and the closing, so no line falls in between.
            guard !untaken.isEmpty else { return close() }
            let activity = untaken.removeFirst()
            record.delivered = activity.id ?? record.delivered
            if activity.type == .message { await conversation.deliverToBot(activity) }
        }
    }
}

// MARK: - Lines of the user

extension HandoffSession {
    private func pass(_ activity: Activity) async throws {
        guard activity.type == .message else {
            // Typing is of this moment: nobody wants it later.
            if phase == .live, untaken.isEmpty, let item { _ = try? await hub.userSent(activity, to: item) }
            return
        }
        untaken.append(activity)
        try await deliverUntaken()
    }

    /// Gives the agent what is there, oldest first, until one line cannot be given.
    private func deliverUntaken() async throws {
        while phase == .live, let item, let activity = untaken.first {
            // Whole until an agent has its beginning: the bot has no use for parts.
            let parts = activity.parts(upTo: hub.messageLimit)
            switch await deliver(parts[0], to: item) {
            case true?:
                untaken.replaceSubrange(..<1, with: parts.dropFirst())
                record.delivered = activity.id ?? record.delivered
            case false?: return
            case nil:
                untaken.removeFirst()
                record.delivered = activity.id ?? record.delivered
                try await conversation.send(HubNotice.undelivered(activity.text).activity())
            }
        }
    }

    /// - Returns: Whether an agent has it; nil when the hub did not take it however often it was tried.
    private func deliver(_ activity: Activity, to item: WorkItemID) async -> Bool? {
        var pause = Self.firstPause
        for attempt in 1...Self.attempts {
            do throws(HubConnectionError) {
                return try await hub.userSent(activity, to: item)
            } catch {
                guard error.isTransient, attempt < Self.attempts, !Task.isCancelled else { return nil }
                await clock.sleep(for: pause)
                pause *= 2
            }
        }
        return nil
    }
}

// MARK: - Reports

extension HandoffSession {
    private func follow(_ report: HubReport) async throws {
        switch report {
        case .queued(let position, _) where wasAccepted: try await tell(.queued(at: position))
        case .queued(let position, let estimatedWait):
            let skill = initiation.context.skill
            let event = Activity.handoffQueue(position: position, estimatedWait: estimatedWait, skill: skill)
            try await conversation.send(event.sentByHub)
        case .accepted(let agent):
            record.wasAccepted = true
            mute(for: agent)
            if faults.isDisjoint(with: [.statusLate, .statusReordered]) {
                try await publish(.accepted, by: agent)
            } else {
                keptAcceptance = KeptAcceptance(agent: agent)
            }
            try await connect()
        case .joined(let agent):
            mute(for: agent)
            try await tell(.joined(agent), about: agent)
            try await connect()
        case .interrupted(let agent): try await tell(.interrupted(agent), about: agent)
        case .reachable(let agent):
            try await tell(.reachable(agent), about: agent)
            try await deliverUntaken()
        case .typing(let agent):
            try await conversation.send(.typing.sent(byAgent: agent.id, name: agent.name))
        case .message(let activity, let agent):
            for part in activity.sent(byAgent: agent.id, name: agent.name).partsThatChannelsTake {
                try await conversation.send(part)
            }
            if faults.contains(.statusLate), keptAcceptance?.due == nil {
                keptAcceptance?.due = clock.now + StatusFault.lateness
            }
        case .held(let agent): try await tell(.held(by: agent), about: agent)
        case .resumed(let agent): try await tell(.resumed(by: agent), about: agent)
        case .idle(let agent, let remaining): try await tell(.idle(with: agent, endsIn: remaining), about: agent)
        case .expired(let agent, let silence): try await tell(.expired(with: agent, after: silence), about: agent)
        case .transferring(let agent, let target): try await wait(.transferring(from: agent, to: target), for: agent)
        case .reassigning(let agent): try await wait(.reassigning(from: agent), for: agent)
        case .abandoned(let agent, let time):
            let notice = HubNotice.abandoned(by: agent, after: time)
            try await tell(notice, about: agent)
            // Whoever comes back finds the bot, and the bot must know.
            try await end(wasAccepted ? .completed(.ended) : .failed, message: notice.text, by: agent)
        case .completed(let completion, let agent, let unread):
            untaken = unread + untaken
            try await end(.completed(completion), by: agent)
        case .failed(_, let reason): try await end(.failed, message: reason)
        case .timedOut(let reason):
            // The protocol cannot time out what was accepted: for bot and user the agent is lost (HO206).
            try await end(wasAccepted ? .lost : .timedOut, message: reason)
        case .lost(let agent, let reason, let unread):
            untaken = unread + untaken
            try await end(.lost, message: reason, by: agent)
        }
    }

    private func mute(for agent: HubAgent) {
        guard phase != .closed else { return }
        record.agent = agent.name
        liveConversations.insert(conversation.id, agent: agent.name, requestedBy: request.replyToId)
    }

    private func connect() async throws {
        if phase == .waiting { phase = .live }
        try await deliverUntaken()
    }

    /// Between two agents nobody has the user, and lines are kept again.
    private func wait(_ notice: HubNotice, for agent: HubAgent) async throws {
        if phase == .live { phase = .waiting }
        record.agent = nil
        try await tell(notice, about: agent)
    }

    private func tell(_ notice: HubNotice, about agent: HubAgent? = nil) async throws {
        try await conversation.send(notice.activity(about: agent))
    }

    /// For the bot the user is back; the agent hears that the user has left.
    private func leaveHub() async throws {
        if let item { await hub.userLeft(item) }
        guard wasAccepted else { return try await end(.failed, message: "The user has left the queue.") }
        try await end(.completed(.transferBack))
    }

    private func end(_ status: HandoffStatus, message: String? = nil, by agent: HubAgent? = nil) async throws {
        // Before the bot hears of it, which may well have something to say to it.
        liveConversations.remove(conversation.id)
        record.isReturning = true
        if faults.contains(.statusLate) { try await publishKeptAcceptance() }
        try await publish(status, message: message, by: agent)
        try await publishKeptAcceptance()
        if let agent, case .completed = status, faults.contains(.agentAfterEnd) {
            let afterthought = Activity.message("One more thing: please keep your receipt.")
            try await conversation.send(afterthought.sent(byAgent: agent.id, name: agent.name))
        }
        if phase != .closed { phase = .returning }
    }

    /// What comes next; nil when the session is over, or an acceptance that was kept back is due.
    private func nextLetter() async -> Letter? {
        guard let due = keptAcceptance?.due else { return await inbox.next() }
        return await inbox.next(within: due - clock.now, on: clock)
    }

    private var isAcceptanceDue: Bool {
        !Task.isCancelled && phase != .closed && keptAcceptance?.due.map { $0 <= clock.now } ?? false
    }

    private func publishKeptAcceptance() async throws {
        guard let kept = keptAcceptance.take() else { return }
        try await publish(.accepted, by: kept.agent)
    }

    /// The user's stream first: whoever watches it sees the status before what the bot makes of it.
    private func publish(_ status: HandoffStatus, message: String? = nil, by agent: HubAgent?) async throws {
        let plain = Activity.handoffStatus(
            status,
            message: message,
            conversationId: conversation.id,
            dialect: dialect
        )
        let event = agent.map { plain.sent(byAgent: $0.id, name: $0.name) } ?? plain.sentByHub
        let events = StatusFault.allCases.filter(faults.contains).reduce([event]) { events, fault in
            events.flatMap { fault.activities(for: $0, status) }
        }
        for event in events {
            var delivered = try await conversation.send(event)
            delivered.recipient = await conversation.bot
            await conversation.deliverToBot(delivered)
        }
    }
}
