import BotSchema

/// Decides what of a frame or a poll is new: keeps the position and drops activities that came before.
struct ActivityIntake: Sendable {
    /// What a frame holds.
    enum Content: Equatable {
        /// A sign of life, or a kind of object that is not for us.
        case nothing
        /// Activities, and the position behind them unless the service told none.
        case activities([Activity], watermark: String?)
        /// No JSON; where and why, without content.
        case malformed(String)
    }

    /// What an id stands for at present.
    private struct Version {
        var content: Int
        var time: Timestamp?
    }

    /// Hashes of ids and contents: services replay whole conversations, so many must be known, and cost little.
    private var known: RecentSet<Int>
    /// The newest version by the hash of its id.
    private var newest: [Int: Version] = [:]
    /// The ids whose newest version is known.
    private var ids: RecentSet<Int>

    init(capacity: Int = 200_000) {
        known = RecentSet(capacity: capacity)
        ids = RecentSet(capacity: capacity)
    }

    /// Reads a frame of the stream; later root objects are told apart by their members, so unknown ones are ignored.
    static func content(of text: String) -> Content {
        guard !text.isEmpty else { return .nothing }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            return .malformed(error.description)
        }
        guard let set = ActivitySet(value), set.json["activities"]?.array != nil else { return .nothing }
        return .activities(set.activities, watermark: set.watermark)
    }

    /// Whether an activity tells something that is not known; one without an id always does.
    ///
    /// A known id with other words or cards than it had last is news: an update, perhaps back to earlier words, or an id
    /// that the service has given out again. What else differs, such as a time, may be no more than another way on which
    /// the same activity came. Only an earlier version that comes again with a time before that of the newest is a
    /// replay; without such a proof it is taken for an edit, since the last words must not be missed.
    mutating func isNew(_ activity: Activity) -> Bool {
        guard let id = activity.id, !id.isEmpty else { return true }
        var hasher = Hasher()
        hasher.combine(id)
        let key = hasher.finalize()
        for member in ["type", "text", "speak", "attachments", "suggestedActions", "name", "value"] {
            hasher.combine(activity.json[member])
        }
        let version = Version(content: hasher.finalize(), time: activity.time)
        let isFirst = known.insert(version.content)
        if let last = newest[key] {
            if last.content == version.content { return false }
            if !isFirst, let then = version.time, let now = last.time, then.milliseconds < now.milliseconds {
                return false
            }
        }
        newest[key] = version
        if let forgotten = ids.insertPushing(key).pushedOut { newest[forgotten] = nil }
        return true
    }
}

/// The last so many things that were inserted.
struct RecentSet<Member: Hashable & Sendable>: Sendable {
    private let capacity: Int
    private var members: Set<Member> = []
    private var order: [Member] = []
    private var oldest = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    func contains(_ member: Member) -> Bool { members.contains(member) }

    /// Inserts a member, pushing out the oldest when full; false when it is there already.
    mutating func insert(_ member: Member) -> Bool { insertPushing(member).isInserted }

    /// Inserts a member, and tells which one had to go for it.
    mutating func insertPushing(_ member: Member) -> (isInserted: Bool, pushedOut: Member?) {
        guard members.insert(member).inserted else { return (false, nil) }
        guard order.count >= capacity else {
            order.append(member)
            return (true, nil)
        }
        let pushedOut = order[oldest]
        members.remove(pushedOut)
        order[oldest] = member
        oldest = (oldest + 1) % capacity
        return (true, pushedOut)
    }
}
