public import BotSchema
public import Bots

/// Something that a running server tells its operator; none of the cases carries a credential.
public enum ServerEvent: Sendable {
    /// A conversation began.
    case conversationStarted(_ conversation: String)
    /// A user's activity was taken.
    case userActivity(_ conversation: String, Activity)
    /// A bot's activity was taken through the Connector API.
    case botActivity(_ conversation: String, Activity)
    /// A turn failed on an activity, which stays in the conversation.
    case botFailed(_ conversation: String, BotError, on: Activity)
    /// A bot asked for a conversation that the server does not have, by a path that is good for it.
    case unknownConversation(_ conversation: String)
    /// Somebody called the Connector API by a path that is not good for the conversation that it names.
    case capabilityRefused(_ conversation: String)
    /// The store takes no writes; what clients and bots send is refused meanwhile.
    case storeFailed(_ reason: String)
    /// The store takes writes again.
    case storeRecovered
    /// The store could not give back what it was asked for.
    case storeDamaged(_ reason: String)
    /// A client opened a stream.
    case streamOpened(_ conversation: String)
    /// A stream ended.
    case streamClosed(_ conversation: String)
}

extension ServerEvent: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        switch self {
        case .conversationStarted(let id): "\(id) started"
        case .userActivity(let id, let activity): "\(id) user: \(Self.type(of: activity))"
        case .botActivity(let id, let activity): "\(id) bot: \(Self.type(of: activity))"
        case .botFailed(let id, let error, let activity):
            "\(id) bot failed on \(Self.words(for: activity)): \(error.message)"
        case .unknownConversation(let id): "\(id) is not on this server; the bot's service URL for it is valid"
        case .capabilityRefused(let id): "\(id) refused: the service URL of the call is not valid for it"
        case .storeFailed(let reason): "store failed: \(reason)"
        case .storeRecovered: "store works again"
        case .storeDamaged(let reason): "store cannot be read: \(reason)"
        case .streamOpened(let id): "\(id) stream opened"
        case .streamClosed(let id): "\(id) stream closed"
        }
    }

    /// An object for a log that programs read: `event`, in most `conversation`, and what else there is to say.
    public var json: JSONObject {
        switch self {
        case .conversationStarted(let id): Self.object("conversationStarted", id)
        case .userActivity(let id, let activity):
            Self.object("userActivity", id, ["type": .string(Self.type(of: activity))])
        case .botActivity(let id, let activity):
            Self.object("botActivity", id, ["type": .string(Self.type(of: activity))])
        case .botFailed(let id, let error, let activity):
            Self.object(
                "botFailed",
                id,
                [
                    "activity": .string(Self.words(for: activity)), "reason": .string(error.message),
                    "status": error.status.map { .number(JSONNumber($0)) } ?? .null,
                ]
            )
        case .unknownConversation(let id): Self.object("conversationUnknown", id)
        case .capabilityRefused(let id): Self.object("capabilityRefused", id)
        case .storeFailed(let reason): ["event": "storeFailed", "reason": .string(reason)]
        case .storeRecovered: ["event": "storeRecovered"]
        case .storeDamaged(let reason): ["event": "storeDamaged", "reason": .string(reason)]
        case .streamOpened(let id): Self.object("streamOpened", id)
        case .streamClosed(let id): Self.object("streamClosed", id)
        }
    }

    private static func object(_ event: String, _ conversation: String, _ more: JSONObject = [:]) -> JSONObject {
        var object: JSONObject = ["event": .string(event), "conversation": .string(conversation)]
        for entry in more.entries where !entry.value.isNull { object[entry.key] = entry.value }
        return object
    }

    private static func type(of activity: Activity) -> String { (activity.type ?? .message).rawValue }

    /// The kind of an activity, and the name of an event or an invoke.
    private static func words(for activity: Activity) -> String {
        [activity.type?.rawValue ?? "an activity", activity.name].compactMap(\.self).joined(separator: " ")
    }
}
