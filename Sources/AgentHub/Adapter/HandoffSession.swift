import BotSchema
import Bots
import Handoff

/// One handoff of one conversation, from the request until the bot has the user back.
///
/// One loop reads what the user says and what the hub reports from one mailbox, so neither overtakes the other. What
/// the user says is kept until somebody has taken it: first the agent, and whatever the agent did not get, the bot.
actor HandoffSession {
    private enum Letter: Sendable {
        case user(Activity)
        case report(HubReport)
    }

    private enum Phase { case waiting, live, returning, closed }

    nonisolated let conversation: any ConversationChannel
    private let initiation: HandoffInitiation
    private let hub: any HubConnection
    private let dialect: HandoffDialect
    private let inbox = Mailbox<Letter>()
    private var phase = Phase.waiting
    private var item: WorkItemID?
    /// What the user said and nobody has taken.
    private var untaken: [Activity] = []

    init(
        _ conversation: any ConversationChannel,
        initiation: HandoffInitiation,
        hub: any HubConnection,
        dialect: HandoffDialect
    ) {
        self.conversation = conversation
        self.initiation = initiation
        self.hub = hub
        self.dialect = dialect
    }

    /// Whether the conversation is the bot's again.
    var isClosed: Bool { phase == .closed }

    /// Takes something that the user says.
    ///
    /// - Returns: False when the conversation is the bot's again.
    func take(_ activity: Activity) -> Bool {
        guard phase != .closed else { return false }
        inbox.post(.user(activity))
        return true
    }

    /// The user is gone, or the conversation is over.
    func userLeft() async {
        guard phase != .closed else { return }
        phase = .closed
        inbox.close()
        if let item { await hub.userLeft(item) }
    }

    /// Follows the hub until the handoff is over.
    func run() async {
        guard phase != .closed else { return }
        let user = await conversation.user
        let request = WorkRequest(conversationId: conversation.id, user: user, initiation: initiation)
        let item = await hub.open(request) { [inbox] in inbox.post(.report($0)) }
        self.item = item
        // The user may have left while the hub was opening the item.
        guard phase != .closed else { return await hub.userLeft(item) }
        do {
            while phase == .waiting || phase == .live, let letter = await inbox.next() {
                switch letter {
                case .user(let activity): await pass(activity, to: item)
                case .report(let report): try await follow(report, of: item)
                }
            }
        } catch {
            // Only a conversation that is gone refuses an activity; there is nobody left to tell.
            await userLeft()
        }
        if phase == .returning { await returnToBot() }
    }

    private func pass(_ activity: Activity, to item: WorkItemID) async {
        let isTaken = phase == .live ? await hub.userSent(activity, to: item) : false
        if !isTaken, activity.type == .message { untaken.append(activity) }
    }

    /// What no agent got is the bot's, in order; meanwhile new lines queue up behind it.
    private func returnToBot() async {
        while phase == .returning {
            while case .user(let activity)? = inbox.poll() { untaken.append(activity) }
            // Nothing is suspended between this look and the closing, so no line falls in between.
            guard !untaken.isEmpty else {
                phase = .closed
                return inbox.close()
            }
            let activity = untaken.removeFirst()
            if activity.type == .message { await conversation.deliverToBot(activity) }
        }
    }
}

// MARK: - Reports

extension HandoffSession {
    private func follow(_ report: HubReport, of item: WorkItemID) async throws {
        switch report {
        case .queued(let position, let estimatedWait):
            let skill = initiation.context.skill
            let event = Activity.handoffQueue(position: position, estimatedWait: estimatedWait, skill: skill)
            try await conversation.send(event.sentByHub)
        case .accepted(let agent):
            try await publish(.accepted, by: agent)
            phase = phase == .waiting ? .live : phase
            let waiting = untaken
            untaken = []
            for activity in waiting { await pass(activity, to: item) }
        case .typing(let agent):
            try await conversation.send(.typing.sent(byAgent: agent.id, name: agent.name))
        case .message(let activity, let agent):
            try await conversation.send(activity.sent(byAgent: agent.id, name: agent.name))
        case .completed(let completion, let agent): try await end(.completed(completion), by: agent)
        case .failed(let reason): try await end(.failed, message: reason)
        case .timedOut(let reason): try await end(.timedOut, message: reason)
        case .lost(let agent, let reason): try await end(.lost, message: reason, by: agent)
        }
    }

    private func end(_ status: HandoffStatus, message: String? = nil, by agent: HubAgent? = nil) async throws {
        try await publish(status, message: message, by: agent)
        if phase != .closed { phase = .returning }
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
        var delivered = try await conversation.send(event)
        delivered.recipient = await conversation.bot
        await conversation.deliverToBot(delivered)
    }
}

extension Activity {
    fileprivate var sentByHub: Activity {
        var activity = self
        activity.from = ChannelAccount(id: "agent-hub", name: "Agent hub", role: "bot")
        var data = activity.channelData?.object ?? JSONObject()
        var mark = data["baton"]?.object ?? JSONObject()
        mark["author"] = "hub"
        data["baton"] = .object(mark)
        activity.channelData = .object(data)
        return activity
    }
}
