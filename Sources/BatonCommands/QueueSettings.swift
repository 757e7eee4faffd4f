import AgentHub
import ArgumentParser
import BotSchema

/// How long, how many and whom requests wait for.
struct QueueSettings: Hashable, Sendable {
    /// Who gets a request whose skill nobody has; nil for the hub's usual rule.
    var skillGap: SkillGapOption?
    /// Seconds that a user waits before the hub gives up; nil for the hub's usual time.
    var maximumWait: Int?
    /// How many may wait; nil for any number.
    var limit: Int?

    /// Has a policy say what the settings say.
    func apply(to policy: inout HubPolicy) {
        if let skillGap { (policy.skillGap, policy.isSkillGapChosen) = (skillGap.gap, true) }
        if let maximumWait { policy.maximumWait = .seconds(maximumWait) }
        for index in policy.queues.indices { policy.queues[index].limit = limit ?? policy.queues[index].limit }
    }

    /// Writes what is not as usual into a recording.
    func record(in value: inout JSONObject) {
        value["skillGap"] = skillGap.map { .string($0.rawValue) }
        value["maxWait"] = maximumWait.map { .number(JSONNumber($0)) }
        value["queueLimit"] = limit.map { .number(JSONNumber($0)) }
    }
}

extension QueueSettings {
    /// The settings of a recording, as far as it tells them.
    init(recordedIn value: JSONValue) {
        skillGap = value["skillGap"]?.string.flatMap(SkillGapOption.init)
        maximumWait = value["maxWait"]?.int
        limit = value["queueLimit"]?.int
    }
}

/// The words of `--skill-gap`.
enum SkillGapOption: String, ExpressibleByArgument, CaseIterable {
    case anybody, wait, fail

    var gap: HubPolicy.SkillGap {
        switch self {
        case .anybody: .anybody
        case .wait: .wait
        case .fail: .fail
        }
    }
}
