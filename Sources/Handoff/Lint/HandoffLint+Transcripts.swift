import BotSchema

extension HandoffLint {
    /// HO150 to HO158: the transcript that a handoff event carries.
    static let transcriptChecks: [@Sendable (LintSubject) -> [HandoffFinding]] = [
        { subject in
            let carried = carriedTranscripts(in: subject)
            return nameFindings(subject, carried) + carried.flatMap { contentFindings(subject, $0) }
        },
        { subject in
            guard subject.signal != nil else { return [] }
            return subject.activity.numberedAttachments.flatMap { linkFindings(subject, $0) }
        },
    ]

    /// An attachment and its JSON path.
    private typealias Place = (path: String, attachment: Attachment)

    private static func carriedTranscripts(in subject: LintSubject) -> [Place] {
        guard subject.signal != nil else { return [] }
        return subject.activity.numberedAttachments.filter { HandoffInitiation.isTranscript($0.attachment) }
    }

    private static func nameFindings(_ subject: LintSubject, _ carried: [Place]) -> [HandoffFinding] {
        var findings: [HandoffFinding] = []
        for (path, attachment) in carried {
            if let name = attachment.name, !name.isEmpty {
                guard name != "Transcript" else { continue }
                findings.append(subject.finding(.transcriptName, "\(path).name", "the transcript is named “\(name)”"))
            } else {
                findings.append(
                    subject.finding(
                        .severalTranscripts,
                        "\(path).name",
                        "the transcript has no name; its shape tells it"
                    )
                )
            }
        }
        if let second = carried.dropFirst().first {
            let words = "\(carried.count) transcripts are attached; the first that can be read counts"
            findings.append(subject.finding(.severalTranscripts, second.path, words))
        }
        return findings
    }

    private static func contentFindings(_ subject: LintSubject, _ place: Place) -> [HandoffFinding] {
        let path = "\(place.path).content"
        guard let content = place.attachment.content, !content.isNull else {
            guard place.attachment.contentURL == nil else { return [] }
            return [subject.finding(.transcriptWithoutList, path, "the transcript has neither content nor a link")]
        }
        var findings: [HandoffFinding] = []
        if content.string != nil {
            findings.append(subject.finding(.transcriptAsText, path, "the content is JSON within text"))
        }
        let size = content.compactText.utf8.count
        if size > HandoffTranscript.inlineLimit {
            findings.append(subject.finding(.longTranscript, path, "the transcript has \(size) bytes"))
        }
        switch TranscriptContent.read(content) {
        case .failure(let problem)?:
            findings.append(subject.finding(.transcriptWithoutList, path, problem.description))
        case .success(let entries)?:
            let readable = content.string.flatMap { try? JSONValue(parsing: $0) } ?? content
            if readable["activities"]?.array == nil {
                let words = "the activities are not in a list named activities, but can be read"
                findings.append(subject.finding(.transcriptWithoutList, path, severity: .warning, words))
            }
            findings += entryFindings(subject, entries, at: path)
        case nil: break
        }
        return findings
    }

    private static func entryFindings(
        _ subject: LintSubject,
        _ entries: [Activity],
        at path: String
    ) -> [HandoffFinding] {
        var findings: [HandoffFinding] = []
        let messages = entries.filter { $0.type == .message }
        let senders = Set(messages.map { $0.from?.id ?? "" })
        // What comes back may well hold the agent's words alone.
        if subject.initiation != nil, messages.count > 1, senders.count == 1,
            messages.contains(where: { $0.from?.id != nil })
        {
            findings.append(
                subject.finding(.oneSpeaker, path, "all \(messages.count) messages come from one account")
            )
        }
        let untyped = entries.count { $0.type == nil }
        if untyped > 0 {
            findings.append(subject.finding(.entryWithoutType, path, "entries without a type: \(untyped), skipped"))
        }
        let conversation = subject.activity.conversation?.id
        for entry in entries {
            let words: String
            if entry.type == .trace {
                words = "the transcript holds a trace"
            } else if let signal = HandoffSignal(entry, recognisesProviderEvents: false), signal.dialect != nil {
                words = "the transcript holds a handoff event"
            } else if let id = entry.conversation?.id, let conversation, id != conversation {
                words = "the transcript holds an activity of another conversation"
            } else {
                continue
            }
            return findings + [subject.finding(.strangeEntries, path, words)]
        }
        return findings
    }

    private static func isLoopback(_ link: String) -> Bool {
        guard link.lowercased().hasPrefix("http://") else { return false }
        let authority = link.dropFirst(7).prefix { !"/?#".contains($0) }.lowercased()
        guard !authority.contains("@") else { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(String(host))
    }

    private static func linkFindings(_ subject: LintSubject, _ place: Place) -> [HandoffFinding] {
        guard let link = place.attachment.contentURL, !link.isEmpty else { return [] }
        var findings: [HandoffFinding] = []
        if let content = place.attachment.content, !content.isNull {
            findings.append(subject.finding(.attachmentLink, place.path, "the attachment has both content and a link"))
        }
        let scheme = link.prefix { $0 != ":" }.lowercased()
        // What stays on this machine needs no encryption.
        if scheme != "https", scheme != "data", !isLoopback(link) {
            findings.append(
                subject.finding(.attachmentLink, "\(place.path).contentUrl", "the link is neither https nor data")
            )
        }
        return findings
    }
}

extension Activity {
    /// The attachments with their paths, which count entries that are none as well.
    fileprivate var numberedAttachments: [(path: String, attachment: Attachment)] {
        (json["attachments"]?.array ?? []).enumerated().compactMap { index, entry in
            Attachment(entry).map { ("$.attachments[\(index)]", $0) }
        }
    }
}
