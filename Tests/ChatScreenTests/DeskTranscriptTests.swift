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

    @Test func `the agent is told that nobody has the skill`() {
        var desk = DeskScript()
        _ = desk.begin()
        let briefing = DeskBriefing(request(linked: nil, dropping: ["cards"]), item: "item-1")
        let offered = desk.hear(DeskEvent(DeskEvent.offered(briefing, rings: nil).activity) ?? .failure("unreadable"))
        #expect(offered.joined().contains("skill cards, which nobody at work has"))
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

    @Test func `a user's reaction, change and deletion are shown at the line that they are about`() {
        var desk = DeskScript()
        _ = desk.begin()
        _ = desk.hear(.connected(DeskBriefing(request(linked: nil), item: "item-1")))
        var line = Activity.message("my number is 17").forDesk(
            item: "item-1",
            user: ChannelAccount(id: "u", name: "Maria")
        )
        line.id = "d|7"
        _ = desk.hear(line)
        var reaction = Activity(json: ["type": "messageReaction", "reactionsAdded": [["type": "like"]]])
        reaction = reaction.forDesk(item: "item-1", user: ChannelAccount(id: "u", name: "Maria"), about: "d|7")
        let shown = desk.hear(reaction).joined(separator: "\n")
        #expect(shown.contains("like") && shown.contains("my number is 17"), "\(shown)")
    }
}
