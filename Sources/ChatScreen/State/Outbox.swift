import BotSchema

/// What waits to be posted and what is on its way: one post at a time, so that turns arrive in order.
struct Outbox: Sendable {
    /// An activity that waits to be posted or is on its way.
    struct Outgoing: Sendable {
        let number: Int
        let activity: Activity
        /// How a failure names it.
        let words: String
        /// Files that go with it, by path.
        let files: [String]

        /// What sends it.
        var action: ChatAction {
            files.isEmpty ? .post(activity, number: number) : .upload(files, activity, number: number)
        }

        /// Whether an activity that came back says what this one says.
        func isEchoed(by echo: Activity) -> Bool {
            activity.type == echo.type && activity.text == echo.text && activity.value == echo.value
                && activity.name == echo.name
        }
    }

    private(set) var waiting: [Outgoing] = []
    private(set) var inFlight: Outgoing?
    private var count = 0

    /// How many have not arrived yet.
    var unsentCount: Int { waiting.count + (inFlight == nil ? 0 : 1) }

    /// What has not arrived yet, in order.
    var unsent: [Activity] { ([inFlight].compactMap(\.self) + waiting).map(\.activity) }

    /// - Returns: The number under which it is posted.
    @discardableResult
    mutating func add(_ activity: Activity, words: String, files: [String] = []) -> Int {
        count += 1
        waiting.append(Outgoing(number: count, activity: activity, words: words, files: files))
        return count
    }

    /// The one to post now; nil while another is on its way.
    mutating func takeNext() -> Outgoing? {
        guard inFlight == nil, !waiting.isEmpty else { return nil }
        inFlight = waiting.removeFirst()
        return inFlight
    }

    /// The post of a number ended; nil when it is not the one that is waited for.
    mutating func finish(_ number: Int) -> Outgoing? {
        guard let sent = inFlight, sent.number == number else { return nil }
        inFlight = nil
        return sent
    }

    /// Forgets everything, for another conversation.
    mutating func clear() {
        waiting = []
        inFlight = nil
    }
}
