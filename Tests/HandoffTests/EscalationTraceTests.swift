import BotSchema
import Testing

@testable import Handoff

/// Escalations that an export tells by traces alone (Copilot Studio).
struct EscalationTraceTests {
    private static func trace(_ kind: String) -> Activity {
        var trace = Activity(type: .trace)
        trace.valueType = kind
        trace.value = [:]
        return trace
    }

    private static let start = Timestamp(milliseconds: 0)

    private static func attempts(_ activities: [Activity], readingTraces: Bool = true) -> [HandoffAttempt] {
        var lifecycle = HandoffLifecycle(readingTraces: readingTraces)
        for activity in activities { _ = lifecycle.receive(activity, at: start) }
        return lifecycle.attempts
    }

    @Test func `a request and its handover are one handoff, of no dialect`() {
        let attempts = Self.attempts([Self.trace("EscalationRequested"), Self.trace("HandOff")])
        #expect(attempts.map(\.dialect) == [nil])
        #expect(attempts.first?.repetitions == 0)
        #expect(Self.attempts([Self.trace("HandOff")]).count == 1)
        #expect(Self.attempts([Self.trace("SomethingElse")]).isEmpty)
    }

    @Test func `where the event comes as well it tells what was asked for, before or after the trace`() {
        let event = Wire.initiate()
        for order in [[Self.trace("EscalationRequested"), event], [event, Self.trace("EscalationRequested")]] {
            let attempts = Self.attempts(order + [Self.trace("HandOff")])
            #expect(attempts.count == 1)
            #expect(attempts.first?.dialect != nil)
            #expect(attempts.first?.activityId == event.id)
            #expect(attempts.first?.repetitions == 0)
        }
    }

    @Test func `a bot that is running is not believed by its traces`() {
        #expect(Self.attempts([Self.trace("EscalationRequested")], readingTraces: false).isEmpty)
        #expect(HandoffSignal(Self.trace("HandOff")) == nil)
    }

    @Test func `the words say where it is known from`() {
        var lifecycle = HandoffLifecycle(readingTraces: true)
        let steps = lifecycle.receive(Self.trace("EscalationRequested"), at: Self.start)
        #expect(steps.compactMap(\.words) == [["handoff requested", "as a trace tells"]])
    }
}
