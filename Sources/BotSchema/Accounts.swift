/// A person, bot or agent as a channel knows them (A7500).
public struct ChannelAccount: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// An account; absent parts are left out of the JSON.
    public init(id: String, name: String? = nil, role: String? = nil) {
        json = ["id": .string(id)]
        self.name = name
        self.role = role
    }

    /// The channel's id of the account.
    public var id: String? {
        get { json["id"]?.string }
        set { json.set("id", newValue) }
    }

    /// The display name.
    public var name: String? {
        get { json["name"]?.string }
        set { json.set("name", newValue) }
    }

    /// `user` or `bot`; newer senders add `agent`, `skill` and others.
    public var role: String? {
        get { json["role"]?.string ?? exportedRole }
        set { json.set("role", newValue) }
    }

    /// Dataverse exports write numbers.
    private var exportedRole: String? {
        switch json["role"]?.int {
        case 0: "bot"
        case 1: "user"
        default: nil
        }
    }
}

extension ChannelAccount {
    /// How the account ids of human agents and of their hub begin; nobody else has such an id.
    package static let agentIdPrefix = "agent-"
    /// The hub's own account.
    package static let agentHub = ChannelAccount(id: agentIdPrefix + "hub", name: "Agent hub", role: "bot")
}

/// A conversation as a channel knows it (A7520).
public struct ConversationAccount: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// A conversation of this id.
    public init(id: String) { json = ["id": .string(id)] }

    /// The channel's id, opaque.
    public var id: String? {
        get { json["id"]?.string }
        set { json.set("id", newValue) }
    }
}

/// Enough to speak into a conversation later, or to name one (A7540).
public struct ConversationReference: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// The reference to the turn that an activity belongs to, seen from its recipient, as SDKs build it.
    public init(to activity: Activity) {
        json = JSONObject()
        json.set("activityId", activity.id)
        json.set("user", activity.from)
        json.set("bot", activity.recipient)
        json.set("conversation", activity.conversation)
        json.set("channelId", activity.channelId)
        json.set("locale", activity.locale)
        json.set("serviceUrl", activity.serviceURL)
    }

    /// The conversation meant.
    public var conversation: ConversationAccount? {
        get { json.wrapped("conversation") }
        set { json.set("conversation", newValue) }
    }

    /// The activity meant within it.
    public var activityId: String? {
        get { json["activityId"]?.string }
        set { json.set("activityId", newValue) }
    }
}
