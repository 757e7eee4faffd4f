import BotSchema

/// How long answers take: from the moment a line is entered to the first message that answers it.
struct TurnLatency: Sendable, Equatable {
    /// Of more turns, the newest this many count.
    private static let limit = 1000

    /// A line that has no answer yet.
    private struct Line: Sendable, Equatable {
        let number: Int
        let enteredAt: Timestamp
        /// What the service calls it, once that is known.
        var ids: Set<String> = []
    }

    private var lines: [Line] = []
    /// The number of the newest line that has its answer.
    private var newestAnswered = 0
    /// The newest times, in milliseconds.
    private(set) var milliseconds: [Int64] = []

    /// A line was entered, under the number of its post.
    mutating func lineEntered(_ number: Int, at now: Timestamp) {
        if lines.count == Self.limit { lines.removeFirst() }
        lines.append(Line(number: number, enteredAt: now))
    }

    /// The service has given a line an id.
    mutating func line(_ number: Int, hasId id: String?) {
        guard let id, let place = lines.firstIndex(where: { $0.number == number }) else { return }
        lines[place].ids.insert(id)
    }

    /// No answer to what was said so far is waited for any more.
    mutating func giveUp() { lines = [] }

    /// A message came.
    ///
    /// - Parameters:
    ///   - id: What it names as answered; a message that names nothing that is known answers the oldest line.
    ///   - now: When it came.
    /// - Returns: The milliseconds since the line that it answers; nil when that has its answer already.
    mutating func answered(_ id: String?, at now: Timestamp) -> Int64? {
        let named = id.flatMap { id in lines.firstIndex { $0.ids.contains(id) } }
        guard let place = named ?? lines.indices.first else { return nil }
        newestAnswered = max(newestAnswered, lines[named ?? lines.indices.last ?? place].number)
        let latency = max(0, now.milliseconds - lines[place].enteredAt.milliseconds)
        // Whoever answers a line goes on from there: what was said before it stays without an answer.
        lines.removeSubrange(...(named ?? lines.indices.last ?? place))
        if milliseconds.count == Self.limit { milliseconds.removeFirst() }
        milliseconds.append(latency)
        return latency
    }

    /// Whether a line has its answer, by the number of its post.
    func isAnswered(_ number: Int) -> Bool { number <= newestAnswered }

    /// The last and the usual times in words; nil before the first answer.
    var summary: String? {
        guard let last = milliseconds.last else { return nil }
        let sorted = milliseconds.sorted()
        let percentile = { (part: Double) in sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] }
        let count = milliseconds.count.of("answer", "answers")
        return "the last after \(last) ms, p50 \(percentile(0.5)) ms, p95 \(percentile(0.95)) ms, \(count)"
    }
}
