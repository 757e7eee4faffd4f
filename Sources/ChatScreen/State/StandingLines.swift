import BotSchema
import Handoff

/// The lines of a conversation as they stand, for looking back: a corrected line once and in its place, a deletion in
/// place of what it took away.
///
/// Only the changes and the lines that they are about are held: a long conversation is not read into memory.
struct StandingLines {
    /// The lines that something is about, by their ids.
    private var subjects: [String: ConversationRecord.Entry] = [:]
    /// The last correction and the deletion of lines, by the ids of the lines.
    private var corrections: [String: Activity] = [:]
    private var deletions: [String: Activity] = [:]
    /// The ids of the changes that are shown with their lines.
    private var merged: Set<String> = []

    /// The lines among entries, which are asked for by conditions.
    init(_ entries: (_ isWanted: (ConversationRecord.Entry) -> Bool) -> [ConversationRecord.Entry]) {
        let changes = entries { $0.activity.isAboutLine }
        guard !changes.isEmpty else { return }
        let ids = Set(changes.flatMap { [$0.activity.id, $0.activity.replyToId].compactMap(\.self) })
        for line in entries({ $0.activity.type == .message && $0.activity.id.map(ids.contains) == true }) {
            if let id = line.activity.id { subjects[id] = line }
        }
        for change in changes where change.activity.type != .messageReaction {
            let activity = change.activity
            // A bot's change bears the id of its line, a user's or an agent's names it.
            let subject = [activity.id, activity.replyToId].compactMap(\.self).first { id in
                subjects[id].map { $0.isEcho == change.isEcho } ?? false
            }
            guard let subject else { continue }
            if activity.type == .messageUpdate { corrections[subject] = activity }
            if activity.type == .messageDelete { deletions[subject] = activity }
            if let id = activity.id { merged.insert(id) }
        }
    }

    /// Whether an entry is a line, or something about a line that is not shown with it.
    func isLine(_ entry: ConversationRecord.Entry) -> Bool {
        if entry.activity.type == .message { return true }
        return entry.activity.isAboutLine && entry.activity.id.map(merged.contains) != true
    }

    /// All words of a line, the last and the first.
    func words(of entry: ConversationRecord.Entry) -> String {
        guard let id = entry.activity.id, let correction = corrections[id] else { return entry.words }
        return ConversationRecord.Entry(activity: correction, isEcho: entry.isEcho).words + "\n" + entry.words
    }

    /// A line for showing; not as an echo, which is not shown: here one's own words are wanted.
    func item(of entry: ConversationRecord.Entry, by speaker: Speaker) -> ChatItem {
        let line = entry.activity
        let item = { (activity: Activity) in
            ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)
        }
        guard line.type == .message else {
            let subject = line.replyToId.flatMap { subjects[$0] }
            return line.isAboutLine ? .changed(item(line), earlier: subject?.activity) : item(line)
        }
        guard let id = line.id else { return item(line) }
        if let deletion = deletions[id] { return .changed(item(deletion), earlier: corrections[id] ?? line) }
        return corrections[id].map { .changed(item($0), earlier: line) } ?? item(line)
    }
}
