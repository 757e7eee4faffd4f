import BotSchema

/// Remembers what was sent, to recognise it when it comes back.
struct EchoLedger: Sendable {
    /// What tells an activity of ours from another with its channel data.
    private struct Sent: Hashable, Sendable {
        let type: ActivityType?
        let name: String?
        let words: [JSONValue?]

        init(_ activity: Activity) {
            type = activity.type
            name = activity.name
            words = [activity.json["text"], activity.json["value"]]
        }
    }

    private var postedIDs: RecentSet<String>
    /// What went under our client activity ids, in two generations.
    private var sent: [String: Sent] = [:]
    private var previousSent: [String: Sent] = [:]
    /// The client activity ids under which something came back.
    private var returnedClientIDs: RecentSet<String>
    private var returnedIDs: RecentSet<String>
    /// Hashes of the ids and words that have come back.
    private var returnedWords: RecentSet<Int>
    private let capacity: Int

    init(capacity: Int = 1_000) {
        self.capacity = capacity
        postedIDs = RecentSet(capacity: capacity)
        returnedClientIDs = RecentSet(capacity: capacity)
        returnedIDs = RecentSet(capacity: capacity)
        returnedWords = RecentSet(capacity: capacity)
    }

    /// An activity is about to be posted; its echo may be faster than the post's answer.
    mutating func sending(_ activity: Activity, clientActivityID: String) {
        if sent.count >= capacity { (previousSent, sent) = (sent, [:]) }
        sent[clientActivityID] = Sent(activity)
    }

    /// The post was answered with an id.
    mutating func posted(id: String) { _ = postedIDs.insert(id) }

    /// Whether an activity is one of ours come back.
    ///
    /// By the id from the post first. By the client activity id next, whoever the service says it is from: an adapter
    /// posts in the name of others, and services replace `from`. Bots copy channel data into their answers, so what
    /// comes back must be of the kind that was sent, and comes back once, which is before any answer to it; under the
    /// role of a bot it must also say what was sent. What comes under the id with other words than before is
    /// not known to be ours.
    mutating func isEcho(_ activity: Activity) -> Bool {
        let clientID = activity.clientActivityID
        if let id = activity.id, postedIDs.contains(id) {
            if let clientID { _ = returnedClientIDs.insert(clientID) }
            return isUnchanged(activity, id)
        }
        guard let clientID, let sent = sent[clientID] ?? previousSent[clientID], sent.type == activity.type,
            sent.name == activity.name
        else { return false }
        if activity.isOfBot, sent.words != [activity.json["text"], activity.json["value"]] { return false }
        guard returnedClientIDs.insert(clientID) else { return false }
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

extension Activity {
    fileprivate var isOfBot: Bool { from?.role?.lowercased() == "bot" }
}
