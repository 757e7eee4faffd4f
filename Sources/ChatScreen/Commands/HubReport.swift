package import BotSchema
package import Handoff

/// What a tester reports in place of a hub, so that a bot's own handling of it can be tried.
package struct HubReport: Hashable, Sendable {
    /// What is reported.
    package let status: HandoffStatus
    /// The agent's name, for an acceptance.
    package let agent: String?
    /// Why, for a failure.
    package let reason: String?

    /// Reads `accept [NAME]`, `fail [WHY]`, `timeout` or `complete end|back|fail`; nil for anything else.
    package init?(_ text: String) {
        let word = text.prefix { !$0.isWhitespace }.lowercased()
        let rest = String(text.dropFirst(word.count)).trimmed
        switch (word, rest.lowercased()) {
        case ("accept", _): self.init(.accepted, agent: rest.isEmpty ? "Agent" : rest)
        case ("fail", _): self.init(.failed, reason: rest.isEmpty ? nil : rest)
        case ("timeout", ""): self.init(.timedOut)
        case ("complete", "end"): self.init(.completed(.ended))
        case ("complete", "back"): self.init(.completed(.transferBack))
        case ("complete", "fail"): self.init(.lost)
        default: return nil
        }
    }

    private init(_ status: HandoffStatus, agent: String? = nil, reason: String? = nil) {
        self.status = status
        self.agent = agent
        self.reason = reason
    }

    /// The event for the bot.
    package func activity(conversationId: String, dialect: HandoffDialect) -> Activity {
        let event = Activity.handoffStatus(status, message: reason, conversationId: conversationId, dialect: dialect)
        guard let agent else { return event }
        var marked = event.sent(byAgent: "hand", name: agent)
        var mark = marked.channelData?["baton"]?.object ?? JSONObject()
        mark["agentName"] = .string(agent)
        marked.channelData = ["baton": .object(mark)]
        // It is the user who sends it: a service would take another account for another user.
        marked.from = nil
        return marked
    }

    /// The echo of a report as if the hub had sent it, nil when the activity is none.
    ///
    /// The client puts the user's account in, so the agent's name comes from our own channel data.
    package static func asFromHub(_ echo: Activity) -> Activity? {
        guard let signal = HandoffSignal(echo) else { return nil }
        switch signal.kind {
        case .accepted, .failed, .timedOut, .completed: break
        default: return nil
        }
        var report = echo
        let name = echo.channelData?["baton"]?["agentName"]?.string ?? "Agent"
        report.from = ChannelAccount(id: "agent-hand", name: name, role: "bot")
        return report
    }
}
