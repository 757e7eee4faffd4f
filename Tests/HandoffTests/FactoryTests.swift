import BotSchema
import Handoff
import Testing

struct FactoryTests {
    @Test func `an initiation has the members that the SDKs give it`() throws {
        let turn = try Wire.activity(
            """
            {"type":"message","id":"c-17|4","channelId":"directline","serviceUrl":"http://localhost","text":"human!",
             "from":{"id":"u1","role":"user"},"recipient":{"id":"bot-1"},"conversation":{"id":"c-17"}}
            """
        )
        let event = Activity.handoffInitiate(
            context: HandoffContext(["Skill": "billing"]),
            transcript: [turn],
            replyingTo: turn
        )
        let expected: JSONValue = [
            "type": "event", "name": "handoff.initiate", "value": ["Skill": "billing"],
            "attachments": [
                ["contentType": "application/json", "content": ["activities": [turn.jsonValue]], "name": "Transcript"]
            ],
            "from": ["id": "bot-1"], "recipient": ["id": "u1", "role": "user"], "conversation": ["id": "c-17"],
            "replyToId": "c-17|4",
            "relatesTo": [
                "activityId": "c-17|4", "user": ["id": "u1", "role": "user"], "bot": ["id": "bot-1"],
                "conversation": ["id": "c-17"], "channelId": "directline", "serviceUrl": "http://localhost",
            ],
        ]
        #expect(event.jsonValue == expected)
        guard case .initiate(let read)? = HandoffSignal(event)?.kind else {
            Issue.record("not read back")
            return
        }
        #expect(read.context.skill == "billing")
        #expect(read.transcript == [turn])
    }

    @Test func `V39 a transcript that is too large loses its oldest entries, and the event says how many`() throws {
        let entries = (1...40).map { Activity.message("\($0) " + String(repeating: "é", count: 5000)) }
        let turn = Wire.says(Wire.user, "human!")
        let context = HandoffContext(["Skill": "billing"])
        let event = Activity.handoffInitiate(context: context, transcript: entries, replyingTo: turn)
        #expect((240_000...262_144 - 2048).contains(event.jsonValue.serialized().count))
        let read = HandoffInitiation(event)
        let kept = try #require(read.transcript)
        #expect(kept.count + read.omittedEntries == 40)
        #expect(kept == entries.suffix(kept.count))
        #expect(kept.count > 20)
        #expect(
            HandoffLint(origin: .post).findings(in: [event]).allSatisfy {
                $0.rule.id != "HO011" || $0.severity == .information
            }
        )

        let short = Activity.handoffInitiate(context: context, transcript: [entries[0]], replyingTo: turn)
        #expect(HandoffInitiation(short).omittedEntries == 0)
        #expect(short.channelData == nil)
    }

    @Test func `V39 an entry that is too large by itself goes with all before it`() {
        let huge = Activity.message(String(repeating: "x", count: 300_000))
        let event = Activity.handoffInitiate(
            context: HandoffContext(["Skill": "x"]),
            transcript: [.message("1"), huge, .message("3")],
            replyingTo: .message("x")
        )
        #expect(HandoffInitiation(event).transcript == [.message("3")])
        #expect(HandoffInitiation(event).omittedEntries == 2)
    }

    @Test(arguments: [HandoffDialect.sdk, .threeEvents, .threeEventsAsCoded])
    func `an initiation is written under the name of its dialect`(dialect: HandoffDialect) {
        let event = Activity.handoffInitiate(
            context: HandoffContext(["Skill": "x"]),
            transcript: nil,
            replyingTo: .message("x"),
            dialect: dialect
        )
        #expect(HandoffSignal(event)?.dialect == dialect)
        #expect(event.attachments.isEmpty)
    }

    @Test(
        arguments: [
            (HandoffStatus.accepted, HandoffSignal.Kind.accepted(by: nil, message: "m")),
            (.failed, .failed(reason: "m")),
            (.timedOut, .timedOut(reason: "m")),
            (.completed(.ended), .completed(.ended, message: "m")),
            (.completed(.transferBack), .completed(.transferBack, message: "m")),
            (.lost, .failed(reason: "m")),
        ] as [(HandoffStatus, HandoffSignal.Kind)]
    )
    func `a status reads back in the three-event dialects`(status: HandoffStatus, kind: HandoffSignal.Kind) {
        for dialect in [HandoffDialect.threeEvents, .threeEventsAsCoded] {
            let event = Activity.handoffStatus(status, message: "m", conversationId: "c", dialect: dialect)
            #expect(HandoffSignal(event)?.kind == kind)
            #expect(HandoffSignal(event)?.conversationId == "c")
            #expect(event.value?.string != nil)
        }
    }

    @Test(arguments: [
        (HandoffStatus.accepted, "accepted"), (.failed, "failed"), (.timedOut, "failed"), (.lost, "failed"),
        (.completed(.ended), "completed"), (.completed(.transferBack), "completed"),
    ])
    func `the final protocol uses its three documented states only`(status: HandoffStatus, state: String) {
        let event = Activity.handoffStatus(status, conversationId: "c")
        #expect(event.name == "handoff.status")
        #expect(event.value == ["state": .string(state)])
    }

    @Test func `how it ended survives the final protocol in our own mark`() {
        let event = Activity.handoffStatus(.completed(.transferBack), conversationId: "c")
        #expect(HandoffSignal(event)?.kind == .completed(.transferBack, message: nil))
        #expect(HandoffSignal(event.sent(byAgent: "ana", name: "Ana"))?.kind == .completed(.transferBack, message: nil))
    }

    @Test func `the mark of an agent leaves other channel data alone`() {
        var message = Activity.message("hi")
        message.channelData = ["x": 1]
        let marked = message.sent(byAgent: "ana", name: "Ana")
        #expect(marked.channelData == ["x": 1, "baton": ["author": "agent", "agentId": "ana"]])
        #expect(marked.humanAgent?.name == "Ana")
        #expect(message.humanAgent == nil)
    }

    @Test func `a place in the queue is a private event`() {
        let event = Activity.handoffQueue(position: 3, estimatedWait: .seconds(75), skill: "billing")
        #expect(event.name == "baton.queue")
        #expect(event.value == ["position": 3, "estimatedWaitSeconds": 75, "skill": "billing"])
    }
}
