import BotSchema
import Bots
import Handoff

/// One handoff of one conversation, from the request until the bot has the user back.
///
/// What the user says is kept until somebody has taken it: first the agent, and whatever the agent did not get, the bot.
actor HandoffSession {
    private enum Phase { case waiting, live, returning, closed }

    nonisolated let conversation: any ConversationChannel
    private let initiation: HandoffInitiation
    private let hub: any HubConnection
    private let dialect: HandoffDialect
    private var phase = Phase.waiting
    private var item: WorkItem.ID?
    private var unread: [Activity] = []
    private var isForwarding = false

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

    /// Follows the hub until the handoff is over.
    func run() async {
        let user = await conversation.user
        let request = WorkRequest(conversationId: conversation.id, user: user, initiation: initiation)
        let item = await hub.open(request)
        self.item = item.id
        // The user may have left while the hub was opening the item.
        guard phase != .closed else { return await hub.userLeft(item.id) }
        while let report = await item.reports.next(), phase != .closed {
            do {
                try await follow(report)
            } catch {
                // Only a conversation that is gone refuses an activity; there is nobody left to tell.
                phase = .closed
                await hub.userLeft(item.id)
            }
        }
        await returnToBot()
    }

    /// Takes something that the user says.
    ///
    /// - Returns: False when the conversation is the bot's again.
    func take(_ activity: Activity) async -> Bool {
        guard phase != .closed else { return false }
        if activity.type == .typing {
            if phase == .live, unread.isEmpty, let item { _ = await hub.userSent(activity, to: item) }
            return true
        }
        unread.append(activity)
        await forward()
        return true
    }

    /// The user is gone, or the conversation is over.
    func userLeft() async {
        guard phase != .closed else { return }
        phase = .closed
        if let item { await hub.userLeft(item) }
    }

    /// Hands over in order; a call that finds another one at it leaves the rest to that one.
    private func forward() async {
        guard !isForwarding, let item else { return }
        isForwarding = true
        defer { isForwarding = false }
        while phase == .live, let activity = unread.first {
            guard await hub.userSent(activity, to: item) else { return }
            unread.removeFirst()
        }
    }

    /// What no agent got is the bot's, in order; meanwhile new lines queue up behind it.
    private func returnToBot() async {
        guard phase != .closed else { return }
        phase = .returning
        while let activity = unread.first, !isForwarding {
            unread.removeFirst()
            await conversation.deliverToBot(activity)
        }
        phase = .closed
    }
}

// MARK: - Reports

extension HandoffSession {
    private func follow(_ report: HubReport) async throws {
        switch report {
        case .queued(let position, let estimatedWait):
            let skill = initiation.context.skill
            let event = Activity.handoffQueue(position: position, estimatedWait: estimatedWait, skill: skill)
            try await conversation.send(event.sentByHub)
        case .accepted(let agent):
            try await publish(.accepted, by: agent)
            phase = .live
            await forward()
        case .typing(let agent):
            try await conversation.send(.typing.sent(byAgent: agent.id, name: agent.name))
        case .message(let activity, let agent):
            try await conversation.send(activity.sent(byAgent: agent.id, name: agent.name))
        case .completed(let completion, let agent):
            phase = .returning
            try await publish(.completed(completion), by: agent)
        case .failed(let reason):
            phase = .returning
            try await publish(.failed, message: reason, by: nil)
        case .timedOut(let reason):
            phase = .returning
            try await publish(.timedOut, message: reason, by: nil)
        case .lost(let agent, let reason):
            phase = .returning
            try await publish(.lost, message: reason, by: agent)
        }
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
