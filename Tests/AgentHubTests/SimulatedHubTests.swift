import BotSchema
import Bots
import Handoff
import Testing

@testable import AgentHub

/// The embedded hub with its two agents, in virtual time.
private final class Office {
    let time = VirtualTime()
    let hub: EmbeddedHub
    let adapter: HandoffAdapter
    private let running: Task<Void, Never>

    init(seed: UInt64 = 1, patience: Duration = .seconds(3), policy: HubPolicy = HubPolicy()) {
        let hub = EmbeddedHub.simulated(
            pace: SimulatedPace(patience: patience),
            policy: policy,
            seed: seed,
            clock: time
        )
        let adapter = HandoffAdapter(hub: hub)
        self.hub = hub
        self.adapter = adapter
        running = time.start { await adapter.run() }
    }

    deinit { running.cancel() }

    func escalate(_ conversation: FakeConversation, skill: String, phrase: String) {
        let adapter = adapter
        let request = Activity.event(
            "handoff.initiate",
            value: ["Skill": .string(skill), "va_LastPhrase": .string(phrase), "va_BotName": "Robin"]
        )
        _ = time.start { await adapter.botSent(request, in: conversation) }
    }

    func say(_ text: String, in conversation: FakeConversation) {
        let adapter = adapter
        _ = time.start { _ = await adapter.userSent(.message(text), in: conversation) }
    }

    func log() -> [String] {
        let hub = hub
        nonisolated(unsafe) var lines: [String]?
        // The executor runs on this thread only.
        _ = time.start { @Sendable in lines = await hub.log.map(\.description) }
        time.run { lines != nil }
        return lines ?? []
    }
}

struct SimulatedHubTests {
    @Test func `a silent user is greeted, helped, asked once and given back`() {
        let office = Office()
        let conversation = FakeConversation()
        office.escalate(conversation, skill: "credit cards", phrase: "my credit card was declined")
        office.time.run(upTo: .seconds(60))
        let shown = conversation.shown
        #expect(shown.first == "Ana: accepted")
        #expect(shown.last == "Ana: completed")
        #expect(shown.count == 6)
        #expect(shown.dropFirst().first?.contains("Sam") == true)
        #expect(shown.contains { $0.contains("my credit card was declined") })
        #expect(shown.contains { $0.contains("lifted it") && $0.contains("Does that help?") })
        #expect(shown.contains { $0.contains("hand you back") })
        #expect(conversation.stream.last?.channelData?["baton"]?["completion"] == "transferBack")
        #expect(conversation.stream.contains { $0.type == .typing && $0.humanAgent?.name == "Ana" })
    }

    @Test func `between two lines of one answer the agent types without a pause, so that nobody speaks in between`() {
        let office = Office(patience: .seconds(60))
        let conversation = FakeConversation()
        office.escalate(conversation, skill: "credit cards", phrase: "my credit card was declined")
        let lines = { conversation.shown.count { $0.hasPrefix("Ana: ") } }
        office.time.run(upTo: .seconds(30)) { lines() == 2 }
        let count = conversation.stream.count { $0.type == .typing }
        // Sooner than anybody who waits for silence goes on.
        office.time.run(upTo: office.time.now.offset + .milliseconds(1))
        #expect(conversation.stream.count { $0.type == .typing } == count + 1)
    }

    @Test func `a user who thanks is wished well and the handoff ends`() {
        let office = Office(patience: .seconds(60))
        let conversation = FakeConversation()
        office.escalate(conversation, skill: "orders", phrase: "where is my parcel")
        office.time.run(upTo: .seconds(20)) { conversation.shown.last?.contains("Does that help?") == true }
        office.say("yes", in: conversation)
        office.time.run(upTo: .seconds(40)) { conversation.shown.last?.lowercased().contains("anything else") == true }
        office.say("no, that's all, thank you", in: conversation)
        office.time.run(upTo: .seconds(59))
        #expect(conversation.shown.last == "Ben: completed")
        #expect(conversation.stream.last?.channelData?["baton"]?["completion"] == "ended")
    }

    @Test func `a user who asks for the bot is given back`() {
        let office = Office(patience: .seconds(60))
        let conversation = FakeConversation()
        office.escalate(conversation, skill: "orders", phrase: "x")
        office.time.run(upTo: .seconds(20))
        office.say("please transfer me back to the bot", in: conversation)
        office.time.run(upTo: .seconds(40))
        #expect(conversation.stream.last?.channelData?["baton"]?["completion"] == "transferBack")
    }

    @Test func `a line during the farewell is answered before the end`() {
        let office = Office(patience: .seconds(60))
        let conversation = FakeConversation()
        office.escalate(conversation, skill: "orders", phrase: "x")
        office.time.run(upTo: .seconds(20))
        office.say("thanks", in: conversation)
        office.say("wait, I want to cancel it", in: conversation)
        office.time.run(upTo: .seconds(40))
        #expect(conversation.shown.last?.contains("cancelled") == true)
        #expect(!conversation.shown.contains("Ben: completed"))
    }

    @Test func `the second of two with one matter waits in the queue and is served`() {
        let office = Office()
        let (first, second) = (FakeConversation(id: "c-1"), FakeConversation(id: "c-2"))
        office.escalate(first, skill: "credit cards", phrase: "card lost")
        office.escalate(second, skill: "credit cards", phrase: "card fee")
        office.time.run(upTo: .seconds(5))
        #expect(second.shown == ["queue 1"])
        office.say("are you there?", in: second)
        office.time.run(upTo: .seconds(120))
        #expect(second.shown.prefix(2) == ["queue 1", "Ana: accepted"])
        #expect(second.shown.last == "Ana: completed")
        #expect(second.toBot.map(\.brief) == ["Ana: accepted", "Ana: completed"])
    }

    @Test func `a queue that does not move is given up`() {
        let office = Office(patience: .seconds(500), policy: HubPolicy(maximumWait: .seconds(60)))
        let (first, second) = (FakeConversation(id: "c-1"), FakeConversation(id: "c-2"))
        office.escalate(first, skill: "orders", phrase: "x")
        office.escalate(second, skill: "orders", phrase: "y")
        office.time.run(upTo: .seconds(100))
        #expect(second.shown == ["queue 1", "failed"])
    }

    @Test func `a user who leaves frees the agent for the next`() {
        let office = Office(patience: .seconds(500))
        let (first, second) = (FakeConversation(id: "c-1"), FakeConversation(id: "c-2"))
        office.escalate(first, skill: "orders", phrase: "x")
        office.time.run(upTo: .seconds(20))
        office.escalate(second, skill: "orders", phrase: "y")
        office.time.run(upTo: .seconds(21))
        let adapter = office.adapter
        _ = office.time.start { _ = await adapter.userSent(.endOfConversation(), in: first) }
        office.time.run(upTo: .seconds(40))
        #expect(second.shown.prefix(2) == ["queue 1", "Ben: accepted"])
    }

    @Test func `the same seed gives the same day, another seed another`() {
        func day(seed: UInt64) -> [String] {
            let office = Office(seed: seed)
            let conversations = (1...4).map { FakeConversation(id: "c-\($0)") }
            for (index, conversation) in conversations.enumerated() {
                office.escalate(
                    conversation,
                    skill: index.isMultiple(of: 2) ? "orders" : "credit cards",
                    phrase: "help \(index)"
                )
            }
            office.time.run(upTo: .seconds(7))
            office.say("my order is late", in: conversations[0])
            office.time.run(upTo: .seconds(200))
            return office.log() + conversations.flatMap(\.shown)
        }
        let monday = day(seed: 1)
        #expect(monday.count > 40)
        #expect(day(seed: 1) == monday)
        #expect(day(seed: 2) != monday)
    }
}

struct MailboxTests {
    @Test func `letters come in order, and after the close none`() async {
        let mailbox = Mailbox<Int>()
        for number in 1...3 { mailbox.post(number) }
        mailbox.close()
        mailbox.post(4)
        var letters: [Int] = []
        while let letter = await mailbox.next() { letters.append(letter) }
        #expect(letters == [1, 2, 3])
    }

    @Test(.timeLimit(.minutes(20))) func `a reader that is cancelled ends, and no letter is lost to it`() async {
        let mailbox = Mailbox<Int>()
        await withTaskGroup(of: Int?.self) { group in
            group.addTask { await mailbox.next() }
            group.cancelAll()
            for await letter in group { #expect(letter == nil) }
        }
        mailbox.post(1)
        #expect(await mailbox.next() == 1)
    }

    @Test func `a reader waits no longer than its patience`() {
        let time = VirtualTime()
        let clock = HubClock(time)
        let mailbox = Mailbox<Int>()
        nonisolated(unsafe) var results: [Int?] = []
        // The executor runs on this thread only.
        _ = time.start { @Sendable in
            results.append(await mailbox.next(within: .seconds(2), on: clock))
            results.append(await mailbox.next(within: .seconds(2), on: clock))
        }
        time.run(upTo: .seconds(3))
        mailbox.post(7)
        time.run()
        #expect(results == [nil, 7])
    }

    @Test func `a letter that comes as patience runs out is not lost`() {
        let time = VirtualTime()
        let clock = HubClock(time)
        let mailbox = Mailbox<Int>()
        nonisolated(unsafe) var letter: Int?
        // The executor runs on this thread only.
        _ = time.start { @Sendable in letter = await mailbox.next(within: .seconds(2), on: clock) }
        var isPosted = false
        time.run {
            // The first look after time has jumped: the sleep is over, and nobody has been told.
            if !isPosted, time.now.offset == .seconds(2) {
                isPosted = true
                mailbox.post(7)
            }
            return false
        }
        #expect(isPosted)
        #expect(letter == 7)
    }
}
