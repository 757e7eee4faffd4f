import BotSchema
import Handoff
import Testing
import TranscriptRendering
import Transcripts

struct StatisticsTests {
    private static func statistics() throws -> TranscriptStatistics {
        TranscriptStatistics(of: try RenderingTests.transcript().activities)
    }

    @Test func `turns, latencies and times of a handoff are those of the record`() throws {
        let figures = try Self.statistics()
        #expect(figures.userTurns == 1 && figures.botMessages == 1 && figures.agentMessages == 1)
        #expect(figures.botLatency.sorted == [.seconds(1)])
        #expect(figures.timeToHuman.sorted == [.seconds(10)])
        #expect(figures.handleTime.sorted == [.seconds(63)])
        #expect(figures.timeInQueue.sorted.isEmpty)
        #expect(figures.outcomes == [.completed: 1])
        #expect(figures.span == .seconds(75))
    }

    @Test func `changes of a line, deletions and what the hub tells are nobody's turns`() throws {
        let user = #""from":{"id":"u","role":"user"}"#
        let bot = #""from":{"id":"b","role":"bot"}"#
        let hub = #""from":{"id":"agent-hub","role":"bot"},"channelData":{"baton":{"author":"hub"}}"#
        let lines = [
            #"{"type":"message","id":"1","text":"helo",\#(user)}"#,
            #"{"type":"messageUpdate","id":"2","replyToId":"1","text":"hello",\#(user)}"#,
            #"{"type":"message","id":"3","text":"Hi",\#(bot)}"#,
            #"{"type":"message","id":"3","text":"Hi there",\#(bot)}"#,
            #"{"type":"messageUpdate","id":"3","text":"Hi!",\#(bot)}"#,
            #"{"type":"messageDelete","id":"4","replyToId":"1",\#(user)}"#,
            #"{"type":"message","id":"5","text":"You are connected with Ana.",\#(hub)}"#,
        ]
        let activities = try lines.map { try #require(Activity(try JSONValue(parsing: $0))) }
        let figures = TranscriptStatistics(of: activities)
        #expect(figures.activities == 7)
        #expect([figures.userTurns, figures.botMessages, figures.agentMessages] == [1, 1, 0])
    }

    @Test func `figures of several conversations add up`() throws {
        var sum = TranscriptStatistics()
        for _ in 0..<3 { sum.add(try Self.statistics()) }
        #expect(sum.userTurns == 3 && sum.outcomes == [.completed: 3] && sum.handleTime.sorted.count == 3)
        #expect(sum.json["handleTime"] == ["count": 3, "median": 63000, "p95": 63000, "max": 63000])
        #expect(sum.json["outcomes"] == ["completed": 3])
    }

    @Test func `quantiles are the nearest ranks`() {
        let durations = TranscriptStatistics.Durations((1...10).map { .seconds($0) }.shuffled())
        #expect(durations.quantile(0.5) == .seconds(5))
        #expect(durations.quantile(0.95) == .seconds(10))
        #expect(durations.quantile(0) == .seconds(1))
        #expect(TranscriptStatistics.Durations([]).quantile(0.5) == nil)
    }

    @Test func `the report is plotted where it can be drawn, and plain elsewhere`() throws {
        var sum = try Self.statistics()
        sum.add(try Self.statistics())
        let plain = sum.lines(isDrawn: false)
        #expect(plain.contains("time to human  2 × median 10 s, 95 % 10 s, most 10 s  0 |           @| 10 s"))
        #expect(plain.contains("  completed    2 ####################"))
        #expect(sum.lines(isDrawn: true).contains { $0.hasSuffix("|           █| 10 s") })
    }

    @Test func `words are found where people see them, members where they are asked for`() throws {
        let activities = try RenderingTests.transcript().activities
        func count(_ search: TranscriptSearch) -> Int { activities.flatMap(search.matches).count }
        #expect(count(try TranscriptSearch("tea")) == 0)
        #expect(count(try TranscriptSearch("tea", ignoresCase: true)) == 1)
        #expect(count(try TranscriptSearch("handoff.status")) == 2)
        #expect(count(try TranscriptSearch("^An. here$", isExpression: true)) == 1)
        #expect(count(try TranscriptSearch("credit cards")) == 0)
        let all = try TranscriptSearch("credit cards", scope: .everything)
        #expect(activities.flatMap(all.matches) == ["$.value.Skill: credit cards"])
        #expect(throws: TranscriptSearch.InvalidExpression.self) { try TranscriptSearch("(", isExpression: true) }
    }

    @Test func `traces of Copilot Studio are counted, whatever they hold`() throws {
        let traces = [
            ("IntentRecognition", #"{"intentTitle":"Parcel","intentScore":0.9}"#),
            ("IntentRecognition", #"{"intentTitle":"Refund","intentScore":0.45}"#),
            ("IntentRecognition", #"{"intentTitle":"Parcel","intentScore":0.8}"#),
            ("ErrorTraceData", #"{"errorCode":"Timeout"}"#), ("ErrorTraceData", "null"),
            ("KnowledgeTraceData", #"{"citedKnowledgeSources":["a.pdf",{"name":"b.pdf"},7]}"#),
            ("PluginInvocationTraceData", #"{"pluginName":"Orders","isSuccess":true}"#),
            ("PluginInvocationTraceData", #"{"pluginName":"Orders","isSuccess":false}"#),
            ("GenerativeAIResponseTraceData", #"{"promptTokenCount":9223372036854775807,"completionTokenCount":3}"#),
            ("GenerativeAIResponseTraceData", #"{"promptTokenCount":1,"completionTokenCount":-5}"#),
            ("CSATSurveyResponse", #"{"score":5}"#), ("CSATSurveyResponse", #"{"score":4}"#),
            ("SessionInfo", #"{"outcome":"Resolved"}"#),
        ]
        let list = traces.map { #"{"type":"trace","valueType":"\#($0)","value":\#($1)}"# }.joined(separator: ",")
        let transcript = try Transcript(parsing: Array("[\(list)]".utf8), name: "a.json")
        let figures = TranscriptStatistics(of: transcript)
        #expect(
            figures.lines(isDrawn: false).suffix(7) == [
                "sessions       Resolved 1", "topics         Parcel 2, Refund 1, median score 0.8",
                "errors         Timeout 1, without a code 1", "knowledge      a.pdf 1, b.pdf 1",
                "plugin calls   Orders 2 (1 failed)", "tokens         9223372036854775807 in prompts, 3 in answers",
                "satisfaction   4.5 on average of 2 answers",
            ]
        )
        #expect(figures.json["topics"] == ["Parcel": 2, "Refund": 1])
        #expect(figures.json["satisfaction"]?.array?.map(\.double) == [5, 4])
    }

    @Test func `the time of a conversation is that of its sessions, and each is named where it begins`() throws {
        func content(_ seconds: Int) -> String {
            let said = [(0, "a"), (5, "b")].map { offset, text in
                #"{"type":"message","text":"\#(text)","timestamp":\#(1_772_359_200 + seconds + offset),"from":{"role":"user"}}"#
            }
            return #"{"activities":[\#(said.joined(separator: ","))]}"#
        }
        let values = [0, 7200].map { seconds in
            JSONValue.object([
                "name": "talk_bot", "content": .string(content(seconds)),
                "conversationstarttime": .string(seconds == 0 ? "2026-03-01T10:00:00Z" : "2026-03-01T12:00:00Z"),
            ])
        }
        let text = JSONValue.object(["value": .array(values)]).compactText
        let transcript = try Transcript(parsing: Array(text.utf8), name: "a.json")
        #expect(TranscriptStatistics(of: transcript).span == .seconds(10))
        let words = "session of talk, began 12:00:00, no outcome recorded"
        for format in [RenderedFormat.text, .markdown, .html, .cast] {
            let page = String(decoding: transcript.rendered(as: format, title: "t"), as: UTF8.self)
                .replacing("\\", with: "")
            #expect(page.components(of: words) == 1, "\(format)")
        }
    }
}

extension String {
    fileprivate func components(of words: String) -> Int { ranges(of: words).count }
}
