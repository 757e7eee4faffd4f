import AgentHub
import ArgumentParser
import Handoff

/// Who answers when the bot hands over, and how the hub reports it.
struct HubOptions: ParsableArguments {
    @Option(help: "Who answers when the bot hands over: simulated or none.")
    var agent: AgentOption = .simulated

    @Option(help: ArgumentHelp("How fast the simulated agents are; 1 is like a person.", valueName: "factor"))
    var agentPace: Double = 1

    @Option(help: "How handoff reports are spelt: sdk, three-events or three-events-as-coded.")
    var dialect: DialectOption = .sdk

    func validate() throws {
        if !(0.1...1000).contains(agentPace) { throw ValidationError("--agent-pace takes a factor from 0.1 to 1000.") }
    }

    /// The way to a hub of simulated agents.
    ///
    /// - Parameter patience: How long an agent waits for a silent user.
    /// - Returns: nil when nobody is to answer.
    func adapter(patience: Duration) -> HandoffAdapter? {
        guard agent == .simulated else { return nil }
        let pace = SimulatedPace(patience: patience, speed: agentPace)
        let hub = EmbeddedHub.simulated(pace: pace, seed: .random(in: 0 ... .max))
        return HandoffAdapter(hub: hub, dialect: dialect.dialect)
    }
}

/// The words of `--agent`.
enum AgentOption: String, ExpressibleByArgument, CaseIterable {
    case simulated, none
}

/// The words of `--dialect`.
enum DialectOption: String, ExpressibleByArgument, CaseIterable {
    case sdk
    case threeEvents = "three-events"
    case threeEventsAsCoded = "three-events-as-coded"

    var dialect: HandoffDialect {
        switch self {
        case .sdk: .sdk
        case .threeEvents: .threeEvents
        case .threeEventsAsCoded: .threeEventsAsCoded
        }
    }
}
