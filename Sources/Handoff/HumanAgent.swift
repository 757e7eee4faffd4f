public import BotSchema

extension Activity {
    /// The human agent that speaks or acts through this activity, nil when no mark says so.
    ///
    /// The activity schema has no role for human agents: proxies send their words as `bot`. This program's adapter adds
    /// `channelData.baton.author`; newer senders use the role `agent`.
    public var humanAgent: ChannelAccount? {
        guard let from else { return nil }
        let isMarked = channelData?["baton"]?["author"]?.string == "agent"
        return isMarked || from.role?.lowercased() == "agent" ? from : nil
    }

    /// Whether an agent wrote this for the bot that gets the user back: the last record of a transcript may tell it what
    /// to do next.
    public var isNoteForBot: Bool { channelData?["baton"]?["note"]?.string == "bot" }

    /// The agent's note for the bot, as the last record of what user and agent said.
    ///
    /// - Parameters:
    ///   - text: What the bot is to do.
    ///   - id: The agent's id at the hub.
    ///   - name: The agent's display name.
    /// - Returns: The message, marked as a note for the bot.
    public static func noteForBot(_ text: String, byAgent id: String, name: String) -> Activity {
        var note = Activity.message(text).sent(byAgent: id, name: name)
        note.mark("note", "bot")
        return note
    }

    /// Whether a bot has put it among what was said, as something of an earlier time that nobody has seen here.
    package var isImported: Bool { channelData?["baton"]?["imported"]?.bool == true }

    /// The report that no agent comes, marked as due to the user, who has left the queue: the protocol has no word for it.
    package var reportingWithdrawal: Activity {
        var report = self
        report.mark("outcome", .string(HandoffOutcome.cancelled.rawValue))
        return report
    }

    /// Whether a report says that no agent comes since the user has left the queue.
    package var isWithdrawalReport: Bool {
        channelData?["baton"]?["outcome"]?.string == HandoffOutcome.cancelled.rawValue
    }

    /// Whether the hub itself speaks, which is neither the bot nor an agent.
    public var isFromHub: Bool { channelData?["baton"]?["author"]?.string == "hub" }

    /// The activity as one of a human agent, for the user's stream.
    ///
    /// - Parameters:
    ///   - id: The agent's id at the hub, such as `ana`; the account's id is made of it.
    ///   - name: The agent's display name.
    /// - Returns: The activity under the agent's account and mark; other channel data stays.
    public func sent(byAgent id: String, name: String) -> Activity {
        var activity = self
        activity.from = ChannelAccount(id: ChannelAccount.agentIdPrefix + id, name: name, role: "bot")
        activity.mark("author", "agent")
        activity.mark("agentId", .string(id))
        return activity
    }

    /// The member of channel data in which whoever reports as a client says what the event itself cannot.
    ///
    /// Our servers take their own marks away from clients; what is in here is the word of a client.
    package static let handoffReportMember = "handoffReport"

    /// How the handoff ended, where a report is sent in a dialect that cannot say it.
    var completionMark: HandoffCompletion? {
        let mark = channelData?["baton"]?["completion"] ?? channelData?[Self.handoffReportMember]?["completion"]
        return mark?.string.flatMap(HandoffCompletion.init(rawValue:))
    }

    /// The conversation that a sender named, where the channel had to put its own in the place of it.
    var postedConversationId: String? { channelData?["baton"]?["postedConversationId"]?.string }

    mutating func mark(_ name: String, _ value: JSONValue) {
        var data = channelData?.object ?? JSONObject()
        var mark = data["baton"]?.object ?? JSONObject()
        mark[name] = value
        data["baton"] = .object(mark)
        channelData = .object(data)
    }
}
