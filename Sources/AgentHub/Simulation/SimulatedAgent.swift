import BotSchema

/// An agent played by the program, at a human pace: takes a conversation, types, answers, and ends it.
package struct SimulatedAgent: HubWorker {
    private let persona: Persona
    private let pace: SimulatedPace
    private let clock: HubClock
    private let seed: UInt64

    /// An agent.
    ///
    /// - Parameters:
    ///   - persona: Whom to play.
    ///   - pace: How fast.
    ///   - clock: What delays wait on.
    ///   - seed: Equal seeds give equal words and delays.
    package init(_ persona: Persona, pace: SimulatedPace = SimulatedPace(), clock: HubClock, seed: UInt64) {
        self.persona = persona
        self.pace = pace
        self.clock = clock
        self.seed = seed
    }

    package var agent: HubAgent { persona.agent }

    package func work(at desk: AgentDesk) async {
        var generator = SplitMix64(seed: seed)
        while let event = await desk.events.next() {
            guard case .offered(let item, let request) = event else { continue }
            await clock.sleep(for: pace.acceptance(using: &generator))
            guard !Task.isCancelled, await desk.accept(item) else { continue }
            await talk(in: item, request, at: desk, using: &generator)
        }
    }

    private func talk(
        in item: WorkItemID,
        _ request: WorkRequest,
        at desk: AgentDesk,
        using generator: inout SplitMix64
    ) async {
        var dialogue = SimulatedDialogue(persona: persona, seed: generator.next())
        var steps = dialogue.begin(request)
        while !Task.isCancelled {
            for step in steps {
                switch step {
                case .say(let text): await say(text, in: item, at: desk, using: &generator)
                case .end(let completion):
                    // Whatever came while the farewell was typed deserves an answer first.
                    guard !desk.events.hasLetters else { break }
                    return await desk.end(item, completion)
                }
            }
            steps = []
            while steps.isEmpty {
                switch await desk.events.next(within: pace.patience, on: clock) {
                case .userSent(item, let activity):
                    // Typing is no line, but it shows that the user is there: patience begins anew.
                    if let text = activity.text, !text.isEmpty { steps = dialogue.hear(text) }
                case .userLeft(item), .withdrawn(item): return
                case nil:
                    if Task.isCancelled { return }
                    steps = dialogue.hearNothing()
                default: break
                }
            }
        }
    }

    /// Reads, shows typing as long as it takes, and says it.
    private func say(
        _ text: String,
        in item: WorkItemID,
        at desk: AgentDesk,
        using generator: inout SplitMix64
    ) async {
        await clock.sleep(for: pace.reading(using: &generator))
        var rest = pace.typing(text, using: &generator)
        while rest > .zero, !Task.isCancelled {
            await desk.showTyping(in: item)
            // A client shows it for three seconds (A6001).
            let part = min(rest, .milliseconds(2500))
            await clock.sleep(for: part)
            rest -= part
        }
        if !Task.isCancelled { await desk.say(.message(text), in: item) }
    }
}

extension EmbeddedHub {
    /// A hub with two simulated agents: Ana for billing and credit cards, Ben for orders and technical questions.
    package static func simulated(
        pace: SimulatedPace = SimulatedPace(),
        policy: HubPolicy = HubPolicy(),
        seed: UInt64,
        clock: some Clock<Duration> = ContinuousClock()
    ) -> EmbeddedHub {
        let clock = HubClock(clock)
        let workers = [Persona.ana, .ben].enumerated().map { index, persona in
            SimulatedAgent(persona, pace: pace, clock: clock, seed: seed &+ UInt64(index))
        }
        return EmbeddedHub(workers: workers, policy: policy, clock: clock)
    }
}
