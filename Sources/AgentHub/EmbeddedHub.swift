package import BotSchema
import Handoff

/// The agent hub within this program: performs what ``HubStateMachine`` decides.
package actor EmbeddedHub: HubConnection {
    private struct Conversation {
        let request: WorkRequest
        let report: @Sendable (HubReport) -> Void
    }

    private var machine: HubStateMachine
    private let clock: HubClock
    private let workers: [any HubWorker]
    private let desks: [String: AgentDesk.Letterbox]
    private var conversations: [WorkItemID: Conversation] = [:]
    private var lastItemNumber = 0
    private let deadlineChanged = Mailbox<Void>()
    private var knownDeadline: Duration?

    /// A hub with these agents at work.
    ///
    /// - Parameters:
    ///   - workers: The agents; they act within ``run()``.
    ///   - policy: The hub's times.
    ///   - clock: What time is read from and waited on.
    package init(workers: [any HubWorker], policy: HubPolicy = HubPolicy(), clock: HubClock) {
        self.workers = workers
        self.clock = clock
        machine = HubStateMachine(policy: policy)
        desks = Dictionary(
            workers.map { ($0.agent.id, AgentDesk.Letterbox(agent: $0.agent)) },
            uniquingKeysWith: { first, _ in first }
        )
        for worker in workers { _ = machine.receive(.agentJoined(worker.agent), at: .zero) }
    }

    /// What happened so far, the newest two thousand lines at most.
    package var log: [HubLogEntry] { machine.log }

    /// Rings, waits and lets the agents work until the task is cancelled; to be called once.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for worker in workers {
                guard let letterbox = desks[worker.agent.id] else { continue }
                let desk = AgentDesk(agent: worker.agent, events: letterbox.events, hub: self)
                group.addTask {
                    await worker.work(at: desk)
                    if !Task.isCancelled { await self.goOffline(worker.agent) }
                }
            }
            group.addTask { await self.watchTheClock() }
        }
    }

    private func watchTheClock() async {
        while !Task.isCancelled {
            if let deadline = machine.nextDeadline {
                _ = await deadlineChanged.next(within: deadline - clock.now, on: clock)
            } else {
                _ = await deadlineChanged.next()
            }
            receive(.timePassed)
        }
    }

    private func goOffline(_ agent: HubAgent) { receive(.presenceChanged(agent: agent.id, .offline)) }
}

// MARK: - The user's side

extension EmbeddedHub {
    package func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async -> WorkItemID {
        lastItemNumber += 1
        let item = "item-\(lastItemNumber)"
        conversations[item] = Conversation(request: request, report: report)
        receive(.opened(item: item, skill: request.initiation.context.skill))
        return item
    }

    package func userSent(_ activity: Activity, to item: WorkItemID) async -> Bool {
        guard let agent = machine.agent(of: item), let letterbox = desks[agent.id] else { return false }
        letterbox.events.post(.userSent(item: item, activity))
        return true
    }

    package func userLeft(_ item: WorkItemID) async {
        receive(.customerLeft(item: item))
        finish(item, with: nil)
    }
}

// MARK: - The agents' side

extension EmbeddedHub {
    func accept(_ item: WorkItemID, by agent: HubAgent) -> Bool {
        receive(.accepted(item: item, agent: agent.id))
        return machine.agent(of: item) == agent
    }

    func decline(_ item: WorkItemID, by agent: HubAgent) {
        receive(.declined(item: item, agent: agent.id))
    }

    func end(_ item: WorkItemID, by agent: HubAgent, _ completion: HandoffCompletion) {
        receive(.ended(item: item, agent: agent.id, completion))
    }

    /// Passes on what an agent does in a conversation, unless it is no longer the agent's.
    func report(_ report: HubReport, from agent: HubAgent, in item: WorkItemID) {
        guard machine.agent(of: item) == agent else { return }
        conversations[item]?.report(report)
    }
}

// MARK: - Performing

extension EmbeddedHub {
    private func receive(_ event: HubEvent) {
        for action in machine.receive(event, at: clock.now) { perform(action) }
        guard machine.nextDeadline != knownDeadline else { return }
        knownDeadline = machine.nextDeadline
        deadlineChanged.post(())
    }

    private func perform(_ action: HubAction) {
        switch action {
        case .offer(let item, let agent):
            guard let request = conversations[item]?.request else { return }
            desks[agent]?.events.post(.offered(item: item, request))
        case .withdraw(let item, let agent), .reject(let item, let agent):
            desks[agent]?.events.post(.withdrawn(item: item))
        case .dismiss(let item, let agent):
            desks[agent]?.events.post(.userLeft(item: item))
        case .connect(let item, let agent):
            guard let agent = desks[agent]?.agent else { return }
            conversations[item]?.report(.accepted(agent))
        case .position(let item, let position, let estimatedWait):
            conversations[item]?.report(.queued(position: position, estimatedWait: estimatedWait))
        case .refuse(let item): finish(item, with: .failed(reason: "No agent is online."))
        case .giveUp(let item): finish(item, with: .timedOut(reason: "No agent was free in time."))
        case .complete(let item, let agent, let completion):
            finish(item, with: desks[agent].map { .completed(completion, $0.agent) })
        case .lose(let item, let agent):
            finish(item, with: .lost(desks[agent]?.agent, reason: "The agent was disconnected."))
        }
    }

    /// Forgets the item before its last report, so that nothing can follow it.
    private func finish(_ item: WorkItemID, with report: HubReport?) {
        let conversation = conversations.removeValue(forKey: item)
        if let report { conversation?.report(report) }
    }
}

extension AgentDesk {
    /// An agent and what waits for the agent to look at.
    struct Letterbox: Sendable {
        let agent: HubAgent
        let events = Mailbox<AgentDesk.Event>()
    }
}
