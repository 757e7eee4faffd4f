public import BotSchema

/// The handoffs of one conversation with their times, for people and for figures.
public struct HandoffTimeline: Hashable, Sendable {
    /// Every request for an agent, oldest first.
    public let attempts: [HandoffAttempt]

    /// The times that a lifecycle has seen, which is how a live conversation is told.
    public init(_ lifecycle: HandoffLifecycle) { attempts = lifecycle.attempts }

    /// The times that a record tells by its timestamps.
    ///
    /// - Parameters:
    ///   - activities: One conversation, in its order. An activity without a time counts as seen with the one before.
    ///   - echoes: The places of activities that the reader itself posted.
    public init(of activities: [Activity], echoes: Set<Int> = []) {
        var reading = TimelineReading()
        for (index, activity) in activities.enumerated() { reading.take(activity, isEcho: echoes.contains(index)) }
        self = reading.timeline
    }

    /// One line of the timeline.
    public struct Row: Hashable, Sendable {
        /// What happened, or what a figure is.
        public let label: String
        /// When or how long, and with whom; it may hold words from the wire.
        public let text: String

        init(_ label: String, _ text: String) {
            self.label = label
            self.text = text
        }
    }

    /// The timeline for reading: each attempt with what happened and how long it took.
    ///
    /// - Parameter clockTime: How a time is written.
    /// - Returns: The rows in reading order; none where no agent was asked for.
    public func rows(clockTime: (Timestamp) -> String = \.text) -> [Row] {
        attempts.flatMap { Self.rows(of: $0, clockTime) }
    }

    private static func rows(of attempt: HandoffAttempt, _ clockTime: (Timestamp) -> String) -> [Row] {
        let agent = attempt.agent?.shownAgentName?.text
        let matter = [attempt.initiation.context.skill.map { "skill \($0)" }, spelling(of: attempt)]
        var rows = [Row("attempt \(attempt.number)", attempt.outcome.words)]
        func row(_ label: String, _ time: Timestamp?, _ words: [String?] = []) {
            guard let time else { return }
            rows.append(Row(label, ([clockTime(time)] + words.compactMap(\.self)).joined(separator: ", ")))
        }
        let repetitions = attempt.repetitions > 0 ? "asked \(attempt.repetitions + 1) times" : nil
        row("requested", attempt.requestedAt, matter + [repetitions])
        row("queued", attempt.queuedAt, [attempt.queuePosition.map { "last at position \($0)" }])
        row("accepted", attempt.acceptedAt, [agent.map { "by \($0)" }])
        row("first reply", attempt.repliedAt)
        for rejection in attempt.rejections {
            let report = rejection.report
            let words = report.event + (report.report.map { " “\($0)”" } ?? "")
            row("rejected by bot", rejection.instant, [words, report.status.map { "status \($0)" }])
        }
        row("withdrawn", attempt.withdrawnAt)
        row("over", attempt.endedAt)
        let figures: [(String, Duration?)] = [
            ("time in queue", attempt.timeInQueue), ("time to human", attempt.timeToHuman),
            ("time to reply", attempt.timeToReply), ("time with agent", attempt.handled),
        ]
        return rows + figures.compactMap { label, duration in duration.map { Row(label, words($0)) } }
    }

    /// The dialect, with the name of the event behind it.
    private static func spelling(of attempt: HandoffAttempt) -> String? {
        attempt.dialect.map { "as \($0.word)" + (attempt.initiation.eventName.map { " (\($0))" } ?? "") }
    }

    /// Seconds to a tenth below ten of them, else whole, with minutes from one on.
    private static func words(_ duration: Duration) -> String {
        let tenths = Int64((duration / .milliseconds(100)).rounded())
        guard tenths >= 100 else { return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " s" }
        let seconds = (tenths + 5) / 10
        return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}

/// Follows the handoffs of a record, activity by activity; it keeps none.
package struct TimelineReading: Sendable {
    private var lifecycle = HandoffLifecycle.ofRecord(readingTraces: true)
    private var clock = RecordClock()

    /// A record that has not begun.
    package init() {}

    /// The handoffs so far.
    package var timeline: HandoffTimeline { HandoffTimeline(lifecycle) }

    /// Takes the next activity.
    package mutating func take(_ activity: Activity, isEcho: Bool = false) {
        _ = lifecycle.receive(activity, isEcho: isEcho, at: clock.time(of: activity))
    }
}

extension HandoffOutcome {
    /// The outcome in a few words for a person.
    fileprivate var words: String {
        switch self {
        case .open: "still open"
        case .ended: "settled by the agent"
        case .transferredBack: "given back to the bot"
        case .completed: "completed"
        case .failed: "failed, nobody took it"
        case .timedOut: "timed out, nobody took it"
        case .lost: "lost, the agent dropped out"
        case .cancelled: "withdrawn by the user"
        case .aborted: "aborted, the conversation ended"
        }
    }
}
