import AgentHub
import BotSchema

extension SlashCommand {
    /// What a person does to a line that was said; users and agents have the same commands.
    static let lineChanges: [SlashCommand] = [
        SlashCommand(name: "correct", usage: "TEXT", summary: "replace your last line with TEXT", argument: .none),
        SlashCommand(name: "delete", usage: "", summary: "delete your last line", argument: .none),
        SlashCommand(
            name: "react",
            usage: "[-]TYPE",
            summary: "react to the last line of the other side, such as with like; -TYPE takes it back",
            argument: .words(["like", "heart", "laugh", "surprised", "sad", "angry"])
        ),
    ]
}

/// A change of one's own last line, or a reaction to the other side's.
enum LineChange: Equatable, Sendable {
    case correct(String)
    case delete
    case react(String, isTakenBack: Bool)

    /// Reads a command of ``SlashCommand/lineChanges``; nil where its argument is missing or too much.
    init?(_ command: SlashCommand, _ argument: String) {
        switch command.name {
        case "correct" where !argument.isEmpty: self = .correct(argument)
        case "delete" where argument.isEmpty: self = .delete
        case "react":
            let isTakenBack = argument.hasPrefix("-")
            let type = isTakenBack ? String(argument.dropFirst()) : argument
            guard !type.isEmpty, !type.contains(where: \.isWhitespace) else { return nil }
            self = .react(type, isTakenBack: isTakenBack)
        default: return nil
        }
    }

    private var isOwn: Bool { if case .react = self { false } else { true } }

    /// The id of the line that it is about, nil where there is none.
    func subject(in record: ConversationRecord, where isMeant: (Activity) -> Bool = { _ in true }) -> String? {
        // A file has no words that could be corrected.
        let needsText = if case .correct = self { true } else { false }
        return record.lastLine(isEcho: isOwn) { isMeant($0) && (!needsText || $0.text?.isEmpty == false) }
    }

    /// What to send, and the words for it.
    ///
    /// - Parameters:
    ///   - record: What was said.
    ///   - unsent: What is on its way, and counts as said.
    ///   - isMeant: Which lines count, where several conversations share a record.
    /// - Returns: The activity, and what the one who sends it sees.
    /// - Throws: ``CommandFailure`` where there is no such line, or no such reaction to take back.
    func activity(
        for record: ConversationRecord,
        besides unsent: [Activity] = [],
        where isMeant: (Activity) -> Bool = { _ in true }
    ) throws(CommandFailure) -> (activity: Activity, words: String) {
        guard let id = subject(in: record, where: isMeant) else {
            throw CommandFailure(isOwn ? "You have no line here to change." : "There is no line to react to.")
        }
        let quotation = ActivityRenderer.quotation(record.message(withId: id))
        var activity: Activity
        let words: String
        switch self {
        case .correct(let text):
            activity = .message(text)
            activity.type = .messageUpdate
            words = "\(text) (edited, was: \(quotation))"
        case .delete:
            activity = Activity(type: .messageDelete)
            words = "(deleted: \(quotation))"
        case .react(let type, let isTakenBack):
            guard !isTakenBack || record.reactions(to: id, besides: unsent).contains(type) else {
                throw CommandFailure("You have not reacted to \(quotation) with \(type).")
            }
            activity = Activity(type: .messageReaction)
            activity.json[isTakenBack ? "reactionsRemoved" : "reactionsAdded"] = [["type": .string(type)]]
            words =
                isTakenBack ? "(took back the reaction to \(quotation): \(type))" : "(reacted to \(quotation): \(type))"
        }
        // Channels give an id of their own to what a client posts; what it is about stays in `replyToId`.
        activity.replyToId = id
        return (activity, words)
    }
}

extension ConversationRecord {
    /// The reactions of this side to a line that have not been taken back, those that are on their way included.
    fileprivate func reactions(to id: String, besides unsent: [Activity]) -> Set<String> {
        var changes = unsent.reversed().filter { $0.type == .messageReaction && $0.replyToId == id }
        for entry in entries.reversed() {
            if entry.activity.id == id { break }
            guard entry.activity.type == .messageReaction, entry.activity.replyToId == id else { continue }
            // The same user may have reacted by another client.
            if entry.isEcho || entry.activity.isFromUser { changes.append(entry.activity) }
        }
        var reactions: Set<String> = []
        for change in changes.reversed() {
            func types(_ member: String) -> [String] {
                change.json[member]?.array?.compactMap { $0["type"]?.string } ?? []
            }
            reactions.subtract(types("reactionsRemoved"))
            reactions.formUnion(types("reactionsAdded"))
        }
        return reactions
    }

    /// The id of the newest message of one side that has not been deleted.
    fileprivate func lastLine(isEcho: Bool, where isMeant: (Activity) -> Bool) -> String? {
        var deleted: Set<String> = []
        for entry in entries.reversed() where entry.isEcho == isEcho && isMeant(entry.activity) {
            let activity = entry.activity
            switch activity.type {
            // A bot's deletion bears the id of its message, a user's or an agent's names it.
            case ActivityType.messageDelete?: deleted.formUnion([activity.id, activity.replyToId].compactMap(\.self))
            case ActivityType.message?:
                guard let id = activity.id, !deleted.contains(id), HubNotice(activity) == nil else { continue }
                return id
            default: continue
            }
        }
        return nil
    }
}
