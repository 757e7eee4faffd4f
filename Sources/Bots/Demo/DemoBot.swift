package import BotSchema
package import Handoff
import Synchronization

/// The bot that comes along: a small assistant of a department store that knows when to ask for a person.
package final class DemoBot: Bot, NeverBlocks {
    /// How many conversations are remembered; of more, the ones begun first start over.
    private static let memoryLimit = 1000

    private struct Memory {
        var dialogues: [String: DemoDialogue] = [:]
        var order: [String] = []
    }

    private let memory = Mutex(Memory())
    private let lookUpTime: Duration
    private let dialect: HandoffDialect
    private let pause: @Sendable (Duration) async throws -> Void

    /// A bot.
    ///
    /// - Parameters:
    ///   - lookUpTime: How long looking something up takes, with typing shown.
    ///   - dialect: How it asks for an agent.
    ///   - clock: What it waits on.
    package init(
        lookUpTime: Duration = .milliseconds(400),
        dialect: HandoffDialect = .sdk,
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        self.lookUpTime = lookUpTime
        self.dialect = dialect
        pause = { try await clock.sleep(for: $0) }
    }

    package func onTurn(
        _ activity: Activity,
        in conversation: any ConversationChannel
    ) async throws -> InvokeResponse? {
        if activity.type == .invoke {
            return AppointmentCard.answer(toInvoke: activity.value) ?? InvokeResponse(status: 501)
        }
        let returned = await returned(by: activity, in: conversation)
        if !isKnown(conversation.id) { await recall(conversation, before: activity) }
        for answer in think(about: activity, returning: returned, in: conversation.id) {
            switch answer {
            case .lookUp:
                try await conversation.send(.typing)
                try await pause(lookUpTime)
            case .send(var reply):
                reply.replyToId = activity.id
                try await conversation.send(reply)
            case .escalate(let context):
                // What the user has corrected or taken back is nobody's business any more.
                let messages = await conversation.transcript().asTheyStand.filter { $0.type == .message }
                let request = await Activity.handoffInitiate(
                    context: context,
                    transcript: messages,
                    replyingTo: activity,
                    dialect: dialect,
                    keeping: conversation.keepTranscript
                )
                try await conversation.send(request)
            }
        }
        return nil
    }

    /// What user and agent said, where the hub gives the user back with it.
    private func returned(by activity: Activity, in conversation: any ConversationChannel) async -> [Activity] {
        guard case .completed? = HandoffSignal(activity)?.kind, var transcript = HandoffTranscript(activity) else {
            return []
        }
        if transcript.entries == nil, let url = transcript.url, let bytes = await conversation.file(at: url) {
            transcript.take(linked: bytes)
        }
        return transcript.entries ?? []
    }

    private func isKnown(_ conversation: String) -> Bool {
        memory.withLock { $0.dialogues[conversation] != nil }
    }

    /// Thinks of what was said in an earlier run of the server, so that a question that was asked then is still open.
    private func recall(_ conversation: any ConversationChannel, before activity: Activity) async {
        var past = await conversation.transcript().prefix { activity.id == nil || $0.id != activity.id }
        // A report of the hub stands in the conversation under another id than the one that the bot gets.
        if let report = past.lastIndex(where: { $0.isReport(like: activity) }) { past = past[..<report] }
        // Its first activity is a conversation's beginning and not its past.
        guard activity.type != .conversationUpdate, !past.isEmpty else { return }
        let bot = await conversation.bot.id
        var lifecycle = HandoffLifecycle()
        for earlier in past where earlier.type != .conversationUpdate {
            let isWithAgent = lifecycle.state.isOpen
            _ = lifecycle.receive(earlier, at: earlier.time ?? Timestamp(milliseconds: 0))
            let isSignal = HandoffSignal(earlier) != nil
            // What is said while an agent has the user is not for the bot; its own words it knows how to find again.
            guard isSignal || earlier.isFromUser && !isWithAgent, isSignal || earlier.from?.id != bot else { continue }
            let returned = await returned(by: earlier, in: conversation)
            _ = think(about: earlier, returning: returned, in: conversation.id)
        }
    }

    private func think(
        about activity: Activity,
        returning returned: [Activity],
        in conversation: String
    ) -> [DemoDialogue.Answer] {
        memory.withLock { memory in
            if activity.type == .endOfConversation {
                memory.dialogues[conversation] = nil
                memory.order.removeAll { $0 == conversation }
                return []
            }
            if memory.dialogues[conversation] == nil {
                if memory.order.count == Self.memoryLimit { memory.dialogues[memory.order.removeFirst()] = nil }
                memory.order.append(conversation)
            }
            return memory.dialogues[conversation, default: DemoDialogue()].answer(activity, returning: returned)
        }
    }
}

extension Activity {
    fileprivate func isReport(like other: Activity) -> Bool {
        type == .event && other.type == .event && name == other.name && value == other.value
    }
}
