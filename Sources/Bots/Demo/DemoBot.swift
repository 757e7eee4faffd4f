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
        for answer in think(about: activity, returning: returned, in: conversation.id) {
            switch answer {
            case .lookUp:
                try await conversation.send(.typing)
                try await pause(lookUpTime)
            case .send(var reply):
                reply.replyToId = activity.id
                try await conversation.send(reply)
            case .escalate(let context):
                let messages = await conversation.transcript().filter { $0.type == .message }
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
