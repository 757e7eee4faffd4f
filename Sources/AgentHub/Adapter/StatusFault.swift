import BotSchema
import Bots
import Handoff

/// Something wrong with what a hub tells of a handoff, on demand: what sloppy hubs and adapters send.
package enum StatusFault: String, NamedFault {
    /// Every status comes twice.
    case statusTwice = "status-twice"
    /// A state that no document knows comes before every status.
    case statusUnknown = "status-unknown"
    /// The acceptance comes when the agent has long been talking.
    case statusLate = "status-late"
    /// The acceptance comes after the completion.
    case statusReordered = "status-reordered"
    /// Every status is about a conversation that nobody knows.
    case statusWrongConversation = "status-wrong-conversation"
    /// Every status has a message, and it is null.
    case statusMessageNull = "status-message-null"
    /// Nobody says that an agent is there: legal, since a response is optional.
    case acceptanceMissing = "acceptance-missing"
    /// The completion comes twice.
    case completionTwice = "completion-twice"
    /// Nobody says that the agent is done: legal as well.
    case completionMissing = "completion-missing"
    /// The request for an agent comes twice, under an id each, wherever the bot runs.
    case twoInitiations = "two-initiations"
    /// The agent goes on talking after the completion.
    case agentAfterEnd = "agent-after-end"

    /// How long after the agent's first line a late acceptance comes.
    static let lateness = Duration.seconds(3)

    package var summary: String {
        switch self {
        case .statusTwice: "every handoff status is sent twice"
        case .statusUnknown: "a handoff.status of the unknown state \"parked\" comes before every status"
        case .statusLate: "the acceptance comes three seconds after the agent's first line"
        case .statusReordered: "the acceptance comes after the completion"
        case .statusWrongConversation: "every status relates to another conversation"
        case .statusMessageNull: "the message of every status is null, reasons included"
        case .acceptanceMissing: "no status says that an agent has accepted"
        case .completionTwice: "the completion is sent twice"
        case .completionMissing: "no status says that the agent is done"
        case .twoInitiations: "the bot asks for an agent twice in one turn"
        case .agentAfterEnd: "the agent says something after the completion"
        }
    }

    /// What is sent in the place of a status.
    func activities(for activity: Activity, _ status: HandoffStatus) -> [Activity] {
        switch (self, status) {
        case (.statusTwice, _), (.completionTwice, .completed): return [activity, activity]
        case (.statusUnknown, _):
            var parked = activity
            parked.name = "handoff.status"
            parked.value = ["state": "parked"]
            return [parked, activity]
        case (.statusWrongConversation, _):
            // A channel puts its own id into `conversation`; what an activity relates to it leaves alone.
            var astray = activity
            let other: JSONObject = ["id": "another-conversation"]
            astray.conversation = ConversationAccount(json: other)
            astray.relatesTo = ConversationReference(
                json: ["channelId": "directline", "conversation": .object(other)]
            )
            return [astray]
        case (.statusMessageNull, _):
            guard var value = activity.value?.object else { return [activity] }
            value["message"] = .null
            var mute = activity
            mute.value = .object(value)
            return [mute]
        case (.acceptanceMissing, .accepted), (.completionMissing, .completed): return []
        default: return [activity]
        }
    }
}
