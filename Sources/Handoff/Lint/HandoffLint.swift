public import BotSchema

/// Reads a record of a conversation for what is wrong with its handoffs.
///
/// Pure and total: it takes whatever activities there are and answers with findings, in the order of the record.
public struct HandoffLint: Hashable, Sendable {
    /// Where the activities come from, which decides what must be in them.
    public enum Origin: Hashable, Sendable {
        /// They were received.
        case wire
        /// They were recorded; transcripts may leave the channel out (T2310), and exports leave out what is the same in
        /// each activity.
        case transcript
        /// They are about to be posted; the service fills in channel, conversation and sender.
        case post
    }

    /// Where the activities come from.
    public var origin: Origin
    /// How long a request may stay without any acknowledgement.
    public var patience: Duration
    /// Whether the record goes no further, so that what is missing at its end will not come.
    public var isComplete: Bool
    /// The time beyond which a timestamp lies in the future; nil asks nothing of it.
    public var now: Timestamp?

    /// A reading of activities of an origin.
    public init(
        origin: Origin = .wire,
        patience: Duration = .seconds(60),
        isComplete: Bool = true,
        now: Timestamp? = nil
    ) {
        self.origin = origin
        self.patience = patience
        self.isComplete = isComplete
        self.now = now
    }

    /// What is wrong with a record.
    ///
    /// - Parameters:
    ///   - activities: One conversation, in its order.
    ///   - echoes: The places of activities that the reader itself posted; its own events are no handoff signals.
    /// - Returns: The findings, by activity and then by rule.
    public func findings(in activities: [Activity], echoes: Set<Int> = []) -> [HandoffFinding] {
        var record = RecordLint(self)
        for (index, activity) in activities.enumerated() { record.take(activity, isEcho: echoes.contains(index)) }
        if record.wantsSecondLook {
            for (index, activity) in activities.enumerated() { record.lookAgain(at: activity, index: index) }
        }
        return record.findings
    }

    /// The break of HO215: a service has told that the bot answered an activity with an error.
    ///
    /// - Returns: Nil when the activity is no report of a handoff, so that nothing forbids the bot to reject it.
    public static func finding(rejected activity: Activity, at index: Int? = nil) -> HandoffFinding? {
        guard let rejection = RejectedReport(of: activity) else { return nil }
        return HandoffFinding(.rejectedReport, index: index, activityId: activity.id, message: rejection.words)
    }

    /// The rules that need one activity.
    static let activityChecks: [@Sendable (LintSubject) -> [HandoffFinding]] =
        shapeChecks + eventChecks + stateChecks + contextChecks + transcriptChecks
}

/// One activity in its record, as the rules see it.
struct LintSubject: Sendable {
    let activity: Activity
    let index: Int
    let origin: HandoffLint.Origin
    let signal: HandoffSignal?
    /// Whether the last request before was named as the code of the first library named it.
    let isAskedAsCoded: Bool

    /// Which activity of the record it is, without the activity itself.
    struct Place: Sendable {
        let index: Int
        let activityId: String?

        func finding(_ rule: HandoffRule, _ path: String, _ message: String) -> HandoffFinding {
            HandoffFinding(rule, index: index, activityId: activityId, path: path, message: message)
        }
    }

    var place: Place { Place(index: index, activityId: activity.id) }

    /// A finding about the activity as a whole.
    func finding(_ rule: HandoffRule, severity: HandoffRule.Severity? = nil, _ message: String) -> HandoffFinding {
        finding(rule, "$", severity: severity, message)
    }

    func finding(
        _ rule: HandoffRule,
        _ path: String,
        severity: HandoffRule.Severity? = nil,
        _ message: String
    ) -> HandoffFinding {
        HandoffFinding(
            rule,
            severity: severity,
            index: index,
            activityId: activity.id,
            path: path,
            message: message
        )
    }

    /// What the activity asks for, when it is an initiation.
    var initiation: HandoffInitiation? {
        if case .initiate(let initiation)? = signal?.kind { initiation } else { nil }
    }

    /// The name, when this is one of the protocol's events.
    var eventName: String? {
        activity.type == .event ? activity.name.flatMap { HandoffEventName.protocolNames.contains($0) ? $0 : nil } : nil
    }
}

extension [HandoffFinding] {
    /// By activity, the file as a whole first, then by rule.
    var inOrder: [HandoffFinding] {
        enumerated().sorted { left, right in
            (left.element.index ?? -1, left.element.rule.id, left.offset)
                < (right.element.index ?? -1, right.element.rule.id, right.offset)
        }.map(\.element)
    }
}
