import BotSchema
import Testing

@testable import ChatScreen

/// From which line the time of an answer counts.
struct TurnLatencyTests {
    private static func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func `an answer counts from the line that it names, whatever else is unanswered`() {
        var latency = TurnLatency()
        latency.lineEntered(1, at: Self.at(0))
        latency.line(1, hasId: "c|1")
        latency.lineEntered(2, at: Self.at(10_000))
        latency.line(2, hasId: "c|2")
        #expect(latency.answered("c|2", at: Self.at(10_120)) == 120)
        #expect(latency.answered("c|2", at: Self.at(10_300)) == nil)
        #expect(latency.milliseconds == [120])
    }

    @Test func `two lines that are answered in their order have a time each`() {
        var latency = TurnLatency()
        latency.lineEntered(1, at: Self.at(0))
        latency.lineEntered(2, at: Self.at(50))
        latency.line(1, hasId: "c|1")
        latency.line(2, hasId: "c|2")
        #expect(latency.answered("c|1", at: Self.at(100)) == 100)
        #expect(latency.answered("c|2", at: Self.at(200)) == 150)
    }

    @Test func `what names nothing that is known answers what was said, once`() {
        var latency = TurnLatency()
        latency.lineEntered(1, at: Self.at(0))
        latency.lineEntered(2, at: Self.at(50))
        #expect(latency.answered(nil, at: Self.at(100)) == 100)
        #expect(latency.answered("elsewhere", at: Self.at(200)) == nil)
    }

    @Test func `a script's next answer does not count from the line that was given up`() {
        var latency = TurnLatency()
        latency.lineEntered(1, at: Self.at(0))
        latency.giveUp()
        latency.lineEntered(2, at: Self.at(15_000))
        #expect(latency.answered(nil, at: Self.at(15_200)) == 200)
    }

    @Test func `the chat times the line that a message names`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("silence, please")
        _ = script.take(.posted(number: 1, .success("c|1")))
        _ = script.take(.timer(.composing), after: .seconds(20))
        _ = script.enter("hello")
        _ = script.take(.posted(number: 2, .success("c|2")))
        _ = script.arrive(
            #"{"type":"message","id":"c|3","replyToId":"c|2","text":"hi","from":{"id":"bot","role":"bot"}}"#
        )
        #expect(script.machine.latency.milliseconds == [200])
    }
}
