package import BotSchema

/// Reads a record for what is wrong with its handoffs, activity by activity.
///
/// Keeps no activity: what it finds, two numbers for each id, and the notes for agents. A record of any length can be
/// read so.
package struct RecordLint: Sendable {
    private let lint: HandoffLint
    private var count = 0
    private var isAskedAsCoded = false
    private var found: [HandoffFinding] = []
    private var ids = IdChecks()
    private var order: TimeOrderCheck
    private var inOrder: [HandoffFinding] = []
    private var names = MixedNamesCheck()
    private var forms = ExportFormsCheck()
    private var privateWords = PrivateWordsCheck()
    private var course: HandoffCourse

    /// A reading that has not begun.
    package init(_ lint: HandoffLint) {
        self.lint = lint
        order = TimeOrderCheck(now: lint.now)
        course = HandoffCourse(patience: lint.patience)
    }

    /// Takes the next activity of the record.
    ///
    /// - Parameters:
    ///   - activity: The activity.
    ///   - isEcho: Whether the reader itself posted it; its own events are no handoff signals.
    package mutating func take(_ activity: Activity, isEcho: Bool = false) {
        let signal = HandoffSignal(activity)
        if case .initiate? = signal?.kind { isAskedAsCoded = signal?.dialect == .threeEventsAsCoded }
        let subject = LintSubject(
            activity: activity,
            index: count,
            origin: lint.origin,
            signal: signal,
            isAskedAsCoded: isAskedAsCoded
        )
        count += 1
        for check in HandoffLint.activityChecks { found += check(subject) }
        ids.take(subject)
        if let finding = order.finding(on: subject) { inOrder.append(finding) }
        names.take(subject)
        forms.take(subject)
        privateWords.take(subject)
        course.take(subject, isEcho: isEcho)
    }

    /// Ends the record: what was kept for activities that might have come is let go.
    package mutating func close() {
        found += ids.repeated + ids.replies
        ids = IdChecks()
    }

    /// Whether something can only be told when every activity is shown once more, with ``lookAgain(at:index:)``.
    package var wantsSecondLook: Bool { privateWords.hasNotes }

    /// Looks at an activity once more, when all were taken.
    package mutating func lookAgain(at activity: Activity, index: Int) {
        privateWords.lookAgain(at: activity, LintSubject.Place(index: index, activityId: activity.id))
    }

    /// What is wrong, by activity and then by rule.
    package var findings: [HandoffFinding] {
        var all = found + ids.repeated + inOrder + ids.replies
        all += [names.finding, forms.finding].compactMap(\.self) + privateWords.findings + course.findings
        if lint.isComplete { all += course.missing }
        return all.inOrder
    }
}
