import BotSchema
import Handoff
import Testing

@testable import AgentHub

/// Whatever happens in whatever order, and by whoever's mistake, the books of the hub must balance.
struct HubInvariantTests {
    private static let agents = [
        HubAgent(id: "a", name: "A", skills: ["x": 5], capacity: 1),
        HubAgent(id: "b", name: "B", skills: ["x": 2, "y": 9], capacity: 3),
        HubAgent(id: "c", name: "C", skills: [:], capacity: 2),
    ]

    @Test(arguments: 1...12) func `units, phases and deadlines agree after every event`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var machine = HubStateMachine(policy: Self.policy(seed, using: &generator))
        for agent in Self.agents { _ = machine.receive(.agentJoined(agent), at: .zero) }
        var now = Duration.zero
        var open: Set<String> = []
        for step in 0..<1500 {
            if let deadline = machine.nextDeadline, Bool.random(using: &generator) {
                now = max(now, deadline)
            } else {
                now += .milliseconds(Int.random(in: 0...4000, using: &generator))
            }
            let event = Self.event(step, open, using: &generator)
            if case .opened(let item, _) = event { open.insert(item) }
            for action in machine.receive(event, at: now) {
                switch action {
                case .refuse(let item, _), .giveUp(let item), .complete(let item, _, _), .lose(let item, _),
                    .endIdle(let item, _, _), .abandon(let item, _, _):
                    // Nobody hears of an end twice.
                    #expect(open.remove(item) != nil)
                default: break
                }
            }
            if case .customerLeft(let item, _) = event { open.remove(item) }
            #expect(Set(machine.items.keys) == open)
            Self.check(machine, at: now)
        }
        let figures = machine.figures
        let ended = figures.refused + figures.abandoned + figures.timedOut + figures.lost + figures.handled
        #expect(figures.opened >= ended + open.count)
        #expect(figures.opened > 100)
        #expect(figures.handled > 5)
    }

    private static func check(_ machine: HubStateMachine, at now: Duration) {
        for desk in machine.desks {
            let held = machine.items.values.count { item in
                switch item.phase {
                case .offered(desk.agent.id, _), .active(desk.agent.id, _): true
                default: false
                }
            }
            #expect(desk.unitsInUse == held + desk.wrapUps.count)
            #expect(desk.unitsInUse <= desk.agent.capacity)
            if !desk.isConnected { #expect(machine.items.values.allSatisfy { !$0.rings(at: desk.agent.id) }) }
        }
        if let deadline = machine.nextDeadline { #expect(deadline > now) }
        let view = machine.view(for: "a", at: now)
        #expect(view.waiting.count == machine.waitingCount)
        #expect(view.metrics.occupancy.map { (0...1).contains($0) } ?? true)
    }

    private static func policy(_ seed: UInt64, using generator: inout SplitMix64) -> HubPolicy {
        var policy = HubPolicy(maximumWait: .seconds(60), wrapUp: .seconds(Int.random(in: 0...5, using: &generator)))
        policy.agentLoss = seed.isMultiple(of: 2) ? .requeue : .fail
        policy.skillGap = seed.isMultiple(of: 3) ? .anybody : .wait
        policy.acceptsAutomatically = seed.isMultiple(of: 5)
        policy.presenceAfterMiss = nil
        policy.customerGrace = .seconds(15)
        policy.idleWarning = .seconds(20)
        policy.idleEnd = seed.isMultiple(of: 4) ? nil : .seconds(30)
        var other = HubQueue(id: "other", skills: ["y"])
        other.priority = 2
        other.relaxation = .seconds(20)
        other.fallback = "main"
        other.limit = 5
        other.assignment = .roundRobin
        other.isPull = seed.isMultiple(of: 4)
        policy.queues.append(other)
        return policy
    }

    private static func event(_ step: Int, _ open: Set<String>, using generator: inout SplitMix64) -> HubEvent {
        let agent = agents.randomElement(using: &generator)?.id ?? ""
        // Sorted, since the order within a set differs from run to run; now and then nothing that exists.
        let item = open.sorted().randomElement(using: &generator) ?? "nothing"
        switch Int.random(in: 0..<33, using: &generator) {
        case 0...5:
            let skill = ["x", "y", "z", nil].randomElement(using: &generator) ?? nil
            return .opened(
                item: "\(step)",
                WorkNeed(skills: skill.map { [$0: Int.random(in: 1...6, using: &generator)] } ?? [:])
            )
        case 6...14: return .accepted(item: item, agent: agent)
        case 15: return .declined(item: item, agent: agent)
        case 16...19: return .ended(item: item, agent: agent, .ended)
        case 20: return .customerLeft(item: item)
        case 21: return .held(item: item, agent: agent)
        case 22: return .resumed(item: item, agent: agent)
        case 23:
            return .transferred(item: item, agent: agent, .agent(agents.randomElement(using: &generator)?.id ?? ""))
        case 24:
            return .transferred(
                item: item,
                agent: agent,
                Bool.random(using: &generator) ? .queue("other") : .skill("x")
            )
        case 25: return .connectionLost(agent: agent)
        case 26: return .connectionRestored(agent: agent)
        case 27: return .presenceChanged(agent: agent, AgentPresence.allCases.randomElement(using: &generator) ?? .away)
        case 28: return .wrappedUp(item: item, agent: agent)
        case 29: return .spoke(item: item)
        case 30: return .customerConnectionLost(item: item)
        case 31: return .customerConnectionRestored(item: item)
        default: return .presenceChanged(agent: agent, .available)
        }
    }
}

extension ItemRecord {
    fileprivate func rings(at agent: String) -> Bool {
        if case .offered(agent, _) = phase { true } else { false }
    }
}
