import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// How soon a bot may ask for an agent again.
struct RequestPaceTests {
    /// The pauses of a bot that asks as soon as the request before has failed, in seconds.
    private func pauses(_ count: Int) -> [Int64] {
        var pace = RequestPace()
        var now = Duration.seconds(5)
        return (0..<count).map { _ in
            let pause = pace.pause(at: now)?.duration ?? .zero
            now += pause
            pace.handoffEnded(.nobody, at: now)
            return pause.components.seconds
        }
    }

    @Test func `the first retry is free, then each pause is twice the one before, up to a minute`() {
        #expect(pauses(10) == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60])
        #expect(pauses(200).last == 60)
    }

    @Test func `time that has passed counts, and a quiet minute begins anew`() {
        var pace = RequestPace()
        for _ in 1...4 { pace.handoffEnded(.nobody, at: .seconds(100)) }
        #expect(pace.pause(at: .seconds(103))?.duration == .seconds(1))
        #expect(pace.pause(at: .seconds(104)) == nil)
        #expect(pace.pause(at: .seconds(160)) == nil)
        pace.handoffEnded(.nobody, at: .seconds(160))
        #expect(pace.pause(at: .seconds(160)) == nil)
        pace.handoffEnded(.nobody, at: .seconds(160))
        #expect(pace.pause(at: .seconds(160))?.duration == .seconds(1))
    }

    @Test func `the user is told once, and again only after a new beginning`() {
        var pace = RequestPace()
        for _ in 1...2 { pace.handoffEnded(.nobody, at: .zero) }
        #expect(pace.pause(at: .zero)?.isFirst == true)
        pace.handoffEnded(.nobody, at: .seconds(1))
        #expect(pace.pause(at: .seconds(1))?.isFirst == false)
        pace.handoffEnded(.agent, at: .seconds(2))
        for _ in 1...2 { pace.handoffEnded(.nobody, at: .seconds(3)) }
        #expect(pace.pause(at: .seconds(3))?.isFirst == true)
    }

    @Test func `a person who asks is not slowed, nor is a bot whose last handoff had an agent`() {
        var pace = RequestPace()
        for _ in 1...5 { pace.handoffEnded(.nobody, at: .zero) }
        pace.userSpoke()
        #expect(pace.pause(at: .zero) == nil)
        // What fails after that was the person's; what the bot asks of itself then is slowed as before.
        pace.handoffEnded(.nobody, at: .zero)
        #expect(pace.pause(at: .zero)?.duration == .seconds(16))
        pace.handoffEnded(.withdrawn, at: .zero)
        #expect(pace.pause(at: .zero)?.duration == .seconds(16))
        pace.handoffEnded(.agent, at: .zero)
        #expect(pace.pause(at: .zero) == nil)
        #expect(pace.isUnhurried)
    }

    @Test func `of many conversations those that failed last are remembered`() {
        var paces = RequestPaces()
        for number in 0...RequestPaces.limit {
            for _ in 1...2 { paces.handoffEnded(.nobody, in: "\(number)", at: .zero) }
        }
        #expect(paces.pause(in: "0", at: .zero) == nil)
        #expect(paces.pause(in: "1", at: .zero) != nil)
        #expect(paces.pause(in: "\(RequestPaces.limit)", at: .zero) != nil)
        paces.handoffEnded(.agent, in: "1", at: .zero)
        #expect(paces.pause(in: "1", at: .zero) == nil)
    }

    // MARK: - In the adapter

    /// When requests of a bot that asks after every failure reach the hub, in seconds.
    private func instants(_ count: Int, in bench: Bench, failing: (Bench) -> Void) -> [Int64] {
        (1...count).map { number in
            bench.botSends(initiate(id: "i-\(number)"))
            let instant = bench.time.now.offset.components.seconds
            failing(bench)
            return instant
        }
    }

    @Test(arguments: HubRefusal.allCases)
    func `whatever the refusal, a bot that asks again at once is slowed`(refusal: HubRefusal) {
        let bench = Bench()
        let instants = instants(6, in: bench) { $0.reports(.failed(refusal, reason: refusal.sentence)) }
        #expect(instants == [0, 0, 1, 3, 7, 15])
        #expect(bench.hub.requests.count == 6)
        let words = bench.conversation.shown.filter { $0.hasPrefix("The bot asks") }
        #expect(
            words == [
                "The bot asks for an agent again as soon as a handoff has failed. Its next requests wait, each longer "
                    + "than the one before, up to 60 seconds."
            ]
        )
    }

    @Test func `a hub that cannot be reached counts, and so does one where nobody comes in time`() {
        let down = Bench()
        down.hub.goDown()
        #expect(instants(4, in: down) { _ in } == [0, 0, 1, 3])
        let slow = Bench()
        #expect(instants(4, in: slow) { $0.reports(.timedOut(reason: "")) } == [0, 0, 1, 3])
    }

    @Test func `a lost agent is no refusal, and the retry is free`() {
        let bench = Bench()
        let instants = instants(5, in: bench) { $0.reports(.accepted($0.ana), .lost($0.ana, reason: "Gone.")) }
        #expect(instants == [0, 0, 0, 0, 0])
    }

    @Test func `the log has every pause`() {
        let steps = Mutex<[HandoffStep]>([])
        let bench = Bench(onStep: { step in steps.withLock { $0.append(step) } })
        _ = instants(4, in: bench) { $0.reports(.failed(reason: "No.")) }
        let slowed = steps.withLock { $0 }.filter { $0.description.contains("slowed") }
        #expect(
            slowed.map(\.description) == [
                "c-1 handoff slowed, the bot has asked too often: next try in 1 s",
                "c-1 handoff slowed, the bot has asked too often: next try in 2 s",
            ]
        )
        #expect(slowed.first?.json["state"] == "slowed")
        #expect(slowed.last?.json["seconds"] == 2)
    }

    @Test func `a line of the user ends the pause, and nobody's line is held for it`() {
        let bench = Bench()
        _ = instants(7, in: bench) { $0.reports(.failed(reason: "No.")) }
        let now = bench.time.now.offset
        bench.botSends(initiate(id: "i-8"), upTo: now)
        #expect(bench.hub.requests.count == 7)
        #expect(bench.userSends(.typing, upTo: now) == .adapter)
        #expect(bench.hub.requests.count == 7)
        #expect(bench.userSends(.message("are you there?"), upTo: now) == .adapter)
        #expect(bench.hub.requests.count == 8)
        bench.reports(.failed(reason: "No."))
        #expect(bench.conversation.toBot.last?.text == "are you there?")
        #expect(bench.time.now.offset == now)
    }

    @Test func `a user can withdraw a request that waits, and go`() {
        for leaves in [false, true] {
            let bench = Bench()
            _ = instants(7, in: bench) { $0.reports(.failed(reason: "No.")) }
            let now = bench.time.now.offset
            bench.botSends(initiate(id: "i-8"), upTo: now)
            let event = leaves ? Activity.endOfConversation() : .event(HandoffAdapter.withdrawalName)
            _ = bench.userSends(event, upTo: now)
            bench.time.run()
            #expect(bench.hub.requests.count == 7)
            #expect(bench.userSays("hello") == .bot)
            #expect(bench.conversation.shown.count { $0 == "failed" } == (leaves ? 7 : 8))
        }
    }

    @Test func `a request that comes while the bot hears of the end is not lost`() {
        let bench = Bench()
        bench.botSends(initiate(id: "i-1"))
        bench.userSays("hello")
        // The bot is quicker than the lines that go back to it.
        let (adapter, conversation) = (bench.adapter, bench.conversation)
        conversation.onDelivery { activity in
            guard activity.name == "handoff.status" else { return }
            await adapter.botSent(initiate(id: "i-2"), in: conversation)
        }
        bench.hub.report(.failed(.queueFull, reason: "No."))
        bench.time.run { bench.hub.requests.count == 2 }
        #expect(bench.hub.requests.map { $0.activity?.id } == ["i-1", "i-2"])
        #expect(bench.conversation.toBot.map(\.brief) == ["failed", "hello"])
        bench.conversation.onDelivery(nil)
        bench.reports(.accepted(bench.ana))
        #expect(bench.userSays("to Ana") == .adapter)
        #expect(bench.hub.heard == ["to Ana"])
    }
}
