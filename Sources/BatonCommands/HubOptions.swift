import AgentHub
import ArgumentParser
import Bots
import DirectLineServer
import Handoff

/// Who answers when the bot hands over, and how the hub reports it.
struct HubOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who answers when the bot hands over.", valueName: "who"))
    var agent: AgentOption = .simulated

    @Option(help: .detail("How fast the simulated agents are; 1 is like a person.", valueName: "factor"))
    var agentPace: Double = 1

    @Option(help: .detail("How long an agent's line may be broken before the agent is lost.", valueName: "s"))
    var agentGrace: Int = 30

    @Option(help: .detail("Who goes on when an agent is lost, if there is a colleague.", valueName: "who"))
    var agentLoss: AgentLossOption = .colleague

    @Option(help: .detail("How handoff events are named; auto reports as the bot asked.", valueName: "form"))
    var dialect: DialectOption = .auto

    @Option(help: .detail("Who gets a request whose skill no agent has (default: anybody).", valueName: "rule"))
    var skillGap: SkillGapOption?

    @Option(help: .detail("Seconds that a user waits in the queue before the handoff times out.", valueName: "s"))
    var maxWait: Int?

    @Option(help: .detail("How many users may wait in the queue; more are refused.", valueName: "n"))
    var queueLimit: Int?

    @Option(
        name: .customLong("fault"),
        help: .detail(
            "What is to go wrong; --fault help lists all.",
            valueName: "name[:arg]"
        ),
        completion: FaultOption.defaultCompletionKind,
        transform: FaultOption.init(parsing:)
    )
    var faults: [FaultOption] = []

    @Option(help: .detail("Makes the simulated agents do and say the same again.", valueName: "n"))
    var seed: UInt64?

    func validate() throws {
        if faults.contains(.help) { throw CleanExit.message(FaultOption.list) }
        if !(0...86_400).contains(agentGrace) { throw ValidationError("--agent-grace takes seconds from 0 to 86400.") }
        if let maxWait, !(1...86_400).contains(maxWait) {
            throw ValidationError("--max-wait takes seconds from 1 to 86400.")
        }
        if let queueLimit, !(0...1_000_000).contains(queueLimit) {
            throw ValidationError("--queue-limit takes a number from 0 to 1000000.")
        }
        if !(0.1...1000).contains(agentPace) { throw ValidationError("--agent-pace takes a factor from 0.1 to 1000.") }
    }

    /// What the server is to do wrong.
    var serverFaults: [ServerFault] { faults.compactMap(\.serverFault) }

    /// What the bot is to do wrong.
    var botFaults: Set<BotFault> { Set(faults.compactMap(\.botFault)) }

    /// The hub that answers.
    ///
    /// - Parameters:
    ///   - patience: How long a simulated agent waits for a silent user.
    ///   - store: Where handoffs outlive the hub.
    ///   - rules: What else the hub's rules are to be.
    /// - Returns: nil when nobody is to answer.
    func makeHub(
        patience: Duration,
        store: any WorkStore = VolatileWork(),
        rules: (inout HubPolicy) -> Void = { _ in }
    ) -> EmbeddedHub? {
        settings.makeHub(patience: patience, store: store, rules: rules)
    }

    /// What was chosen, with a seed of its own where none was.
    var settings: HubSettings {
        var settings = HubSettings(
            agent: agent,
            pace: agentPace,
            grace: agentGrace,
            loss: agentLoss,
            dialect: dialect,
            faults: faults,
            seed: seed ?? .random(in: 0..<(1 << 53))
        )
        settings.queue = QueueSettings(skillGap: skillGap, maximumWait: maxWait, limit: queueLimit)
        return settings
    }

    /// The way to a hub.
    func adapter(
        to hub: EmbeddedHub,
        store: any WorkStore = VolatileWork(),
        links: any TranscriptLinks,
        announces: Bool = false,
        onStep: @escaping @Sendable (HandoffStep) -> Void = { _ in }
    ) -> HandoffAdapter {
        settings.adapter(to: hub, store: store, links: links, announces: announces, onStep: onStep)
    }
}

/// The words of `--agent`.
enum AgentOption: String, ExpressibleByArgument, CaseIterable {
    case simulated, desk, none
}

/// The words of `--agent-loss`.
enum AgentLossOption: String, ExpressibleByArgument, CaseIterable {
    case colleague, bot
}

/// The words of `--dialect`.
enum DialectOption: String, ExpressibleByArgument, CaseIterable {
    case auto
    case sdk
    case threeEvents = "three-events"
    case threeEventsAsCoded = "three-events-as-coded"

    /// Nil for reports as the bot asked.
    var dialect: HandoffDialect? { self == .auto ? nil : HandoffDialect(rawValue: rawValue) }
}

/// A word of `--fault`: a fault of agents and hub, of the statuses or of the bot, or the wish to see the list.
enum FaultOption: ExpressibleByArgument, Hashable {
    case human(HumanFault)
    case status(StatusFault)
    case bot(BotFault)
    case server(ServerFault)
    case help

    init?(argument: String) {
        if argument == "help" {
            self = .help
        } else if let fault = HumanFault(rawValue: argument) {
            self = .human(fault)
        } else if let fault = StatusFault(rawValue: argument) {
            self = .status(fault)
        } else if let fault = BotFault(rawValue: argument) {
            self = .bot(fault)
        } else if let fault = try? ServerFault(argument) {
            self = .server(fault)
        } else {
            return nil
        }
    }

    /// Reads a word of the option.
    ///
    /// - Throws: `ValidationError` that says how the fault is written, or which faults there are.
    init(parsing argument: String) throws {
        if let fault = Self(argument: argument) {
            self = fault
            return
        }
        let name = argument.prefix { $0 != ":" }
        if let usage = ServerFault.catalogue.first(where: { $0.name == name })?.usage {
            throw ValidationError("The fault is written \(usage).")
        }
        let known = Self.all.map { $0.rawValue } + ServerFault.catalogue.map(\.name)
        throw ValidationError(
            "There is no fault “\(argument)”; --fault help explains \(known.joined(separator: ", "))."
        )
    }

    private static let all: [any NamedFault] = HumanFault.allCases + StatusFault.allCases + BotFault.allCases

    /// None for the help, whose screen they would fill: `--fault help` lists them, each with what it does.
    static var allValueStrings: [String] { [] }

    static var defaultCompletionKind: CompletionKind {
        .list(["help"] + all.map { $0.rawValue } + ServerFault.catalogue.map(\.name))
    }

    var humanFault: HumanFault? {
        if case .human(let fault) = self { fault } else { nil }
    }

    var statusFault: StatusFault? {
        if case .status(let fault) = self { fault } else { nil }
    }

    var botFault: BotFault? {
        if case .bot(let fault) = self { fault } else { nil }
    }

    var serverFault: ServerFault? {
        if case .server(let fault) = self { fault } else { nil }
    }

    /// What `--fault help` prints: a name and what it does on each line.
    static var list: String {
        let people = all.map { ($0.rawValue, $0.summary) }
        let server = ServerFault.catalogue.map { ($0.usage, $0.summary) }
        let width = (people + server).map(\.0.count).max() ?? 0
        let lines = { (faults: [(String, String)]) in
            faults.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 }
        }
        let heading = ["", "Of the server, with which every client has to cope:"]
        return (lines(people) + heading + lines(server)).joined(separator: "\n")
    }
}
