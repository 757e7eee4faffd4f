import BotSchema
import Handoff
import HandoffFixtures
import Testing
import Transcripts

/// Events that no sender should send, and some do.
struct MalformedEventTests {
    /// Beyond the numbered corpus, what else the fields can hold.
    private static let more = [
        #"{"type":"event"}"#,
        #"{"type":"event","name":"handoff.initiate","from":7,"recipient":[],"relatesTo":"x","id":1}"#,
        #"{"type":"event","name":"baton.queue","value":{"position":99999999999999999999,"estimatedWaitSeconds":-1e999}}"#,
        #"{"type":"message","channelData":{"tags":"{\"type\":{}}","action":[],"metadata":{"type":1}}}"#,
        #"{"type":"message","channelData":{"tags":{"type":"escalate","context":"x"},"metadata":[null,7]},"timestamp":-1e999}"#,
        #"{"type":"trace","name":"HandOff","value":[]}"#,
        #"{"type":"handoff","value":false}"#,
        #"{"type":7}"#,
        #"{}"#,
    ].map { MalformedCorpus.Case(number: 0, fault: $0, json: $0) }

    /// What has happened before the event comes: nothing, and each state in turn.
    private static let beginnings: [[Activity]] = [
        [], [Wire.initiate()], [Wire.initiate(), Activity.handoffQueue(position: 1)],
        [Wire.initiate(), Wire.status("accepted")],
        [Wire.initiate(), Wire.status("accepted"), Wire.event("HandoffCompleted", value: "endOfConversation")],
        [.endOfConversation()],
    ]

    @Test func `the corpus has a case for every number`() {
        #expect(Set(MalformedCorpus.all.map(\.number)) == Set(1...30))
    }

    @Test(arguments: MalformedCorpus.all + more)
    func `V25 a malformed event is read or ignored in every state`(event: MalformedCorpus.Case) throws {
        let activity = try Self.read(event)
        if case .initiate(let initiation)? = HandoffSignal(activity)?.kind {
            _ = initiation.summary
            _ = initiation.context.variables.map(\.text)
        }
        _ = HandoffAnnotation(activity)
        for beginning in Self.beginnings {
            var lifecycle = HandoffLifecycle()
            for step in beginning + [activity, activity] {
                _ = lifecycle.receive(step, at: Timestamp(milliseconds: 0))
            }
            #expect(lifecycle.attempts.count <= 2)
            #expect((lifecycle.attempt?.outcome == .open) == lifecycle.state.isOpen)
        }
    }

    @Test(arguments: MalformedCorpus.all + more)
    func `V25 a malformed event has findings and a timeline, and the session goes on`(
        event: MalformedCorpus.Case
    ) throws {
        let activity = try Self.read(event)
        for beginning in Self.beginnings {
            let record = beginning + [activity, Wire.says(Wire.bot, "still here")]
            for origin in [HandoffLint.Origin.wire, .transcript, .post] {
                let findings = HandoffLint(origin: origin).findings(in: record)
                #expect(findings.allSatisfy { ($0.index ?? 0) < record.count })
            }
            _ = HandoffTimeline(of: record).rows()
        }
    }

    @Test(arguments: MalformedCorpus.all)
    func `a malformed event in a file is written again as it was`(event: MalformedCorpus.Case) throws {
        let transcript = try Transcript(
            parsing: Array("[\(event.json.filter { $0 != "\u{FEFF}" })]".utf8),
            name: "case"
        )
        let again = try Transcript(parsing: transcript.serialized(as: .array), name: "again")
        #expect(again.activities == transcript.activities)
        #expect(again.activities.count == 1)
    }

    /// The corpus holds texts, as files do, so that a byte order mark is met as well.
    private static func read(_ event: MalformedCorpus.Case) throws -> Activity {
        try #require(Activity(JSONDocument(parsing: event.bytes).value))
    }

    /// Whatever the order of events, attempts and states agree.
    @Test func `random orders of events keep the record sound`() {
        var generator = SplitMix64(seed: 7)
        let events = [
            Wire.initiate(), Wire.initiate(id: "2"), Wire.status("accepted"), Wire.status("failed"),
            Wire.status("completed"), Wire.event("HandoffCompleted", value: "endOfConversation"),
            Wire.event("HandoffCompleted", value: "transferBack"), .handoffQueue(position: 1), Wire.agentSays("a"),
            Wire.says(Wire.bot, "b"), Wire.says(Wire.user, "u"), Wire.status("typing"), Wire.status("odd"),
        ]
        for _ in 0..<2000 {
            var lifecycle = HandoffLifecycle()
            var state = HandoffState.bot
            for second in 0..<12 {
                let event = events[Int(generator.next() % UInt64(events.count))]
                for step in lifecycle.receive(event, at: Timestamp(milliseconds: Int64(second))) {
                    #expect(step.from == state)
                    state = step.to
                }
                #expect(lifecycle.state == state)
                #expect((lifecycle.attempt?.outcome == .open) == state.isOpen)
                #expect(lifecycle.attempts.dropLast().allSatisfy { $0.outcome != .open })
            }
        }
    }
}
