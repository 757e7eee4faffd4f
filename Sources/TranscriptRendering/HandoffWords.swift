import BotSchema
import Handoff

/// A step of a handoff in words for people.
struct HandoffWords {
    /// One word for the state or the outcome, such as `queued`.
    let state: String
    /// The whole step on one line.
    let text: String

    /// Nil for steps that tell people nothing, such as the bot listening again.
    init?(_ step: HandoffTransition) {
        let isReturn = step.isChange && step.outcome == nil && (step.to == .bot || step.to == .ended)
        guard !step.isTyping, !isReturn, let words = step.words else { return nil }
        state = step.outcome?.rawValue ?? step.to.rawValue
        text = PlainText.line(words.joined(separator: " · "))
    }
}
