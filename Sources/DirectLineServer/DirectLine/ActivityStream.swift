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
    let faults: FaultControl
    let store: any ConversationStore
    let report: @Sendable (ServerEvent) -> Void

    /// How long a silent socket of a fault is kept.
    private static let longestSilence = 600

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
            let number = await conversation.streamOpened()
            report(.streamOpened(id))
            let end = await serve(conversation, number, after: watermark, inbound, outbound)
            await conversation.streamClosed()
            report(.streamClosed(id))
            switch end {
            case .drop: channel.channel.close(promise: nil)
            case .halfOpen: await fallSilent(channel.channel)
            case nil: break
            }
        }
    }

    /// Streams until the socket is closed or a fault ends it.
    private func serve(
        _ conversation: Conversation,
        _ number: Int,
        after watermark: Watermark,
        _ inbound: WebSocketInbound,
        _ outbound: WebSocketOutbound
    ) async -> FaultPlan.End? {
        await withTaskGroup(of: FaultPlan.End?.self) { group in
            group.addTask {
                if let end = await write(conversation, after: watermark, to: outbound) { return end }
                // What cannot be written any more may still be read: the reader notices the end.
                await Bell().wait()
                return nil
            }
            group.addTask {
                await keepAlive(outbound)
                await Bell().wait()
                return nil
            }
            group.addTask {
                // A closing of its own, since the writer may be stuck behind a client that does not read.
                switch await conversation.waitForEnd(ofStream: number) {
                case .closed: await outbound.close(code: 1001, reason: "the server is stopping")
                case .collision: await outbound.close(code: 1008, reason: "collision")
                case .cancelled: return nil
                }
                // The closing handshake ends the reading.
                await Bell().wait()
                return nil
            }
            group.addTask {
                // The client says nothing but empty messages, a sign of life. Reading ends with the socket.
                for await _ in inbound {}
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func keepAlive(_ outbound: WebSocketOutbound) async {
        while (try? await clock.sleep(for: keepAliveInterval, tolerance: nil)) != nil {
            guard (try? await outbound.send("")) != nil else { return }
        }
    }

    /// Neither says nor reads anything, as a machine that has lost its network.
    private func fallSilent(_ channel: any Channel) async {
        for _ in 0..<Self.longestSilence where channel.isActive && !Task.isCancelled {
            try? await clock.sleep(for: .seconds(1), tolerance: nil)
        }
        channel.close(promise: nil)
    }
}
