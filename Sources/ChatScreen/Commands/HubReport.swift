package import BotSchema
package import Handoff

/// What a tester reports in place of a hub, so that a bot's own handling of it can be tried.
package struct HubReport: Hashable, Sendable {
    /// The member of channel data that holds what the event itself cannot say.
    private static let member = Activity.handoffReportMember

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
        // Our own servers believe no client's marks of a hub: under this name they are words of the user's client.
        var mark = event.channelData?["baton"]?.object ?? JSONObject()
        mark["agentName"] = agent.map(JSONValue.string)
        var report = event
        report.channelData = mark.isEmpty ? nil : [Self.member: .object(mark)]
        return report
    }

    /// The echo of a report as if the hub had sent it, nil when the activity is none.
    ///
    /// The client puts the user's account in, so the agent's name comes from the report's channel data.
    package static func asFromHub(_ echo: Activity) -> Activity? {
        guard let signal = HandoffSignal(echo) else { return nil }
        switch signal.kind {
        case .accepted, .failed, .timedOut, .completed: break
        default: return nil
        }
        var report = echo
        var mark = echo.channelData?[Self.member]?.object ?? JSONObject()
        let name = mark["agentName"]?.string
        report.from = ChannelAccount(id: ChannelAccount.agentIdPrefix + "hand", name: name ?? "Agent", role: "bot")
        mark["author"] = name == nil ? "hub" : "agent"
        report.channelData = ["baton": .object(mark)]
        return report
    }
}
