import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// A hub at whose desks the test sits itself, in virtual time.
final class DeskOffice {
    let time = VirtualTime()
    let hub: EmbeddedHub
    let adapter: HandoffAdapter
    private let running: Task<Void, Never>

    init(policy: HubPolicy = HubPolicy()) {
        let hub = EmbeddedHub(workers: [], policy: policy, clock: HubClock(time))
        let adapter = HandoffAdapter(hub: hub, clock: time)
        self.hub = hub
        self.adapter = adapter
        running = time.start { await adapter.run() }
    }

    deinit { running.cancel() }

    /// Does something and lets everything come of it that needs no time.
    @discardableResult
    func act<Value: Sendable>(_ body: sending @escaping () async -> Value) throws -> Value {
        let result = Mutex<Value?>(nil)
        _ = time.start {
            let value = await body()
            result.withLock { $0 = value }
        }
        time.run(upTo: time.now.offset)
        return try #require(result.withLock { $0 })
    }

    func join(_ agent: HubAgent) throws -> AgentDesk {
        let hub = hub
        return try act { await hub.join(agent) }
    }

    func escalate(_ conversation: FakeConversation, skill: String = "billing") throws {
        let adapter = adapter
        var request = Activity.event("handoff.initiate", value: ["Skill": .string(skill), "va_AgentMessage": "VIP"])
        request.id = "\(conversation.id)|request"
        request.attachments = [.transcript(of: [.message("hello bot")])]
        let event = request
        try act { await adapter.botSent(event, in: conversation) }
    }

    func say(_ text: String, in conversation: FakeConversation) throws {
        let adapter = adapter
        try act { _ = await adapter.userSent(.message(text), in: conversation) }
    }

    func connection(of conversation: FakeConversation, isOpen: Bool) throws {
        let adapter = adapter
        try act { await adapter.connectionChanged(isOpen: isOpen, in: conversation) }
    }

    func wait(_ seconds: Int) {
        let (time, end) = (time, time.now.offset + .seconds(seconds))
        // Time moves for sleepers only.
        _ = time.start { try? await time.sleep(until: VirtualTime.Instant(offset: end), tolerance: nil) }
        time.run(upTo: end)
    }

    /// What is new on a desk, in short words.
    func news(_ desk: AgentDesk) -> [String] {
        var words: [String] = []
        while let event = desk.events.poll() {
            switch event {
            case .offered(let item, _): words.append("offered \(item)")
            case .withdrawn(let item): words.append("withdrawn \(item)")
            case .connected(let item, _): words.append("connected \(item)")
            case .userSent(let item, let activity): words.append("\(item): \(activity.brief)")
            case .userConnectionChanged(let item, let isConnected):
                words.append("\(item) user \(isConnected ? "back" : "away")")
            case .closed(let item, let side): words.append("\(side == .user ? "left" : "closed by the bot:") \(item)")
            case .released(let item): words.append("released \(item)")
            case .rejected(let item, let reason): words.append("rejected \(item) \(reason)")
            case .presenceChanged(let presence): words.append("now \(presence)")
            }
        }
        return words
    }
}

private let ann = HubAgent(id: "ann", name: "Ann", skills: ["billing": 5], capacity: 2)
private let bob = HubAgent(id: "bob", name: "Bob", skills: ["billing": 5], capacity: 2)

@Suite(.timeLimit(.minutes(20)))
struct AgentDeskTests {
    @Test func `an agent who comes later rings, reads the brief, accepts, and talks in two conversations at once`()
        throws
    {
        let office = DeskOffice()
        let (first, second) = (FakeConversation(id: "c-1"), FakeConversation(id: "c-2"))
        let desk = try office.join(ann)
        try office.escalate(first)
        #expect(office.news(desk) == ["offered item-1"])
        let brief = try #require(try office.act { await desk.brief(on: "item-1") })
        #expect(brief.headline == "Sam, skill billing: VIP")
        #expect(brief.transcript == ["Bot (unverified): hello bot"])
        #expect(try office.act { await desk.accept("item-1") })
        try office.escalate(second)
        #expect(try office.act { await desk.accept("item-2") })
        try office.say("one", in: first)
        try office.say("two", in: second)
        #expect(
            office.news(desk) == [
                "connected item-1", "offered item-2", "connected item-2", "item-1: one", "item-2: two",
            ]
        )
        try office.act {
            await desk.say(.message("for two"), in: "item-2")
            await desk.say(.message("for one"), in: "item-1")
            await desk.hold("item-1")
        }
        #expect(first.shown == ["Ann: accepted", "Ann: for one", "Ann has put you on hold."])
        #expect(second.shown == ["Ann: accepted", "Ann: for two"])
        let view = try office.act { await desk.view }
        #expect(view.own.map(\.item) == ["item-1", "item-2"])
        #expect(view.own.map(\.isOnHold) == [true, false])
        #expect(view.colleagues.map(\.unitsInUse) == [2])
        try office.act { await desk.end("item-1", .ended) }
        #expect(office.news(desk) == ["released item-1"])
        #expect(first.shown.last == "Ann: completed")
    }

    @Test func `A23 user and agent are told of a silence, and it ends with a note and a completion`() throws {
        let policy = HubPolicy().with {
            $0.idleWarning = .seconds(240)
            $0.idleEnd = .seconds(300)
        }
        let office = DeskOffice(policy: policy)
        let conversation = FakeConversation()
        let desk = try office.join(ann)
        try office.escalate(conversation)
        #expect(try office.act { await desk.accept("item-1") })
        office.wait(200)
        try office.say("one moment", in: conversation)
        office.wait(200)
        #expect(office.news(desk).last == "item-1: one moment")
        try office.act { await desk.say(.message("take your time"), in: "item-1") }
        office.wait(239)
        #expect(conversation.shown == ["Ann: accepted", "Ann: take your time"])
        office.wait(1)
        #expect(
            conversation.shown.last
                == "Are you still there? You are connected with Ann. Without a word the conversation ends in 60 seconds."
        )
        office.wait(60)
        #expect(
            conversation.shown.suffix(2) == [
                "Nobody wrote for 5 minutes, so the conversation with Ann has ended.", "Ann: completed",
            ]
        )
        #expect(conversation.toBot.map(\.brief) == ["Ann: accepted", "Ann: completed"])
        #expect(office.news(desk).last == "released item-1")
        let adapter = office.adapter
        #expect(try office.act { await adapter.userSent(.message("hello?"), in: conversation) } == .bot)
    }

    @Test func `V56 a transfer takes context, history and notes along, and no note ever reaches the user`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let (anns, bobs) = (try office.join(ann), try office.join(bob))
        try office.escalate(conversation)
        #expect(try office.act { await anns.accept("item-1") })
        try office.say("my invoice is wrong", in: conversation)
        try office.act {
            await anns.say(.message("let me see"), in: "item-1")
            await anns.note("angry, be kind", in: "item-1")
        }
        #expect(try office.act { await anns.transfer("item-1", to: .agent("bob")) })
        try office.say("hello?", in: conversation)
        #expect(office.news(bobs) == ["offered item-1"])
        let brief = try #require(try office.act { await bobs.brief(on: "item-1") })
        #expect(brief.transcript == ["Bot (unverified): hello bot", "Sam: my invoice is wrong", "Ann: let me see"])
        #expect(brief.notes == ["Ann: angry, be kind"])
        #expect(brief.text.contains("va_AgentMessage: VIP"))
        #expect(try office.act { await bobs.accept("item-1") })
        #expect(office.news(bobs) == ["connected item-1", "item-1: hello?"])
        try office.act { await anns.say(.message("still me"), in: "item-1") }
        #expect(
            conversation.shown == [
                "Ann: accepted", "Ann: let me see", "Ann is passing you on to Bob.", "Bob has joined the conversation.",
            ]
        )
        #expect(!conversation.stream.contains { $0.jsonValue.compactText.contains("angry") })
        #expect(conversation.toBot.map(\.brief) == ["Ann: accepted"])
        #expect(try office.act { await anns.brief(on: "item-1") } == nil)
    }

    @Test func `V52 V53 what is gone cannot be accepted, and the agent is told`() throws {
        let office = DeskOffice(policy: HubPolicy().with { $0.queues[0].isPull = true })
        let conversation = FakeConversation()
        let (anns, bobs) = (try office.join(ann), try office.join(bob))
        try office.escalate(conversation)
        #expect(try office.act { await bobs.view }.waiting.map(\.item) == ["item-1"])
        #expect(try office.act { await anns.accept("item-1") })
        #expect(try office.act { await bobs.accept("item-1") } == false)
        #expect(office.news(bobs) == ["rejected item-1 alreadyTaken"])
        let adapter = office.adapter
        try office.act { _ = await adapter.userSent(.endOfConversation(), in: conversation) }
        #expect(office.news(anns) == ["connected item-1", "left item-1"])
        #expect(try office.act { await anns.accept("item-1") } == false)
    }

    @Test func `V54 lines to an agent whose line is down wait for them, or go to a colleague with all before`() throws {
        for comesBack in [true, false] {
            let office = DeskOffice()
            let conversation = FakeConversation()
            let anns = try office.join(ann)
            try office.escalate(conversation)
            #expect(try office.act { await anns.accept("item-1") })
            _ = office.news(anns)
            let bobs = try office.join(bob)
            try office.say("1", in: conversation)
            try office.act { await anns.loseConnection() }
            try office.say("2", in: conversation)
            office.wait(20)
            if comesBack {
                try office.act { await anns.restoreConnection() }
                #expect(office.news(anns) == ["item-1: 1", "item-1: 2"])
                #expect(
                    conversation.shown == [
                        "Ann: accepted", "The connection to Ann is broken. What you write is kept.",
                        "Ann is connected again.",
                    ]
                )
                continue
            }
            office.wait(10)
            #expect(conversation.shown.last == "Ann was disconnected. A colleague will be with you.")
            // What Ann's desk had not shown is Bob's to read, in the history.
            #expect(office.news(anns) == ["released item-1"])
            #expect(try office.act { await bobs.accept("item-1") })
            #expect(office.news(bobs) == ["offered item-1", "connected item-1", "item-1: 2"])
            let brief = try #require(try office.act { await bobs.brief(on: "item-1") })
            #expect(brief.transcript == ["Bot (unverified): hello bot", "Sam: 1", "Sam: 2"])
            #expect(conversation.shown.last == "Bob has joined the conversation.")
        }
    }

    @Test func `V54 without a colleague the bot gets what the lost agent did not read, in order`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let anns = try office.join(ann)
        try office.escalate(conversation)
        #expect(try office.act { await anns.accept("item-1") })
        try office.say("read", in: conversation)
        _ = office.news(anns)
        try office.say("unread", in: conversation)
        try office.act { await anns.loseConnection() }
        try office.say("unsent", in: conversation)
        office.wait(30)
        #expect(conversation.toBot.map(\.brief) == ["Ann: accepted", "Ann: failed", "unread", "unsent"])
    }

    @Test func `V35 a user who quits is gone for the agent too, in whatever state`() throws {
        for state in ["ringing", "talking", "on hold", "passed on"] {
            let office = DeskOffice()
            let conversation = FakeConversation()
            let (desk, other) = (try office.join(ann), try office.join(bob))
            try office.escalate(conversation)
            if state != "ringing" { #expect(try office.act { await desk.accept("item-1") }) }
            if state == "on hold" { try office.act { await desk.hold("item-1") } }
            if state == "passed on" { #expect(try office.act { await desk.transfer("item-1", to: .agent("bob")) }) }
            let shown = conversation.shown
            let adapter = office.adapter
            let recipient = try office.act { await adapter.userSent(.endOfConversation(), in: conversation) }
            #expect(recipient == .bot)
            let farewell =
                switch state {
                case "ringing": "withdrawn item-1"
                case "passed on": "released item-1"
                default: "left item-1"
                }
            #expect(office.news(desk).last == farewell)
            #expect(office.news(other) == (state == "passed on" ? ["offered item-1", "withdrawn item-1"] : []))
            try office.act { await desk.say(.message("too late"), in: "item-1") }
            #expect(conversation.shown == shown)
            office.wait(2)
            #expect(try office.act { await desk.view }.colleagues.map(\.unitsInUse) == [0, 0])
            #expect(try office.act { await desk.view }.waiting.isEmpty)
        }
    }

    @Test func `V51 an agent who misses a ring is told that none will follow`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(ann)
        try office.escalate(conversation)
        office.wait(20)
        #expect(office.news(desk) == ["offered item-1", "withdrawn item-1", "now away"])
        #expect(try office.act { await desk.accept("item-1") } == false)
        office.wait(30)
        try office.act { await desk.setPresence(.available) }
        #expect(office.news(desk) == ["rejected item-1 gone", "offered item-1"])
    }

    @Test func `who goes home and comes back has the same desk`() throws {
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(ann)
        try office.act { await desk.setPresence(.offline) }
        try office.escalate(conversation)
        #expect(conversation.shown == ["failed"])
        let again = try office.join(ann)
        let other = FakeConversation(id: "c-2")
        try office.escalate(other)
        #expect(office.news(again) == ["offered item-2"])
        #expect(again.events === desk.events)
    }
}

struct AgentBriefTests {
    @Test func `cards and suggestions are numbered titles for the agent, and never JSON`() {
        var activity = Activity.message("Which one?")
        activity.suggestedActions = SuggestedActions([.imBack("Card"), .imBack("Order")])
        activity.channelData = ["secret": "no"]
        #expect(activity.agentText == "Which one?\n1. Card\n2. Order")
        var card = Activity.message("")
        let hero: JSONValue = ["title": "Card", "text": "Lost?", "buttons": [["type": "imBack", "title": "Block it"]]]
        let adaptive: JSONValue = [
            "type": "AdaptiveCard", "speak": "<speak>Your <b>balance</b></speak>",
            "actions": [["type": "Action.Submit", "title": "Pay"]],
        ]
        card.attachments = [
            Attachment(contentType: Attachment.CardType.hero, content: hero),
            Attachment(contentType: Attachment.CardType.adaptive, content: adaptive),
            Attachment(contentType: Attachment.CardType.adaptive, content: ["type": "AdaptiveCard"]),
            Attachment(json: ["contentType": "image/png", "name": "a.png", "contentUrl": "https://example.com/a.png"]),
            Attachment(json: ["contentType": "image/png", "contentUrl": "data:image/png;base64,AAAA"]),
        ]
        #expect(
            card.agentText == """
                Card
                Lost?
                1. Block it
                Your balance [card]
                1. Pay
                [card]
                [a.png] (https://example.com/a.png)
                [image/png]
                """
        )
        #expect(Activity.event("x", value: ["a": 1]).agentText == nil)
        #expect(Activity.message("").agentText == nil)
    }

    @Test(
        arguments: [
            ("<p>Hello&nbsp;<b>you</b></p>2 &lt; 3", "Hello you\n2 < 3"), ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
            ("a<br/>b<br>c", "a\nb\nc"), ("&#65;&#x42;&bogus; &#xD800;", "AB&bogus; &#xD800;"), ("<", "<"),
            ("</p>", ""), ("<unclosed", "<unclosed"),
        ]
    )
    func `markup becomes words`(markup: String, words: String) { #expect(Markup.stripped(markup) == words) }

    @Test func `nothing in a brief is obeyed by a terminal, and long transcripts are cut at the front`() {
        let context = HandoffContext(["Skill": "bi\u{1B}[2Jlling", "va_LastTopic": "a\u{7}\nb"])
        var initiation = HandoffInitiation(context: context, transcript: (1...203).map { .message("line \($0)\u{9B}") })
        let user = ChannelAccount(id: "u", name: "\u{1B}Sam", role: "user")
        let brief = AgentBrief(WorkRequest(conversationId: "c", user: user, initiation: initiation))
        #expect(!brief.text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
        #expect(brief.transcript.first == "(3 earlier lines)")
        #expect(brief.transcript.count == 201)
        #expect(brief.context.last == "va_LastTopic: a  b")
        initiation.transcript = nil
        initiation.transcriptProblem = "cut off"
        #expect(
            AgentBrief(WorkRequest(conversationId: "c", user: user, initiation: initiation)).transcript == [
                "(no transcript: cut off)"
            ]
        )
    }
}
