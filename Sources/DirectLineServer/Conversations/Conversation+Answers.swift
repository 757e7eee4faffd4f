import BotSchema
import Bots

/// What the bot and the adapter say.
extension Conversation {
    /// Keeps and streams an activity of the bot or the adapter.
    ///
    /// The id that the caller names as answered counts when the activity names none itself.
    ///
    /// - Returns: The activity as clients see it.
    /// - Throws: ``BotError`` when the server is stopping, the conversation is full, or the store does not take it.
    @discardableResult
    func add(
        _ activity: Activity,
        by speaker: Speaker,
        replyingTo repliesTo: String? = nil
    ) async throws(BotError) -> Activity {
        let added = try await enter(activity, by: speaker, replyingTo: repliesTo)
        if speaker == .bot { surroundings.report(.botActivity(id, activity)) }
        return added
    }

    private func enter(
        _ activity: Activity,
        by speaker: Speaker,
        replyingTo repliesTo: String?
    ) async throws(BotError) -> Activity {
        var isOthers = false
        if speaker == .bot, surroundings.authorship.clients == .users {
            do {
                if case .line(let line) = try await line(namedBy: activity) {
                    isOthers = !addressing.authorship.isBots(line)
                }
            } catch {
                throw .notKept
            }
        }
        guard !isClosed else { throw .conversationGone(id) }
        var activity = addressing.fromBot(activity, id: nextId(for: activity), timestamp: stamp(), by: speaker)
        // What a bot claims is corrected and not refused: it changes nothing of somebody else.
        if isOthers { activity.replyToId = nil }
        // SDKs keep traces back on every channel but the Emulator's, though not among the replies of `expectReplies`.
        if activity.type == .trace, surroundings.channelId != "emulator" {
            withheld.insert(activity.id)
            return activity
        }
        // Bots name ids that nobody ever saw (proactive messages): Web Chat would hold such an activity for 5 s.
        activity.replyToId = (activity.replyToId ?? repliesTo).flatMap { log.contains($0) ? $0 : nil }
        let adapter = speaker == .bot ? surroundings.adapter : nil
        if let adapter {
            guard let revised = adapter.revise(activity, in: id) else {
                withheld.insert(activity.id)
                return activity
            }
            activity = revised
        }
        let serialized = SerializedActivity(activity)
        // A user's last line can be answered, and an agent's report shown, when the user may say no more.
        let limit = surroundings.limits.conversationBytes
        guard hasRoom(for: serialized, within: limit + limit / 4) else { throw .conversationFull(id) }
        do {
            try await enter(keep(serialized, activity), then: adapter == nil ? .none : .observation(.bot(activity)))
        } catch {
            throw .notKept
        }
        return activity
    }
}
