import BotSchema
import NIOCore
import WebSocketTransport

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

    /// Serves a socket until either side closes it.
    ///
    /// How it ended is no news to anybody: the client reconnects with its watermark.
    func serve(_ feed: WebSocketFeed, _ request: StreamRequest) async {
        await withTaskCancellationHandler {
            do throws(HTTPFailure) {
                if let conversation = try await registry.known(request.conversation) {
                    await serve(feed, conversation, after: request.watermark)
                } else {
                    feed.close(code: 1008, reason: "conversation not found")
                }
            } catch {
                feed.close(code: 1011, reason: "the server cannot read what it has stored")
            }
            try? await feed.channel.closeFuture.get()
        } onCancel: {
            feed.abort()
        }
    }

    private func serve(_ feed: WebSocketFeed, _ conversation: Conversation, after watermark: Watermark) async {
        feed.onEnd { [bell = conversation.bell] in bell.ring() }
        let number = await conversation.streamOpened { end in
            switch end {
            case .closed: feed.close(code: 1001, reason: "the server is stopping")
            case .collision: feed.close(code: 1008, reason: "collision")
            case .storeFailed: feed.close(code: 1013, reason: "the server cannot store anything at the moment")
            }
        }
        report(.streamOpened(conversation.id))
        let end = await write(conversation, after: watermark, to: feed)
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
