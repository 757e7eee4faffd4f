import BotSchema
import Handoff
import Testing

/// Events that no sender should send, and some do.
struct MalformedEventTests {
    private static let corpus = [
        #"{"type":"event"}"#,
        #"{"type":"event","name":null,"value":{"state":"accepted"}}"#,
        #"{"type":"event","name":7}"#,
        #"{"type":"event","name":"handoff.initiate "}"#,
        #"{"type":"event","name":"HANDOFF.INITIATE"}"#,
        #"{"type":"event","name":"handoff.initiate","value":""}"#,
        #"{"type":"event","name":"handoff.initiate","value":"{\"Skill\":\"x\"}"}"#,
        #"{"type":"event","name":"handoff.initiate","value":{"Skill":"a","Skill":"b"}}"#,
        #"{"type":"event","name":"handoff.status","value":{}}"#,
        #"{"type":"event","name":"handoff.status","value":{"state":null}}"#,
        #"{"type":"event","name":"handoff.status","value":{"state":["accepted"]}}"#,
        #"{"type":"event","name":"handoff.status","value":"accepted"}"#,
        #"{"type":"event","name":"handoff.status","conversation":null,"value":{"state":"accepted"}}"#,
        #"{"type":"event","name":"handoff.status","conversation":{},"value":{"state":"accepted"}}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":{}}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[null]}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[{}]}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[{"name":"Transcript","content":"{\"activities\":[}"}]}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[{"name":"Transcript","contentUrl":"javascript:1"}]}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[{"name":"Transcript","content":{"activities":[null,"x",{}]}}]}"#,
        #"{"Type":"event","Name":"handoff.initiate"}"#,
        #"{"type":"event","name":"handoff.initiate","value":{"Skill":"\u001b[2J","va_AgentMessage":"\ud800"}}"#,
        #"{"type":"event","name":"handoff.initiate","from":7,"recipient":[],"relatesTo":"x","id":1}"#,
        #"{"type":"event","name":"baton.queue","value":{"position":99999999999999999999,"estimatedWaitSeconds":-1e999}}"#,
        #"{"type":"handoff","value":false}"#,
        #"{"type":7}"#,
        #"{}"#,
    ]

    private static let nested =
        #"{"type":"event","name":"handoff.initiate","value":"#
        + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}"

    @Test(arguments: corpus + [nested])
    func `a malformed event is read or ignored in every state`(json: String) throws {
        let activity = try Wire.activity(json)
        if case .initiate(let initiation)? = HandoffSignal(activity)?.kind {
            _ = initiation.summary
            _ = initiation.context.variables.map(\.text)
        }
        let beginnings: [[Activity]] = [
            [], [Wire.initiate()], [Wire.initiate(), Activity.handoffQueue(position: 1)],
            [Wire.initiate(), Wire.status("accepted")], [.endOfConversation()],
        ]
        for beginning in beginnings {
            var lifecycle = HandoffLifecycle()
            for step in beginning + [activity, activity] {
                _ = lifecycle.receive(step, at: Timestamp(milliseconds: 0))
            }
            #expect(lifecycle.attempts.count <= 1)
        }
    }

    /// Whatever the order of events, attempts and states agree.
    @Test func `random orders of events keep the record sound`() {
        var generator = Numbers(state: 7)
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

/// A linear congruential generator: repeatable, and random enough.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
