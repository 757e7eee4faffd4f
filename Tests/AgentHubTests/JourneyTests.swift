import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// A channel as small as can be: the demo bot, the adapter and the hub around one conversation, in virtual time.
private final class Journey: ConversationChannel {
    private struct State {
        var stream: [Activity] = []
        var toBot: [Activity] = []
        var isBotBusy = false
    }

    let id = "c-1"
    let user = ChannelAccount(id: "u1", name: "Sam", role: "user")
    let bot = ChannelAccount(id: "bot", name: "Robin", role: "bot")
    let time: VirtualTime
    private let demo: DemoBot
    private let adapter: HandoffAdapter
    private let running: Task<Void, Never>
    private let state = Mutex(State())

    init(patience: Duration) {
        let time = VirtualTime()
        let hub = EmbeddedHub.simulated(pace: SimulatedPace(patience: patience), seed: 7, clock: time)
        let adapter = HandoffAdapter(hub: hub)
        self.time = time
        self.adapter = adapter
        demo = DemoBot(clock: time)
        running = time.start { await adapter.run() }
    }

    deinit { running.cancel() }

    var stream: [Activity] { state.withLock { $0.stream } }

    func transcript() async -> [Activity] { stream.filter { $0.type != .typing } }

    func send(_ activity: Activity) async throws -> Activity {
        let isBots = activity.from == nil || activity.from?.id == bot.id
        var activity = activity
        activity.from = activity.from ?? bot
        let kept = keep(activity)
        if isBots { await adapter.botSent(kept, in: self) }
        return kept
    }

    /// One turn at a time, in order.
    func deliverToBot(_ activity: Activity) async {
        let isFirst = state.withLock { state in
            state.toBot.append(activity)
            defer { state.isBotBusy = true }
            return !state.isBotBusy
        }
        guard isFirst else { return }
        _ = time.start { await self.runTurns() }
    }

    private func runTurns() async {
        while true {
            let turn = state.withLock { state -> Activity? in
                if state.toBot.isEmpty {
                    state.isBotBusy = false
                    return nil
                }
                return state.toBot.removeFirst()
            }
            guard let turn else { return }
            _ = try? await demo.onTurn(turn, in: self)
        }
    }

    func say(_ text: String) {
        _ = time.start {
            var activity = Activity.message(text)
            activity.from = self.user
            activity.recipient = self.bot
            let kept = self.keep(activity)
            if await self.adapter.userSent(kept, in: self) == .bot { await self.deliverToBot(kept) }
        }
    }

    private func keep(_ activity: Activity) -> Activity {
        state.withLock { state in
            var activity = activity
            activity.id = "\(id)|\(state.stream.count)"
            activity.conversation = ConversationAccount(id: id)
            state.stream.append(activity)
            return activity
        }
    }

    /// The states that a client sees, from its stream alone.
    var states: [HandoffState] {
        var lifecycle = HandoffLifecycle()
        return stream.flatMap { lifecycle.receive($0, at: Timestamp(milliseconds: 0)) }.map(\.to)
    }
}

struct JourneyTests {
    @Test func `a pipe that says nothing more is served by an agent and comes back to the bot`() throws {
        let journey = Journey(patience: .seconds(3))
        journey.say("hi")
        journey.say("I want to talk to a person about my credit card")
        journey.time.run(upTo: .seconds(60))
        #expect(journey.states == [.requested, .live, .bot])
        let agent = journey.stream.filter { $0.humanAgent != nil && $0.type == .message }
        #expect(agent.count == 4)
        #expect(Set(agent.compactMap { $0.from?.name }) == ["Ana"])
        #expect(agent.contains { $0.text?.contains("Does that help?") == true })
        #expect(journey.stream.last?.text?.contains("Welcome back") == true)
        #expect(Set(journey.stream.compactMap(\.id)).count == journey.stream.count)
    }

    @Test func `a chat with the agent stays with the agent, and thanks end it`() {
        let journey = Journey(patience: .seconds(40))
        journey.say("someone about order 4711 please")
        journey.time.run(upTo: .seconds(20))
        journey.say("opening hours")
        journey.time.run(upTo: .seconds(30))
        journey.say("thank you, bye")
        journey.time.run(upTo: .seconds(39))
        #expect(journey.states == [.requested, .live, .ended])
        #expect(!journey.stream.contains { $0.text?.contains("Monday") == true })
        journey.say("opening hours")
        journey.time.run(upTo: .seconds(39))
        #expect(journey.stream.last?.text?.contains("Monday") == true)
        #expect(journey.states == [.requested, .live, .ended, .bot])
    }

    @Test func `lines typed before the agent is there are heard by the agent only`() {
        let journey = Journey(patience: .seconds(40))
        journey.say("a person about my card")
        #expect(journey.time.run { journey.states == [.requested] })
        journey.say("it was stolen")
        journey.time.run(upTo: .seconds(20))
        #expect(journey.stream.contains { $0.humanAgent != nil && $0.text?.contains("blocked the card") == true })
        #expect(journey.states == [.requested, .live])
    }
}
