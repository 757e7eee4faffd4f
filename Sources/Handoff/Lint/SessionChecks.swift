import BotSchema

/// HO006 and HO008: ids that are there twice, and replies to what is not there.
///
/// Of each activity two numbers are kept, so that a record may be of any length.
struct IdChecks: Sendable {
    /// What each id stands for; numbers in the place of texts and of whole activities.
    private var first: [Int: Int32] = [:]
    /// The ids in transcripts that requests carry.
    private var carried: Set<Int> = []
    private var unknownReplies: [(subject: LintSubject.Place, id: String)] = []
    private(set) var repeated: [HandoffFinding] = []

    mutating func take(_ subject: LintSubject) {
        for entry in subject.initiation?.transcript ?? [] {
            if let id = entry.id { carried.insert(id.hashValue) }
        }
        if let id = subject.activity.id, !id.isEmpty {
            let content = Int32(truncatingIfNeeded: subject.activity.hashValue)
            if let earlier = first[id.hashValue] {
                let words = earlier == content ? "the activity is there twice" : "another activity has this id"
                repeated.append(subject.finding(.repeatedId, "$.id", words))
            } else {
                first[id.hashValue] = content
            }
        }
        // What was said before is what is replied to, almost always.
        if let id = subject.activity.replyToId, !id.isEmpty, !isKnown(id) {
            unknownReplies.append((subject.place, id))
        }
    }

    private func isKnown(_ id: String) -> Bool { first[id.hashValue] != nil || carried.contains(id.hashValue) }

    var replies: [HandoffFinding] {
        unknownReplies.compactMap { place, id in
            guard !isKnown(id) else { return nil }
            return place.finding(.unknownReply, "$.replyToId", "the activity replied to, \(id), is not in the record")
        }
    }
}

/// HO007, as far as it needs a neighbour or a clock.
struct TimeOrderCheck: Sendable {
    let now: Timestamp?
    private var previous: Timestamp?

    init(now: Timestamp?) { self.now = now }

    mutating func finding(on subject: LintSubject) -> HandoffFinding? {
        guard let time = subject.activity.timestamp.flatMap(Timestamp.init) else { return nil }
        defer { previous = time }
        if let now, time > now {
            return subject.finding(.oddTimestamp, "$.timestamp", "the timestamp lies in the future")
        }
        guard let previous, time < previous else { return nil }
        return subject.finding(.oddTimestamp, "$.timestamp", "the timestamp is earlier than the one before")
    }
}

/// HO106, once a record.
struct MixedNamesCheck: Sendable {
    private var first: (family: String, name: String)?
    private(set) var finding: HandoffFinding?

    mutating func take(_ subject: LintSubject) {
        guard finding == nil, let name = subject.eventName else { return }
        let family =
            switch name {
            case HandoffEventName.initiate, HandoffEventName.status: "sdk"
            case HandoffEventName.initiateHandoff: "coded"
            case HandoffEventName.handoffInitiation: "text"
            // Both revisions of the three events share these names.
            default: first?.family == "coded" ? "coded" : "text"
            }
        guard let earlier = first else {
            first = (family, name)
            return
        }
        // A report that comes first does not tell which revision its initiation will follow.
        let isReport = [HandoffEventName.response, HandoffEventName.completed].contains(earlier.name)
        if earlier.family == family || isReport && family != "sdk" { return }
        finding = subject.finding(.mixedDialects, "$.name", "\(name) follows \(earlier.name) in one session")
    }
}

/// HO164, once a record.
struct ExportFormsCheck: Sendable {
    private(set) var finding: HandoffFinding?

    mutating func take(_ subject: LintSubject) {
        guard finding == nil else { return }
        if let number = subject.activity.from?.json["role"]?.int {
            let isUserOne = subject.activity.isFromUser == (number == 1)
            let words = "roles are numbers, \(isUserOne ? 0 : 1) for the bot and \(isUserOne ? 1 : 0) for the user"
            finding = subject.finding(.exportForms, "$.from.role", words)
        } else if subject.activity.json["timestamp"]?.double != nil {
            finding = subject.finding(.exportForms, "$.timestamp", "times are numbers, seconds since 1970")
        }
    }
}
