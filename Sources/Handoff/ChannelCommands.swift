public import BotSchema

// Hubs that cannot take events have bots put their wishes into the channel data of messages.

extension HandoffRecogniser {
    /// `channelData.tags` of Omnichannel, a JSON text: a message asks for an agent or tells that the bot is done.
    static let omnichannelCommand = HandoffRecogniser { activity in
        guard activity.type == .message, let command = OmnichannelCommand(activity) else { return nil }
        switch command.action {
        case .escalate: return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: .omnichannel)
        case .endConversation: return Reading(kind: .completed(.unspecified, message: nil), dialect: .omnichannel)
        }
    }

    /// `channelData.action` or `channelData.metadata` of LivePerson.
    static let livePersonTransfer = HandoffRecogniser { activity in
        guard activity.type == .message, LivePersonTransfer(activity) != nil else { return nil }
        return Reading(kind: .initiate(HandoffInitiation(activity)), dialect: .livePerson)
    }
}

extension Activity {
    /// Whether the sender asks that nobody is shown this message: Omnichannel tags messages for itself as `Hidden`.
    public var isTaggedHidden: Bool {
        let tags = channelData?["tags"]?.string ?? ""
        return tags.split(separator: ",").contains { $0.filter { !$0.isWhitespace }.lowercased() == "hidden" }
    }

    /// What channel data tells the hub, nil where it tells nothing and the value counts.
    var escalationContext: HandoffContext? {
        guard type == .message else { return nil }
        return OmnichannelCommand(self)?.context ?? LivePersonTransfer(self)?.context
    }

    /// The names with which a skill answers its calls; they end the call and not the user's conversation.
    var isSkillReply: Bool { name.map(["startConversation", "sendMessage", "endConversation"].contains) ?? false }
}

/// The command in Omnichannel's tags; a list of tags separated by commas is none.
struct OmnichannelCommand {
    enum Action { case escalate, endConversation }

    var action: Action
    var context: HandoffContext

    init?(_ activity: Activity) {
        let tags = activity.channelData?["tags"]
        guard let command = tags?.object ?? tags?.string.flatMap({ try? JSONValue(parsing: $0) })?.object
        else { return nil }
        let type = command.entry("type")
        switch type?.string?.lowercased() {
        case "escalate": action = .escalate
        case "endconversation": action = .endConversation
        // The JavaScript sample writes the number of the case.
        case nil where type?.int == 0: action = .escalate
        default: return nil
        }
        context = HandoffContext(command.entry("context")?.object ?? JSONObject())
        if let note = activity.text, !note.isEmpty, context.agentMessage == nil {
            context.json["MessageToAgent"] = .string(note)
        }
    }
}

/// LivePerson's wish to transfer, in either of its two forms.
struct LivePersonTransfer {
    var context = HandoffContext()

    init?(_ activity: Activity) {
        let data = activity.channelData
        let metadata = data?["metadata"]?.array ?? []
        let isEscalation = metadata.contains {
            $0["type"]?.string == "ActionReason" && $0["reason"]?.string?.lowercased().contains("escalat") == true
        }
        var skill: JSONValue?
        if data?["action"]?["name"]?.string?.uppercased() == "TRANSFER" {
            context.json = data?["action"]?["parameters"]?.object ?? JSONObject()
        } else if isEscalation {
            skill = metadata.lazy.compactMap { $0["type"]?.string == "SkillId" ? $0["skillId"] : nil }.first
        } else {
            return nil
        }
        if let skill { context.json["Skill"] = skill }
    }
}

extension JSONObject {
    /// The member of a name in any letter case: the samples in C# and JavaScript differ.
    fileprivate func entry(_ name: String) -> JSONValue? { entries.last { $0.key.lowercased() == name }?.value }
}
