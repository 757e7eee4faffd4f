import BotSchema
import Handoff
import Transcripts

extension ChatStateMachine {
    /// The answer to `/lint`: what the rules say of the conversation, or of the loaded file that `/save` would write.
    func lintReport(at now: Timestamp) -> ChatItem {
        let (activities, echoes, origin) = inspected
        let isComplete = loadedTranscript != nil || handoff.state == .closed
        let lint = HandoffLint(origin: origin, isComplete: isComplete, now: now)
        let findings =
            lint.findings(in: activities, echoes: echoes) + (loadedTranscript == nil ? rejections : [])
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
        let rows = timeline.rows().map { ChatItem.Row($0.label, $0.text) }
        return rows.isEmpty ? .notice("No handoff has been requested yet.") : .table(title: "handoffs", rows)
    }

    /// The answer to `/transcript`: what came with the request, from behind a link only because it was asked for.
    mutating func showTranscript() -> [ChatAction] {
        guard let initiation else { return [.show(.answer(["No handoff has been requested yet."]))] }
        if let transcript = initiation.transcript {
            return show(transcript, header: transcript.count.of("entry", "entries") + " of the bot's transcript")
        }
        guard let link = initiation.transcriptURL else {
            return [.show(.notice(oneLine(initiation.transcriptProblem ?? "The handoff came without transcript.")))]
        }
        filesUnderWay += 1
        return [
            .show(.notice("Fetching the transcript from \(oneLine(Self.withoutQuery(link)))…")), .fetch(link: link),
        ]
    }

    /// Shows what was behind a link; a failure is a note and changes nothing.
    mutating func showFetched(_ link: String, _ result: Result<Transcript, TranscriptError>) -> [ChatAction] {
        switch result {
        case .success(let transcript):
            let count = transcript.activities.count.of("entry", "entries")
            return show(transcript.activities, header: "\(count) of \(oneLine(Self.withoutQuery(link)))")
        case .failure(let error): return [.show(.failure(oneLine(error.description)))]
        }
    }

    private func show(_ transcript: [Activity], header: String) -> [ChatAction] {
        [.show(.loadedHeader(header))]
            + transcript.map { activity in
                let speaker = speaker(ofClaimed: activity)
                return .show(.loaded(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)))
            }
    }

    /// What a bot's transcript says is a fact only where it has arrived here as well.
    private func speaker(ofClaimed activity: Activity) -> Speaker {
        guard let entry = activity.id.flatMap({ record.entry(withId: $0) }), entry.activity.text == activity.text,
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
