import Transcripts

/// What came of each conversation while it was fetched.
struct FetchTally {
    private var changes: [String: FetchedConversations.Change] = [:]

    /// A line for people.
    struct Line: Hashable {
        let text: String
        let isFailure: Bool
    }

    /// Takes what came of some rows.
    ///
    /// - Returns: What to tell; nil when there is nothing new.
    mutating func take(_ file: FetchedConversations.File) -> Line? {
        let before = changes[file.path]
        switch file.change {
        case .none:
            if before == nil { changes[file.path] = file.change }
            return nil
        case .blocked(let error):
            changes[file.path] = file.change
            return before == file.change ? nil : Line(text: error.description, isFailure: true)
        case .new, .grown:
            changes[file.path] = before == .new ? .new : file.change
            let count = file.count == 1 ? "1 record" : "\(file.count) records"
            let word = file.change == .new ? "new" : "more"
            return Line(text: "\(file.path): \(word), \(count), \(file.conversationId)", isFailure: false)
        }
    }

    /// How many conversations there were, in one line.
    var summary: String {
        let new = changes.values.count { $0 == .new }
        let grown = changes.values.count { $0 == .grown }
        let all = changes.count == 1 ? "1 conversation" : "\(changes.count) conversations"
        let same = changes.count - new - grown - blockedCount
        let blocked = blockedCount == 0 ? "" : ", \(blockedCount) not written"
        return "\(all): \(new) new, \(grown) with more, \(same) as before\(blocked)"
    }

    /// What the command fails with at its end, nil when every conversation is in its file.
    var failure: CommandError? {
        guard blockedCount > 0 else { return nil }
        let subject = blockedCount == 1 ? "1 conversation was" : "\(blockedCount) conversations were"
        // The time of the newest record is that of another conversation by now.
        return CommandError(
            "\(subject) not written; move what is in the way elsewhere, and fetch again without --since last"
        )
    }

    private var blockedCount: Int {
        changes.values.count { change in if case .blocked = change { true } else { false } }
    }
}
