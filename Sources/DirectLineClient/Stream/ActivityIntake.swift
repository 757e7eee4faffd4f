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

    /// Hashes of ids and contents: services replay whole conversations, so many must be known, and cost little.
    private var known: RecentSet<Int>

    init(capacity: Int = 200_000) { known = RecentSet(capacity: capacity) }

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

    /// Whether an activity has not been seen before; one without an id never has.
    ///
    /// A known id with other words or cards is news: an update, or an id that the service has given out again. What
    /// else differs, such as a time, may be no more than another way on which the same activity came.
    mutating func isNew(_ activity: Activity) -> Bool {
        guard let id = activity.id, !id.isEmpty else { return true }
        var hasher = Hasher()
        hasher.combine(id)
        for member in ["type", "text", "speak", "attachments", "suggestedActions", "name", "value"] {
            hasher.combine(activity.json[member])
        }
        return known.insert(hasher.finalize())
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
    mutating func insert(_ member: Member) -> Bool {
        guard members.insert(member).inserted else { return false }
        if order.count < capacity {
            order.append(member)
        } else {
            members.remove(order[oldest])
            order[oldest] = member
            oldest = (oldest + 1) % capacity
        }
        return true
    }
}
