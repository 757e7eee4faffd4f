import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// The simulated hub with something wrong, in virtual time.
private struct FaultyOffice {
    let time = VirtualTime()
    let conversation = FakeConversation()
    private let adapter: HandoffAdapter
    private let running: Task<Void, Never>

    init(_ faults: Set<HumanFault>, seed: UInt64 = 3, policy: HubPolicy = HubPolicy(maximumWait: .seconds(120))) {
        let pace = SimulatedPace(patience: .seconds(5))
        let hub = EmbeddedHub.simulated(pace: pace, policy: policy, seed: seed, faults: faults, clock: time)
        let adapter = HandoffAdapter(hub: hub, clock: time)
        self.adapter = adapter
        running = time.start { await adapter.run() }
    }

    /// Asks for an agent, waits until all is over, and tells what the user saw.
    func shown(saying lines: [(second: Int, text: String)] = []) -> [String] {
        let (adapter, conversation, time) = (adapter, conversation, time)
        var request = Activity.event(
            "handoff.initiate",
            value: ["Skill": "credit cards", "va_LastPhrase": "lost card"]
        )
        request.id = "r"
        let event = request
        let visit = time.start {
            await adapter.botSent(event, in: conversation)
            for line in lines {
                try? await time.sleep(until: VirtualTime.Instant(offset: .seconds(line.second)), tolerance: nil)
                if await adapter.userSent(.message(line.text), in: conversation) == .bot {
                    await conversation.deliverToBot(.message(line.text))
                }
            }
        }
        time.run(upTo: .seconds(600))
        visit.cancel()
        running.cancel()
        return conversation.shown
    }
}

@Suite(.timeLimit(.minutes(20)))
struct HumanFaultTests {
    @Test func `each fault has a name, a line, and an end that the user sees`() {
        for fault in HumanFault.allCases {
            #expect(HumanFault(rawValue: fault.rawValue) == fault)
            #expect(!fault.summary.isEmpty)
            let shown = FaultyOffice([fault]).shown()
            #expect(
                ["failed", "Ana: completed", "Ben: completed", "Ana: failed"].contains(shown.last ?? ""),
                "\(fault)"
            )
        }
    }

    @Test func `agents who never answer make the hub give up in time`() {
        let office = FaultyOffice([.agentNeverAnswers])
        #expect(office.shown() == ["queue 1", "failed"])
        #expect(office.conversation.stream.last?.value?["message"] == "No agent was free in time.")
    }

    @Test func `a rule for missing skills that was chosen holds with the fault as well`() {
        let chosen = HubPolicy().with { $0.isSkillGapChosen = true }
        for (policy, gap) in [(chosen, HubPolicy.SkillGap.anybody), (HubPolicy(), .wait)] {
            var policy = policy
            HumanFault.wrongSkill.apply(to: &policy)
            #expect(policy.skillGap == gap)
        }
    }

    @Test func `agents who decline take the conversation in the end`() {
        let shown = FaultyOffice([.agentDeclines], policy: HubPolicy()).shown()
        #expect(shown.prefix(2) == ["queue 1", "Ana: accepted"])
        #expect(shown.last == "Ana: completed")
    }

    @Test func `an agent who vanishes is followed by a colleague, or the bot goes on, per policy`() {
        let policy = HubPolicy().with { $0.skillGap = .anybody }
        let shown = FaultyOffice([.agentVanishes], policy: policy).shown(saying: [(10, "hello?")])
        #expect(
            shown.prefix(4) == [
                "Ana: accepted", "The connection to Ana is broken. What you write is kept.",
                "Ana was disconnected. A colleague will be with you.",
                "Ben has joined the conversation.",
            ]
        )
        #expect(shown.last == "Ben: completed")

        let office = FaultyOffice([.agentVanishes], policy: policy.with { $0.agentLoss = .fail })
        #expect(
            office.shown(saying: [(10, "hello?")]) == [
                "Ana: accepted", "The connection to Ana is broken. What you write is kept.", "Ana: failed",
            ]
        )
        #expect(office.conversation.toBot.map(\.brief) == ["Ana: accepted", "Ana: failed", "hello?"])
    }

    @Test func `an agent who is back within the grace goes on as if nothing had been`() {
        let shown = FaultyOffice([.agentReturns]).shown(saying: [(5, "my card was stolen")])
        #expect(shown.first == "Ana: accepted")
        #expect(shown.contains { $0.hasPrefix("Ana: ") && $0.contains("blocked the card") })
        #expect(!shown.contains { $0.contains("disconnected") })
        #expect(shown.last == "Ana: completed")
    }

    @Test func `slow agents are slow`() {
        let (quick, slow) = (FaultyOffice([]), FaultyOffice([.agentSlow]))
        #expect(quick.shown().count == slow.shown().count)
        #expect(slow.time.now > quick.time.now)
    }

    @Test func `what is refused at the door says why`() {
        let reasons: [(HumanFault, HubRefusal)] = [
            (.noAgents, .noAgents), (.queueFull, .queueFull), (.outOfHours, .outOfHours), (.hubDown, .hubDown),
        ]
        for (fault, refusal) in reasons {
            let office = FaultyOffice([fault])
            #expect(office.shown() == ["failed"])
            #expect(office.conversation.stream.last?.value?["message"]?.string == refusal.sentence)
            #expect(office.time.now.offset == .zero)
        }
    }

    @Test func `V59 a day with faults is repeatable`() {
        for faults in [[.agentDeclines, .agentReturns], [.agentVanishes, .agentSlow]] as [Set<HumanFault>] {
            let days = (0..<2).map { _ in FaultyOffice(faults, seed: 11).shown(saying: [(20, "hello"), (21, "thanks")])
            }
            #expect(days[0] == days[1])
        }
    }

    @Test func `an agent with room for two talks in two conversations at once`() {
        let time = VirtualTime()
        let clock = HubClock(time)
        let agent = SimulatedAgent(
            Persona.ana.withCapacity(2),
            pace: SimulatedPace(patience: .seconds(5)),
            clock: clock,
            seed: 1
        )
        let adapter = HandoffAdapter(hub: EmbeddedHub(workers: [agent], clock: clock), clock: time)
        let running = time.start { await adapter.run() }
        let conversations = (1...3).map { FakeConversation(id: "c-\($0)") }
        for conversation in conversations {
            _ = time.start { await adapter.botSent(.event("handoff.initiate", value: [:]), in: conversation) }
        }
        time.run(upTo: .seconds(4))
        #expect(conversations.map { $0.shown.first } == ["Ana: accepted", "Ana: accepted", "queue 1"])
        #expect(conversations.prefix(2).allSatisfy { $0.shown.count > 1 && $0.shown.last != "Ana: completed" })
        time.run(upTo: .seconds(120))
        #expect(conversations.map { $0.shown.last } == Array(repeating: "Ana: completed", count: 3))
        running.cancel()
    }
}

/// The cases V57 and V58: the bot's side.
struct BotDutyTests {
    private static let statuses: [HandoffStatus] = [
        .accepted, .failed, .timedOut, .lost, .completed(.ended), .completed(.transferBack), .completed(.unspecified),
    ]

    @Test(arguments: [HandoffDialect.sdk, .threeEvents, .threeEventsAsCoded])
    func `V57 no status, in no order, makes the bot fail`(dialect: HandoffDialect) async throws {
        let bot = DemoBot(lookUpTime: .zero)
        for first in Self.statuses {
            for second in Self.statuses {
                let conversation = FakeConversation(id: "\(first)\(second)")
                for status in [first, second] {
                    let event = Activity.handoffStatus(status, conversationId: conversation.id, dialect: dialect)
                    _ = try await bot.onTurn(event, in: conversation)
                    _ = try await bot.onTurn(.message("talk to a person"), in: conversation)
                    _ = try await bot.onTurn(event, in: conversation)
                }
            }
        }
        let odd: [Activity] = [
            .event("handoff.status"), .event("handoff.status", value: ["state": "parked"]),
            .event("HandoffResponse", value: 7), .event("HandoffCompleted", value: .null),
        ]
        for event in odd { _ = try await bot.onTurn(event, in: FakeConversation()) }
    }

    @Test func `V58 after a lost agent the bot goes on`() async throws {
        let bot = DemoBot(lookUpTime: .zero)
        let conversation = FakeConversation()
        _ = try await bot.onTurn(.message("talk to a person"), in: conversation)
        let lost = Activity.handoffStatus(.lost, message: "gone", conversationId: conversation.id)
        _ = try await bot.onTurn(lost, in: conversation)
        #expect(conversation.shown.last?.contains("I am still here") == true)
        _ = try await bot.onTurn(.message("opening hours"), in: conversation)
        #expect(conversation.shown.last?.contains("Monday") == true)
    }
}
