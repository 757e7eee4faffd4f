import BotSchema
import DirectLineClient
import Handoff
import Testing
import Transcripts

@testable import ChatScreen

/// The transcripts of a handoff in the chat: before the agent, with the agent, and from files.
struct TranscriptPartTests {
    private func arrive(_ activity: Activity, in script: inout ChatScript) -> [String] {
        script.arrive(activity.jsonValue.compactText)
    }

    private func handedBack(_ back: Activity, trusting trust: ReportTrust = .otherSide) -> ChatScript {
        var script = ChatScript(dialect: nil)
        _ = script.take(.opened(conversationId: "c-1", trusting: trust))
        _ = script.take(.client(.connection(Fixture.online)))
        var request = Activity.event("HandoffInitiation", value: ["Skill": "x"])
        request.attachments = [.transcript(of: [.message("where is my parcel")])]
        _ = arrive(request, in: &script)
        let accepted = Activity.handoffStatus(.accepted, conversationId: "c-1", dialect: .threeEvents)
        _ = arrive(accepted.sent(byAgent: "ana", name: "Ana"), in: &script)
        _ = arrive(back.sent(byAgent: "ana", name: "Ana"), in: &script)
        return script
    }

    @Test func `both parts are shown, the one before and the one with the agent`() {
        let said = [Activity.message("hello").sent(byAgent: "ana", name: "Ana")]
        var script = handedBack(
            .handoffStatus(
                .completed(.transferBack),
                conversationId: "c-1",
                dialect: .threeEvents,
                transcript: said + [.noteForBot("finish the booking", byAgent: "ana", name: "Ana")]
            )
        )
        let shown = script.enter("/transcript").joined(separator: "\n")
        let places = ["before: 1 entry", "where is my parcel", "with Ana: 2 entries", "hello", "finish the booking"]
            .map { shown.firstRange(of: $0)?.lowerBound }
        #expect(places.allSatisfy { $0 != nil }, "\(shown)")
        #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }

    @Test(arguments: [ReportTrust.hub, .otherSide])
    func `the agent's words for the bot are verified where the hub itself reports them`(trust: ReportTrust) {
        let note = Activity.noteForBot("finish the booking", byAgent: "ana", name: "Ana")
        var script = handedBack(
            .handoffStatus(
                .completed(.transferBack),
                conversationId: "c-1",
                dialect: .threeEvents,
                transcript: [note, .message("I am the agent").sent(byAgent: "ana", name: "Ana")]
            ),
            trusting: trust
        )
        let shown = script.enter("/transcript")
        #expect(shown.contains("loaded: agent Ana: finish the booking") == (trust == .hub), "\(shown)")
        #expect(shown.contains("loaded: agent Ana (unverified): I am the agent"), "\(shown)")
    }

    @Test func `a line that was changed meanwhile is the agent's in its last words, and in no others`() {
        for (words, isKnown) in [("see you at ten", true), ("see at ten", true), ("see at two", false)] {
            var said = Activity.message(words).sent(byAgent: "ana", name: "Ana")
            said.id = "c-1|7"
            var script = ChatScript(dialect: nil)
            _ = script.open()
            _ = arrive(.event("HandoffInitiation", value: ["Skill": "x"]), in: &script)
            let accepted = Activity.handoffStatus(.accepted, conversationId: "c-1", dialect: .threeEvents)
            _ = arrive(accepted.sent(byAgent: "ana", name: "Ana"), in: &script)
            var line = Activity.message("see at ten").sent(byAgent: "ana", name: "Ana")
            line.id = "c-1|7"
            _ = arrive(line, in: &script)
            var change = Activity.message("see you at ten").sent(byAgent: "ana", name: "Ana")
            (change.type, change.id, change.replyToId) = (.messageUpdate, "c-1|8", "c-1|7")
            _ = arrive(change, in: &script)
            let back = Activity.handoffStatus(
                .completed(.transferBack),
                conversationId: "c-1",
                dialect: .threeEvents,
                transcript: [said]
            )
            _ = arrive(back.sent(byAgent: "ana", name: "Ana"), in: &script)
            let shown = script.enter("/transcript").joined(separator: "\n")
            #expect(shown.contains(words) && shown.contains("(unverified)") != isKnown, "\(shown)")
        }
    }

    @Test func `a part behind a link is fetched, and told from the other`() throws {
        var back = Activity.event("HandoffCompleted", value: "transferBack")
        back.attachments = [.transcript(at: "https://example.org/back?sig=abc")]
        var script = handedBack(back)
        let words = script.enter("/transcript")
        #expect(words.contains { $0.contains("before: 1 entry") })
        #expect(words.contains { $0.contains("Fetching the transcript from https://example.org/back…") })
        #expect(!words.contains { $0.contains("sig=abc") && !$0.hasPrefix("fetch") })
        let transcript = Transcript(activities: [.message("hello").sent(byAgent: "ana", name: "Ana")])
        let shown = script.take(.fetched(link: "https://example.org/back?sig=abc", .success(transcript)))
        #expect(shown.contains { $0.contains("with Ana: 1 entry") })
    }

    @Test(arguments: [
        ("HandoffInitiation", "HandoffResponse"), ("InitiateHandoff", "HandoffResponse"),
        ("handoff.initiate", "handoff.status"), ("GenesysHandoff", "handoff.status"),
    ])
    func `a report by hand is spelt as the bot asked`(asked: String, reported: String) {
        var script = ChatScript(dialect: nil)
        _ = script.open()
        _ = arrive(.event(asked, value: ["Skill": "x"]), in: &script)
        _ = script.enter("/handoff accept Dana")
        #expect(script.posted.map(\.name) == [reported])
    }

    @Test func `a name that misses is told in the chat, once`() {
        var script = ChatScript(dialect: nil)
        _ = script.open()
        let told = arrive(.event("Handoff.Initiate", value: ["Skill": "x"]), in: &script)
        #expect(told.contains { $0.contains("“handoff.initiate” is (HO102)") })
        #expect(!arrive(.event("Handoff.Initiate"), in: &script).contains { $0.contains("HO102") })
        #expect(script.enter("/lint").joined().contains("HO102"))
    }

    @Test(arguments: [true, false])
    func `a file is loaded as the chat opens`(isContext: Bool) {
        var machine = ChatStateMachine(
            configuration: ChatStateMachine.Configuration(
                isInteractive: true,
                settle: .milliseconds(500),
                linger: .seconds(60),
                style: .plain,
                load: ChatStateMachine.FileToLoad(path: "my talk.transcript", isContext: isContext)
            )
        )
        let now = Timestamp(milliseconds: 0)
        let opening = machine.handle(.opened(conversationId: "c-1"), at: now)
        #expect(opening.contains { if case .load("my talk.transcript") = $0 { true } else { false } })
        var line = Activity.message("hi")
        line.from = ChannelAccount(id: "u", role: "user")
        let loaded = machine.handle(
            .loaded(path: "my talk.transcript", .success(Transcript(activities: [line]))),
            at: now
        )
        #expect(loaded.map(ChatScript.words).contains { $0.contains("/next") } == isContext)
        #expect(
            machine.handle(.opened(conversationId: "c-2"), at: now).allSatisfy {
                if case .load = $0 { false } else { true }
            }
        )
    }
}
