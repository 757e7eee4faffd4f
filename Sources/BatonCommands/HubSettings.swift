import AgentHub
import BotSchema
import Bots
import Handoff

/// Who answers when the bot hands over: what the options say, and what a recording remembers of them.
struct HubSettings: Sendable {
    /// The trace with which a recording begins.
    static let traceName = "baton.recording"

    var agent: AgentOption
    var pace: Double
    var grace: Int
    var loss: AgentLossOption
    var dialect: DialectOption
    var queue = QueueSettings()
    var faults: [FaultOption]
    /// What makes the simulated agents do and say the same again.
    var seed: UInt64

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
        guard agent != .none else { return nil }
        var policy = HubPolicy()
        rules(&policy)
        apply(to: &policy)
        return EmbeddedHub.simulated(
            pace: SimulatedPace(patience: patience, speed: pace),
            policy: policy,
            seed: seed,
            faults: Set(faults.compactMap(\.humanFault)).union(agent == .desk ? [.noAgents] : []),
            store: store
        )
    }

    /// Sets what was chosen in the rules of a hub.
    func apply(to policy: inout HubPolicy) {
        policy.connectionGrace = .seconds(grace)
        queue.apply(to: &policy)
        policy.agentLoss = loss == .bot ? .fail : .requeue
    }

    /// The way to a hub.
    func adapter(
        to hub: EmbeddedHub,
        store: any WorkStore = VolatileWork(),
        links: any TranscriptLinks = NoTranscriptLinks(),
        announces: Bool = false,
        onStep: @escaping @Sendable (HandoffStep) -> Void = { _ in }
    ) -> HandoffAdapter {
        HandoffAdapter(
            hub: hub,
            dialect: dialect.dialect,
            faults: Set(faults.compactMap(\.statusFault)),
            store: store,
            onStep: onStep,
            links: links,
            announces: announces
        )
    }

    /// Whether users are to wait for people who may come to their desks later.
    var waitsForDesk: Bool { agent == .desk && !faults.contains { $0.humanFault == .noAgents } }

    /// What the bot is to do wrong.
    var botFaults: Set<BotFault> { Set(faults.compactMap(\.botFault)) }

    // MARK: - In a recording

    /// The trace that tells a replay how the conversation came about.
    var trace: Activity {
        var trace = Activity(type: .trace)
        trace.name = Self.traceName
        // Every entry of a record has a sender (A2060); nobody in the conversation is this one.
        trace.from = ChannelAccount(id: "baton", name: "Baton")
        var value: JSONObject = [
            "agent": .string(agent.rawValue), "agentPace": JSONNumber(pace).map(JSONValue.number) ?? 1,
            "agentGrace": .number(JSONNumber(grace)), "agentLoss": .string(loss.rawValue),
            "dialect": .string(dialect.rawValue), "seed": .number(JSONNumber(seed)),
        ]
        let names = faults.compactMap(\.recordedName)
        queue.record(in: &value)
        if !names.isEmpty { value["faults"] = .array(names.map(JSONValue.string)) }
        trace.value = .object(value)
        return trace
    }

    /// The trace of a conversation with a service, whose hub nobody here has set.
    ///
    /// It tells that every member is in the recording, so that each counts when it is replayed.
    static var serviceTrace: Activity {
        var trace = HubSettings().trace
        trace.value = ["service": true]
        return trace
    }

    /// The settings of a recording, as far as it tells them; nil where it was made with another program.
    init?(recordedIn activities: [Activity]) {
        let trace = activities.first { $0.type == .trace && $0.name == Self.traceName }
        guard let value = trace?.value else { return nil }
        self.init()
        agent = value["agent"]?.string.flatMap(AgentOption.init(rawValue:)) ?? agent
        pace = value["agentPace"]?.double ?? pace
        grace = value["agentGrace"]?.double.flatMap(Int.init(exactly:)) ?? grace
        loss = value["agentLoss"]?.string.flatMap(AgentLossOption.init(rawValue:)) ?? loss
        dialect = value["dialect"]?.string.flatMap(DialectOption.init(rawValue:)) ?? dialect
        queue = QueueSettings(recordedIn: value)
        faults = (value["faults"]?.array ?? []).compactMap(\.string).compactMap(FaultOption.init(argument:))
        if case .number(let number)? = value["seed"] { seed = UInt64(number.literal) ?? seed }
    }

    /// Settings, by default those of the options.
    init(
        agent: AgentOption = .simulated,
        pace: Double = 1,
        grace: Int = 30,
        loss: AgentLossOption = .colleague,
        dialect: DialectOption = .sdk,
        faults: [FaultOption] = [],
        seed: UInt64 = 0
    ) {
        (self.agent, self.pace, self.grace, self.loss) = (agent, pace, grace, loss)
        (self.dialect, self.faults, self.seed) = (dialect, faults, seed)
    }
}

extension FaultOption {
    /// The name under which a recording keeps a fault; those of the server change nothing of what is said.
    fileprivate var recordedName: String? {
        switch self {
        case .human(let fault): fault.rawValue
        case .status(let fault): fault.rawValue
        case .bot(let fault): fault.rawValue
        case .server, .help: nil
        }
    }
}
