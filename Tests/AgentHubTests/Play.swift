import Handoff

@testable import AgentHub

let ana = HubAgent(id: "ana", name: "Ana", skills: ["Credit Cards": 9])
let ben = HubAgent(id: "ben", name: "Ben", skills: ["orders": 9])
let cleo = HubAgent(id: "cleo", name: "Cleo", skills: ["credit cards": 3], capacity: 2)

/// Plays events to a hub's state machine and writes the actions as short words.
struct Play {
    private(set) var machine: HubStateMachine
    var second = 0

    init(_ agents: HubAgent..., policy: HubPolicy = HubPolicy()) {
        machine = HubStateMachine(policy: policy)
        for agent in agents { _ = machine.receive(.agentJoined(agent), at: .zero) }
    }

    mutating func callAsFunction(_ event: HubEvent) -> [String] {
        machine.receive(event, at: .seconds(second)).map(Self.words)
    }

    /// Lets time pass to a second, as the hub's clock does: every deadline on the way is told.
    mutating func wait(until second: Int) -> [String] {
        var words: [String] = []
        while let deadline = machine.nextDeadline, deadline <= .seconds(second) {
            words += machine.receive(.timePassed, at: deadline).map(Self.words)
        }
        self.second = second
        return words + self(.timePassed)
    }

    /// An item that is opened and taken at once.
    mutating func talk(_ item: String, _ agent: String, skill: String? = nil) {
        _ = self(.opened(item: item, skill: skill))
        _ = self(.accepted(item: item, agent: agent))
    }

    var nextDeadline: Duration? { machine.nextDeadline }
    var log: [String] { machine.log.map(\.description) }

    func view(for agent: String) -> HubView { machine.view(for: agent, at: .seconds(second)) }
    var metrics: HubMetrics { machine.metrics(at: .seconds(second)) }

    private static func words(_ action: HubAction) -> String {
        switch action {
        case .offer(let item, let agent): "offer \(item) \(agent)"
        case .withdraw(let item, let agent): "withdraw \(item) \(agent)"
        case .connect(let item, let agent, let isFirst): "connect \(item) \(agent)\(isFirst ? "" : " again")"
        case .giveBack(let item, let agent): "give back \(item) \(agent)"
        case .reject(let item, let agent, let reason): "reject \(item) \(agent) \(reason)"
        case .position(let item, let position, let wait):
            "\(item) is \(position)" + (wait.map { ", \($0.components.seconds) s" } ?? "")
        case .refuse(let item, let refusal): "refuse \(item) \(refusal)"
        case .giveUp(let item): "giveUp \(item)"
        case .hold(let item, let agent, let isOnHold): "\(isOnHold ? "hold" : "resume") \(item) \(agent)"
        case .transfer(let item, let agent, let target): "transfer \(item) \(agent) to \(target)"
        case .reassign(let item, let agent): "reassign \(item) \(agent)"
        case .interrupt(let item, let agent): "interrupt \(item) \(agent)"
        case .reconnect(let item, let agent): "reconnect \(item) \(agent)"
        case .complete(let item, let agent, let completion): "complete \(item) \(agent) \(completion)"
        case .warnIdle(let item, let agent, let remaining):
            "warn \(item) \(agent)" + (remaining.map { " \($0.components.seconds) s" } ?? "")
        case .endIdle(let item, let agent, let silence): "idle \(item) \(agent) \(silence.components.seconds) s"
        case .lose(let item, let agent): "lose \(item) \(agent)"
        case .customerConnection(let item, let agent, let isConnected):
            "\(isConnected ? "user back" : "user away") \(item) \(agent)"
        case .abandon(let item, let agent, let time):
            "abandon \(item) \(agent ?? "nobody") \(time.components.seconds) s"
        case .dismiss(let item, let agent, let side):
            "dismiss \(item) \(agent)" + (side == .user ? "" : " by the \(side)")
        case .present(let agent, let presence): "\(agent) is \(presence)"
        }
    }
}

extension HubEvent {
    static func opened(item: String, skill: String?) -> HubEvent { .opened(item: item, WorkNeed(skill: skill)) }
}

extension HubPolicy {
    /// A policy with something changed.
    func with(_ change: (inout HubPolicy) -> Void) -> HubPolicy {
        var policy = self
        change(&policy)
        return policy
    }
}
