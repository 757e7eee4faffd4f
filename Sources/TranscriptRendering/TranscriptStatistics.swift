public import BotSchema
public import Handoff
public import Transcripts

/// Figures of a conversation: turns, latencies and what became of its handoffs.
public struct TranscriptStatistics: Sendable {
    /// Durations of one kind.
    public struct Durations: Hashable, Sendable {
        private var durations: [Duration]

        /// The durations in any order.
        public init(_ durations: [Duration]) { self.durations = durations }

        /// The durations, shortest first.
        public var sorted: [Duration] { durations.sorted() }

        /// Whether both are the same durations, in whatever order they came.
        public static func == (left: Durations, right: Durations) -> Bool { left.sorted == right.sorted }

        /// Hashes the durations, in whatever order they came.
        public func hash(into hasher: inout Hasher) { hasher.combine(sorted) }

        /// The duration that a share of all does not exceed, such as 0.5 for the median; nil without any.
        public func quantile(_ share: Double) -> Duration? {
            let sorted = sorted
            guard !sorted.isEmpty else { return nil }
            // The nearest rank: the smallest that at least this share does not exceed.
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return sorted[min(max(rank, 1), sorted.count) - 1]
        }

        mutating func add(_ other: Durations) { durations += other.durations }
    }

    /// How many activities there are.
    public private(set) var activities = 0
    /// How many times the user spoke.
    public private(set) var userTurns = 0
    /// How many messages came from bots.
    public private(set) var botMessages = 0
    /// How many messages came from human agents.
    public private(set) var agentMessages = 0
    /// From the user's words to the bot's first answer.
    public private(set) var botLatency = Durations([])
    /// From the user's words to the agent's first answer.
    public private(set) var agentLatency = Durations([])
    /// From the hub's first word of its queue to the agent, or to giving up.
    public private(set) var timeInQueue = Durations([])
    /// From the request to the agent.
    public private(set) var timeToHuman = Durations([])
    /// From the agent's acceptance to the end.
    public private(set) var handleTime = Durations([])
    /// How many handoffs had which outcome.
    public private(set) var outcomes: [HandoffOutcome: Int] = [:]
    /// From the first activity that has a time to the last, summed over sessions; nil without two such activities.
    public private(set) var span: Duration?
    /// What the traces of Copilot Studio tell.
    public private(set) var traces = TraceFigures()

    /// No figures yet.
    public init() {}

    /// The figures of one conversation, which an export may divide into sessions with hours between them.
    public init(of conversation: Transcript) {
        let sessions = conversation.sessionRanges
        guard sessions.count > 1 else {
            self.init(of: conversation.activities)
            return
        }
        self.init()
        for session in sessions { add(TranscriptStatistics(of: Array(conversation.activities[session]))) }
    }

    /// The figures of one conversation.
    public init(of conversation: [Activity]) {
        traces = TraceFigures(of: conversation)
        let view = ConversationView(of: conversation)
        activities = conversation.count
        var bot: [Duration] = []
        var agent: [Duration] = []
        var asked: Timestamp?
        var state = HandoffState.bot
        var known: Set<String> = []
        for (entry, time) in view.entries {
            guard case .message(let message) = entry else {
                if case .handoff(let step) = entry {
                    // What was said to nobody is no question to whoever speaks next.
                    if state.isOpen, !step.to.isOpen { asked = nil }
                    state = step.to
                }
                continue
            }
            // A change of a line is no other line, and what the hub tells is nobody's turn.
            guard message.remark == nil, !message.activity.isFromHub,
                message.activity.id.map({ known.insert($0).inserted }) ?? true
            else { continue }
            let latency = asked.flatMap { asked in time.map { Self.duration(from: asked, to: $0) } }
            switch message.role {
            case .user:
                userTurns += 1
                // Of several lines in a row the last is the one that is answered.
                asked = time
            case .bot:
                botMessages += 1
                if let latency, !state.isOpen { bot.append(latency) }
                asked = nil
            case .agent:
                agentMessages += 1
                if let latency { agent.append(latency) }
                asked = nil
            }
        }
        botLatency = Durations(bot)
        agentLatency = Durations(agent)
        let attempts = view.timeline.attempts
        timeInQueue = Durations(attempts.compactMap(\.timeInQueue))
        timeToHuman = Durations(attempts.compactMap(\.timeToHuman))
        handleTime = Durations(attempts.compactMap(\.handled))
        for attempt in attempts { outcomes[attempt.outcome, default: 0] += 1 }
        let times = conversation.compactMap(\.time)
        if let first = times.min(), let last = times.max(), times.count > 1 {
            span = Self.duration(from: first, to: last)
        }
    }

    /// Adds the figures of another conversation.
    public mutating func add(_ other: TranscriptStatistics) {
        activities += other.activities
        userTurns += other.userTurns
        botMessages += other.botMessages
        agentMessages += other.agentMessages
        botLatency.add(other.botLatency)
        agentLatency.add(other.agentLatency)
        timeInQueue.add(other.timeInQueue)
        timeToHuman.add(other.timeToHuman)
        handleTime.add(other.handleTime)
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        traces.add(other.traces)
        span = span.map { $0 + (other.span ?? .zero) } ?? other.span
    }

    private static func duration(from start: Timestamp, to end: Timestamp) -> Duration {
        let (difference, overflow) = end.milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? .zero : .milliseconds(max(0, difference))
    }
}
