import BotSchema

/// Remembers what was sent, to recognise it when it comes back.
struct EchoLedger: Sendable {
    private var postedIDs: RecentSet<String>
    /// Our client activity ids, and the ids under which they came back.
    private var clientIDs: RecentSet<String>
    private var returnedClientIDs: RecentSet<String>
    private var returnedIDs: RecentSet<String>
    /// Hashes of the ids and words that have come back.
    private var returnedWords: RecentSet<Int>

    init(capacity: Int = 1_000) {
        postedIDs = RecentSet(capacity: capacity)
        clientIDs = RecentSet(capacity: capacity)
        returnedClientIDs = RecentSet(capacity: capacity)
        returnedIDs = RecentSet(capacity: capacity)
        returnedWords = RecentSet(capacity: capacity)
    }

    /// An activity is about to be posted; its echo may be faster than the post's answer.
    mutating func sending(clientActivityID: String) { _ = clientIDs.insert(clientActivityID) }

    /// The post was answered with an id.
    mutating func posted(id: String) { _ = postedIDs.insert(id) }

    /// Whether an activity is one of ours come back.
    ///
    /// By the id from the post first. By the client activity id next, but only once and never for what a bot says:
    /// bots copy channel data into their answers. Never by `from.id`, which services replace. What comes under the id
    /// with other words than before is not known to be ours.
    mutating func isEcho(_ activity: Activity) -> Bool {
        let clientID = activity.clientActivityID
        if let id = activity.id, postedIDs.contains(id) {
            if let clientID { _ = returnedClientIDs.insert(clientID) }
            return isUnchanged(activity, id)
        }
        guard let clientID, clientIDs.contains(clientID), activity.from?.role?.lowercased() != "bot",
            returnedClientIDs.insert(clientID)
        else { return false }
        return activity.id.map { isUnchanged(activity, $0) } ?? true
    }

    /// Whether an activity of ours has the words with which it first came back.
    private mutating func isUnchanged(_ activity: Activity, _ id: String) -> Bool {
        var hasher = Hasher()
        hasher.combine(id)
        hasher.combine(activity.text)
        let words = hasher.finalize()
        guard returnedIDs.insert(id) else { return returnedWords.contains(words) }
        _ = returnedWords.insert(words)
        return true
    }
}
