package import BotSchema
import Handoff

/// The agent hub within this program: performs what ``HubStateMachine`` decides.
package actor EmbeddedHub: HubConnection {
    static let itemPrefix = "item-"

    struct Conversation {
        /// Of lines kept for whoever takes over, the newest this many.
        static let historyLimit = 500

        var request: WorkRequest
        /// What the agent who gives the user back has written for the bot.
        var noteForBot: String?
        let report: @Sendable (HubReport) -> Void

        mutating func remember(_ activity: Activity) {
            guard activity.type == .message else { return }
            var activity = activity
            activity.from = activity.from ?? request.user
            if request.history.count == Self.historyLimit { request.history.removeFirst() }
            request.history.append(activity)
        }
    }

    var machine: HubStateMachine
    /// How many characters one message to an agent may have, by the policy.
    package nonisolated let messageLimit: Int?
    let clock: HubClock
    let store: any WorkStore
    let wallTime: @Sendable () -> Timestamp
    private let workers: [any HubWorker]
    var desks: [String: AgentDesk.Letterbox]
    var conversations: [WorkItemID: Conversation] = [:]
    var lastItemNumber = 0
    private let deadlineChanged = Mailbox<Void>()
    private var knownDeadline: Duration?
    private var isRunning = false

    /// A hub with these agents at work.
    ///
    /// - Parameters:
    ///   - workers: The agents; they act within ``run()``. More may come by ``join(_:)``.
    ///   - policy: The hub's rules and times.
    ///   - clock: What time is read from and waited on.
    ///   - store: Where items outlive the hub.
    ///   - wallTime: Tells the time of day, by which a later hub knows how long somebody has waited.
    package init(
        workers: [any HubWorker],
        policy: HubPolicy = HubPolicy(),
        clock: HubClock,
        store: any WorkStore = VolatileWork(),
        wallTime: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.workers = workers
        self.clock = clock
        self.store = store
        self.wallTime = wallTime
        messageLimit = policy.messageLimit
        machine = HubStateMachine(policy: policy)
        desks = Dictionary(
            workers.map { ($0.agent.id, AgentDesk.Letterbox(agent: $0.agent)) },
            uniquingKeysWith: { first, _ in first }
        )
        for worker in workers { _ = machine.receive(.agentJoined(worker.agent), at: .zero) }
    }

    /// What happened so far, the newest lines as far as the policy keeps them.
    package var log: [HubLogEntry] { machine.log }

    /// The figures of this moment.
    package var metrics: HubMetrics { machine.metrics(at: clock.now) }

    /// Rings, waits and lets the agents work until the task is cancelled; to be called once.
    package func run() async {
        isRunning = true
        defer { isRunning = false }
        await withDiscardingTaskGroup { group in
            for worker in workers {
                guard let letterbox = desks[worker.agent.id] else { continue }
                let desk = AgentDesk(agent: worker.agent, events: letterbox.events, hub: self)
                group.addTask {
                    await worker.work(at: desk)
                    if !Task.isCancelled { await self.receive(.presenceChanged(agent: worker.agent.id, .offline)) }
                }
            }
            group.addTask { await self.watchTheClock() }
        }
    }

    /// Whether somebody who asks for an agent now is heard.
    package var isWorking: Bool { isRunning && machine.policy.isReachable }

    private func watchTheClock() async {
        while !Task.isCancelled {
            knownDeadline = machine.nextDeadline
            if let deadline = knownDeadline {
                _ = await deadlineChanged.next(within: deadline - clock.now, on: clock)
            } else {
                _ = await deadlineChanged.next()
            }
            receive(.timePassed)
        }
    }
}

// MARK: - The user's side

extension EmbeddedHub {
    package func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async throws(HubConnectionError) -> WorkItemID {
        guard machine.policy.isReachable else { throw HubConnectionError(HubRefusal.hubDown.sentence) }
        lastItemNumber += 1
        let item = "\(Self.itemPrefix)\(lastItemNumber)"
        conversations[item] = Conversation(request: distinguished(request), report: report)
        receive(.opened(item: item, request.need))
        remember(item)
        return item
    }

    package func userSent(_ activity: Activity, to item: WorkItemID) async -> Bool {
        guard let agent = machine.reachableAgent(of: item), let letterbox = desks[agent.id] else { return false }
        let activity = distinguished(activity)
        conversations[item]?.remember(activity)
        letterbox.events.post(.userSent(item: item, activity))
        if activity.type == .message { receive(.spoke(item: item)) }
        return true
    }

    package func close(_ item: WorkItemID, endedBy side: ConversationSide) async {
        receive(.customerLeft(item: item, endedBy: side))
        finish(item, with: nil)
    }

    package func userConnectionChanged(_ item: WorkItemID, isConnected: Bool) async {
        receive(isConnected ? .customerConnectionRestored(item: item) : .customerConnectionLost(item: item))
    }
}

// MARK: - The agents' side

extension EmbeddedHub {
    /// Opens a desk for somebody who comes to work now, or comes back to the desk that they had.
    ///
    /// - Returns: The desk; its mailbox holds what came in the meantime.
    package func join(_ agent: HubAgent) -> AgentDesk {
        var letterbox = desks[agent.id] ?? AgentDesk.Letterbox(agent: agent)
        letterbox.agent = agent
        desks[agent.id] = letterbox
        receive(.agentJoined(agent))
        return AgentDesk(agent: agent, events: letterbox.events, hub: self)
    }

    /// Whether an id is that of an agent who came with the hub, whose desk nobody else may take.
    package nonisolated func isOccupied(_ agentId: String) -> Bool { workers.contains { $0.agent.id == agentId } }

    func accept(_ item: WorkItemID, by agent: HubAgent) -> Bool {
        receive(.accepted(item: item, agent: agent.id))
        return machine.agent(of: item)?.id == agent.id
    }

    func transfer(_ item: WorkItemID, by agent: HubAgent, to target: TransferTarget) -> Bool {
        guard machine.agent(of: item)?.id == agent.id else { return false }
        receive(.transferred(item: item, agent: agent.id, target))
        return machine.agent(of: item)?.id != agent.id
    }

    /// Passes on what an agent does in a conversation, unless it is no longer the agent's.
    func report(_ report: HubReport, from agent: HubAgent, in item: WorkItemID) {
        guard machine.agent(of: item)?.id == agent.id else { return }
        conversations[item]?.report(report)
    }

    func say(_ activity: Activity, from agent: HubAgent, in item: WorkItemID) -> Bool {
        guard machine.agent(of: item)?.id == agent.id else { return false }
        conversations[item]?.remember(activity.sent(byAgent: agent.id, name: agent.name))
        conversations[item]?.report(.message(activity, agent))
        receive(.spoke(item: item))
        return true
    }

    func keep(
        _ bytes: [UInt8],
        name: String,
        contentType: String,
        by agent: HubAgent,
        in item: WorkItemID
    ) async -> String? {
        guard machine.agent(of: item)?.id == agent.id else { return nil }
        return await conversations[item]?.request.keepFile?(bytes, name, contentType)
    }

    func note(_ text: String, by agent: HubAgent, in item: WorkItemID) {
        guard machine.agent(of: item)?.id == agent.id else { return }
        conversations[item]?.request.notes.append(AgentNote(author: agent.name, text: text))
        remember(item)
    }

    func brief(on item: WorkItemID, for agent: HubAgent) -> AgentBrief? {
        guard machine.concerns(item, agent: agent.id) else { return nil }
        return conversations[item].map { AgentBrief($0.request) }
    }

    func request(of item: WorkItemID, for agent: HubAgent) -> WorkRequest? {
        machine.concerns(item, agent: agent.id) ? request(of: item, as: agent.id) : nil
    }

    /// The request as an agent is told it.
    private func request(of item: WorkItemID, as agent: String) -> WorkRequest? {
        guard var request = conversations[item]?.request else { return nil }
        request.droppedSkills = machine.missingSkills(of: item, agent: agent)
        return request
    }

    func end(_ item: WorkItemID, by agent: HubAgent, _ completion: HandoffCompletion, note: String?) {
        if machine.agent(of: item)?.id == agent.id { conversations[item]?.noteForBot = note }
        receive(.ended(item: item, agent: agent.id, completion))
    }

    func readTranscript(of item: WorkItemID, for agent: HubAgent) async throws(TranscriptLinkError) -> WorkRequest? {
        guard let request = request(of: item, for: agent) else { return nil }
        if request.initiation.transcript == nil, let linked = request.linkedTranscript {
            let initiation = try await linked.added(to: request.initiation)
            // The item may be gone, or somebody else's, by now.
            conversations[item]?.request.initiation = initiation
            conversations[item]?.request.linkedTranscript = nil
        }
        return self.request(of: item, for: agent)
    }

    func view(for agent: HubAgent) -> HubView { machine.view(for: agent.id, at: clock.now) }
}

// MARK: - Performing

extension EmbeddedHub {
    func receive(_ event: HubEvent) {
        for action in machine.receive(event, at: clock.now) { perform(action) }
        // Whoever watches the clock looks again when it wakes: only what comes sooner is news.
        guard let deadline = machine.nextDeadline, knownDeadline.map({ deadline < $0 }) ?? true else { return }
        knownDeadline = deadline
        deadlineChanged.post(())
    }

    private func perform(_ action: HubAction) {
        switch action {
        case .offer(let item, let agent):
            guard let request = request(of: item, as: agent) else { return }
            tell(agent, .offered(item: item, request))
        case .withdraw(let item, let agent): tell(agent, .withdrawn(item: item))
        case .reject(let item, let agent, let reason): tell(agent, .rejected(item: item, reason))
        case .customerConnection(let item, let agent, let isConnected):
            tell(agent, .userConnectionChanged(item: item, isConnected: isConnected))
        case .abandon(let item, let agent, let time):
            finish(item, with: .abandoned(agent.flatMap { desks[$0]?.agent }, after: time))
        case .dismiss(let item, let agent, let side): tell(agent, .closed(item: item, endedBy: side))
        case .present(let agent, let presence): tell(agent, .presenceChanged(presence))
        case .connect(let item, let agent, let isFirst):
            guard let request = request(of: item, as: agent), let known = desks[agent]?.agent else { return }
            remember(item)
            tell(agent, .connected(item: item, request))
            conversations[item]?.report(isFirst ? .accepted(known) : .joined(known))
        case .giveBack(let item, let agent):
            guard let request = request(of: item, as: agent) else { return }
            tell(agent, .connected(item: item, request))
        case .position(let item, let position, let estimatedWait):
            conversations[item]?.report(.queued(position: position, estimatedWait: estimatedWait))
        case .hold(let item, let agent, let isOnHold):
            remember(item)
            report(item, agent) { isOnHold ? .held($0) : .resumed($0) }
        case .transfer(let item, let agent, let target):
            release(item, from: agent)
            remember(item)
            report(item, agent) { .transferring(from: $0, to: words(for: target)) }
        case .reassign(let item, let agent):
            release(item, from: agent)
            remember(item)
            report(item, agent) { .reassigning($0) }
        case .interrupt(let item, let agent): report(item, agent) { .interrupted($0) }
        case .reconnect(let item, let agent): report(item, agent) { .reachable($0) }
        case .refuse(let item, let refusal):
            let skill = conversations[item]?.request.initiation.context.skill
            finish(item, with: .failed(refusal, reason: refusal.sentence(for: skill)))
        case .giveUp(let item): finish(item, with: .timedOut(reason: "No agent was free in time."))
        case .warnIdle(let item, let agent, let remaining): report(item, agent) { .idle($0, endsIn: remaining) }
        case .endIdle(let item, let agent, let silence):
            report(item, agent) { .expired($0, after: silence) }
            perform(.complete(item: item, agent: agent, .ended))
        case .complete(let item, let agent, let completion):
            let unread = release(item, from: agent)
            let note = conversations[item]?.noteForBot
            finish(item, with: desks[agent].map { .completed(completion, $0.agent, unread: unread, note: note) })
        case .lose(let item, let agent):
            let unread = release(item, from: agent)
            let reason = "The agent was disconnected."
            finish(item, with: .lost(desks[agent]?.agent, reason: reason, unread: unread))
        }
    }

    private func tell(_ agent: String, _ event: AgentDesk.Event) { desks[agent]?.events.post(event) }

    /// Takes an item off a desk with everything about it that the agent has not looked at.
    ///
    /// - Returns: The user's lines among that: a colleague has them in the history, the bot has not.
    @discardableResult
    private func release(_ item: WorkItemID, from agent: String) -> [Activity] {
        let unseen = desks[agent]?.events.remove { $0.item == item } ?? []
        tell(agent, .released(item: item))
        return unseen.compactMap { if case .userSent(_, let activity) = $0 { activity } else { nil } }
    }

    private func report(_ item: WorkItemID, _ agent: String, _ make: (HubAgent) -> HubReport) {
        guard let known = desks[agent]?.agent else { return }
        conversations[item]?.report(make(known))
    }

    /// How the user is told where the conversation goes.
    private func words(for target: TransferTarget) -> String {
        switch target {
        case .agent(let id): desks[id]?.agent.name ?? "a colleague"
        case .queue(let id): machine.policy.queue(id).name
        case .skill(let skill): "a colleague for \(skill)"
        }
    }

    /// Forgets the item before its last report, so that nothing can follow it.
    private func finish(_ item: WorkItemID, with report: HubReport?) {
        let conversation = conversations.removeValue(forKey: item)
        forget(item)
        if let report { conversation?.report(report) }
    }
}

extension AgentDesk {
    /// An agent and what waits for the agent to look at.
    struct Letterbox: Sendable {
        var agent: HubAgent
        let events = Mailbox<AgentDesk.Event>()
    }
}
