import BotSchema

extension HandoffLint {
    /// The rules about how activities of one record fit together, handoffs aside from their course.
    static let sessionChecks: [@Sendable (LintRecord) -> [HandoffFinding]] = [
        repeatedIds, timeOrder, replies, mixedNames, exportForms, privateWords,
    ]

    /// HO006.
    private static let repeatedIds: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        var first: [String: Activity] = [:]
        return record.subjects.compactMap { subject in
            guard let id = subject.activity.id, !id.isEmpty else { return nil }
            guard let earlier = first[id] else {
                first[id] = subject.activity
                return nil
            }
            let words = earlier == subject.activity ? "the activity is there twice" : "another activity has this id"
            return subject.finding(.repeatedId, "$.id", words)
        }
    }

    /// HO007, as far as it needs a neighbour or a clock.
    private static let timeOrder: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        var previous: Timestamp?
        return record.subjects.compactMap { subject in
            guard let time = subject.activity.timestamp.flatMap(Timestamp.init) else { return nil }
            defer { previous = time }
            if let now = record.lint.now, time > now {
                return subject.finding(.oddTimestamp, "$.timestamp", "the timestamp lies in the future")
            }
            guard let previous, time < previous else { return nil }
            return subject.finding(.oddTimestamp, "$.timestamp", "the timestamp is earlier than the one before")
        }
    }

    /// HO008; what an attached transcript holds is there too.
    private static let replies: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        var known = Set(record.subjects.compactMap(\.activity.id))
        for subject in record.subjects { known.formUnion((subject.initiation?.transcript ?? []).compactMap(\.id)) }
        return record.subjects.compactMap { subject in
            guard let id = subject.activity.replyToId, !id.isEmpty, !known.contains(id) else { return nil }
            return subject.finding(.unknownReply, "$.replyToId", "the activity replied to, \(id), is not in the record")
        }
    }

    /// HO106, once a record.
    private static let mixedNames: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        var first: (family: String, name: String)?
        for subject in record.subjects {
            guard let name = subject.eventName else { continue }
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
                continue
            }
            // A report that comes first does not tell which revision its initiation will follow.
            let isReport = [HandoffEventName.response, HandoffEventName.completed].contains(earlier.name)
            if earlier.family == family || isReport && family != "sdk" { continue }
            return [subject.finding(.mixedDialects, "$.name", "\(name) follows \(earlier.name) in one session")]
        }
        return []
    }

    /// HO164, once a record.
    private static let exportForms: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        for subject in record.subjects {
            if let number = subject.activity.from?.json["role"]?.int {
                let isUserOne = subject.activity.isFromUser == (number == 1)
                let words = "roles are numbers, \(isUserOne ? 0 : 1) for the bot and \(isUserOne ? 1 : 0) for the user"
                return [subject.finding(.exportForms, "$.from.role", words)]
            }
            if subject.activity.json["timestamp"]?.double != nil {
                return [subject.finding(.exportForms, "$.timestamp", "times are numbers, seconds since 1970")]
            }
        }
        return []
    }

    /// HO219.
    private static let privateWords: @Sendable (LintRecord) -> [HandoffFinding] = { record in
        var findings: [HandoffFinding] = []
        for subject in record.subjects {
            guard let context = subject.initiation?.context else { continue }
            for variable in context.variables {
                guard let matter = privateMatter(in: variable) else { continue }
                let words = "\(variable.name) looks like \(matter) and is saved with the conversation"
                findings.append(subject.finding(.privateWords, "$.value.\(variable.name)", words))
            }
            // A short note is a common word, and the user saying it first gives nothing away.
            guard let note = context.agentMessage?.lowercased(), note.count >= 12, context.plainValue == nil else {
                continue
            }
            for other in record.subjects where other.activity.type == .message && !other.activity.isFromUser {
                guard other.index != subject.index, other.activity.text?.lowercased().contains(note) == true
                else { continue }
                findings.append(other.finding(.privateWords, "$.text", "the text repeats the note for the agent"))
            }
        }
        return findings
    }

    private static func privateMatter(in variable: HandoffContext.Variable) -> String? {
        guard let text = variable.value.string, !text.isEmpty else { return nil }
        let name = variable.name.lowercased()
        if ["password", "secret", "token", "apikey"].contains(where: name.contains) { return "a secret" }
        if name == "targetphonenumber" { return nil }
        if text.first == "+", text.count(where: \.isNumber) >= 8,
            text.allSatisfy({ $0.isNumber || "+-() ".contains($0) })
        {
            return "a telephone number"
        }
        let isAddress = text.split(separator: " ").contains { word in
            let parts = word.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && parts[1].dropFirst().dropLast(2).contains(".")
        }
        return isAddress ? "an e-mail address" : nil
    }
}
