package import BotSchema
import Handoff
import Synchronization

/// The bot that comes along: a small assistant of a department store that knows when to ask for a person.
package final class DemoBot: Bot, NeverBlocks {
    /// How many conversations are remembered; of more, the ones begun first start over.
    private static let memoryLimit = 1000
    /// A longer transcript would not fit into an activity that every channel takes.
    private static let transcriptLimit = 150

    private struct Memory {
        var dialogues: [String: DemoDialogue] = [:]
        var order: [String] = []
    }

    private let memory = Mutex(Memory())
    private let lookUpTime: Duration
    private let pause: @Sendable (Duration) async throws -> Void

    /// A bot.
    ///
    /// - Parameters:
    ///   - lookUpTime: How long looking something up takes, with typing shown.
    ///   - clock: What it waits on.
    package init(lookUpTime: Duration = .milliseconds(400), clock: some Clock<Duration> = ContinuousClock()) {
        self.lookUpTime = lookUpTime
        pause = { try await clock.sleep(for: $0) }
    }

    package func onTurn(
        _ activity: Activity,
        in conversation: any ConversationChannel
    ) async throws -> InvokeResponse? {
        if activity.type == .invoke {
            return AppointmentCard.answer(toInvoke: activity.value) ?? InvokeResponse(status: 501)
        }
        for answer in think(about: activity, in: conversation.id) {
            switch answer {
            case .lookUp:
                try await conversation.send(.typing)
                try await pause(lookUpTime)
            case .send(var reply):
                reply.replyToId = activity.id
                try await conversation.send(reply)
            case .escalate(let context):
                let messages = await conversation.transcript().filter { $0.type == .message }
                let request = Activity.handoffInitiate(
                    context: context,
                    transcript: messages.suffix(Self.transcriptLimit),
                    replyingTo: activity
                )
                try await conversation.send(request)
            }
        }
        return nil
    }

    private func think(about activity: Activity, in conversation: String) -> [DemoDialogue.Answer] {
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
            return memory.dialogues[conversation, default: DemoDialogue()].answer(activity)
        }
    }
}
