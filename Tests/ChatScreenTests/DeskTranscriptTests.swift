import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import LineEditing
import Testing

@testable import ChatScreen

/// What an agent reads before accepting, and tells the bot afterwards.
struct DeskTranscriptTests {
    private func request(linked address: String?, dropping skills: [String] = []) -> WorkRequest {
        var activity = Activity.event("HandoffInitiation", value: ["Skill": "cards"])
        activity.attachments = [
            address.map(Attachment.transcript(at:)) ?? .transcript(of: [.message("I lost my card")])
        ]
        var request = WorkRequest(
            conversationId: "c",
            user: ChannelAccount(id: "u", name: "Maria", role: "user"),
            initiation: HandoffInitiation(activity),
            activity: activity
        )
        request.droppedSkills = skills
        return request
    }

    @Test func `all that was said is shown while it rings`() {
        var desk = DeskScript()
        _ = desk.begin()
        _ = desk.hear(.offered(DeskBriefing(request(linked: nil), item: "item-1"), rings: .seconds(20)))
        let shown = desk.enter("/transcript").joined(separator: "\n")
        #expect(shown.contains("before the handoff: 1 entry") && shown.contains("I lost my card"))
    }

    @Test func `the brief has what our server saw when the bot sent no transcript, and says so`() {
        var activity = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        activity.attachments = []
        let maria = ChannelAccount(id: "u", name: "Maria", role: "user")
        var request = WorkRequest(
            conversationId: "c",
            user: maria,
            initiation: HandoffInitiation(activity),
            activity: activity
        )
        request.observed = (1...9).map { number in
            var line = Activity.message("seen \(number)")
            line.from = number % 2 == 1 ? maria : ChannelAccount(id: "b", name: "Robin", role: "bot")
            return line
        }
        var line = Activity.message("said since")
        line.from = maria
        request.history = [line]
        var desk = DeskScript()
        _ = desk.begin()
        // As it comes over the wire.
        let offered = DeskEvent.offered(DeskBriefing(request, item: "item-1"), rings: .seconds(20)).activity
        let ring = desk.hear(offered).joined(separator: "\n")
        #expect(ring.contains("The bot sent no transcript. This is what Baton's server saw:\n(4 earlier lines"))
        let brief = desk.enter("/brief")
        #expect(brief.contains("The bot sent no transcript. This is what Baton's server saw:"))
        #expect(brief.suffix(10).first == "loaded: user Maria: seen 1")
        #expect(brief.suffix(9).first == "loaded: bot Robin: seen 2")
        #expect(brief.last == "loaded: user Maria: said since")
        let all = desk.enter("/transcript").joined(separator: "\n")
        #expect(all.contains("before the handoff, as Baton's server saw it: 9 entries"))
        #expect(all.contains("since then: 1 entry"))
    }

    @Test func `a briefing that is too large loses its oldest lines, whoever saw them`() throws {
        let activity = Activity.event("handoff.initiate", value: [:])
        var request = WorkRequest(
            conversationId: "c",
            user: ChannelAccount(id: "u"),
            initiation: HandoffInitiation(activity),
            activity: activity
        )
        let long = String(repeating: "x", count: 300_000)
        request.observed = (1...3).map { .message("seen \($0) \(long)") }
        request.history = (1...2).map { .message("since \($0) \(long)") }
        let briefing = DeskBriefing(request, item: "item-1")
        #expect(briefing.observed.map { $0.text?.prefix(6) } == ["seen 3"])
        #expect(briefing.history.count == 2 && briefing.omitted == 2)
        #expect(DeskEvent(DeskEvent.connected(briefing).activity) == .connected(briefing))
    }

    @Test func `a linked transcript is asked for, and is in the brief from then on`() {
        var desk = DeskScript()
        _ = desk.begin()
        let offered = desk.hear(
            .offered(DeskBriefing(request(linked: "https://example.org/t?sig=a"), item: "item-1"), rings: nil)
        )
        #expect(offered.joined().contains("The transcript is at https://example.org/t; /transcript fetches it."))
        #expect(desk.enter("/transcript").joined().contains("Fetching the transcript…"))
        #expect(
            desk.hear(.transcriptMissing("item-1", reason: "example.org refuses this (403)")).joined()
                .contains("The transcript of Maria cannot be read: example.org refuses this (403).")
        )
        var read = request(linked: "https://example.org/t?sig=a")
        read.initiation.take(linkedTranscript: Array(#"[{"type":"message","text":"I lost my card"}]"#.utf8))
        #expect(desk.hear(.transcript(DeskBriefing(read, item: "item-1"))).joined().contains("I lost my card"))
        let brief = desk.enter("/brief").joined(separator: "\n")
        #expect(brief.contains("I lost my card") && !brief.contains("/transcript fetches it"))
    }

    @Test func `the agent is told of a skill that the agent does not have`() {
        var desk = DeskScript()
        _ = desk.begin()
        let briefing = DeskBriefing(request(linked: nil, dropping: ["cards"]), item: "item-1")
        let offered = desk.hear(DeskEvent(DeskEvent.offered(briefing, rings: nil).activity) ?? .failure("unreadable"))
        #expect(offered.joined().contains("skill cards, which you do not have"))
    }

    @Test func `the brief goes on to what was said at the desk, as it stands`() {
        var desk = DeskScript()
        _ = desk.begin()
        _ = desk.hear(.offered(DeskBriefing(request(linked: nil), item: "item-1"), rings: nil))
        _ = desk.enter("/accept")
        _ = desk.hear(.connected(DeskBriefing(request(linked: nil), item: "item-1")))
        _ = desk.say("my number is 17", in: "item-1", as: "Maria", id: "u-1")
        var change = Activity.message("my number is 71")
        (change.type, change.id, change.replyToId) = (.messageUpdate, "u-2", "u-1")
        _ = desk.hear(change.forDesk(item: "item-1", user: ChannelAccount(id: "Maria", name: "Maria", role: "user")))
        var answer = Activity.message("I have found it")
        (answer.id, answer.deskItem) = ("d-9", "item-1")
        _ = desk.take(.client(.activity(answer, isEcho: true)))
        for command in ["/brief", "/transcript"] {
            let shown = desk.enter(command).joined(separator: "\n")
            #expect(shown.contains("I lost my card") && shown.contains("my number is 71"), "\(shown)")
            #expect(shown.contains("agent Dana: I have found it"), "\(shown)")
        }
        #expect(!desk.enter("/brief").joined().contains("my number is 17"))
    }

    @Test func `words for the bot go with the user`() throws {
        var machine = DeskScript().machine
        let now = Timestamp(milliseconds: 0)
        _ = machine.begin()
        _ = machine.handle(.opened(conversationId: "d"), at: now)
        _ = machine.handle(.client(.connection(.online)), at: now)
        _ = machine.handle(.posted(number: 1, .success(nil)), at: now)
        let events: [DeskEvent] = [
            .signedIn(agentId: "dana", .usual), .connected(DeskBriefing(request(linked: nil), item: "item-1")),
        ]
        for event in events { _ = machine.handle(.client(.activity(event.activity, isEcho: false)), at: now) }
        let actions = machine.handle(.input(.line("/back finish the booking")), at: now)
        let posted = actions.compactMap { if case .post(let activity, _) = $0 { activity } else { nil } }
        let command = try #require(try posted.first.flatMap { try DeskCommand($0) })
        #expect(command == .end("item-1", .transferBack, note: "finish the booking"))
    }

    /// A desk at which Maria has said that her number is 17.
    private func talking() -> DeskScript {
        var desk = DeskScript()
        _ = desk.begin()
        _ = desk.hear(.connected(DeskBriefing(request(linked: nil), item: "item-1")))
        var line = Activity.message("my number is 17").forDesk(item: "item-1", user: maria)
        line.id = "d|7"
        _ = desk.hear(line)
        return desk
    }

    private let maria = ChannelAccount(id: "u", name: "Maria")

    /// What Maria does to her line or thinks of it, as the desk gets it: under an id of the desk's channel.
    private func about(_ json: JSONObject, id: String) -> Activity {
        var activity = Activity(json: json).forDesk(item: "item-1", user: maria, about: "d|7")
        activity.id = id
        return activity
    }

    @Test func `a user's reaction, change and deletion are shown at the line that they are about`() {
        var desk = talking()
        let reaction = about(["type": "messageReaction", "reactionsAdded": [["type": "like"]]], id: "d|8")
        #expect(desk.hear(reaction).first == "user Maria: (reacted to “my number is 17”: like)")
        let update = about(["type": "messageUpdate", "text": "my number is 18"], id: "d|9")
        #expect(desk.hear(update).first == "user Maria: my number is 18\n  (edited, was: “my number is 17”)")
        let second = about(["type": "messageUpdate", "text": "my number is 19"], id: "d|10")
        #expect(desk.hear(second).first == "user Maria: my number is 19\n  (edited, was: “my number is 18”)")
        #expect(
            desk.hear(about(["type": "messageDelete"], id: "d|11")).first == "user Maria: (deleted: “my number is 19”)"
        )
    }

    @Test func `a change of a line from before the handoff quotes the old words, and a second change the first`() {
        var desk = DeskScript()
        _ = desk.begin()
        var said = Activity.message("I lost my card")
        said.id = "c|1"
        var event = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        event.attachments = [.transcript(of: [said])]
        let request = WorkRequest(
            conversationId: "c",
            user: maria,
            initiation: HandoffInitiation(event),
            activity: event
        )
        _ = desk.hear(.connected(DeskBriefing(request, item: "item-1")))
        func change(_ json: JSONObject, id: String) -> String? {
            var activity = Activity(json: json)
            (activity.id, activity.replyToId) = ("c|" + id, "c|1")
            activity = activity.forDesk(item: "item-1", user: maria)
            activity.id = id
            return desk.hear(activity).first
        }
        let update = change(["type": "messageUpdate", "text": "I lost my cards"], id: "d|9")
        #expect(update == "user Maria: I lost my cards\n  (edited, was: “I lost my card”)")
        let second = change(["type": "messageUpdate", "text": "I lost both cards"], id: "d|10")
        #expect(second == "user Maria: I lost both cards\n  (edited, was: “I lost my cards”)")
        #expect(change(["type": "messageDelete"], id: "d|11") == "user Maria: (deleted: “I lost both cards”)")
    }

    @Test func `an agent corrects and deletes the own last line and reacts to the user's`() throws {
        var machine = talking().machine
        let now = Timestamp(milliseconds: 0)
        var number = 2
        func enter(_ line: String) throws -> (posted: Activity?, words: [String]) {
            let actions = machine.handle(.input(.line(line)), at: now)
            let posted = actions.compactMap { if case .post(let activity, _) = $0 { activity } else { nil } }.first
            for case .post(_, let number) in actions {
                _ = machine.handle(.posted(number: number, .success("d|2\(number)")), at: now)
            }
            number += 1
            return (posted, actions.map(ChatScript.words))
        }
        #expect(try enter("/correct x").words.contains("You have no line here to change."))
        #expect(try enter("/correct").words.contains { $0.hasPrefix("Usage: /correct TEXT") })
        #expect(try enter("/react").words.contains { $0.hasPrefix("Usage: /react [-]TYPE") })
        let reaction = try #require(try enter("/react like").posted)
        #expect(reaction.type == .messageReaction && reaction.replyToId == "d|7" && reaction.deskItem == "item-1")
        let said = try enter("hello")
        let id = try #require(said.posted.map { _ in machine.record.entries.last?.activity.id ?? "" })
        let correction = try enter("/correct hello Maria")
        #expect(correction.posted?.type == .messageUpdate && correction.posted?.replyToId == id)
        #expect(correction.posted?.text == "hello Maria" && correction.posted?.deskItem == "item-1")
        #expect(correction.words.contains("you: hello Maria (edited, was: “hello”)"), "\(correction.words)")
        let deletion = try enter("/delete")
        #expect(deletion.posted?.type == .messageDelete && deletion.posted?.replyToId == id)
        #expect(deletion.words.contains("you: (deleted: “hello Maria”)"))
        #expect(try enter("/delete").words.contains("You have no line here to change."))
    }
}
