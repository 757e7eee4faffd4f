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
}
