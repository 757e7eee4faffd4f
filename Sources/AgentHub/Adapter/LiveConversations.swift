import BotSchema
import Handoff
import Synchronization

/// The conversations that agents have now, for the channel to ask about each activity of a bot.
///
/// A lock and no actor: the answer is needed before the activity is shown, in the same step.
final class LiveConversations: Sendable {
    private struct Live {
        let agent: String
        /// The activities to which the bot may reply: the one of the user that made it ask, and the hub's reports.
        var answerable: Set<String>
    }

    private let conversations = Mutex<[String: Live]>([:])

    /// An agent has a conversation now.
    func insert(_ conversationId: String, agent: String, requestedBy turn: String?) {
        conversations.withLock { conversations in
            let answerable = conversations[conversationId]?.answerable ?? []
            conversations[conversationId] = Live(agent: agent, answerable: answerable.union(turn.map { [$0] } ?? []))
        }
    }

    /// The bot hears a report of the hub's: what it says to that is for the user, as "Ana has joined" from a bot that
    /// puts reports into words.
    func allowReplies(to report: String, in conversationId: String) {
        conversations.withLock { _ = $0[conversationId]?.answerable.insert(report) }
    }

    /// The bot may speak again.
    func remove(_ conversationId: String) {
        conversations.withLock { $0[conversationId] = nil }
    }

    func removeAll() { conversations.withLock { $0 = [:] } }

    /// What a bot may send while an agent has the conversation: none of it says anything to the user.
    private static let silentTypes: Set<ActivityType> = [.event, .endOfConversation, .messageDelete, .trace]

    /// The activity as the user may see it; nil for none.
    func revise(_ activity: Activity, in conversationId: String) -> Activity? {
        // Whatever is not known to be silent may be shown by some client.
        guard let type = activity.type, !Self.silentTypes.contains(type),
            let live = conversations.withLock({ $0[conversationId] })
        else { return activity }
        if let asked = activity.replyToId, live.answerable.contains(asked) { return activity }
        guard activity.type != .typing else { return nil }
        var record = Activity.event(
            "baton.suppressed",
            value: ["reason": .string("the bot spoke while \(live.agent) has the conversation")]
        )
        record.value = record.value?.object.map { object in
            var object = object
            object["activity"] = activity.jsonValue
            return .object(object)
        }
        // Addressed and numbered as the message was.
        for name in ["id", "timestamp", "channelId", "from", "recipient", "conversation", "replyToId"] {
            record.json[name] = activity.json[name]
        }
        return record.marked(author: "hub", notice: "suppressed")
    }
}
