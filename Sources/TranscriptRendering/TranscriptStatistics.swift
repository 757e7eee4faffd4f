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

        fileprivate mutating func add(_ duration: Duration) { durations.append(duration) }
    }

    /// How many activities there are.
    public fileprivate(set) var activities = 0
    /// How many times the user spoke.
    public fileprivate(set) var userTurns = 0
    /// How many messages came from bots.
    public fileprivate(set) var botMessages = 0
    /// How many messages came from human agents.
    public fileprivate(set) var agentMessages = 0
    /// From the user's words to the bot's first answer.
    public fileprivate(set) var botLatency = Durations([])
    /// From the user's words to the agent's first answer.
    public fileprivate(set) var agentLatency = Durations([])
    /// From the hub's first word of its queue to the agent, or to giving up.
    public fileprivate(set) var timeInQueue = Durations([])
    /// From the request to the agent.
    public fileprivate(set) var timeToHuman = Durations([])
    /// From the agent's acceptance to the end.
    public fileprivate(set) var handleTime = Durations([])
    /// How many handoffs had which outcome.
    public fileprivate(set) var outcomes: [HandoffOutcome: Int] = [:]
    /// From the first activity that has a time to the last, summed over sessions; nil without two such activities.
    public fileprivate(set) var span: Duration?
    /// What the traces of Copilot Studio tell.
    public fileprivate(set) var traces = TraceFigures()

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
        var reading = StatisticsReading()
        for activity in conversation { reading.take(activity) }
        self = reading.statistics
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

    fileprivate static func duration(from start: Timestamp, to end: Timestamp) -> Duration {
        let (difference, overflow) = end.milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? .zero : .milliseconds(max(0, difference))
    }
}

/// Counts a conversation, or a session of it, activity by activity; it keeps none.
struct StatisticsReading: Sendable {
    private var figures = TranscriptStatistics()
    private var reading = ConversationReading()
    /// When the user said what is not answered yet.
    private var asked: Timestamp?
    private var state = HandoffState.bot
    /// The hash values of the messages' ids, which take less room than the ids of a long record.
    private var known: Set<Int> = []
    private var times: (first: Timestamp, last: Timestamp, count: Int)?

    /// The figures so far.
    var statistics: TranscriptStatistics {
        var figures = figures
        let attempts = reading.timeline.attempts
        figures.timeInQueue = TranscriptStatistics.Durations(attempts.compactMap(\.timeInQueue))
        figures.timeToHuman = TranscriptStatistics.Durations(attempts.compactMap(\.timeToHuman))
        figures.handleTime = TranscriptStatistics.Durations(attempts.compactMap(\.handled))
        for attempt in attempts { figures.outcomes[attempt.outcome, default: 0] += 1 }
        if let times, times.count > 1 {
            figures.span = TranscriptStatistics.duration(from: times.first, to: times.last)
        }
        return figures
    }

    /// Takes the next activity.
    mutating func take(_ activity: Activity) {
        figures.activities += 1
        figures.traces.take(activity)
        if let time = activity.time {
            times = times.map { (min($0.first, time), max($0.last, time), $0.count + 1) } ?? (time, time, 1)
        }
        for (entry, time) in reading.next(activity) { take(entry, at: time) }
    }

    private mutating func take(_ entry: ConversationView.Entry, at time: Timestamp?) {
        guard case .message(let message) = entry else {
            if case .handoff(let step) = entry {
                // What was said to nobody is no question to whoever speaks next.
                if state.isOpen, !step.to.isOpen { asked = nil }
                state = step.to
            }
            return
        }
        // A change of a line is no other line, and what the hub tells is nobody's turn.
        guard message.remark == nil, !message.activity.isFromHub,
            message.activity.id.map({ known.insert($0.hashValue).inserted }) ?? true
        else { return }
        let latency = asked.flatMap { asked in time.map { TranscriptStatistics.duration(from: asked, to: $0) } }
        switch message.role {
        case .user:
            figures.userTurns += 1
            // Of several lines in a row the last is the one that is answered.
            asked = time
        case .bot:
            figures.botMessages += 1
            if let latency, !state.isOpen { figures.botLatency.add(latency) }
            asked = nil
        case .agent:
            figures.agentMessages += 1
            if let latency { figures.agentLatency.add(latency) }
            asked = nil
        }
    }
}
