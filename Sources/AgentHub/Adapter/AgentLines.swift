import BotSchema
import Handoff

/// What agents have said, by the hub's id and by the id that the user's channel gave it.
///
/// Reactions, changes and deletions name a line by the id of the world in which they were made.
struct AgentLines {
    /// Of many lines, the newest are known.
    private static let limit = 1000
    private var userIds: [String: String] = [:]
    private var hubIds: [String: String] = [:]
    private var order: [String] = []

    /// A line has reached the user.
    mutating func insert(hubId: String?, userId: String?) {
        guard let hubId, let userId, userIds.updateValue(userId, forKey: hubId) == nil else { return }
        hubIds[userId] = hubId
        order.append(hubId)
        guard order.count > Self.limit else { return }
        if let old = userIds.removeValue(forKey: order.removeFirst()) { hubIds[old] = nil }
    }

    /// What an agent sends, as the user's channel is to have it.
    func forUser(_ activity: Activity) -> Activity {
        var activity = activity
        activity.id = nil
        if let line = activity.replyToId, let known = userIds[line] { activity.replyToId = known }
        return activity
    }

    /// What the user sends about an agent's line, as the hub knows that line; anything else as it is.
    func forHub(_ activity: Activity) -> Activity {
        guard activity.isAboutLine, let line = activity.replyToId, let known = hubIds[line] else { return activity }
        var activity = activity
        activity.replyToId = known
        return activity
    }
}
