import BotSchema
import NIOCore
import WebSocketTransport

/// One client's stream of a conversation, for as long as its socket is open.
///
/// The stream remembers a position in the log and writes from there, so that a client that reads slowly costs nothing
/// but its own delay.
struct ActivityStream: Sendable {
    let registry: ConversationRegistry
    let messageLimit: Int
    let keepAliveInterval: Duration
    let clock: any Clock<Duration>
    let report: @Sendable (ServerEvent) -> Void

    /// Serves an upgraded channel until either side closes it.
    func serve(_ channel: WebSocketChannel, conversation id: String, watermark: Watermark) async {
        // What clients say here has no meaning, so little of it is taken. Pings find peers that are gone.
        let configuration = WebSocketConfiguration(
            maxFrameSize: messageLimit,
            maxMessageSize: messageLimit,
            pingInterval: keepAliveInterval
        )
        // How the socket ended is no news to anybody: the client reconnects with its watermark.
        _ = try? await WebSocketConnection.run(channel, role: .server, configuration: configuration) {
            inbound,
            outbound in
            guard let conversation = await registry.conversation(id) else {
                return await outbound.close(code: 1008, reason: "conversation not found")
            }
            await conversation.followerCame()
            report(.streamOpened(id))
            defer { report(.streamClosed(id)) }
            await withDiscardingTaskGroup { group in
                group.addTask { await write(conversation, after: watermark, to: outbound) }
                group.addTask { await keepAlive(outbound) }
                group.addTask {
                    // A closing of its own, since the writer may be stuck behind a client that does not read.
                    await conversation.waitUntilClosed()
                    await outbound.close(code: 1001, reason: "the server is stopping")
                }
                // The client says nothing but empty messages, a sign of life. Reading ends with the socket.
                for await _ in inbound {}
                group.cancelAll()
            }
            await conversation.followerLeft()
        }
    }

    private func write(_ conversation: Conversation, after watermark: Watermark, to outbound: WebSocketOutbound) async {
        var reader = await conversation.position(after: watermark.number)
        while let frame = await conversation.nextFrame(for: &reader) {
            let text = ByteBuffer(bytes: frame.jsonValue.serialized())
            guard (try? await outbound.send(utf8: text)) != nil else { return }
        }
    }

    private func keepAlive(_ outbound: WebSocketOutbound) async {
        while (try? await clock.sleep(for: keepAliveInterval, tolerance: nil)) != nil {
            guard (try? await outbound.send("")) != nil else { return }
        }
    }
}
