import BotSchema
import Handoff
import LineEditing
import Transcripts

/// Looks back over the conversation, or over a loaded file while that is what the person looks at.
extension ChatStateMachine {
    /// What is looked through.
    private struct Past {
        var isLoaded: Bool
        var count: Int
        /// The entries that a condition holds for; a long conversation is not read into memory as a whole.
        var entries: (_ isWanted: (ConversationRecord.Entry) -> Bool) -> [ConversationRecord.Entry]
        var agentIds: Set<String>

        func speaker(of entry: ConversationRecord.Entry) -> Speaker {
            Speaker(of: entry.activity, isEcho: entry.isEcho, agentIds: agentIds)
        }

        /// Who speaks, by role and by name.
        func names(of entry: ConversationRecord.Entry) -> [String] {
            let speaker = speaker(of: entry)
            return [speaker.role, speaker.label.lowercased()]
        }

        /// Entries once more, below a line that says what they are.
        func show(_ entries: [ConversationRecord.Entry], header: String) -> [ChatAction] {
            [.show(.loadedHeader(isLoaded ? header + " of the loaded file" : header))]
                + entries.map { entry in
                    let speaker = speaker(of: entry)
                    guard entry.isReadable else {
                        let words = "\(entry.activity.type?.rawValue ?? "activity") \(entry.activity.name ?? "")"
                        let line = words + " · " + speaker.label
                        return .show(.loaded(.notice(DisplayText.neutralised(line, keepingNewlines: false))))
                    }
                    // Not as an echo, which is not shown: here one's own words are wanted.
                    return .show(.loaded(.activity(entry.activity, speaker: speaker, isEcho: false, isNumbered: false)))
                }
        }
    }

    private var past: Past {
        guard let loadedTranscript else {
            let entries = record.entries
            return Past(
                isLoaded: false,
                count: entries.count,
                entries: { entries.filter($0) },
                agentIds: handoff.agentIds
            )
        }
        var lifecycle = HandoffLifecycle()
        let entries = loadedTranscript.activities.map { activity in
            _ = lifecycle.receive(activity, at: activity.time ?? Timestamp(milliseconds: 0))
            return ConversationRecord.Entry(activity: activity, isEcho: false)
        }
        return Past(
            isLoaded: true,
            count: entries.count,
            entries: { entries.filter($0) },
            agentIds: lifecycle.agentIds
        )
    }

    /// The kinds of entries that `/filter` knows.
    static let filterKinds = ["you", "bot", "agent", "files", "choices", "handoff", "events"]

    /// `/last [N]`: the newest messages once more.
    func showLast(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard let count = argument.isEmpty ? 10 : Int(argument), count > 0 else { return usage(command) }
        let past = past
        let all = past.entries(\.isReadable)
        let shown = all.suffix(count)
        guard !shown.isEmpty else { return [.show(.notice("Nothing has been said yet."))] }
        let header = shown.count == all.count ? "all" : "the last \(shown.count) of"
        return past.show(Array(shown), header: "\(header) \(all.count.of("message", "messages"))")
    }

    /// `/find WORD`: every message that holds the words, in any case.
    func find(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard !argument.isEmpty else { return usage(command) }
        let past = past
        let found = past.entries { $0.isReadable && $0.words.contains(caseInsensitive: argument) }
        let words = oneLine(argument)
        guard !found.isEmpty else { return [.show(.notice("No message holds “\(words)”."))] }
        return past.show(found, header: "\(found.count.of("message", "messages")) with “\(words)”")
    }

    /// `/filter KIND [WORD]`: what one side said, or what is of one kind.
    func filter(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        let kind = argument.prefix { !$0.isWhitespace }.lowercased()
        let words = String(argument.dropFirst(kind.count)).trimmed
        let past = past
        let isSpeaker = { (entry: ConversationRecord.Entry) in past.names(of: entry).contains(kind) }
        guard !kind.isEmpty, Self.filterKinds.contains(kind) || !past.entries(isSpeaker).isEmpty else {
            return usage(command)
        }
        let found = past.entries { entry in
            let isOfKind =
                switch kind {
                case "files": entry.activity.attachments.contains { $0.contentURL?.isEmpty == false }
                case "choices": Choices(of: entry.activity).count > 0 && entry.isReadable
                case "handoff": HandoffSignal(entry.activity) != nil
                case "events": entry.activity.type == .event
                default: entry.isReadable && isSpeaker(entry)
                }
            return isOfKind && (words.isEmpty || entry.words.contains(caseInsensitive: words))
        }
        guard !found.isEmpty else { return [.show(.notice("Nothing of this conversation is “\(oneLine(argument))”."))] }
        return past.show(found, header: "\(oneLine(argument)): \(found.count) of \(past.count)")
    }

    private func speaker(of entry: ConversationRecord.Entry) -> Speaker {
        Speaker(of: entry.activity, isEcho: entry.isEcho, agentIds: handoff.agentIds)
    }

    // MARK: - Completion

    /// What was said and has certainly not been delivered, oldest first.
    var unsentLines: [String] {
        (undelivered + outbox.waiting).filter { $0.files.isEmpty && $0.activity.type == .message }
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

extension ConversationRecord.Entry {
    /// Whether people are meant to read it.
    fileprivate var isReadable: Bool { activity.type == .message || activity.type == .messageUpdate }

    /// All words of the message: its text, what is spoken, and the words of its cards.
    fileprivate var words: String {
        var words = [activity.text ?? activity.speak ?? ""]
        for attachment in activity.attachments {
            if let name = attachment.name { words.append(name) }
            if let content = attachment.content { Self.collect(content, into: &words) }
        }
        words += (activity.suggestedActions?.actions ?? []).map(\.title)
        return words.joined(separator: "\n")
    }

    private static func collect(_ json: JSONValue, into words: inout [String]) {
        if let array = json.array {
            for value in array { collect(value, into: &words) }
        } else if let object = json.object {
            for entry in object.entries {
                if let text = entry.value.string {
                    if ["title", "subtitle", "text", "value", "label", "altText", "name"].contains(entry.key) {
                        words.append(text)
                    }
                } else {
                    collect(entry.value, into: &words)
                }
            }
        }
    }
}

extension String {
    /// Whether the text holds another, whatever the case of either.
    fileprivate func contains(caseInsensitive other: String) -> Bool { lowercased().contains(other.lowercased()) }
}
