import BotSchema
import Handoff
import Testing

/// Transcripts that go with handoff events, within them or by link.
struct TravellingTranscriptTests {
    private var turn: Activity {
        var turn = Activity.message("human")
        turn.id = "c|3"
        turn.conversation = ConversationAccount(id: "c")
        turn.channelId = "directline"
        turn.from = ChannelAccount(id: "u", role: "user")
        turn.recipient = ChannelAccount(id: "bot", role: "bot")
        return turn
    }

    private func lines(_ count: Int, of size: Int) -> [Activity] {
        (1...count).map { .message("\($0) " + String(repeating: "x", count: size)) }
    }

    private func initiation(_ lines: [Activity], link: String?) async -> (Activity, kept: [UInt8]?) {
        var kept: [UInt8]?
        let event = await Activity.handoffInitiate(
            context: HandoffContext(["Skill": "billing"]),
            transcript: lines,
            replyingTo: turn,
            dialect: .threeEvents
        ) { bytes in
            kept = bytes
            return link
        }
        return (event, kept)
    }

    @Test func `a short transcript goes within the event`() async {
        let (event, kept) = await initiation(lines(10, of: 100), link: "https://example.org/t")
        #expect(kept == nil)
        #expect(HandoffTranscript(event)?.entries?.count == 10)
        #expect(HandoffTranscript(event)?.url == nil)
    }

    @Test func `a long one goes by link and loses nothing, and what is behind the link can be read`() async throws {
        let (event, kept) = await initiation(lines(600, of: 1000), link: "https://example.org/t")
        var transcript = try #require(HandoffTranscript(event))
        #expect(transcript.entries == nil && transcript.url == "https://example.org/t")
        #expect(transcript.omittedEntries == 0)
        transcript.take(linked: try #require(kept))
        #expect(transcript.entries?.count == 600)
        #expect(transcript.entries?.first?.text?.hasPrefix("1 ") == true)
        let findings = HandoffLint(origin: .post).findings(in: [event])
        #expect(findings.filter { $0.severity != .information }.isEmpty, "\(findings)")
    }

    @Test func `where no link can be had, the oldest entries go, and the event says how many`() async throws {
        let (event, _) = await initiation(lines(600, of: 1000), link: nil)
        let transcript = try #require(HandoffTranscript(event))
        #expect(event.jsonValue.serialized().count < 262_144)
        #expect((transcript.entries?.count ?? 0) + transcript.omittedEntries == 600)
        #expect(transcript.omittedEntries > 0)
    }

    @Test func `a link has a limit as well`() async throws {
        let (event, kept) = await initiation(lines(60, of: 100_000), link: "https://example.org/t")
        #expect(try #require(kept).count <= HandoffTranscript.linkLimit)
        #expect(try #require(HandoffTranscript(event)).omittedEntries > 0)
    }

    @Test(arguments: [HandoffDialect.threeEvents, .threeEventsAsCoded, .sdk])
    func `a transfer back brings what user and agent said, in every dialect`(dialect: HandoffDialect) async throws {
        let said = lines(3, of: 10) + [.noteForBot("finish the booking", byAgent: "ana", name: "Ana")]
        let inline = Activity.handoffStatus(
            .completed(.transferBack),
            conversationId: "c",
            dialect: dialect,
            transcript: said
        )
        let linked = await Activity.handoffStatus(
            .completed(.transferBack),
            conversationId: "c",
            dialect: dialect,
            transcript: lines(600, of: 1000)
        ) { _ in "https://example.org/back" }
        for (event, count) in [(inline, 4), (linked, nil)] as [(Activity, Int?)] {
            var request = Activity.handoffInitiate(
                context: HandoffContext(),
                transcript: nil,
                replyingTo: turn,
                dialect: dialect
            )
            request.conversation = ConversationAccount(id: "c")
            var lifecycle = HandoffLifecycle()
            let now = Timestamp(milliseconds: 0)
            _ = lifecycle.receive(request, at: now)
            let step = try #require(lifecycle.receive(event, at: now).first)
            #expect(step.outcome == .transferredBack)
            #expect(step.returned?.entries?.count == count)
            #expect(step.returned?.url == (count == nil ? "https://example.org/back" : nil))
            #expect(lifecycle.attempt?.returned == step.returned)
        }
        #expect(HandoffTranscript(inline)?.entries?.last?.isNoteForBot == true)
    }

    @Test func `what is behind a link may be anything`() {
        for (text, problem) in [
            ("", true), ("{", true), ("[]", false), (#"{"activities":[]}"#, false), (#"{"transcript":[]}"#, false),
            ("<html>", true), ("7", true),
        ] {
            var initiation = HandoffInitiation(context: HandoffContext())
            initiation.take(linkedTranscript: Array(text.utf8))
            #expect((initiation.transcriptProblem != nil) == problem, "\(text)")
            #expect((initiation.transcript == nil) == problem, "\(text)")
        }
    }

    @Test func `HO153 a link to this machine needs no encryption, one that only looks so does`() {
        for (link, isFound) in [
            ("http://127.0.0.1:3000/v3/attachments/a", false), ("http://localhost/t", false),
            ("http://[::1]:1/t", false),
            ("http://localhost.example.com/t", true), ("http://127.0.0.1@example.com/t", true),
            ("ftp://localhost/t", true),
        ] {
            var event = Activity.event("handoff.initiate", value: ["Skill": "x"])
            event.attachments = [.transcript(at: link)]
            let rules = HandoffLint().findings(in: [event]).map(\.rule.id)
            #expect(rules.contains("HO153") == isFound, "\(link)")
        }
    }
}
