import BotSchema
import Bots
import Handoff

/// A handoff as a store remembers it for the adapter.
struct SessionRecord: Equatable {
    private static let prefix = "session/"

    /// The hub's item, nil before there is one.
    var item: WorkItemID?
    /// The id of the bot's request.
    var request: String
    var wasAccepted = false
    /// The name of the agent who has the conversation now.
    var agent: String?
    /// Whether it is over and only lines of the user are still to be given to the bot.
    var isReturning = false
    /// The id of the user's last line that somebody has.
    var delivered: String?

    static func key(_ conversationId: String) -> String { prefix + conversationId }

    /// The conversation that a key is for.
    static func conversation(_ key: String) -> String? {
        key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : nil
    }

    var json: JSONObject {
        var json: JSONObject = [
            "request": .string(request), "wasAccepted": .bool(wasAccepted), "isReturning": .bool(isReturning),
        ]
        json["item"] = item.map(JSONValue.string)
        json["agent"] = agent.map(JSONValue.string)
        json["delivered"] = delivered.map(JSONValue.string)
        return json
    }
}

extension SessionRecord {
    init?(_ json: JSONObject?) {
        guard let json, let request = json["request"]?.string else { return nil }
        self.init(
            item: json["item"]?.string,
            request: request,
            wasAccepted: json["wasAccepted"]?.bool ?? false,
            agent: json["agent"]?.string,
            isReturning: json["isReturning"]?.bool ?? false,
            delivered: json["delivered"]?.string
        )
    }
}

/// What a conversation's log tells about a handoff of an earlier run.
struct HandoffPast {
    let request: Activity
    let initiation: HandoffInitiation
    /// What user and agents have said to one another.
    let history: [Activity]
    /// What the user has said and nobody has.
    let untaken: [Activity]

    /// Reads a log; nil when the request is not in it any more.
    init?(_ record: SessionRecord, in transcript: [Activity]) {
        guard let index = transcript.firstIndex(where: { $0.id == record.request }),
            case .initiate(let initiation)? = HandoffSignal(transcript[index])?.kind
        else { return nil }
        request = transcript[index]
        self.initiation = initiation
        let said = transcript[(index + 1)...].filter { $0.type == .message && !$0.isImported }
        let taken = record.delivered.flatMap { id in said.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
        let isUsers = { (activity: Activity) in activity.from?.role == "user" && activity.humanAgent == nil }
        history = said.enumerated().filter { place, line in isUsers(line) ? place < taken : line.humanAgent != nil }
            .map(\.element)
        untaken = said[taken...].filter(isUsers)
    }
}
