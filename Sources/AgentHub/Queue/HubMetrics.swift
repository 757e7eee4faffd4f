/// The figures by which contact centres are judged.
package struct HubMetrics: Hashable, Sendable {
    /// Waiting or ringing now.
    package internal(set) var waiting = 0
    /// How long the one who waits longest has waited.
    package internal(set) var longestWait = Duration.zero
    /// Items that came.
    package internal(set) var opened = 0
    /// Items that an agent took, each counted once.
    package internal(set) var answered = 0
    /// Users who left before an agent took their item.
    package internal(set) var abandoned = 0
    /// Items turned away at the door.
    package internal(set) var refused = 0
    /// Items given up after waiting.
    package internal(set) var timedOut = 0
    /// Conversations whose agent was lost for good.
    package internal(set) var lost = 0
    /// Conversations that an agent or a user ended.
    package internal(set) var handled = 0
    /// The newest ten thousand times from coming to being answered.
    package internal(set) var answerTimes: [Duration] = []
    var totalAnswerTime = Duration.zero
    var totalHandleTime = Duration.zero
    /// Units in use, and units there are, each times the time.
    var busyTime = Duration.zero
    var staffedTime = Duration.zero

    /// From coming to being answered, on average; nil before the first answer.
    package var averageSpeedOfAnswer: Duration? { answered == 0 ? nil : totalAnswerTime / answered }

    /// From the first answer to the end, on average; nil before the first end.
    package var averageHandleTime: Duration? { handled == 0 ? nil : totalHandleTime / handled }

    /// The part of the agents' capacity that was in use, wrap-up included; nil while nobody has worked.
    package var occupancy: Double? { staffedTime == .zero ? nil : busyTime / staffedTime }

    /// The time within which a part of the answers came, such as 0.95; nil before the first answer.
    package func answerTime(percentile: Double) -> Duration? {
        let sorted = answerTimes.sorted()
        guard !sorted.isEmpty else { return nil }
        let rank = (Double(sorted.count) * min(max(percentile, 0), 1)).rounded(.up)
        return sorted[max(Int(rank) - 1, 0)]
    }

    mutating func answer(after wait: Duration) {
        answered += 1
        totalAnswerTime += wait
        if answerTimes.count == 10_000 { answerTimes.removeFirst(5000) }
        answerTimes.append(wait)
    }

    mutating func handle(for time: Duration) {
        handled += 1
        totalHandleTime += time
    }
}
