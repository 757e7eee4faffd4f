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

    private var known: RecentSet

    init(capacity: Int = 10_000) { known = RecentSet(capacity: capacity) }

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
        for member in ["type", "text", "speak", "attachments", "suggestedActions", "name", "value"] {
            hasher.combine(activity.json[member])
        }
        return known.insert("\(id) \(hasher.finalize())")
    }
}

/// The last so many texts that were inserted.
struct RecentSet: Sendable {
    private let capacity: Int
    private var members: Set<String> = []
    private var order: [String] = []
    private var oldest = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    func contains(_ text: String) -> Bool { members.contains(text) }

    /// Inserts a text, pushing out the oldest when full; false when it is there already.
    mutating func insert(_ text: String) -> Bool {
        guard members.insert(text).inserted else { return false }
        if order.count < capacity {
            order.append(text)
        } else {
            members.remove(order[oldest])
            order[oldest] = text
            oldest = (oldest + 1) % capacity
        }
        return true
    }
}
