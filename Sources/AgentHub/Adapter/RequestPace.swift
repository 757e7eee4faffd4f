/// How soon one conversation may ask the hub for an agent again.
///
/// A bot that answers every failed handoff with the next request would ask hundreds of times a second. One retry is
/// free, since a bot may well ask for another skill; after that each request without an agent doubles the pause before
/// the next. A person who asks again by a line of their own is not slowed, and an agent who comes makes up for
/// everything.
struct RequestPace: Hashable, Sendable {
    /// How a handoff was over.
    enum End: Hashable, Sendable {
        /// An agent had the conversation.
        case agent
        /// Nobody took it, for whatever reason.
        case nobody
        /// The user gave up, or the conversation is over.
        case withdrawn
    }

    /// What a request has to wait for.
    struct Pause: Hashable, Sendable {
        /// How long.
        let duration: Duration
        /// Whether the user has not been told of it yet.
        let isFirst: Bool
    }

    /// The pause before the second retry.
    static let shortest = Duration.seconds(1)
    /// No pause is longer; a conversation that fails nothing for as long begins anew.
    static let longest = Duration.seconds(60)

    /// Requests in a row that nobody took.
    private var failures = 0
    private var failedAt = Duration.zero
    private var isTold = false
    private var hasUserSpoken = false

    /// Whether there is nothing to remember.
    var isUnhurried: Bool { failures == 0 }

    /// A handoff is over.
    mutating func handoffEnded(_ end: End, at now: Duration) {
        switch end {
        case .agent: self = RequestPace()
        case .withdrawn: break
        case .nobody:
            failures += 1
            failedAt = now
            hasUserSpoken = false
        }
    }

    /// The user has said something to the bot, which the next request may answer.
    mutating func userSpoke() { hasUserSpoken = true }

    /// The pause before a request that the bot makes now; nil when it may reach the hub at once.
    mutating func pause(at now: Duration) -> Pause? {
        if now - failedAt >= Self.longest { self = RequestPace() }
        guard failures > 1, !hasUserSpoken else { return nil }
        // Beyond some doublings it is the longest anyway, and the number would grow out of its type.
        let pause = min(Self.longest, Self.shortest * (1 << min(failures - 2, 16)))
        let remaining = failedAt + pause - now
        guard remaining > .zero else { return nil }
        defer { isTold = true }
        return Pause(duration: remaining, isFirst: !isTold)
    }
}

/// The paces of conversations whose requests have failed; of many, those that failed last are remembered.
struct RequestPaces {
    static let limit = 2048
    private var paces: [String: RequestPace] = [:]
    private var order: [String] = []

    mutating func handoffEnded(_ end: RequestPace.End, in conversation: String, at now: Duration) {
        var pace = paces[conversation] ?? RequestPace()
        pace.handoffEnded(end, at: now)
        paces[conversation] = pace.isUnhurried ? nil : pace
        order.removeAll { $0 == conversation }
        guard !pace.isUnhurried else { return }
        order.append(conversation)
        if order.count > Self.limit { paces[order.removeFirst()] = nil }
    }

    mutating func userSpoke(in conversation: String) { paces[conversation]?.userSpoke() }

    mutating func pause(in conversation: String, at now: Duration) -> RequestPace.Pause? {
        paces[conversation]?.pause(at: now)
    }
}
