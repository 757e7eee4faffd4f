import BotSchema
import Handoff
import LineEditing
import Transcripts
import MessageContent

/// Looks back over the conversation, or over a loaded file while that is what the person looks at.
extension ChatStateMachine {
    /// The kinds of entries that `/filter` knows.
    static let filterKinds = ["you", "bot", "agent", "files", "choices", "handoff", "events"]

    /// What is looked through.
    var past: ConversationPast {
        guard let loadedTranscript else {
            let entries = record.entries
            return ConversationPast(
                kinds: Self.filterKinds,
                count: entries.count,
                entries: { entries.filter($0) },
                speaker: { [ownIds, agentIds = handoff.agentIds] entry in
                    Speaker(of: entry.activity, isEcho: entry.isEcho, ownIds: ownIds, agentIds: agentIds)
                }
            )
        }
        var lifecycle = HandoffLifecycle()
        let entries = loadedTranscript.activities.map { activity in
            _ = lifecycle.receive(activity, at: activity.time ?? Timestamp(milliseconds: 0))
            return ConversationRecord.Entry(activity: activity, isEcho: false)
        }
        return ConversationPast(
            kinds: Self.filterKinds,
            origin: " of the loaded file",
            count: entries.count,
            entries: { entries.filter($0) },
            speaker: { [agentIds = lifecycle.agentIds] entry in
                Speaker(of: entry.activity, agentIds: agentIds)
            }
        )
    }

    private func speaker(of entry: ConversationRecord.Entry) -> Speaker {
        Speaker(of: entry.activity, isEcho: entry.isEcho, ownIds: ownIds, agentIds: handoff.agentIds)
    }

    // MARK: - Completion

    /// What was said and has certainly not been delivered, oldest first.
    var unsentLines: [String] {
        (lost.undelivered + outbox.waiting).filter { $0.files.isEmpty && $0.activity.type == .message }
            .compactMap(\.activity.text)
    }

    /// A setting that could not be kept is told; what was kept has been told before.
    static func settingKept(_ result: Result<String, CommandFailure>) -> [ChatAction] {
        guard case .failure(let failure) = result else { return [] }
        return [.show(.failure(DisplayText.neutralised(failure.message, keepingNewlines: false)))]
    }

    /// What the newest message offers to choose.
    var choiceTitles: [String] { choices.actions.map(\.title) }

    /// What can be completed now, beside what always can.
    var commandSet: CommandSet {
        var set = CommandSet()
        set.choices = choiceTitles
        var names: [String] = []
        var events: [String] = []
        for entry in record.entries.suffix(50).reversed() {
            let label = speaker(of: entry).label
            if !names.contains(label), names.count < 20 { names.append(label) }
            if entry.activity.type == .event, let name = entry.activity.name, !events.contains(name), events.count < 20
            {
                events.append(name)
            }
        }
        set.words["filter"] = Self.filterKinds + names.filter { !Self.filterKinds.contains($0.lowercased()) }
        set.words["event"] = events
        set.people = names
        set.recent = record.entries.suffix(9).reversed().map { entry in
            String(
                (entry.isReadable ? entry.words : entry.activity.name ?? entry.activity.type?.rawValue ?? "").prefix(60)
            )
        }
        return set
    }
}
