import BotSchema
import Handoff
import Transcripts

extension ChatStateMachine {
    /// The answer to `/lint`: what the rules say of the conversation, or of the loaded file that `/save` would write.
    func lintReport(at now: Timestamp) -> ChatItem {
        let (activities, echoes, origin) = inspected
        let findings = HandoffLint(origin: origin, now: now).findings(in: activities, echoes: echoes)
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

    private var inspected: (activities: [Activity], echoes: Set<Int>, origin: HandoffLint.Origin) {
        if let loadedTranscript {
            return (loadedTranscript.activities, [], loadedTranscript.watermark == nil ? .transcript : .wire)
        }
        let echoes = record.entries.indices.filter { record.entries[$0].isEcho }
        return (record.entries.map(\.activity), Set(echoes), .wire)
    }

    /// The loaded file, while it is what the person looks at.
    private var loadedTranscript: Transcript? { loaded.flatMap { $0.isCurrent ? $0.transcript : nil } }
}
