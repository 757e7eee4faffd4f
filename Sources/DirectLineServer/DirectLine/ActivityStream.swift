import BotSchema
import NIOCore
import WebSocketTransport

/// Where a stream begins.
enum StreamStart: Sendable {
    case at(Conversation, LogPosition)
    /// Nobody knows the conversation.
    case unknown
    /// The store cannot tell.
    case unreadable
}

/// One client's stream of a conversation, for as long as its socket is open.
///
/// The stream remembers a position in the log and writes from there, so that a client that reads slowly costs nothing
/// but its own delay.
struct ActivityStream: Sendable {
    let registry: ConversationRegistry
    let clock: any Clock<Duration>
    let faults: FaultControl
    let report: @Sendable (ServerEvent) -> Void

    /// How long a silent socket of a fault is kept.
    private static let longestSilence = 600

    /// Finds where a stream begins, before the client knows that it is open.
    ///
    /// Later, what the client causes at once could have passed by: typing and edits are not told again.
    func start(_ request: StreamRequest) async -> StreamStart {
        do throws(HTTPFailure) {
            guard let conversation = try await registry.known(request.conversation) else { return .unknown }
            return .at(conversation, await conversation.position(after: request.watermark.number))
        } catch {
            return .unreadable
        }
    }

    /// Serves a socket until either side closes it.
    ///
    /// How it ended is no news to anybody: the client reconnects with its watermark.
    func serve(_ feed: WebSocketFeed, from start: StreamStart) async {
        await withTaskCancellationHandler {
            switch start {
            case .at(let conversation, let position): await serve(feed, conversation, from: position)
            case .unknown: feed.close(code: 1008, reason: "conversation not found")
            case .unreadable: feed.close(code: 1011, reason: "the server cannot read what it has stored")
            }
            try? await feed.channel.closeFuture.get()
        } onCancel: {
            feed.abort()
        }
    }

    private func serve(_ feed: WebSocketFeed, _ conversation: Conversation, from position: LogPosition) async {
        feed.onEnd { [bell = conversation.bell] in bell.ring() }
        let number = await conversation.streamOpened { end in
            switch end {
            case .closed: feed.close(code: 1001, reason: "the server is stopping")
            case .collision: feed.close(code: 1008, reason: "collision")
            case .storeFailed: feed.close(code: 1013, reason: "the server cannot store anything at the moment")
            }
        }
        report(.streamOpened(conversation.id))
        let end = await write(conversation, from: position, to: feed)
        await conversation.streamClosed(number)
        report(.streamClosed(conversation.id))
        switch end {
        case .drop: feed.drop()
        case .halfOpen: await fallSilent(feed)
        case nil: break
        }
    }

    /// Neither says nor reads anything, as a machine that has lost its network.
    private func fallSilent(_ feed: WebSocketFeed) async {
        feed.fallSilent()
        for _ in 0..<Self.longestSilence where feed.channel.isActive && !Task.isCancelled {
            try? await clock.sleep(for: .seconds(1), tolerance: nil)
        }
        feed.drop()
    }
}
