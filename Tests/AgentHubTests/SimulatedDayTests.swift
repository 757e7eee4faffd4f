import Testing

@testable import AgentHub

@Suite(.timeLimit(.minutes(20)))
struct SimulatedDayTests {
    @Test func `V59 two hundred users and ten agents: nothing lost, nothing twice, nobody overloaded, all repeatable`()
    {
        let day = SimulatedDay(seed: 7).run()
        #expect(day.problems == [])
        #expect(day.metrics.opened == 200)
        #expect(day.metrics.waiting == 0)
        let closed = day.metrics.handled + day.metrics.abandoned + day.metrics.lost + day.metrics.timedOut
        #expect(closed + day.metrics.refused == 200)
        #expect(day.metrics.handled > 180)
        #expect(day.lines.heard > 600)
        for word in ["declined", "missed", "transfers", "lost", "holds", "is back", "customer left"] {
            #expect(day.log.contains { $0.contains(word) }, "\(word)")
        }
        #expect(SimulatedDay(seed: 7).run() == day)
        #expect(SimulatedDay(seed: 8).run().log != day.log)
    }

    @Test(arguments: 1...3) func `other days are as good, with twice the crowd`(seed: UInt64) {
        var day = SimulatedDay(seed: seed)
        day.users = 120
        day.agents = 6
        day.arrivals = .seconds(180)
        #expect(day.run().problems == [])
    }
}
