import BotSchema
import Bots
import Handoff
import HandoffFixtures
import Testing

@testable import AgentHub

/// The corpus of malformed events, sent by a bot: adapter and hub survive each, and the session goes on.
@Suite(.timeLimit(.minutes(20)))
struct MalformedEventTests {
    private static let ann = HubAgent(id: "ann", name: "Ann", skills: ["billing": 5])

    private static func activity(_ event: MalformedCorpus.Case) throws -> Activity {
        try #require(Activity(JSONDocument(parsing: event.bytes).value))
    }

    @Test(arguments: MalformedCorpus.all) func `V25 the adapter takes it before, while and after an agent is there`(
        event: MalformedCorpus.Case
    ) throws {
        let activity = try Self.activity(event)
        let bench = Bench()
        _ = bench.adapter.revise(activity, in: "c-1")
        bench.botSends(activity)
        #expect(bench.hub.requests.count <= 1)
        // Whether it asks for an agent or says nothing: the next sound request is answered.
        let isRequest = bench.hub.requests.count == 1
        #expect(bench.userSays("hello") == (isRequest ? .adapter : .bot))
        if !isRequest { bench.botSends(initiate()) }
        #expect(bench.hub.requests.count == 1)

        bench.reports(.accepted(bench.ana))
        _ = bench.adapter.revise(activity, in: "c-1")
        bench.botSends(activity)
        #expect(bench.hub.requests.count == 1)
        #expect(bench.userSays("my card") == .adapter)
        #expect(bench.hub.heard == (isRequest ? ["hello", "my card"] : ["my card"]))

        bench.reports(.message(.message("done"), bench.ana), .completed(.transferBack, bench.ana))
        #expect(bench.userSays("again") == .bot)
        #expect(bench.conversation.shown == ["Ana: accepted", "Ana: done", "Ana: completed"])
        bench.botSends(initiate(id: "i-9"))
        #expect(bench.userSays("a person again") == .adapter)
    }

    @Test(arguments: MalformedCorpus.all) func `V25 the hub rings for it with a brief that can be printed`(
        event: MalformedCorpus.Case
    ) throws {
        let activity = try Self.activity(event)
        let office = DeskOffice()
        let conversation = FakeConversation()
        let desk = try office.join(Self.ann)
        let adapter = office.adapter
        try office.act { await adapter.botSent(activity, in: conversation) }
        let isRequest = office.news(desk) == ["offered item-1"]
        if !isRequest {
            try office.escalate(conversation)
            #expect(office.news(desk) == ["offered item-1"])
        }
        let brief = try #require(try office.act { await desk.brief(on: "item-1") })
        #expect(brief.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(try office.act { await desk.accept("item-1") })
        try office.say("hello", in: conversation)
        #expect(office.news(desk) == ["connected item-1", "item-1: hello"])
        try office.act { await desk.end("item-1", .transferBack) }
        #expect(conversation.shown == ["Ann: accepted", "Ann: completed"])
        #expect(try office.act { await adapter.userSent(.message("again"), in: conversation) } == .bot)
    }

    @Test(arguments: MalformedCorpus.all) func `V25 V57 the demo bot takes it in silence, and goes on`(
        event: MalformedCorpus.Case
    ) async throws {
        let bot = DemoBot(lookUpTime: .zero)
        let conversation = FakeConversation()
        _ = try await bot.onTurn(try Self.activity(event), in: conversation)
        _ = try await bot.onTurn(.message("talk to a person"), in: conversation)
        _ = try await bot.onTurn(try Self.activity(event), in: conversation)
        _ = try await bot.onTurn(.message("opening hours"), in: conversation)
        #expect(conversation.shown.last?.contains("Monday") == true)
    }
}
