import Handoff
import Testing

@testable import AgentHub

/// V56 and the row of transfers in the table of states: nobody is handed into the void.
struct HubTransferTests {
    private static let ann = HubAgent(id: "ann", name: "Ann", skills: ["cards": 5])
    private static let bob = HubAgent(id: "bob", name: "Bob", skills: ["cards": 3, "orders": 5])
    private static let cid = HubAgent(id: "cid", name: "Cid", skills: ["orders": 3])

    @Test func `V56 a colleague who let it ring before is rung when named`() {
        var play = Play(Self.ann, Self.bob)
        _ = play(.presenceChanged(agent: "ann", .busy))
        #expect(play(.opened(item: "1", skill: "cards")) == ["offer 1 bob"])
        _ = play(.presenceChanged(agent: "ann", .available))
        #expect(play(.declined(item: "1", agent: "bob")) == ["offer 1 ann"])
        _ = play(.accepted(item: "1", agent: "ann"))
        let actions = play(.transferred(item: "1", agent: "ann", .agent("bob")))
        #expect(actions == ["transfer 1 ann to bob", "offer 1 bob"])
    }

    @Test func `V56 a colleague who has gone leaves the conversation to the others`() {
        // Two rings at one moment: the older item gets the colleague for whom the other was meant.
        var play = Play(Self.ann, Self.bob, policy: HubPolicy(offerTimeout: .seconds(600)))
        play.talk("1", "ann", skill: "cards")
        _ = play(.opened(item: "0", WorkNeed(skills: ["orders": 5], priority: 9)))
        _ = play(.declined(item: "0", agent: "bob"))
        play.second = 31
        let actions = play(.transferred(item: "1", agent: "ann", .agent("bob")))
        #expect(actions == ["transfer 1 ann to bob", "offer 0 bob", "1 is 1"])
        _ = play(.agentJoined(HubAgent(id: "dee", name: "Dee", skills: ["cards": 1], capacity: 2)))
        #expect(play(.presenceChanged(agent: "bob", .offline)).contains("offer 1 dee"))
    }

    @Test func `V56 who goes to another queue needs what that queue is for`() {
        let policy = HubPolicy().with { $0.queues += [HubQueue(id: "orders", skills: ["orders"])] }
        var play = Play(Self.ann, Self.cid, policy: policy)
        play.talk("1", "ann", skill: "cards")
        #expect(
            play(.transferred(item: "1", agent: "ann", .queue("orders"))) == [
                "transfer 1 ann to queue orders", "offer 1 cid",
            ]
        )
    }

    @Test func `V56 a queue that is closed or full, and a skill that no colleague has, take nobody`() {
        let policy = HubPolicy().with { policy in
            var closed = HubQueue(id: "closed")
            closed.hours = .closed
            var full = HubQueue(id: "full")
            full.limit = 0
            policy.queues += [closed, full]
            policy.skillGap = .wait
        }
        for target in [.queue("closed"), .queue("full"), .queue("none"), .skill("cards"), .skill("x")]
            as [TransferTarget]
        {
            var play = Play(Self.ann, Self.cid, policy: policy)
            play.talk("1", "ann", skill: "cards")
            #expect(
                play(.transferred(item: "1", agent: "ann", target)) == ["reject 1 ann targetUnavailable"],
                "\(target)"
            )
            #expect(play.view(for: "ann").own.map(\.item) == ["1"])
        }
        var alone = Play(Self.ann)
        alone.talk("1", "ann")
        #expect(alone(.transferred(item: "1", agent: "ann", .queue("main"))) == ["reject 1 ann targetUnavailable"])
    }

    @Test func `V56 a colleague who is busy with others is waited for`() {
        var play = Play(Self.ann, Self.bob)
        play.talk("1", "ann", skill: "cards")
        play.talk("2", "bob", skill: "orders")
        #expect(
            play(.transferred(item: "1", agent: "ann", .skill("orders"))) == [
                "transfer 1 ann to skill orders", "1 is 1",
            ]
        )
        _ = play(.ended(item: "2", agent: "bob", .ended))
        #expect(play.wait(until: 2) == ["offer 1 bob"])
    }

    @Test func `V52 V56 who leaves between two agents was served`() {
        var play = Play(Self.ann, Self.bob)
        play.talk("1", "ann")
        _ = play(.transferred(item: "1", agent: "ann", .agent("bob")))
        _ = play(.customerLeft(item: "1"))
        #expect(play.metrics.handled == 1)
        #expect(play.metrics.abandoned == 0)
    }

    @Test func `V49 V56 the fallback queue is there again after a transfer`() {
        let policy = HubPolicy(maximumWait: .seconds(60)).with { policy in
            policy.skillGap = .wait
            var special = HubQueue(id: "special", skills: ["orders"])
            special.fallback = "main"
            policy.queues = [.main, special]
            policy.queues[0].relaxation = .seconds(0)
        }
        var play = Play(Self.ann, Self.cid, policy: policy)
        _ = play(.presenceChanged(agent: "cid", .busy))
        #expect(play(.opened(item: "1", skill: "orders")) == ["1 is 1"])
        #expect(play.wait(until: 60) == ["offer 1 ann"])
        _ = play(.accepted(item: "1", agent: "ann"))
        _ = play(.transferred(item: "1", agent: "ann", .skill("orders")))
        #expect(play.wait(until: 120).contains("offer 1 ann"))
    }
}
