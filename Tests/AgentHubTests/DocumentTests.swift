import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// What the two documents ask of a hub and its adapter.
struct DocumentTests {
    private func request(_ name: String, id: String = "i-1") -> Activity {
        var activity = Activity.event(name, value: ["Skill": "billing"])
        activity.id = id
        activity.conversation = ConversationAccount(id: "c-1")
        return activity
    }

    @Test(arguments: [
        ("HandoffInitiation", ["HandoffResponse accepted", "HandoffCompleted transferBack"]),
        ("InitiateHandoff", ["HandoffResponse accepted", "HandoffResponse transferBack"]),
        ("handoff.initiate", ["handoff.status accepted", "handoff.status completed"]),
        ("GenesysHandoff", ["handoff.status accepted", "handoff.status completed"]),
    ])
    func `reports are spelt as the initiation was`(name: String, reports: [String]) {
        let bench = Bench(dialect: nil)
        bench.botSends(request(name))
        bench.reports(.accepted(bench.ana), .completed(.transferBack, bench.ana))
        let heard = bench.conversation.toBot.map { activity in
            "\(activity.name ?? "") \(activity.value?.string ?? activity.value?["state"]?.string ?? "")"
        }
        #expect(heard == reports)
        #expect(bench.conversation.toBot.allSatisfy { $0.conversation?.id == "c-1" })
    }

    @Test func `a chosen dialect counts whatever the initiation was`() {
        let bench = Bench(dialect: .sdk)
        bench.botSends(request("HandoffInitiation"))
        bench.reports(.accepted(bench.ana))
        #expect(bench.conversation.toBot.map(\.name) == ["handoff.status"])
    }

    @Test(arguments: [
        (HandoffDialect.threeEvents, false, "HandoffResponse failed", HandoffSignal.Kind.failed(reason: "no")),
        (.threeEvents, true, "HandoffResponse timedOut", .timedOut(reason: "late")),
        (.threeEventsAsCoded, false, "HandoffResponse failed", .failed(reason: "no")),
        (.threeEventsAsCoded, true, "HandoffResponse timedOut", .timedOut(reason: "late")),
        (.sdk, false, "handoff.status failed", .failed(reason: "no")),
        // The SDK has no word for it.
        (.sdk, true, "handoff.status failed", .failed(reason: "late")),
    ])
    func `a refusal and a time-out say why`(
        dialect: HandoffDialect,
        isTimeOut: Bool,
        words: String,
        kind: HandoffSignal.Kind
    ) throws {
        let report = isTimeOut ? HubReport.timedOut(reason: "late") : .failed(reason: "no")
        let bench = Bench(dialect: dialect)
        bench.botSends(request("handoff.initiate"))
        bench.reports(report)
        #expect(bench.conversation.toBot.count == 1)
        let told = try #require(bench.conversation.toBot.first)
        #expect("\(told.name ?? "") \(told.value?.string ?? told.value?["state"]?.string ?? "")" == words)
        #expect(HandoffSignal(told)?.kind == kind)
    }

    @Test func `a report that the bot rejects is put into the conversation, any other failure is not`() {
        let bench = Bench(dialect: .threeEvents)
        bench.botSends(request("HandoffInitiation"))
        bench.reports(.accepted(bench.ana))
        let report = bench.conversation.toBot[0]
        bench.botFails(on: report, BotError(.unreachable, "nobody"))
        bench.botFails(on: .message("hi"), BotError(.refused, "500", status: 500))
        #expect(bench.conversation.stream.compactMap { RejectedReport($0) }.isEmpty)
        bench.botFails(on: report, BotError(.refused, "500", status: 500))
        let told = bench.conversation.stream.compactMap { RejectedReport($0) }
        #expect(told.map(\.words) == ["the bot answered HandoffResponse “accepted” with an error (500)"])
    }

    // MARK: - Transcripts

    @Test(arguments: [HandoffDialect.threeEvents, .threeEventsAsCoded, .sdk])
    func `a transfer back brings what the agent said, and the note for the bot last`(dialect: HandoffDialect) throws {
        let bench = Bench(dialect: dialect)
        bench.botSends(.message("one moment"))
        bench.botSends(bench.shown(request("handoff.initiate")))
        bench.reports(.accepted(bench.ana), .message(.message("hello"), bench.ana))
        bench.reports(.completed(.transferBack, bench.ana, note: "finish the booking"))
        let report = try #require(bench.conversation.toBot.last)
        let entries = try #require(HandoffTranscript(report)?.entries)
        #expect(entries.map(\.text) == ["hello", "finish the booking"])
        #expect(entries.map { $0.humanAgent?.name } == ["Ana", "Ana"])
        #expect(entries.last?.isNoteForBot == true)
        // The note is for the bot: the user is not told it in words.
        #expect(!bench.conversation.stream.contains { $0.type == .message && $0.text == "finish the booking" })
    }

    @Test func `what was changed or deleted meanwhile goes back to the bot as it stands`() throws {
        let bench = Bench(dialect: nil)
        bench.botSends(bench.shown(request("handoff.initiate")))
        bench.reports(.accepted(bench.ana))
        for (id, text) in [("desk|4", "see at ten"), ("desk|5", "oops")] {
            var line = Activity.message(text)
            line.id = id
            bench.reports(.message(line, bench.ana))
        }
        var update = about("desk|4", .messageUpdate, id: "desk|6")
        update.text = "see you at ten"
        bench.reports(.message(update, bench.ana), .message(about("desk|5", .messageDelete, id: "desk|7"), bench.ana))
        bench.reports(.completed(.transferBack, bench.ana))
        let entries = try #require(bench.conversation.toBot.last.flatMap { HandoffTranscript($0)?.entries })
        #expect(entries.map(\.text) == ["see you at ten"])
        #expect(entries.map(\.type) == [.message])
    }

    @Test func `lines as they stand have the words of their last change by their own side`() {
        func line(_ json: JSONObject, _ role: String) -> Activity {
            var activity = Activity(json: json)
            activity.from = ChannelAccount(id: role, role: role)
            return activity
        }
        let said = [
            line(["type": "message", "id": "1", "text": "one"], "user"),
            line(["type": "message", "id": "2", "text": "two"], "bot"),
            line(["type": "messageUpdate", "id": "3", "replyToId": "1", "text": "ONE"], "user"),
            line(["type": "messageUpdate", "id": "4", "replyToId": "1", "text": "forged"], "bot"),
            line(["type": "messageDelete", "id": "5", "replyToId": "2"], "bot"),
            line(["type": "messageUpdate", "id": "6", "replyToId": "1", "text": "One!"], "user"),
            line(["type": "messageUpdate", "id": "7", "replyToId": "before", "text": "earlier"], "user"),
        ].asTheyStand
        #expect(said.map(\.text) == ["One!", "earlier"])
        #expect(said.map(\.id) == ["1", "7"])
    }

    @Test func `an end for good and a failure bring no transcript`() {
        for report in [HubReport.completed(.ended, Bench(dialect: nil).ana), .lost(nil, reason: "gone")] {
            let bench = Bench(dialect: nil)
            bench.botSends(bench.shown(request("HandoffInitiation")))
            bench.reports(.accepted(bench.ana), .message(.message("hello"), bench.ana), report)
            #expect(bench.conversation.toBot.last.flatMap { HandoffTranscript($0) } == nil)
        }
    }

    @Test func `a transcript that the channel keeps is there before anybody is rung, another when it is asked for`()
        async throws
    {
        var own = request("handoff.initiate")
        own.attachments = [.transcript(at: "http://here/t")]
        let bench = Bench(dialect: nil)
        bench.conversation.files.withLock { $0["http://here/t"] = Array(#"{"activities":[{"type":"message"}]}"#.utf8) }
        bench.botSends(own)
        #expect(bench.hub.requests.first?.initiation.transcript?.count == 1)
        #expect(bench.hub.requests.first?.linkedTranscript == nil)

        var foreign = request("handoff.initiate")
        foreign.attachments = [.transcript(at: "https://elsewhere/t")]
        let other = Bench(dialect: nil)
        other.botSends(foreign)
        let waiting = try #require(other.hub.requests.first)
        #expect(waiting.initiation.transcript == nil)
        let linked = try #require(waiting.linkedTranscript)
        await #expect(throws: TranscriptLinkError("links are not read here")) {
            try await linked.added(to: waiting.initiation)
        }
    }

    // MARK: - Reactions, changes and deletions

    private func about(_ line: String, _ type: ActivityType, id: String? = nil) -> Activity {
        var activity = Activity(type: type)
        activity.id = id
        activity.replyToId = line
        return activity
    }

    @Test(arguments: [ActivityType.messageReaction, .messageUpdate, .messageDelete])
    func `what is about a line goes both ways, each under the ids of its reader`(type: ActivityType) throws {
        let bench = Bench(dialect: nil)
        #expect(bench.userSends(about("1", type)) == .bot)
        bench.botSends(request("handoff.initiate"))
        bench.reports(.accepted(bench.ana))
        var hello = Activity.message("hello")
        hello.id = "desk|4"
        bench.reports(.message(hello, bench.ana))
        let shown = try #require(bench.conversation.stream.last)
        #expect(shown.text == "hello" && shown.id != "desk|4")
        #expect(bench.userSends(about(shown.id ?? "", type, id: "u|1")) == .adapter)
        #expect(bench.hub.activities.last?.type == type)
        #expect(bench.hub.activities.last?.replyToId == "desk|4")
        bench.reports(.message(about("desk|4", type, id: "desk|5"), bench.ana))
        #expect(bench.conversation.stream.last?.type == type)
        #expect(bench.conversation.stream.last?.replyToId == shown.id)
        bench.reports(.completed(.ended, bench.ana))
        #expect(bench.userSends(about("1", type)) == .bot)
    }

    // MARK: - Skills

    private let cards = HubAgent(id: "cara", name: "Cara", skills: ["cards": 5])

    private func outcome(of gap: HubPolicy.SkillGap, agents: [HubAgent]) -> [String] {
        var policy = HubPolicy(maximumWait: .seconds(60))
        policy.skillGap = gap
        var play = Play(policy: policy)
        for agent in agents { _ = play(.agentJoined(agent)) }
        return play(.opened(item: "1", skill: "gardening")) + play.wait(until: 61)
    }

    @Test func `a skill that nobody has is dropped, waited for or refused`() {
        #expect(outcome(of: .anybody, agents: [cards]).first == "offer 1 cara")
        let waiting = outcome(of: .wait, agents: [cards])
        #expect(waiting.contains("giveUp 1"), "\(waiting)")
        #expect(!waiting.contains("offer 1 cara"))
        #expect(outcome(of: .fail, agents: [cards]).first == "refuse 1 noSkill")
    }

    @Test(arguments: [HubPolicy.SkillGap.anybody, .wait, .fail])
    func `an agent without skills takes any`(gap: HubPolicy.SkillGap) {
        let dana = HubAgent(id: "dana", name: "Dana", skills: [:])
        #expect(dana.has(["gardening": 3]))
        #expect(outcome(of: gap, agents: [dana]).first == "offer 1 dana")
    }

    @Test func `the refusal says which skill, as the document's example does`() {
        #expect(HubRefusal.noSkill.sentence(for: "credit cards") == "No agent with the skill credit cards is at work.")
        #expect(HubRefusal.noSkill.sentence(for: nil) == "No agent with the required skill is at work.")
        #expect(HubRefusal.noAgents.sentence(for: "credit cards") == HubRefusal.noAgents.sentence)
    }

    @Test func `the agent is told that the skill was dropped`() {
        var machine = HubStateMachine(policy: HubPolicy())
        _ = machine.receive(.agentJoined(cards), at: .zero)
        _ = machine.receive(.presenceChanged(agent: "cara", .available), at: .zero)
        _ = machine.receive(.opened(item: "1", WorkNeed(skill: "gardening")), at: .zero)
        #expect(machine.missingSkills(of: "1", agent: "cara") == ["gardening"])
        _ = machine.receive(.opened(item: "2", WorkNeed(skill: "cards")), at: .zero)
        #expect(machine.missingSkills(of: "2", agent: "cara") == [])
        var request = WorkRequest(
            conversationId: "c",
            user: ChannelAccount(id: "u", name: "Sam"),
            initiation: HandoffInitiation(context: HandoffContext(["Skill": "gardening"]))
        )
        request.droppedSkills = ["gardening"]
        #expect(AgentBrief(request).headline.contains("skill gardening (which the agent does not have)"))
    }
}
