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
        guard !step.isTyping, let (state, parts) = Self.parts(of: step) else { return nil }
        self.state = state
        text = PlainText.line(([parts.first].compactMap(\.self) + parts.dropFirst()).joined(separator: " · "))
    }

    private static func parts(of step: HandoffTransition) -> (String, [String])? {
        let agent = step.agent?.name ?? step.agent?.id
        let message = step.message.map { [$0] } ?? []
        switch (step.to, step.outcome) {
        case (.requested, _):
            guard step.isChange else { return ("requested", ["handoff requested once more"] + message) }
            let context = step.initiation?.context
            let matter = context?.skill.map { "skill \($0)" } ?? context?.topic.map { "topic \($0)" }
            let entries = step.initiation?.transcript.map { "\($0.count) transcript entries" }
            return ("requested", ["handoff requested"] + [matter, entries].compactMap(\.self))
        case (.queued, _):
            let place = step.queuePosition.map { "position \($0)" }
            let wait = step.estimatedWait.map { "about \(TimeWords.duration($0)) to wait" }
            return ("queued", ["queued"] + [place, wait].compactMap(\.self))
        case (.live, _):
            guard step.isChange else { return message.isEmpty ? nil : ("live", message) }
            let who = agent.map { " by \($0)" } ?? ""
            let when = step.waited.map { " after \(TimeWords.duration($0))" } ?? ""
            return ("live", ["accepted" + who + when] + message)
        case (_, let outcome?): return ended(outcome, agent, step, message)
        case (.closed, nil): return ("closed", ["conversation closed"] + message)
        default: return nil
        }
    }

    private static func ended(
        _ outcome: HandoffOutcome,
        _ agent: String?,
        _ step: HandoffTransition,
        _ message: [String]
    ) -> (String, [String])? {
        let waited = step.waited.map { " after \(TimeWords.duration($0))" } ?? ""
        let handled = step.handled.map { " after \(TimeWords.duration($0))" } ?? waited
        switch outcome {
        case .open: return nil
        case .ended: return ("ended", ["\(agent ?? "the agent") ended it\(handled)"] + message)
        case .transferredBack: return ("transferred back", ["given back to the bot\(handled)"] + message)
        case .completed: return ("completed", ["completed\(handled)"] + message)
        case .failed: return ("failed", ["failed, nobody took it\(waited)"] + message)
        case .timedOut: return ("timed out", ["timed out, nobody took it\(waited)"] + message)
        case .lost: return ("lost", ["lost, the agent is gone\(handled)"] + message)
        case .cancelled: return ("cancelled", ["cancelled by the user\(waited)"] + message)
        case .aborted: return ("aborted", ["aborted, the conversation ended\(handled)"] + message)
        }
    }
}

/// Times in words.
enum TimeWords {
    /// Seconds to a tenth below ten of them, else whole, with minutes and hours from one on.
    static func duration(_ duration: Duration) -> String {
        let tenths = Int64((duration / .milliseconds(100)).rounded())
        guard tenths >= 100 else { return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " s" }
        let seconds = (tenths + 5) / 10
        if seconds < 60 { return "\(seconds) s" }
        return seconds < 3600 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }

    /// The hours, minutes and seconds of an instant, in UTC.
    static func clock(_ time: Timestamp?) -> String { time.map { String($0.text.dropFirst(11).prefix(8)) } ?? "" }
}
