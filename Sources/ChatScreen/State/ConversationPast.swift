import BotSchema
import Handoff
import LineEditing
import MessageContent

/// What was said, to look back over with `/find`, `/filter` and `/last`.
struct ConversationPast {
    /// The kinds of entries that `/filter` knows beside the names of those who spoke.
    var kinds: [String]
    /// What stands behind each header, such as where the entries are from.
    var origin = ""
    /// How many entries there are.
    var count: Int
    /// The entries for which a condition holds; a long conversation is not read into memory as a whole.
    var entries: (_ isWanted: (ConversationRecord.Entry) -> Bool) -> [ConversationRecord.Entry]
    /// Who says an entry.
    var speaker: (ConversationRecord.Entry) -> Speaker

    /// Follows a command that looks back, nil when it is none.
    func follow(_ command: SlashCommand, _ argument: String) -> [ChatAction]? {
        switch command.name {
        case "find": find(argument, command)
        case "filter": filter(argument, command)
        case "last": last(argument, command)
        default: nil
        }
    }

    /// `/last [N]`: the newest messages once more.
    private func last(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard let count = argument.isEmpty ? 10 : Int(argument), count > 0 else { return command.usageActions }
        let lines = StandingLines(entries)
        let all = entries(lines.isLine)
        let shown = all.suffix(count)
        guard !shown.isEmpty else { return [.show(.notice("Nothing has been said yet."))] }
        let header = shown.count == all.count ? "all" : "the last \(shown.count) of"
        return show(Array(shown), of: lines, header: "\(header) \(all.count.of("message", "messages"))")
    }

    /// `/find WORD`: every message that holds the words, in any case.
    private func find(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard !argument.isEmpty else { return command.usageActions }
        let lines = StandingLines(entries)
        let found = entries { lines.isLine($0) && lines.words(of: $0).contains(caseInsensitive: argument) }
        let words = oneLine(argument)
        guard !found.isEmpty else { return [.show(.notice("No message\(origin) holds “\(words)”."))] }
        return show(found, of: lines, header: "\(found.count.of("message", "messages")) with “\(words)”")
    }

    /// `/filter KIND [WORD]`: what one side said, or what is of one kind.
    private func filter(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        let kind = argument.prefix { !$0.isWhitespace }.lowercased()
        let words = String(argument.dropFirst(kind.count)).trimmed
        let isSpeaker = { (entry: ConversationRecord.Entry) in names(of: entry).contains(kind) }
        guard !kind.isEmpty else { return command.usageActions }
        guard kinds.contains(kind) || !entries(isSpeaker).isEmpty else {
            let others = kinds.joined(separator: ", ")
            return [.show(.notice("“\(oneLine(kind))” has said nothing\(origin). Kinds are: \(others)."))]
        }
        let lines = StandingLines(entries)
        let found = entries { entry in
            let isOfKind =
                switch kind {
                case "files": entry.activity.attachments.contains { $0.contentURL?.isEmpty == false }
                case "choices": Choices(of: entry.activity).count > 0 && entry.isReadable
                case "handoff": HandoffSignal(entry.activity) != nil
                case "events": entry.activity.type == .event
                default: lines.isLine(entry) && isSpeaker(entry)
                }
            return isOfKind && (words.isEmpty || lines.words(of: entry).contains(caseInsensitive: words))
        }
        guard !found.isEmpty else { return [.show(.notice("Nothing of this conversation is “\(oneLine(argument))”."))] }
        return show(found, of: lines, header: "\(oneLine(argument)): \(found.count) of \(count)")
    }

    /// Who speaks, by role and by name.
    private func names(of entry: ConversationRecord.Entry) -> [String] {
        let speaker = speaker(entry)
        return [speaker.role, speaker.label.lowercased()]
    }

    /// Entries once more, below a line that says what they are.
    private func show(
        _ entries: [ConversationRecord.Entry],
        of lines: StandingLines,
        header: String
    ) -> [ChatAction] {
        [.show(.loadedHeader(header + origin))]
            + entries.map { entry in
                let speaker = speaker(entry)
                guard lines.isLine(entry) || entry.isReadable else {
                    let words = "\(entry.activity.type?.rawValue ?? "activity") \(entry.activity.name ?? "")"
                    return .show(.loaded(.notice(oneLine(words + " · " + speaker.label))))
                }
                return .show(.loaded(lines.item(of: entry, by: speaker)))
            }
    }

    private func oneLine(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}

extension ConversationRecord.Entry {
    /// Whether people are meant to read it.
    var isReadable: Bool { activity.type == .message || activity.type == .messageUpdate }

    /// All words of the message: its text, what is spoken, and the words of its cards.
    var words: String {
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
