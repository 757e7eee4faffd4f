import Handoff

/// What a bot or a hub breaks again and again is told once in its words, and then by how often more.
///
/// A bot that asks thirty times in one turn would otherwise fill the screen with one sentence.
struct RepeatedRemarks: Sendable {
    /// How long repetitions are counted before their number is told.
    private static let pause = Duration.seconds(1)

    /// The newest remark, as long as nothing else was told of the handoff.
    private var last: HandoffTransition?
    private var count = 0

    /// Takes a step of the handoff.
    ///
    /// - Returns: What to show now, perhaps the number of repetitions before it; the timer for those of this one.
    mutating func take(_ transition: HandoffTransition) -> [ChatAction] {
        guard transition.brokenRule != nil, !transition.isChange, transition.message == last?.message else {
            defer { last = transition.brokenRule == nil ? nil : transition }
            return end() + [.show(.handoff(transition))]
        }
        count += 1
        return count == 1 ? [.startTimer(.remarks, Self.pause)] : []
    }

    /// Tells how often the last remark was due again.
    mutating func end() -> [ChatAction] {
        guard count > 0, var transition = last else { return [] }
        transition.message = transition.message.map { "\($0), \(count.of("more time", "more times"))" }
        count = 0
        return [.show(.handoff(transition))]
    }
}
