import AgentHub
import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import Desk

/// A channel that writes down what is sent.
private final class FakeChannel: ConversationChannel {
    let id: String
    let user = ChannelAccount(id: "u1", name: "Maria", role: "user")
    let bot = ChannelAccount(id: "bot", name: "Bot", role: "bot")
    private let sent = Mutex<[Activity]>([])
    private let given = Mutex<[Activity]>([])
    /// What the channel keeps, by its address.
    let files = Mutex<[String: [UInt8]]>([:])

    init(_ id: String) { self.id = id }

    func send(_ activity: Activity) async throws -> Activity {
        sent.withLock { sent in
            var activity = activity
            activity.id = "\(id)|\(sent.count)"
            sent.append(activity)
            return activity
        }
    }

    func deliverToBot(_ activity: Activity) async { given.withLock { $0.append(activity) } }
    func transcript() async -> [Activity] { sent.withLock { $0 } }
    func file(at address: String) async -> [UInt8]? { files.withLock { $0[address] } }

    func keep(_ bytes: [UInt8], name: String, contentType: String) async -> String? {
        let address = "https://\(id).example/\(name)"
        files.withLock { $0[address] = bytes }
        return address
    }

    var activities: [Activity] { sent.withLock { $0 } }
    var events: [DeskEvent] { activities.compactMap(DeskEvent.init) }
    var toBot: [Activity] { given.withLock { $0 } }

    /// What there is to read, a word or two each.
    var words: [String] {
        activities.map { activity in
            if activity.type == .message { return activity.text ?? "" }
            return (activity.name ?? activity.type?.rawValue ?? "?")
                + (activity.value?["item"]?.string.map { " " + $0 } ?? "")
        }
    }
}

/// Links behind which nobody ever answers.
private struct SilentLinks: TranscriptLinks {
    func file(at address: String, in conversationId: String) async throws(TranscriptLinkError) -> [UInt8] {
        let (answers, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in answers {}
        withExtendedLifetime(continuation) {}
        throw TranscriptLinkError("the hub was stopped")
    }
}

/// A hub with desks and users, in virtual time.
private final class Office {
    let time = VirtualTime()
    let adapter: HandoffAdapter
    let bot: DeskBot
    private let running: [Task<Void, Never>]

    init(policy: HubPolicy = HubPolicy(), links: any TranscriptLinks = NoTranscriptLinks()) {
        let hub = EmbeddedHub(workers: [], policy: policy, clock: HubClock(time))
        let adapter = HandoffAdapter(hub: hub, clock: time, links: links)
        let bot = DeskBot(hub: hub)
        self.adapter = adapter
        self.bot = bot
        running = [time.start { await adapter.run() }, time.start { await bot.run() }]
        time.run(upTo: .zero)
    }

    deinit { running.forEach { $0.cancel() } }

    func act(_ body: sending @escaping () async -> Void) {
        _ = time.start { await body() }
        time.run(upTo: time.now.offset)
    }

    func tell(_ command: DeskCommand, at desk: FakeChannel) { tell(command.activity, at: desk) }

    func tell(_ activity: Activity, at desk: FakeChannel) {
        let bot = bot
        act { _ = try? await bot.onTurn(activity, in: desk) }
    }

    func signIn(_ name: String, _ desk: FakeChannel) {
        tell(.signIn(name: name, skills: [:], capacity: 2), at: desk)
    }

    func escalate(_ user: FakeChannel, linking address: String? = nil) {
        let adapter = adapter
        var request = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        request.id = user.id + "|request"
        if let address { request.attachments = [.transcript(at: address)] }
        let event = request
        act { await adapter.botSent(event, in: user) }
    }

    func say(_ text: String, _ user: FakeChannel) {
        let adapter = adapter
        var line = Activity.message(text)
        line.id = "\(user.id)|\(text)"
        let activity = line
        act { _ = await adapter.userSent(activity, in: user) }
    }

    func stream(of desk: FakeChannel, isOpen: Bool) {
        bot.noteStream(of: desk.id, isOpen: isOpen)
        time.run(upTo: time.now.offset)
    }

    func wait(_ seconds: Int) { time.run(upTo: time.now.offset + .seconds(seconds)) }
}

private func line(_ text: String, in item: WorkItemID) -> Activity {
    var activity = Activity.message(text)
    activity.deskItem = item
    return activity
}

@Suite struct DeskBotTests {
    @Test func `a link behind which nobody answers holds up neither the ring nor the talk`() {
        let office = Office(links: SilentLinks())
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.signIn("Dana", dana)
        office.escalate(maria, linking: "https://slow.example/transcript")
        #expect(dana.words.last == "desk.offered item-1")
        office.tell(.transcript("item-1"), at: dana)
        office.tell(.accept("item-1"), at: dana)
        #expect(dana.words.last == "desk.connected item-1")
        office.say("hello", maria)
        #expect(dana.activities.last?.text == "hello")
        office.tell(line("good day", in: "item-1"), at: dana)
        #expect(maria.activities.last?.text == "good day")
    }

    @Test func `a desk is rung, accepts, talks and ends, all by activities`() throws {
        let office = Office()
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.signIn("Dana", dana)
        #expect(dana.words == ["desk.signedIn", "desk.view"])
        office.escalate(maria)
        #expect(dana.words.last == "desk.offered item-1")
        guard case .offered(let briefing, let rings)? = dana.events.last else { throw Missing() }
        #expect(briefing.request?.name == "handoff.initiate")
        #expect(rings == .seconds(20))
        office.tell(.accept("item-1"), at: dana)
        #expect(dana.words.last == "desk.connected item-1")
        office.say("hello", maria)
        #expect(dana.activities.last?.text == "hello")
        #expect(dana.activities.last?.deskItem == "item-1")
        office.tell(line("good day", in: "item-1"), at: dana)
        let answer = try #require(maria.activities.last)
        #expect(answer.text == "good day")
        #expect(answer.humanAgent?.name == "Dana")
        #expect(answer.deskItem == nil)
        office.tell(.end("item-1", .transferBack), at: dana)
        #expect(dana.words.last == "desk.released item-1")
        office.say("bot?", maria)
        office.tell(line("too late", in: "item-1"), at: dana)
        #expect(dana.events.last == .rejected("item-1", .gone))
        #expect(maria.activities.last?.text != "too late")
    }

    @Test func `an agent's file is moved to where the user can get it, a link of the agent's stays`() throws {
        let office = Office()
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.signIn("Dana", dana)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: dana)
        dana.files.withLock { $0["http://desk/1"] = [1, 2, 3] }
        var sending = line("look", in: "item-1")
        sending.attachments = [
            Attachment(json: ["name": "a.png", "contentType": "image/png", "contentUrl": "http://desk/1"]),
            Attachment(json: ["name": "b.png", "contentType": "image/png", "contentUrl": "https://elsewhere/b"]),
        ]
        office.tell(sending, at: dana)
        let said = try #require(maria.activities.last)
        #expect(said.attachments.map(\.contentURL) == ["https://c-1.example/a.png", "https://elsewhere/b"])
        #expect(maria.files.withLock { $0["https://c-1.example/a.png"] } == [1, 2, 3])
    }

    @Test func `whoever has not signed in, or says what is no command, is told so`() {
        let office = Office()
        let desk = FakeChannel("desk")
        office.tell(.accept("item-1"), at: desk)
        #expect(desk.events == [.failure("the first thing that a desk says is desk.signIn")])
        office.signIn("Dana", desk)
        office.tell(.event("desk.accept", value: []), at: desk)
        #expect(desk.events.last == .failure("desk.accept: value.item must be a text"))
        office.tell(.message("to nobody"), at: desk)
        #expect(desk.events.last == .failure("a message needs the item in channelData.desk.item"))
        office.tell(.event("somebody.else"), at: desk)
        #expect(desk.events.count == 5)
    }

    @Test func `a broken stream keeps lines, which the agent gets when it is back`() {
        let office = Office()
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.stream(of: dana, isOpen: true)
        office.signIn("Dana", dana)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: dana)
        // A second stream of the same desk: one of them going is no loss.
        office.stream(of: dana, isOpen: true)
        office.stream(of: dana, isOpen: false)
        office.say("one", maria)
        #expect(dana.words.last == "one")
        office.stream(of: dana, isOpen: false)
        #expect(maria.words.last == "The connection to Dana is broken. What you write is kept.")
        office.say("two", maria)
        #expect(dana.words.last == "one")
        office.stream(of: dana, isOpen: true)
        #expect(dana.words.last == "two")
        #expect(maria.words.last == "Dana is connected again.")
    }

    @Test func `a desk whose stream broke before it signed in is not rung until it has one again`() {
        let office = Office()
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.stream(of: dana, isOpen: true)
        office.stream(of: dana, isOpen: false)
        office.signIn("Dana", dana)
        office.escalate(maria)
        #expect(!dana.words.contains("desk.offered item-1"))
        office.stream(of: dana, isOpen: true)
        #expect(dana.words.last == "desk.offered item-1")
        #expect(!maria.activities.contains { $0.value?["state"]?.string == "failed" })
    }

    @Test func `an agent who signs in elsewhere finds everything there, and the old desk is closed`() {
        let office = Office()
        let (old, new, maria, paul) = (FakeChannel("old"), FakeChannel("new"), FakeChannel("c-1"), FakeChannel("c-2"))
        office.signIn("Dana", old)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: old)
        office.say("one", maria)
        office.escalate(paul)
        office.signIn("Dana", new)
        #expect(old.events.last == .signedOut(reason: "Dana has signed in at another desk"))
        #expect(new.words == ["desk.signedIn", "desk.connected item-1", "desk.offered item-2", "desk.view"])
        guard case .connected(let briefing) = new.events[1] else { return #expect(Bool(false)) }
        #expect(briefing.history.map(\.text) == ["one"])
        office.say("two", maria)
        #expect(new.words.last == "two")
        #expect(!old.words.contains("two"))
        office.tell(line("from the old desk", in: "item-1"), at: old)
        #expect(!maria.words.contains("from the old desk"))
    }

    @Test func `a second desk of the same name is refused while the first is connected, and takes over when it is not`()
    {
        let office = Office()
        let (first, second, third) = (FakeChannel("first"), FakeChannel("second"), FakeChannel("third"))
        let maria = FakeChannel("c-1")
        office.stream(of: first, isOpen: true)
        office.signIn("Dana", first)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: first)
        office.stream(of: second, isOpen: true)
        office.signIn("dana", second)
        #expect(second.events == [.signedOut(reason: "dana is signed in already from another terminal")])
        // The first has noticed nothing, and the second is nobody.
        office.say("one", maria)
        #expect(first.words.last == "one" && second.words.count == 1)
        office.tell(line("from the second", in: "item-1"), at: second)
        #expect(!maria.words.contains("from the second"))
        office.tell(line("from the first", in: "item-1"), at: first)
        #expect(maria.words.last == "from the first")

        office.stream(of: first, isOpen: false)
        office.stream(of: third, isOpen: true)
        office.signIn("Dana", third)
        #expect(first.events.last == .signedOut(reason: "Dana has signed in at another desk"))
        #expect(third.words.prefix(2) == ["desk.signedIn", "desk.connected item-1"])
        office.tell(.signOut, at: third)
        let fourth = FakeChannel("fourth")
        office.signIn("Dana", fourth)
        #expect(fourth.words.first == "desk.signedIn", "who has signed out is not in the way")
    }

    @Test(arguments: [(false, "user"), (true, "bot")])
    func `the desk is told who has ended the conversation`(byBot: Bool, side: String) {
        let office = Office()
        let (dana, maria) = (FakeChannel("desk"), FakeChannel("c-1"))
        office.signIn("Dana", dana)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: dana)
        let adapter = office.adapter
        office.act {
            if byBot {
                await adapter.botSent(.endOfConversation(), in: maria)
            } else {
                _ = await adapter.userSent(.endOfConversation(), in: maria)
            }
        }
        #expect(dana.words.last == "desk.userLeft item-1")
        #expect(dana.activities.last?.value?["endedBy"]?.string == side)
    }

    @Test func `a user who waits rings once at the desk of who comes to work`() {
        var policy = HubPolicy()
        policy.admitsWithoutAgents = true
        for isKnown in [false, true] {
            let office = Office(policy: policy)
            let (old, desk, maria) = (FakeChannel("old"), FakeChannel("desk"), FakeChannel("c-1"))
            if isKnown {
                office.signIn("Dana", old)
                office.tell(.signOut, at: old)
            }
            office.escalate(maria)
            office.signIn("Dana", desk)
            #expect(desk.words.count { $0 == "desk.offered item-1" } == 1, "\(desk.words)")
            office.tell(.accept("item-1"), at: desk)
            #expect(desk.words.count { $0 == "desk.connected item-1" } == 1, "\(desk.words)")
            office.say("one", maria)
            #expect(desk.words.last == "one")
        }
    }

    @Test func `going home leaves conversations to a colleague, with notes and history`() {
        let office = Office()
        let (dana, eve, maria) = (FakeChannel("desk-1"), FakeChannel("desk-2"), FakeChannel("c-1"))
        office.signIn("Dana", dana)
        office.escalate(maria)
        office.tell(.accept("item-1"), at: dana)
        office.say("one", maria)
        office.tell(.note("item-1", "be nice"), at: dana)
        office.signIn("Eve", eve)
        office.tell(.signOut, at: dana)
        guard case .offered(let briefing, _)? = eve.events.last else { return #expect(Bool(false)) }
        #expect(briefing.history.map(\.text) == ["one"])
        #expect(briefing.notes == [AgentNote(author: "Dana", text: "be nice")])
    }

    @Test func `a simulated agent's desk is nobody else's, and stands in when people are away`() {
        let time = VirtualTime()
        let hub = EmbeddedHub.simulated(seed: 1, clock: time)
        #expect(hub.isOccupied("ana"))
        let bot = DeskBot(hub: hub)
        let desk = FakeChannel("desk")
        let running = [time.start { await hub.run() }, time.start { await bot.run() }]
        defer { running.forEach { $0.cancel() } }
        _ = time.start {
            let signIn = DeskCommand.signIn(name: "Ana", skills: [:], capacity: 1)
            _ = try? await bot.onTurn(signIn.activity, in: desk)
        }
        time.run(upTo: .zero)
        #expect(desk.events.first == .signedIn(agentId: "ana-2", .usual))
    }
}

private struct Missing: Error {}
