import BotSchema
import Desk
import DirectLineClient
import LineEditing
import Testing

@testable import ChatScreen

/// What a timer ends that was started for something older: nothing.
struct TimerTests {
    private static let typing = #"{"type":"typing","from":{"id":"bot","role":"bot"}}"#

    @Test func `somebody who goes on typing is shown until the newest time is up`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Self.typing)
        _ = script.arrive(Self.typing)
        _ = script.take(.timer(.typing(generation: 1)))
        #expect(script.machine.typist != nil)
        _ = script.take(.timer(.typing(generation: 2)))
        #expect(script.machine.typist == nil)
    }

    @Test func `the bound of an earlier line is not that of the next`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.enter("one")
        let first = script.machine.turn
        _ = script.take(.posted(number: 1, .success("c-1|1")))
        _ = script.arrive(Fixture.answer)
        _ = script.take(.input(.line("two")))
        _ = script.settle(script.lastSettle)
        #expect(script.posted.map(\.text) == ["one", "two"])
        #expect(script.take(.timer(.linger(turn: first))) == [])
        #expect(script.machine.pacer.isTurnOpen, "“two” is still without its answer")
        _ = script.take(.timer(.linger(turn: script.machine.turn)))
        #expect(!script.machine.pacer.isTurnOpen)
    }

    @Test func `composing is told once in three seconds`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        _ = script.arrive(Fixture.accepted)
        #expect(script.take(.input(.composing("he"))) == ["signal typing", "composing"])
        #expect(script.take(.input(.composing("hel"))) == [])
        _ = script.take(.timer(.composing))
        #expect(script.take(.input(.composing("hell"))) == ["signal typing", "composing"])
    }

    @Test func `a line that may have arrived is remembered in the next conversation`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("pay")
        _ = script.take(.posted(number: 1, .failure(ClientError(.interrupted, "the connection broke"))))
        _ = script.enter("/new")
        _ = script.take(.opened(conversationId: "c-2"))
        #expect(script.enter("/resend").contains { $0.contains("may have been delivered: “pay”") })
    }
}

/// What a desk forgets, and what its timers end.
struct DeskForgettingTests {
    private static func desk() -> DeskScript {
        var script = DeskScript()
        _ = script.begin()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            _ = script.hear(.connected(DeskScript.briefing(item, name)))
        }
        return script
    }

    @Test func `lines of another user are counted until the agent goes there`() {
        var script = Self.desk()
        _ = script.enter("/1")
        _ = script.say("are you there", in: "item-2", as: "Paul")
        #expect(script.machine.conversations.map(\.unreadCount) == [0, 1])
        _ = script.enter("/2")
        #expect(script.machine.conversations.map(\.unreadCount) == [0, 0])
    }

    @Test func `the time of one who types is not that of another`() {
        var script = Self.desk()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            var typing = Activity.typing
            let user = ChannelAccount(id: name, name: name, role: "user")
            typing.from = user
            _ = script.hear(typing.forDesk(item: item, user: user))
        }
        #expect(script.machine.conversations.map(\.isTyping) == [true, true])
        _ = script.take(.timer(.typing(generation: 1)))
        #expect(script.machine.conversations.map(\.isTyping) == [false, true])
    }

    @Test func `at a new desk there is nobody until the hub says so, and no line of the old one is sent`() {
        var machine = Self.desk().machine
        let now = Timestamp(milliseconds: 0)
        for line in ["on its way", "behind it"] { _ = machine.handle(.input(.line(line)), at: now) }
        let actions =
            machine.handle(.opened(conversationId: "d-2"), at: now)
            + machine.handle(.client(.connection(.online)), at: now)
        #expect(machine.conversations.isEmpty)
        let sent = actions.map(ChatScript.words).filter { $0.hasPrefix("post") }
        #expect(sent.count == 1 && sent[0].hasSuffix("desk.signIn"))
    }
}
