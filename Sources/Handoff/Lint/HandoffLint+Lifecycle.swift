import BotSchema

/// HO111 and HO201 to HO216: the course of the handoffs, judged by the state machine that follows it.
struct HandoffCourse: Sendable {
    let patience: Duration
    private var machine = HandoffLifecycle.ofRecord()
    private var clock = RecordClock()
    private(set) var findings: [HandoffFinding] = []
    private var initiation: LintSubject?
    /// The lost handoff after which nobody has gone on yet.
    private var lost: LintSubject?
    /// The request that nobody has acknowledged yet.
    private var unacknowledged: (subject: LintSubject, since: Timestamp)?

    init(patience: Duration) { self.patience = patience }

    mutating func take(_ subject: LintSubject, isEcho: Bool) {
        let now = clock.time(of: subject.activity)
        findings += machine.remarks(on: subject.activity, isEcho: isEcho).map {
            subject.finding($0.rule, $0.path, severity: $0.severity, $0.words)
        }
        let before = machine.state
        let steps = machine.receive(subject.activity, isEcho: isEcho, at: now)
        if machine.state == .requested, before != .requested {
            initiation = subject
            if subject.hasTime { unacknowledged = (subject, now) }
        }
        noticeSilence(subject, at: now)
        if steps.contains(where: { $0.outcome == .lost }) {
            lost = subject
        } else if machine.state == .requested || subject.isOfBot {
            lost = nil
        }
    }

    /// A request is acknowledged by whatever moves it on.
    private mutating func noticeSilence(_ subject: LintSubject, at now: Timestamp) {
        guard let (request, since) = unacknowledged else { return }
        if subject.hasTime, now.milliseconds - since.milliseconds > Int64(patience / .milliseconds(1)) {
            let seconds = (now.milliseconds - since.milliseconds) / 1000
            findings.append(
                request.finding(.slowAcknowledgement, "no acknowledgement came within \(seconds) s of the request")
            )
            unacknowledged = nil
        } else if machine.state != .requested {
            unacknowledged = nil
        }
    }

    /// What the record should still hold when it is complete.
    var missing: [HandoffFinding] {
        var findings: [HandoffFinding] = []
        if machine.state.isOpen, let subject = initiation {
            let words = machine.state == .live ? "the agent was still there" : "nobody had accepted"
            findings.append(subject.finding(.unfinishedHandoff, "the record ends with the handoff open: \(words)"))
        }
        if let lost {
            findings.append(
                lost.finding(.silentBot, "the agent was lost, and the bot neither went on nor asked again")
            )
        }
        return findings
    }
}

extension LintSubject {
    fileprivate var hasTime: Bool { activity.time != nil }

    fileprivate var isOfBot: Bool { activity.type == .message && !activity.isFromUser && !activity.isFromHub }
}
