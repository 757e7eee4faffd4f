import BotSchema

extension HandoffTransition {
    /// The transition in words for people, in parts for one line; nil when it tells them nothing.
    package var words: [String]? {
        // What is odd within a state is told alone.
        if brokenRule != nil { return message.map { [$0] } }
        let agent = agent?.shownAgentName?.text
        switch (to, outcome) {
        case (.requested, _):
            return requestedWords
        case (.queued, _):
            var parts = ["queued"]
            if let position = queuePosition { parts.append("position \(position)") }
            if let wait = estimatedWait { parts.append("about \(wait.inWords) to wait") }
            return parts
        case (.live, _):
            guard from != .live else { return message.map { [$0] } }
            var parts = ["accepted" + (agent.map { " by \($0)" } ?? "")]
            if let waited = waited { parts[0] += " after \(waited.inWords)" }
            if let message = message { parts.append(message) }
            if case .agentSpoke = cause { parts.append("nobody reported it, but an agent speaks") }
            return parts
        case (_, .some(let outcome)):
            return endedWords(outcome, agent)
        case (.closed, nil): return ["conversation closed"] + (message.map { [$0] } ?? [])
        case (.bot, nil), (.ended, nil):
            guard isChange else { return message.map { [$0] } }
            return ["the bot listens again"] + (message.map { [$0] } ?? [])
        }
    }

    private var requestedWords: [String] {
        var parts = ["handoff requested"]
        guard isChange else { return message.map { [$0] } ?? parts + ["once more"] }
        if case .signal(let signal) = cause, signal.dialect == nil { return parts + ["as a trace tells"] }
        if let initiation = initiation {
            if let skill = initiation.context.skill {
                parts.append("skill \(skill)")
            } else if let topic = initiation.context.topic {
                parts.append("topic \(topic)")
            }
            if let number = initiation.context.telephoneNumber { parts.append("target \(number)") }
            if let transcript = initiation.transcript {
                parts.append(Self.count(transcript.count, "transcript entry", "transcript entries"))
            } else if initiation.transcriptURL != nil {
                parts.append("transcript by link, not fetched")
            } else {
                parts.append(initiation.transcriptProblem ?? "no transcript")
            }
        }
        return parts
    }

    private func endedWords(_ outcome: HandoffOutcome, _ agent: String?) -> [String] {
        let waited = waited.map { " after \($0.inWords)" } ?? ""
        let duration = handled.map { " after \($0.inWords)" } ?? waited
        let handled = handled == nil ? waited : duration + " with \(agent ?? "the agent")"
        let reason = message.map { [$0] } ?? []
        let returned = returnedWords
        switch outcome {
        case .transferredBack: return ["completed", "transferred back to the bot" + handled] + returned
        case .ended: return ["completed", (agent ?? "the agent") + " ended it" + duration] + returned
        case .completed: return ["completed" + handled] + reason + returned
        case .failed: return ["failed" + waited] + (reason.isEmpty ? ["no reason given"] : reason)
        case .timedOut: return ["timed out" + waited] + reason
        case .lost: return ["lost: the agent is gone" + handled] + reason
        case .cancelled: return ["withdrawn by the user" + waited]
        case .aborted: return ["aborted: the conversation ended" + handled] + reason
        case .open: return ["still open"]
        }
    }

    /// What came along for the bot, whose last entry may tell it what to do next.
    private var returnedWords: [String] {
        if returned?.entries == nil, returned?.url != nil { return ["transcript by link, not fetched"] }
        if let problem = returned?.problem { return [problem] }
        guard let entries = returned?.entries, !entries.isEmpty else { return [] }
        let count = Self.count(entries.count, "transcript entry", "transcript entries")
        return [count] + (entries.last?.text.map { ["the last: “\($0)”"] } ?? [])
    }

    private static func count(_ count: Int, _ singular: String, _ plural: String) -> String {
        "\(count) \(count == 1 ? singular : plural)"
    }
}

extension Duration {
    /// The duration for people: seconds to a tenth below ten of them, else whole, with minutes and hours from one on.
    package var inWords: String {
        let tenths = Int64((self / .milliseconds(100)).rounded())
        guard tenths >= 100 else { return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " s" }
        let seconds = (tenths + 5) / 10
        if seconds < 60 { return "\(seconds) s" }
        return seconds < 3600 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}
