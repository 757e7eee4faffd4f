import BotSchema
import Handoff

/// Something wrong with the statuses of a handoff, on demand: what sloppy hubs and adapters send.
package enum StatusFault: String, Hashable, Sendable, CaseIterable {
    /// Every status comes twice.
    case statusTwice = "status-twice"
    /// A state that no document knows comes before every status.
    case statusUnknown = "status-unknown"
    /// Nobody says that an agent is there: legal, since a response is optional.
    case acceptanceMissing = "acceptance-missing"
    /// The completion comes twice.
    case completionTwice = "completion-twice"
    /// Nobody says that the agent is done: legal as well.
    case completionMissing = "completion-missing"

    /// What it does, in one line for a list.
    package var summary: String {
        switch self {
        case .statusTwice: "every handoff status is sent twice"
        case .statusUnknown: "a handoff.status of the unknown state \"parked\" comes before every status"
        case .acceptanceMissing: "no status says that an agent has accepted"
        case .completionTwice: "the completion is sent twice"
        case .completionMissing: "no status says that the agent is done"
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
        case (.acceptanceMissing, .accepted), (.completionMissing, .completed): return []
        default: return [activity]
        }
    }
}
