import AgentHub
import BotSchema
import Handoff
import Testing

@testable import Desk

@Suite struct DeskProtocolTests {
    @Test(arguments: [
        DeskCommand.signIn(name: "Dana", skills: ["billing": 5, "cards": 10], capacity: 2), .signOut, .accept("item-1"),
        .decline("item-1"), .hold("item-1"), .resume("item-1"), .note("item-1", "be nice"),
        .transfer("item-1", .agent("eve")), .transfer("item-1", .queue("main")), .transfer("item-1", .skill("cards")),
        .end("item-1", .ended), .end("item-1", .transferBack), .finishWrapUp("item-1"), .presence(.away), .look,
    ])
    func `a command is read as it was written`(command: DeskCommand) throws {
        let text = command.activity.jsonValue.compactText
        let activity = try #require(Activity(try JSONValue(parsing: text)))
        #expect(try DeskCommand(activity) == command)
    }

    @Test(arguments: [
        ("desk.accept", "{}", "value.item must be a text"),
        ("desk.accept", "null", "value.item must be a text"),
        ("desk.signIn", #"{"name":"D","skills":{"x":11}}"#, "value.skills.x must be a level from 1 to 10"),
        ("desk.signIn", #"{"name":"D","skills":[1]}"#, "value.skills must be an object"),
        ("desk.signIn", #"{"name":"D","capacity":0}"#, "value.capacity must be a number from 1 to 100"),
        ("desk.end", #"{"item":"i","completion":"never"}"#, "value.completion must be ended or transferBack"),
        ("desk.end", #"{"item":"i","completion":"unspecified"}"#, "value.completion must be ended or transferBack"),
        ("desk.presence", #"{"presence":"asleep"}"#, "value.presence must be one of"),
        ("desk.transfer", #"{"item":"i","to":"eve"}"#, "value.to must be an object with agent, queue or skill"),
        ("desk.dance", "{}", "there is no desk command “desk.dance”"),
    ])
    func `a wrong command names the path and what was expected`(name: String, value: String, hint: String) throws {
        let activity = Activity.event(name, value: try JSONValue(parsing: value))
        let error = #expect(throws: DeskCommandError.self) { try DeskCommand(activity) }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
    }

    @Test func `what is no event of a desk is left alone`() throws {
        #expect(try DeskCommand(.message("desk.accept")) == nil)
        #expect(try DeskCommand(.event("handoff.status")) == nil)
        #expect(DeskEvent(.event("desk.somethingNewer", value: [:])) == nil)
        #expect(DeskEvent(.event("desk.offered")) == nil)
        #expect(DeskEvent(.event("desk.rejected", value: ["item": "i", "reason": "moon"])) == nil)
    }

    private static let briefing: DeskBriefing = {
        var initiation = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        initiation.attachments = [.transcript(of: [.message("hi"), .message("hello")])]
        initiation.json["unknown"] = ["kept": 1]
        var request = WorkRequest(
            conversationId: "c-1",
            user: ChannelAccount(id: "u", name: "Maria", role: "user"),
            initiation: HandoffInitiation(initiation),
            activity: initiation
        )
        request.history = [.message("are you there?")]
        request.notes = [AgentNote(author: "Dana", text: "be nice")]
        return DeskBriefing(request, item: "item-1")
    }()

    @Test(arguments: [
        DeskEvent.signedIn(agentId: "dana", .usual), .signedOut(reason: "elsewhere"),
        .offered(briefing, rings: .milliseconds(1500)), .connected(briefing), .withdrawn("item-1"),
        .released("item-1"), .userLeft("item-1"), .userLeft("item-2", endedBy: .bot),
        .userConnectionChanged("item-1", isConnected: false),
        .rejected("item-1", .alreadyTaken), .presenceChanged(.away),
        .failure("what?"),
    ])
    func `an event is read as it was written, the bot's request with every field`(event: DeskEvent) throws {
        let activity = try #require(Activity(try JSONValue(parsing: event.activity.jsonValue.compactText)))
        #expect(DeskEvent(activity) == event)
    }

    @Test func `a view is read as it was written`() throws {
        var machine = HubStateMachine()
        _ = machine.receive(.agentJoined(HubAgent(id: "dana", name: "Dana", skills: ["cards": 5])), at: .zero)
        _ = machine.receive(.opened(item: "item-1", WorkNeed(skill: "cards")), at: .seconds(1))
        _ = machine.receive(.opened(item: "item-2", WorkNeed(skill: "cards")), at: .seconds(2))
        let view = DeskView(machine.view(for: "dana", at: .seconds(5)))
        #expect(view.waiting.map(\.item) == ["item-2"])
        #expect(view.waiting.first?.seconds == 3)
        #expect(machine.view(for: "dana", at: .seconds(5)).ringing.map(\.item) == ["item-1"])
        let event = try #require(Activity(try JSONValue(parsing: DeskEvent.view(view).activity.jsonValue.compactText)))
        #expect(DeskEvent(event) == .view(view))
    }

    @Test func `a briefing that would not fit into a frame loses its oldest lines and says how many`() throws {
        let long = (0..<300).map { Activity.message("\($0) " + String(repeating: "x", count: 10_000)) }
        var initiation = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        initiation.attachments = [.transcript(of: long)]
        let request = WorkRequest(
            conversationId: "c-1",
            user: ChannelAccount(id: "u"),
            initiation: HandoffInitiation(initiation),
            activity: initiation
        )
        let briefing = DeskBriefing(request, item: "item-1")
        #expect(DeskEvent.connected(briefing).activity.jsonValue.serialized().count < 1 << 20)
        let kept = try #require(briefing.initiation?.transcript)
        #expect(kept.count + briefing.omitted == 300)
        #expect(kept.last?.text?.hasPrefix("299 ") == true)
        #expect(briefing.initiation?.context.skill == "cards")
    }

    @Test func `what a user says reaches a desk without what is private, under the user's name`() throws {
        let said = try #require(
            Activity(
                try JSONValue(
                    parsing: #"{"type":"message","id":"c|1","text":"hi","from":{"id":"u","role":"user"},"channelData":"#
                        + #"{"clientActivityID":"x","token":"s"},"entities":[{"type":"GeoCoordinates"}],"locale":"de"}"#
                )
            )
        )
        let copy = said.forDesk(item: "item-7", user: ChannelAccount(id: "u", name: "Maria", role: "user"))
        #expect(copy.deskItem == "item-7")
        #expect(copy.deskSource == "c|1")
        #expect(copy.from?.name == "Maria")
        #expect(copy.from?.role == "bot")
        #expect(copy.json["entities"] == nil)
        #expect(copy.channelData?["token"] == nil)
        #expect(copy.text == "hi")
        #expect(copy.json["locale"] == "de")
    }

    @Test func `canned replies are found by the beginning of their names`() {
        let replies = CannedReplies([.init("hello", "Hi {UserName}, {AgentName} here"), .init("help", "?")])
        #expect(replies.text("HELLO", user: "Maria", agent: "Dana") == "Hi Maria, Dana here")
        #expect(replies.text("hell", user: "M", agent: "D") == "Hi M, D here")
        #expect(replies.text("hel", user: "M", agent: "D") == nil)
        #expect(replies.text("bye", user: "M", agent: "D") == nil)
    }
}
