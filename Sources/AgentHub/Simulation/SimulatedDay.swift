import BotSchema
import Bots
import Handoff

/// Many users and a few agents at one hub, in virtual time, with everything checked that must never go wrong.
///
/// Agents decline, miss rings, hold, pass on, and lose their lines; users write while they wait and talk, and some
/// leave. Equal seeds give equal days.
package struct SimulatedDay: Hashable, Sendable {
    /// How many users ask for an agent, once each.
    package var users = 200
    /// How many agents work, with one skill in three each and two conversations at a time.
    package var agents = 10
    /// Within which time the users come.
    package var arrivals = Duration.seconds(600)
    /// What all chance comes of.
    package var seed: UInt64

    static let skills = ["billing", "orders", "technical"]

    /// A day of two hundred users and ten agents.
    package init(seed: UInt64) { self.seed = seed }

    /// Plays the day, which takes a moment of real time and no waiting.
    package func run() -> SimulatedDayReport {
        let time = VirtualTime()
        let ledger = DayLedger()
        let begin = ContinuousClock.now
        let day = time.start { await play(on: time, ledger) }
        time.run(upTo: .seconds(86_400)) { ledger.isOver }
        day.cancel()
        let wall = ContinuousClock.now - begin
        return ledger.report(simulated: time.now.offset, wall: wall)
    }

    private func play(on time: VirtualTime, _ ledger: DayLedger) async {
        var policy = HubPolicy(maximumWait: .seconds(1800), wrapUp: .seconds(5))
        policy.skillGap = .wait
        policy.logLimit = .max
        policy.presenceAfterMiss = nil
        var generator = SplitMix64(seed: seed)
        let clock = HubClock(time)
        let workers = (0..<agents).map { number in
            DayAgent(
                agent: HubAgent(
                    id: "agent-\(number)",
                    name: "Agent \(number)",
                    skills: [Self.skills[number % Self.skills.count]: 5],
                    capacity: 2
                ),
                clock: clock,
                seed: generator.next(),
                ledger: ledger
            )
        }
        let hub = EmbeddedHub(workers: workers, policy: policy, clock: clock)
        let adapter = HandoffAdapter(hub: hub, clock: time)
        await withTaskGroup { group in
            group.addTask { await adapter.run() }
            await withTaskGroup { visits in
                for number in 0..<users {
                    let user = DayUser(number: number, seed: generator.next(), arrivals: arrivals, ledger: ledger)
                    visits.addTask { await user.visit(through: adapter, clock: clock) }
                }
            }
            ledger.close(log: await hub.log, metrics: await hub.metrics)
            group.cancelAll()
        }
    }
}

/// What came of a simulated day.
package struct SimulatedDayReport: Hashable, Sendable {
    /// The hub's whole log.
    package var log: [String] = []
    /// What must not happen and did; empty on a good day.
    package var problems: [String] = []
    /// The hub's figures.
    package var metrics = HubMetrics()
    /// Lines of users, and of these the ones that agents heard and the ones that went to the bot.
    package var lines = (sent: 0, heard: 0, toBot: 0)
    /// How long the day was.
    package var simulated = Duration.zero
    /// How long it took to play.
    package var wall = Duration.zero

    /// The figures, one to a line, for a benchmark to print.
    package var figures: [String] {
        let p50 = metrics.answerTime(percentile: 0.5).map(Self.seconds) ?? "none"
        let p95 = metrics.answerTime(percentile: 0.95).map(Self.seconds) ?? "none"
        let perSecond = { (count: Int) in Int(Double(count) / max(wall / .seconds(1), 1e-9)) }
        return [
            "time to accept                    p50 \(p50) s   p95 \(p95) s   n \(metrics.answered)",
            "handle time                       mean \(metrics.averageHandleTime.map(Self.seconds) ?? "none") s",
            "occupancy                         \(Int(((metrics.occupancy ?? 0) * 100).rounded())) %",
            "conversations                     \(metrics.handled) in \(Self.seconds(simulated)) simulated seconds, "
                + "\(perSecond(metrics.handled)) a second of real time",
            "lines of users                    \(lines.sent), \(perSecond(lines.sent)) a second of real time",
        ]
    }

    private static func seconds(_ duration: Duration) -> String {
        "\((duration / .milliseconds(100)).rounded() / 10)"
    }

    package static func == (left: SimulatedDayReport, right: SimulatedDayReport) -> Bool {
        // All but the real time, which no seed decides.
        left.log == right.log && left.problems == right.problems && left.metrics == right.metrics
            && left.lines == right.lines && left.simulated == right.simulated
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(log) }
}
