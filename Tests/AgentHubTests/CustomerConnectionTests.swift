import BotSchema
import Bots
import Handoff
import Testing

@testable import AgentHub

/// V35 without a goodbye: a user whose client is gone keeps the place for a while, and then is gone.
struct CustomerConnectionTests {
    private static let policy = HubPolicy(wrapUp: .seconds(5)).with { $0.customerGrace = .seconds(60) }

    @Test func `V35 who comes back within the grace goes on, and the agent knows of both`() {
        var play = Play(ana, policy: Self.policy)
        play.talk("1", "ana")
        #expect(play(.customerConnectionLost(item: "1")) == ["user away 1 ana"])
        #expect(play(.customerConnectionLost(item: "1")) == [])
        #expect(play.wait(until: 59) == [])
        #expect(play(.customerConnectionRestored(item: "1")) == ["user back 1 ana"])
        #expect(play(.customerConnectionRestored(item: "1")) == [])
        #expect(play.wait(until: 600) == [])
        #expect(play.view(for: "ana").own.map(\.item) == ["1"])
    }

    @Test func `V35 who does not come back is gone, and the agent writes up`() {
        var play = Play(ana, policy: Self.policy)
        play.talk("1", "ana")
        _ = play(.customerConnectionLost(item: "1"))
        #expect(play.wait(until: 60) == ["abandon 1 ana 60 s", "dismiss 1 ana"])
        #expect(play.metrics.handled == 1)
        #expect(play.metrics.abandoned == 0)
        _ = play(.opened(item: "2", skill: nil))
        #expect(play.wait(until: 65) == ["offer 2 ana"])
    }

    @Test func `V35 who waits keeps the place, and an agent who comes meanwhile is told`() {
        var play = Play(ana, policy: Self.policy)
        play.talk("1", "ana")
        _ = play(.opened(item: "2", skill: nil))
        #expect(play(.customerConnectionLost(item: "2")) == [])
        play.second = 10
        _ = play(.ended(item: "1", agent: "ana", .ended))
        #expect(play(.wrappedUp(item: "1", agent: "ana")) == ["offer 2 ana"])
        #expect(play(.accepted(item: "2", agent: "ana")) == ["connect 2 ana", "user away 2 ana"])
        #expect(play.wait(until: 60) == ["abandon 2 ana 60 s", "dismiss 2 ana"])
    }

    @Test func `V35 V52 who is away too long while it rings or in the queue has abandoned it`() {
        var play = Play(ana, policy: Self.policy.with { $0.offerTimeout = .seconds(600) })
        _ = play(.opened(item: "1", skill: nil))
        _ = play(.opened(item: "2", skill: nil))
        _ = play(.customerConnectionLost(item: "1"))
        _ = play(.customerConnectionLost(item: "2"))
        let actions = play.wait(until: 60)
        #expect(actions == ["abandon 1 nobody 60 s", "withdraw 1 ana", "abandon 2 nobody 60 s"])
        #expect(play.metrics.abandoned == 2)
        #expect(play.nextDeadline == nil)
    }

    @Test func `an event about nothing changes nothing, and the usual grace is three minutes`() {
        var play = Play(ana)
        #expect(play(.customerConnectionLost(item: "1")) == [])
        #expect(play(.customerConnectionRestored(item: "1")) == [])
        #expect(play.nextDeadline == nil)
        #expect(HubPolicy().customerGrace == .seconds(180))
    }
}

/// The same from the channel to the desk.
@Suite(.timeLimit(.minutes(20)))
struct CustomerConnectionJourneyTests {
    private static let ann = HubAgent(id: "ann", name: "Ann", skills: ["billing": 5], capacity: 2)

    @Test func `V35 a client that is killed leaves the agent in three minutes, and who returns finds the bot`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(Self.ann)
        try office.escalate(conversation)
        #expect(try office.act { await desk.accept("item-1") })
        try office.connection(of: conversation, isOpen: false)
        #expect(office.news(desk).last == "item-1 user away")
        try office.act { await desk.say(.message("are you there?"), in: "item-1") }
        office.wait(179)
        #expect(conversation.shown == ["Ann: accepted", "Ann: are you there?"])
        office.wait(1)
        #expect(office.news(desk) == ["left item-1"])
        #expect(
            conversation.shown.suffix(2) == [
                "You were disconnected for 3 minutes, so the conversation with Ann has ended.", "Ann: completed",
            ]
        )
        #expect(conversation.toBot.map(\.brief) == ["Ann: accepted", "Ann: completed"])
        try office.connection(of: conversation, isOpen: true)
        let adapter = office.adapter
        #expect(try office.act { await adapter.userSent(.message("hello?"), in: conversation) } == .bot)
    }

    @Test func `V35 a client that is back in time notices nothing`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(Self.ann)
        try office.escalate(conversation)
        #expect(try office.act { await desk.accept("item-1") })
        try office.connection(of: conversation, isOpen: false)
        office.wait(170)
        try office.connection(of: conversation, isOpen: true)
        office.wait(170)
        try office.say("here I am", in: conversation)
        #expect(office.news(desk).suffix(3) == ["item-1 user away", "item-1 user back", "item-1: here I am"])
        #expect(conversation.shown == ["Ann: accepted"])
    }

    @Test func `V35 who is away before an agent is asked for is away for the hub as well`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(Self.ann)
        try office.connection(of: conversation, isOpen: false)
        try office.escalate(conversation)
        office.wait(15)
        #expect(try office.act { await desk.accept("item-1") })
        #expect(office.news(desk) == ["offered item-1", "connected item-1", "item-1 user away"])
        office.wait(165)
        #expect(office.news(desk) == ["left item-1"])
        #expect(conversation.shown.last == "Ann: completed")
    }

    @Test func `V35 who is away in the queue for too long has no handoff any more`() throws {
        let office = DeskOffice()
        let (first, second, third) = (FakeConversation(id: "1"), FakeConversation(id: "2"), FakeConversation(id: "3"))
        let desk = try office.join(Self.ann)
        for conversation in [first, second] { try office.escalate(conversation) }
        for item in ["item-1", "item-2"] { #expect(try office.act { await desk.accept(item) }) }
        try office.escalate(third)
        try office.connection(of: third, isOpen: false)
        office.wait(180)
        #expect(
            third.shown == [
                "queue 1", "You were disconnected for 3 minutes, so you have lost your place in line.", "failed",
            ]
        )
    }
}
