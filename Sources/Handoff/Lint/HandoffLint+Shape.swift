import BotSchema

extension HandoffLint {
    /// HO001 to HO011: what every activity must be, whatever it says.
    static let shapeChecks: [@Sendable (LintSubject) -> [HandoffFinding]] = [
        { subject in
            guard subject.activity.type == nil else { return [] }
            if subject.origin == .transcript {
                return [subject.finding(.entryWithoutType, "the entry has no type and is skipped")]
            }
            return [subject.finding(.missingType, "$.type", "the type is missing or no text")]
        },
        { subject in
            repeatedMembers(in: subject.activity.jsonValue, at: "$", depth: 0).map { path in
                subject.finding(.malformedJSON, path, "the member is there more than once; readers take the last")
            }
        },
        addressing,
        { subject in
            knownMembers.compactMap { name, kind in
                guard let value = subject.activity.json[name], !value.isNull, !kind.matches(value) else { return nil }
                // An epoch is a form of exports, told as such.
                if name == "timestamp", value.double != nil { return nil }
                return subject.finding(.wrongKind, "$.\(name)", "\(name) is not \(kind.rawValue)")
            } + strangeAttachments(subject)
        },
        { subject in
            let size = subject.activity.jsonValue.compactText.utf8.count
            if size > Activity.sizeLimit {
                return [subject.finding(.oversized, "the activity has \(size) bytes, more than the service takes")]
            }
            guard size > 150_000 else { return [] }
            return [subject.finding(.oversized, severity: .information, "the activity has \(size) bytes")]
        },
        { subject in
            guard let text = subject.activity.timestamp, Timestamp(text) != nil, !hasZone(text) else { return [] }
            return [subject.finding(.oddTimestamp, "$.timestamp", "the timestamp has no zone")]
        },
    ]

    /// HO003 to HO005; the conversation of a handoff event is HO110's.
    private static let addressing: @Sendable (LintSubject) -> [HandoffFinding] = { subject in
        guard subject.activity.type != nil else { return [] }
        let activity = subject.activity
        let fill: HandoffRule.Severity? = subject.origin == .post ? .information : nil
        var findings: [HandoffFinding] = []
        // A record is one conversation, named or not, and of one channel.
        if subject.origin != .transcript {
            if activity.conversation?.id?.isEmpty ?? true, subject.eventName == nil {
                findings.append(
                    subject.finding(.missingConversation, "$.conversation", severity: fill, "no conversation is named")
                )
            }
            if activity.channelId?.isEmpty ?? true {
                findings.append(subject.finding(.missingChannel, "$.channelId", severity: fill, "no channel is named"))
            }
        }
        // What a bot notes for its developers in a record is nobody's word.
        let isNote = activity.type == .trace && subject.origin == .transcript
        if activity.from?.id?.isEmpty ?? true, !isNote {
            let severity: HandoffRule.Severity? =
                switch subject.origin {
                case .wire: nil
                case .post: .warning
                case .transcript: .information
                }
            findings.append(subject.finding(.missingSender, "$.from", severity: severity, "no sender is named"))
        }
        return findings
    }

    /// The kinds of value that members can have.
    private enum Kind: String {
        case text, object = "an object", list = "a list"

        func matches(_ value: JSONValue) -> Bool {
            switch self {
            case .text: value.string != nil
            case .object: value.object != nil
            case .list: value.array != nil
            }
        }
    }

    private static let knownMembers: [(String, Kind)] = [
        ("id", .text), ("name", .text), ("text", .text), ("timestamp", .text), ("localTimestamp", .text),
        ("channelId", .text), ("serviceUrl", .text), ("replyToId", .text), ("locale", .text), ("textFormat", .text),
        ("speak", .text), ("inputHint", .text), ("code", .text), ("valueType", .text), ("deliveryMode", .text),
        ("from", .object), ("recipient", .object), ("conversation", .object), ("relatesTo", .object),
        ("suggestedActions", .object), ("attachments", .list), ("entities", .list), ("membersAdded", .list),
        ("membersRemoved", .list),
    ]

    private static func strangeAttachments(_ subject: LintSubject) -> [HandoffFinding] {
        (subject.activity.json["attachments"]?.array ?? []).enumerated().compactMap { index, entry in
            guard entry.object == nil else { return nil }
            return subject.finding(.wrongKind, "$.attachments[\(index)]", "the attachment is not an object")
        }
    }

    private static func repeatedMembers(in value: JSONValue, at path: String, depth: Int) -> [String] {
        // Deeper than any activity goes on purpose, and no stack is endless.
        guard depth < 64 else { return [] }
        switch value {
        case .object(let object):
            var seen: Set<String> = []
            var repeated: [String] = []
            for entry in object.entries {
                let place = "\(path).\(entry.key)"
                if !seen.insert(entry.key).inserted { repeated.append(place) }
                repeated += repeatedMembers(in: entry.value, at: place, depth: depth + 1)
            }
            return repeated
        case .array(let elements):
            return elements.enumerated().flatMap { index, element in
                repeatedMembers(in: element, at: "\(path)[\(index)]", depth: depth + 1)
            }
        default: return []
        }
    }

    private static func hasZone(_ text: String) -> Bool {
        let time = text.dropFirst(10)
        return time.contains { "Zz+-".contains($0) }
    }
}
