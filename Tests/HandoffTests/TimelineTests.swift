import BotSchema
import Handoff
import Testing

struct TimelineTests {
    private static func at(_ second: Int, _ activity: Activity) -> Activity {
        var activity = activity
        activity.timestamp = Timestamp(milliseconds: Int64(second) * 1000).text
        return activity
    }

    private static let accepted = Wire.status("accepted").sent(byAgent: "ana", name: "Ana")

    private static let record = [
        at(10, Wire.initiate()), at(12, .handoffQueue(position: 3)), at(20, .handoffQueue(position: 1)),
        at(34, accepted),
        at(37, Wire.agentSays("hello")), at(40, Wire.agentSays("still here")),
        at(130, Wire.event("HandoffCompleted", value: "failed")), at(140, Wire.initiate(id: "again")),
        at(145, Wire.status("failed")),
    ]

    @Test func `an attempt has its times`() throws {
        let timeline = HandoffTimeline(of: Self.record)
        try #require(timeline.attempts.count == 2)
        let first = timeline.attempts[0]
        #expect(first.outcome == .lost)
        #expect(first.timeInQueue == .seconds(22))
        #expect(first.timeToHuman == .seconds(24))
        #expect(first.timeToReply == .seconds(3))
        #expect(first.handled == .seconds(96))
        let second = timeline.attempts[1]
        #expect(second.outcome == .failed)
        #expect(second.timeToHuman == nil)
        #expect(second.timeInQueue == nil)
        #expect(second.waited == .seconds(5))
    }

    @Test func `a timeline reads well`() {
        let rows = HandoffTimeline(of: Self.record).rows { "\($0.milliseconds / 1000)" }
        #expect(
            rows.map { "\($0.label): \($0.text)" } == [
                "attempt 1: lost, the agent dropped out", "requested: 10, skill billing, as sdk (handoff.initiate)",
                "queued: 12, last at position 1", "accepted: 34, by Ana", "first reply: 37", "over: 130",
                "time in queue: 22 s", "time to human: 24 s", "time to reply: 3 s", "time with agent: 1 min 36 s",
                "attempt 2: failed, nobody took it", "requested: 140, skill billing, as sdk (handoff.initiate)",
                "over: 145",
            ]
        )
        #expect(HandoffTimeline(of: []).rows().isEmpty)
    }

    @Test(arguments: [
        ("HandoffInitiation", "three-events (HandoffInitiation)"),
        ("InitiateHandoff", "three-events-as-coded (InitiateHandoff)"),
        ("GenesysHandoff", "provider-event (GenesysHandoff)"),
    ])
    func `a dialect is named as the option names it, with the event behind`(name: String, words: String) {
        let rows = HandoffTimeline(of: [Wire.event(name, value: ["Skill": "billing"])]).rows { _ in "now" }
        #expect(rows.last?.text == "now, skill billing, as \(words)")
    }

    @Test func `an agent who speaks unannounced has replied at once`() {
        let timeline = HandoffTimeline(of: [Self.at(1, Wire.initiate()), Self.at(4, Wire.agentSays("hi"))])
        #expect(timeline.attempts.first?.timeToHuman == .seconds(3))
        #expect(timeline.attempts.first?.timeToReply == .zero)
        #expect(timeline.attempts.first?.outcome == .open)
    }

    @Test func `exports that count seconds, and activities without times, are placed`() throws {
        var initiate = Wire.initiate()
        initiate.json["timestamp"] = 1_588_327_200
        let timeline = HandoffTimeline(of: [initiate, Self.accepted])
        #expect(timeline.attempts.first?.requestedAt == Timestamp("2020-05-01T10:00:00Z"))
        #expect(timeline.attempts.first?.timeToHuman == .zero)
    }

    @Test func `a live conversation is told by what its lifecycle saw`() {
        var lifecycle = HandoffLifecycle()
        _ = lifecycle.receive(Wire.initiate(), at: Timestamp(milliseconds: 0))
        _ = lifecycle.receive(Self.accepted, at: Timestamp(milliseconds: 1500))
        #expect(
            HandoffTimeline(lifecycle).rows().last == HandoffTimeline(lifecycle).rows().first { $0.text == "1.5 s" }
        )
    }
}
