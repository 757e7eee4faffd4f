package import AgentHub
package import BotSchema
import Handoff

/// What the hub tells an agent's desk: event activities whose name begins with `desk.`.
///
/// What a user says is a message under the user's name, with the item in `channelData.desk.item`.
package enum DeskEvent: Hashable, Sendable {
    /// The agent is at work, under this id; the answer to ``DeskCommand/signIn(name:skills:capacity:)``.
    case signedIn(agentId: String, CannedReplies)
    /// The desk is no longer the agent's, with the reason.
    case signedOut(reason: String)
    /// A conversation rings, so long.
    case offered(DeskBriefing, rings: Duration?)
    /// The linked transcript was read, and the briefing has it now.
    case transcript(DeskBriefing)
    /// The linked transcript cannot be had, with the reason.
    case transcriptMissing(WorkItemID, reason: String)
    /// It rings no more.
    case withdrawn(WorkItemID)
    /// The conversation is the agent's, or still is after a new sign-in.
    case connected(DeskBriefing)
    /// The conversation is with the agent no more.
    case released(WorkItemID)
    /// The conversation is over, and the agent has not ended it: mostly the user is gone.
    case userLeft(WorkItemID, endedBy: ConversationSide = .user)
    /// The user's connection broke, or is there again; the conversation stays.
    case userConnectionChanged(WorkItemID, isConnected: Bool)
    /// Something that the agent asked for was not done.
    case rejected(WorkItemID, HubAction.Rejection)
    /// The hub has changed the agent's presence.
    case presenceChanged(AgentPresence)
    /// Who waits, who works, and the figures.
    case view(DeskView)
    /// A command was not understood, in one sentence.
    case failure(String)
}

extension DeskEvent {
    /// Reads what the hub tells; nil for anything else, and for what a newer hub may say.
    package init?(_ activity: Activity) {
        guard activity.type == .event, let name = activity.name else { return nil }
        let value = activity.value
        let item = value?["item"]?.string
        switch (name, item) {
        case ("desk.signedIn", _):
            guard let id = value?["agent"]?.string else { return nil }
            self = .signedIn(agentId: id, CannedReplies(json: value?["cannedReplies"]))
        case ("desk.signedOut", _): self = .signedOut(reason: value?["reason"]?.string ?? "no reason given")
        case ("desk.offered", _?):
            guard let briefing = DeskBriefing(json: value) else { return nil }
            self = .offered(briefing, rings: value?["ringsMilliseconds"]?.int.map { .milliseconds($0) })
        case ("desk.connected", _?):
            guard let briefing = DeskBriefing(json: value) else { return nil }
            self = .connected(briefing)
        case ("desk.transcript", _?):
            guard let briefing = DeskBriefing(json: value) else { return nil }
            self = .transcript(briefing)
        case ("desk.transcriptMissing", let item?):
            self = .transcriptMissing(item, reason: value?["reason"]?.string ?? "no reason given")
        case ("desk.withdrawn", let item?): self = .withdrawn(item)
        case ("desk.released", let item?): self = .released(item)
        case ("desk.userLeft", let item?):
            let side = value?["endedBy"]?.string.flatMap(ConversationSide.init)
            self = .userLeft(item, endedBy: side ?? .user)
        case ("desk.userConnectionChanged", let item?):
            self = .userConnectionChanged(item, isConnected: value?["isConnected"]?.bool ?? true)
        case ("desk.rejected", let item?):
            guard let reason = value?["reason"]?.string.flatMap(HubAction.Rejection.init) else { return nil }
            self = .rejected(item, reason)
        case ("desk.presenceChanged", _):
            guard let presence = value?["presence"]?.string.flatMap(AgentPresence.init) else { return nil }
            self = .presenceChanged(presence)
        case ("desk.view", _): self = .view(DeskView(json: value))
        case ("desk.failure", _): self = .failure(value?["message"]?.string ?? "the hub did not understand")
        default: return nil
        }
    }

    /// The event as an activity.
    package var activity: Activity {
        switch self {
        case .signedIn(let id, let replies):
            .event("desk.signedIn", value: ["agent": .string(id), "cannedReplies": replies.json])
        case .signedOut(let reason): .event("desk.signedOut", value: ["reason": .string(reason)])
        case .offered(let briefing, let rings):
            .event("desk.offered", value: briefing.json(ringing: rings))
        case .transcript(let briefing): .event("desk.transcript", value: briefing.json(ringing: nil))
        case .transcriptMissing(let item, let reason):
            .event("desk.transcriptMissing", value: ["item": .string(item), "reason": .string(reason)])
        case .withdrawn(let item): .event("desk.withdrawn", value: ["item": .string(item)])
        case .connected(let briefing): .event("desk.connected", value: briefing.json(ringing: nil))
        case .released(let item): .event("desk.released", value: ["item": .string(item)])
        case .userLeft(let item, let side):
            .event("desk.userLeft", value: ["item": .string(item), "endedBy": .string(side.rawValue)])
        case .userConnectionChanged(let item, let isConnected):
            .event("desk.userConnectionChanged", value: ["item": .string(item), "isConnected": .bool(isConnected)])
        case .rejected(let item, let reason):
            .event("desk.rejected", value: ["item": .string(item), "reason": .string(reason.rawValue)])
        case .presenceChanged(let presence):
            .event("desk.presenceChanged", value: ["presence": .string(presence.rawValue)])
        case .view(let view): .event("desk.view", value: view.json)
        case .failure(let message): .event("desk.failure", value: ["message": .string(message)])
        }
    }
}

extension Activity {
    /// The work item that a message or a sign of composing is about, in `channelData.desk.item`.
    package var deskItem: WorkItemID? {
        get { channelData?["desk"]?["item"]?.string }
        set {
            var data = channelData?.object ?? JSONObject()
            var desk = data["desk"]?.object ?? JSONObject()
            desk["item"] = newValue.map(JSONValue.string)
            data["desk"] = .object(desk)
            channelData = .object(data)
        }
    }

    /// The id of the user's own activity of which this is the copy for a desk.
    package var deskSource: String? { channelData?["desk"]?["activity"]?.string }

    /// The id of the line that the user's own activity is about; a briefing has the lines before the desk by these ids.
    package var deskSubject: String? { channelData?["desk"]?["about"]?.string }

    /// What a user said, as a desk is told it.
    ///
    /// Channel data and entities are between the user's client and the bot, and stay out (transformation table).
    ///
    /// - Parameters:
    ///   - item: The user's work item.
    ///   - user: The user, where the activity does not say who it was.
    ///   - line: What the desk calls the line that the activity is about, if it is about one.
    /// - Returns: A copy for the desk's conversation, without what that gives itself.
    package func forDesk(item: WorkItemID, user: ChannelAccount, about line: String? = nil) -> Activity {
        var copy = self
        let account = from ?? user
        for field in ["id", "timestamp", "channelData", "entities", "recipient", "conversation", "replyToId"] {
            copy.json[field] = nil
        }
        // Other clients than ours show what has the role of a user as their own.
        copy.from = ChannelAccount(id: account.id ?? "user", name: account.name ?? user.name, role: "bot")
        copy.replyToId = line
        copy.deskItem = item
        if let id {
            var desk = copy.channelData?["desk"]?.object ?? JSONObject()
            desk["activity"] = .string(id)
            if isAboutLine { desk["about"] = replyToId.map(JSONValue.string) }
            copy.channelData = ["desk": .object(desk)]
        }
        return copy
    }
}
