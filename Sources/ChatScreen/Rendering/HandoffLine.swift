import BotSchema
package import Handoff
import LineEditing

/// Says a handoff transition in one readable line.
package struct HandoffLine: Sendable {
    private let style: Style
    private let columns: Int

    /// A line for a width.
    package init(style: Style, columns: Int) {
        self.style = style
        self.columns = columns
    }

    /// The line, wrapped where the terminal is narrower than it.
    package func lines(of transition: HandoffTransition) -> [String] {
        parts(of: transition).map(lines(of:)) ?? []
    }

    /// The line of some parts, such as what the hub tells.
    package func lines(of parts: [String]) -> [String] {
        let clean = parts.map { DisplayText.neutralised($0, keepingNewlines: false) }
        let text =
            style.isDrawn ? "── " + clean.joined(separator: " · ") : "-- handoff: " + clean.joined(separator: ", ")
        return DisplayText.wrapped(text, columns: columns).map { style.paint($0, .handoff) }
    }

    private func parts(of transition: HandoffTransition) -> [String]? {
        let agent = transition.agent?.name ?? transition.agent?.id
        switch (transition.to, transition.outcome) {
        case (.requested, _):
            return requested(transition)
        case (.queued, _):
            var parts = ["queued"]
            if let position = transition.queuePosition { parts.append("position \(position)") }
            if let wait = transition.estimatedWait { parts.append("about \(wait.seconds) s to wait") }
            return parts
        case (.live, _):
            guard transition.from != .live else { return transition.message.map { [$0] } }
            var parts = ["accepted" + (agent.map { " by \($0)" } ?? "")]
            if let waited = transition.waited { parts[0] += " after \(waited.seconds) s" }
            if let message = transition.message { parts.append(message) }
            if case .agentSpoke = transition.cause { parts.append("nobody reported it, but an agent speaks") }
            return parts
        case (_, .some(let outcome)):
            return ended(transition, outcome, agent)
        case (.closed, nil): return ["conversation closed"] + (transition.message.map { [$0] } ?? [])
        case (.bot, nil), (.ended, nil):
            guard transition.isChange else { return transition.message.map { [$0] } }
            return ["the bot listens again"] + (transition.message.map { [$0] } ?? [])
        }
    }

    private func requested(_ transition: HandoffTransition) -> [String] {
        var parts = ["handoff requested"]
        guard transition.isChange else { return transition.message.map { [$0] } ?? parts + ["once more"] }
        if let initiation = transition.initiation {
            if let skill = initiation.context.skill {
                parts.append("skill \(skill)")
            } else if let topic = initiation.context.topic {
                parts.append("topic \(topic)")
            }
            if let number = initiation.context.telephoneNumber { parts.append("target \(number)") }
            if let transcript = initiation.transcript {
                parts.append(transcript.count.of("transcript entry", "transcript entries"))
            } else if initiation.transcriptURL != nil {
                parts.append("transcript by link, not fetched")
            } else {
                parts.append(initiation.transcriptProblem ?? "no transcript")
            }
        }
        return parts
    }

    private func ended(_ transition: HandoffTransition, _ outcome: HandoffOutcome, _ agent: String?) -> [String] {
        let waited = transition.waited.map { " after \($0.seconds) s" } ?? ""
        let duration = transition.handled.map { " after \($0.seconds) s" } ?? waited
        let handled = transition.handled == nil ? waited : duration + " with \(agent ?? "the agent")"
        let reason = transition.message.map { [$0] } ?? []
        let returned = returned(transition)
        switch outcome {
        case .transferredBack: return ["completed", "transferred back to the bot" + handled] + returned
        case .ended: return ["completed", (agent ?? "the agent") + " ended it" + duration] + returned
        case .completed: return ["completed" + handled] + reason + returned
        case .failed: return ["failed" + waited] + (reason.isEmpty ? ["no reason given"] : reason)
        case .timedOut: return ["timed out" + waited] + reason
        case .lost: return ["lost: the agent is gone" + handled] + reason
        case .cancelled: return ["cancelled" + waited]
        case .aborted: return ["aborted: the conversation ended" + handled] + reason
        case .open: return ["still open"]
        }
    }

    /// What came along for the bot, whose last entry may tell it what to do next.
    private func returned(_ transition: HandoffTransition) -> [String] {
        guard let entries = transition.returned, !entries.isEmpty else { return [] }
        let count = entries.count.of("transcript entry", "transcript entries")
        return [count] + (entries.last?.text.map { ["the last: “\($0)”"] } ?? [])
    }
}
