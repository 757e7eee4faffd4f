import BotSchema

/// How long answers take: from the moment a line is entered to the first message that comes back.
struct TurnLatency: Sendable, Equatable {
    /// Of more turns, the newest this many count.
    private static let limit = 1000

    private var enteredAt: Timestamp?
    /// The newest times, in milliseconds.
    private(set) var milliseconds: [Int64] = []

    /// A line was entered; of several before one answer, the first counts.
    mutating func lineEntered(at now: Timestamp) {
        if enteredAt == nil { enteredAt = now }
    }

    /// A message came.
    ///
    /// - Returns: The milliseconds since the line that it answers; nil when that has its answer already.
    mutating func answered(at now: Timestamp) -> Int64? {
        guard let enteredAt else { return nil }
        self.enteredAt = nil
        if milliseconds.count == Self.limit { milliseconds.removeFirst() }
        let latency = max(0, now.milliseconds - enteredAt.milliseconds)
        milliseconds.append(latency)
        return latency
    }

    /// The last and the usual times in words; nil before the first answer.
    var summary: String? {
        guard let last = milliseconds.last else { return nil }
        let sorted = milliseconds.sorted()
        let percentile = { (part: Double) in sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] }
        let count = milliseconds.count.of("answer", "answers")
        return "the last after \(last) ms, p50 \(percentile(0.5)) ms, p95 \(percentile(0.95)) ms, \(count)"
    }
}
