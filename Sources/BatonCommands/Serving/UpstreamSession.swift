import BotSchema
import Bots
import ChatScreen
import DirectLineClient

/// One conversation with a bot upstream, and the conversation of ours that it serves.
actor UpstreamSession {
    /// The conversation of ours.
    nonisolated let conversation: any ConversationChannel
    private let configuration: ClientConfiguration
    private var state = State.opening([])

    private enum State {
        /// Turns wait for the conversation upstream.
        case opening([CheckedContinuation<Result<Conversation, BotError>, Never>])
        case open(Conversation)
        case failed(BotError)
    }

    /// A session that has not begun.
    init(conversation: any ConversationChannel, configuration: ClientConfiguration) {
        self.conversation = conversation
        self.configuration = configuration
    }

    /// Opens the conversation upstream and passes on what the bot says, until it is over or the task is cancelled.
    func run() async {
        do {
            try await DirectLine.withConversation(configuration) { upstream in
                settle(.success(upstream))
                for await event in upstream.events {
                    guard await passOn(event) else { return }
                }
            }
            settle(.failure(BotError(.conversationGone, "the conversation with the bot is over")))
        } catch {
            settle(.failure(Self.botError(error)))
        }
    }

    /// Sends an activity of the user up.
    ///
    /// - Throws: ``BotError`` when it could not be delivered, or the bot failed on it.
    func send(_ activity: Activity) async throws {
        let upstream = try await opened().get()
        do {
            _ = try await upstream.send(Self.withoutChannelFields(activity))
        } catch {
            throw Self.botError(error)
        }
    }

    private func opened() async -> Result<Conversation, BotError> {
        switch state {
        case .open(let upstream): return .success(upstream)
        case .failed(let error): return .failure(error)
        case .opening(let waiting):
            return await withCheckedContinuation { state = .opening(waiting + [$0]) }
        }
    }

    private func settle(_ result: Result<Conversation, BotError>) {
        if case .opening(let waiting) = state { for turn in waiting { turn.resume(returning: result) } }
        switch result {
        case .success(let upstream): state = .open(upstream)
        case .failure(let error): state = .failed(error)
        }
    }

    /// - Returns: False when nothing more will come.
    private func passOn(_ event: ClientEvent) async -> Bool {
        switch event {
        // What a user says by another client upstream is no word of the bot's.
        case .activity(let activity, isEcho: false) where !activity.isFromUser:
            // A conversation of ours that is gone needs none upstream.
            // Whoever stands behind the service upstream speaks in no name of ours.
            let activity = MarkTrust.foreign.accepted(Self.withoutChannelFields(activity))
            return (try? await conversation.send(activity)) != nil
        case .connection(.ended), .connection(.failed), .connection(.expired): return false
        default: return true
        }
    }

    /// An activity without what the channel on the other side fills in itself (A2031, A2071).
    private static func withoutChannelFields(_ activity: Activity) -> Activity {
        var activity = activity
        for field in ["id", "timestamp", "channelId", "serviceUrl", "conversation", "recipient"] {
            activity.json[field] = nil
        }
        return activity
    }

    private static func botError(_ error: any Error) -> BotError {
        switch error {
        case let error as BotError: error
        case let error as ClientError where error.code == .botFailed:
            BotError(.refused, error.message, status: error.status)
        case let error as ClientError where error.code == .timedOut: BotError(.timedOut, error.message)
        case let error as ClientError: BotError(.unreachable, error.message)
        default: BotError(.conversationGone, "the conversation with the bot was left")
        }
    }
}
