package import BotSchema

/// What the hub tells the user in words, where the handoff protocol has no status for it.
///
/// It goes over the wire as a message, marked in `channelData.baton.notice`.
package struct HubNotice {
    /// A stable word for programs, kept in `channelData.baton.notice`.
    package let code: String
    /// The words for the user.
    package let text: String
    /// The agent that it is about, once it is on the wire.
    package private(set) var agentName: String?

    init(code: String, text: String) {
        self.code = code
        self.text = text
    }

    /// Reads the notice that a message is; nil for what people and bots say.
    package init?(_ activity: Activity) {
        guard activity.type == .message, let text = activity.text, let mark = activity.channelData?["baton"],
            let code = mark["notice"]?.string
        else { return nil }
        self.init(code: code, text: text)
        agentName = mark["agentName"]?.string
    }

    static func held(by agent: HubAgent) -> HubNotice {
        HubNotice(code: "held", text: "\(agent.name) has put you on hold.")
    }

    static func resumed(by agent: HubAgent) -> HubNotice {
        HubNotice(code: "resumed", text: "\(agent.name) is back.")
    }

    static func transferring(from agent: HubAgent, to target: String) -> HubNotice {
        HubNotice(code: "transferring", text: "\(agent.name) is passing you on to \(target).")
    }

    static func joined(_ agent: HubAgent) -> HubNotice {
        HubNotice(code: "joined", text: "\(agent.name) has joined the conversation.")
    }

    static func reassigning(from agent: HubAgent) -> HubNotice {
        HubNotice(code: "reassigning", text: "\(agent.name) was disconnected. A colleague will be with you.")
    }

    static func interrupted(_ agent: HubAgent) -> HubNotice {
        let text = "The connection to \(agent.name) is broken. What you write is kept."
        return HubNotice(code: "interrupted", text: text)
    }

    static func reachable(_ agent: HubAgent) -> HubNotice {
        HubNotice(code: "reachable", text: "\(agent.name) is connected again.")
    }

    static func idle(with agent: HubAgent, endsIn remaining: Duration?) -> HubNotice {
        let consequence = remaining.map { " Without a word the conversation ends in \(words(for: $0))." } ?? ""
        return HubNotice(code: "idle", text: "Are you still there? You are connected with \(agent.name).\(consequence)")
    }

    static func expired(with agent: HubAgent, after silence: Duration) -> HubNotice {
        let text = "Nobody wrote for \(words(for: silence)), so the conversation with \(agent.name) has ended."
        return HubNotice(code: "expired", text: text)
    }

    static func abandoned(by agent: HubAgent?, after absence: Duration) -> HubNotice {
        let consequence =
            agent.map { "the conversation with \($0.name) has ended" } ?? "you have lost your place in line"
        let text = "You were disconnected for \(words(for: absence)), so \(consequence)."
        return HubNotice(code: "abandoned", text: text)
    }

    /// Whole minutes from two on, else seconds.
    private static func words(for duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        if seconds >= 120 { return "\((seconds + 30) / 60) minutes" }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }

    static func queued(at position: Int) -> HubNotice {
        let text = position == 1 ? "You are next in line." : "You are number \(position) in line."
        return HubNotice(code: "queued", text: text)
    }

    static func undelivered(_ text: String?) -> HubNotice {
        let quote = text.map { " “\($0.count <= 60 ? $0 : $0.prefix(59) + "…")”" } ?? ""
        let text = "Your message\(quote) did not reach the agent. Please send it again."
        return HubNotice(code: "undelivered", text: text)
    }

    /// The message for the user's stream, from the hub itself.
    func activity(about agent: HubAgent? = nil) -> Activity {
        var activity = Activity.message(text).sentByHub.marked(author: "hub", notice: code)
        if let agent {
            activity = activity.marked("agentId", .string(agent.id)).marked("agentName", .string(agent.name))
        }
        return activity
    }
}

extension Activity {
    /// The activity under the hub's own account.
    var sentByHub: Activity {
        var activity = marked("author", "hub")
        activity.from = ChannelAccount(id: "agent-hub", name: "Agent hub", role: "bot")
        return activity
    }

    func marked(author: JSONValue, notice: String) -> Activity {
        marked("author", author).marked("notice", .string(notice))
    }

    /// The activity with a member of this program's own channel data.
    func marked(_ name: String, _ value: JSONValue) -> Activity {
        var activity = self
        var data = channelData?.object ?? JSONObject()
        var mark = data["baton"]?.object ?? JSONObject()
        mark[name] = value
        data["baton"] = .object(mark)
        activity.channelData = .object(data)
        return activity
    }
}
