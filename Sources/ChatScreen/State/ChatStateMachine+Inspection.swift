import BotSchema
import Handoff
import Transcripts

extension ChatStateMachine {
    /// The answer to `/lint`: what the rules say of the conversation, or of the loaded file that `/save` would write.
    func lintReport(at now: Timestamp) -> ChatItem {
        let (activities, echoes, origin) = inspected
        let isComplete = loadedTranscript != nil || handoff.state == .closed
        let lint = HandoffLint(origin: origin, isComplete: isComplete, now: now)
        let findings = lint.findings(in: activities, echoes: echoes)
        let count = activities.count.of("activity", "activities")
        guard !findings.isEmpty else { return .notice("Nothing wrong with the handoffs in \(count).") }
        let rows = findings.map { finding in
            let words = "\(finding.place): \(finding.message) [\(finding.rule.document)]"
            return ChatItem.Row("\(finding.rule.id) \(finding.severity)", words)
        }
        return .table(title: "\(count): \(findings.countsInWords)", rows)
    }

    /// The answer to `/timeline`, of the conversation or of a loaded file.
    var timeline: ChatItem {
        let timeline = loadedTranscript.map { HandoffTimeline(of: $0.activities) } ?? HandoffTimeline(handoff)
        let rows = timeline.rows(clockTime: configuration.clockTime).map { ChatItem.Row($0.label, $0.text) }
        return rows.isEmpty ? .notice("No handoff has been requested yet.") : .table(title: "handoffs", rows)
    }

    /// The answer to `/transcript`: what came with the request and what came back with the user, from behind a link only
    /// because it was asked for.
    mutating func showTranscript() -> [ChatAction] {
        guard let initiation else { return [.show(.answer(["No handoff has been requested yet."]))] }
        let before = show(initiation.transcript, initiation.transcriptURL, of: .before)
        let nothing = oneLine(initiation.transcriptProblem ?? "The handoff came without transcript.")
        return (before ?? [.show(.notice(nothing))]) + showReturned()
    }

    /// What came back with the user; nothing as long as the user is not back, or without a transcript.
    private mutating func showReturned() -> [ChatAction] {
        guard loadedTranscript == nil, let returned = handoff.attempt?.returned else { return [] }
        let problem = returned.problem.map { [ChatAction.show(.notice(oneLine($0)))] }
        return show(returned.entries, returned.url, of: .withAgent) ?? problem ?? []
    }

    /// The two parts of what was said, before the agent and with the agent.
    private enum TranscriptPart { case before, withAgent }

    private mutating func show(_ entries: [Activity]?, _ link: String?, of part: TranscriptPart) -> [ChatAction]? {
        if let entries { return show(entries, of: part) }
        guard let link else { return nil }
        filesUnderWay += 1
        return [
            .show(.notice("Fetching the transcript from \(oneLine(Self.withoutQuery(link)))…")), .fetch(link: link),
        ]
    }

    private func header(of part: TranscriptPart, _ count: Int) -> String {
        let name = oneLine(handoff.attempt?.agent?.shownAgentName?.text ?? "the agent")
        return (part == .before ? "before" : "with \(name)") + ": " + count.of("entry", "entries")
    }

    /// Shows what was behind a link; a failure is a note and changes nothing.
    mutating func showFetched(_ link: String, _ result: Result<Transcript, TranscriptError>) -> [ChatAction] {
        switch result {
        case .success(let transcript):
            let part: TranscriptPart = handoff.attempt?.returned?.url == link ? .withAgent : .before
            return show(transcript.activities, of: part)
        case .failure(let error): return [.show(.failure(oneLine(error.description)))]
        }
    }

    private func show(_ transcript: [Activity], of part: TranscriptPart) -> [ChatAction] {
        // The hub's own report has the agent's words for the bot, which nobody has seen in the conversation.
        let isVouchedFor = part == .withAgent && handoff.trust == .hub
        return [.show(.loadedHeader(header(of: part, transcript.count)))]
            + transcript.map { activity in
                let isNote = isVouchedFor && activity.isNoteForBot
                let speaker = isNote ? Speaker.agent(name: activity.from?.name) : speaker(ofClaimed: activity)
                return .show(.loaded(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)))
            }
    }

    /// What a bot's transcript says is a fact only where it has arrived here as well.
    private func speaker(ofClaimed activity: Activity) -> Speaker {
        guard let id = activity.id, let entry = record.entry(withId: id),
            // A line may be there as it was said, or with the words of a later change.
            [entry.activity.text, record.message(withId: id)?.text].contains(activity.text),
            entry.activity.isFromUser == activity.isFromUser
        else { return Speaker(claimed: activity) }
        return Speaker(of: entry.activity, isEcho: entry.isEcho, ownIds: ownIds, agentIds: handoff.agentIds)
    }

    /// Links to files are often signed, and what signs them is a secret.
    private static func withoutQuery(_ link: String) -> String { String(link.prefix { $0 != "?" }) }

    private var inspected: (activities: [Activity], echoes: Set<Int>, origin: HandoffLint.Origin) {
        if let loadedTranscript {
            return (loadedTranscript.activities, [], loadedTranscript.watermark == nil ? .transcript : .wire)
        }
        let echoes = record.entries.indices.filter { record.entries[$0].isEcho }
        return (record.entries.map(\.activity), Set(echoes), .wire)
    }

    /// The loaded file, while it is what the person looks at.
    var loadedTranscript: Transcript? { loaded.flatMap { $0.isCurrent ? $0.transcript : nil } }
}
