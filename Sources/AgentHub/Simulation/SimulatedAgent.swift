import BotSchema

/// An agent played by the program, at a human pace: takes conversations as far as capacity goes, types, answers, and
/// ends them.
package struct SimulatedAgent: HubWorker {
    private let persona: Persona
    private let pace: SimulatedPace
    private let conduct: AgentConduct
    private let clock: HubClock
    private let seed: UInt64

    /// An agent.
    ///
    /// - Parameters:
    ///   - persona: Whom to play.
    ///   - pace: How fast.
    ///   - conduct: What goes wrong.
    ///   - clock: What delays wait on.
    ///   - seed: Equal seeds give equal words and delays.
    package init(
        _ persona: Persona,
        pace: SimulatedPace = SimulatedPace(),
        conduct: AgentConduct = AgentConduct(),
        clock: HubClock,
        seed: UInt64
    ) {
        self.persona = persona
        self.pace = pace.slowed(by: conduct.slowness)
        self.conduct = conduct
        self.clock = clock
        self.seed = seed
    }

    package var agent: HubAgent { persona.agent }

    /// One loop reads the desk and hands each conversation what is its own; the conversations run side by side.
    package func work(at desk: AgentDesk) async {
        await withDiscardingTaskGroup { group in
            var generator = SplitMix64(seed: seed)
            var conversations: [WorkItemID: Mailbox<SimulatedConversation.Letter>] = [:]
            var declinesLeft = conduct.declines
            var vanishing = conduct.vanishing
            while let event = await desk.events.next() {
                switch event {
                case .offered(let item, let request):
                    guard conduct.answers else { continue }
                    guard declinesLeft == 0 else {
                        declinesLeft -= 1
                        await desk.decline(item)
                        continue
                    }
                    let inbox = Mailbox<SimulatedConversation.Letter>()
                    conversations.updateValue(inbox, forKey: item)?.close()
                    let conversation = conversation(item, request, inbox, at: desk, seed: generator.next())
                    group.addTask { await conversation.run(ringing: true) }
                case .connected(let item, let request):
                    if let vanished = vanishing.take() {
                        // The line is down before the first word; whoever was talking elsewhere is cut off as well.
                        conversations.values.forEach { $0.close() }
                        conversations = [:]
                        await desk.loseConnection()
                        guard let absence = vanished.returnsAfter else { return await clock.sleepForever() }
                        await clock.sleep(for: absence)
                        await desk.restoreConnection()
                    }
                    // Taken without a ring, or back at the desk: there is nobody talking yet.
                    guard conversations[item] == nil else { continue }
                    let inbox = Mailbox<SimulatedConversation.Letter>()
                    conversations[item] = inbox
                    let conversation = conversation(item, request, inbox, at: desk, seed: generator.next())
                    group.addTask { await conversation.run(ringing: false) }
                case .userSent(let item, let activity): conversations[item]?.post(.userSent(activity))
                case .withdrawn(let item), .closed(let item, _), .released(let item), .rejected(let item, _):
                    conversations.removeValue(forKey: item)?.close()
                // One who is patient with silence is so with a broken line.
                case .presenceChanged, .userConnectionChanged: break
                }
            }
            group.cancelAll()
        }
    }

    private func conversation(
        _ item: WorkItemID,
        _ request: WorkRequest,
        _ inbox: Mailbox<SimulatedConversation.Letter>,
        at desk: AgentDesk,
        seed: UInt64
    ) -> SimulatedConversation {
        SimulatedConversation(
            item: item,
            request: request,
            inbox: inbox,
            desk: desk,
            persona: persona,
            pace: pace,
            clock: clock,
            seed: seed
        )
    }
}

extension EmbeddedHub {
    /// A hub with two simulated agents: Ana for billing and credit cards, Ben for orders and technical questions.
    ///
    /// - Parameters:
    ///   - pace: How fast they are.
    ///   - policy: The hub's rules and times.
    ///   - seed: Equal seeds give equal days.
    ///   - faults: What is to go wrong.
    ///   - clock: What everything waits on.
    ///   - store: Where items outlive the hub.
    /// - Returns: The hub; it works within its `run()`.
    package static func simulated(
        pace: SimulatedPace = SimulatedPace(),
        policy: HubPolicy = HubPolicy(),
        seed: UInt64,
        faults: Set<HumanFault> = [],
        clock: some Clock<Duration> = ContinuousClock(),
        store: any WorkStore = VolatileWork()
    ) -> EmbeddedHub {
        var policy = policy
        for fault in HumanFault.allCases where faults.contains(fault) { fault.apply(to: &policy) }
        let clock = HubClock(clock)
        let staff = faults.contains(.noAgents) ? [] : [Persona.ana, .ben]
        let workers = staff.enumerated().map { index, persona in
            var conduct = AgentConduct()
            for fault in HumanFault.allCases where faults.contains(fault) {
                // One who vanishes is enough; the colleague is there to take over.
                if index > 0, fault == .agentVanishes || fault == .agentReturns { continue }
                fault.apply(to: &conduct)
            }
            return SimulatedAgent(
                faults.contains(.wrongSkill) ? persona.withSkills(["gardening": 10]) : persona,
                pace: pace,
                conduct: conduct,
                clock: clock,
                seed: seed &+ UInt64(index)
            )
        }
        return EmbeddedHub(workers: workers, policy: policy, clock: clock, store: store)
    }
}
