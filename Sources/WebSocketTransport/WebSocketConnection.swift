package import NIOCore
package import NIOWebSocket

/// A channel that the upgrade has turned from HTTP to WebSocket frames.
package typealias WebSocketChannel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

/// One WebSocket, alive for the length of a closure.
package enum WebSocketConnection {
    /// Runs a closure with a live connection, sees to pings and the closing handshake, and tells how it ended.
    ///
    /// When the closure returns, the connection is closed with 1000 unless it is closed already; when it throws, with
    /// 1001 (client) or 1011 (server). The peer has ``WebSocketConfiguration/closeTimeout`` to answer. Cancelling the
    /// task closes at once, with a close frame if the socket takes it.
    ///
    /// The closure should keep reading: pings are answered and the peer's close is noticed by the reading.
    ///
    /// - Parameters:
    ///   - channel: An upgraded channel, used for this connection only. It is closed when the function returns.
    ///   - role: Which end this is.
    ///   - configuration: Limits and times.
    ///   - body: Uses the connection.
    /// - Returns: How the connection ended.
    /// - Throws: What the closure threw, or `CancellationError`.
    package static func run(
        _ channel: WebSocketChannel,
        role: WebSocketRole,
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        body: @Sendable (WebSocketInbound, WebSocketOutbound) async throws -> Void
    ) async throws -> WebSocketClosure {
        let session = WebSocketSession(channel: channel.channel, role: role, configuration: configuration)
        defer { session.stop() }
        try await withTaskCancellationHandler {
            try await channel.executeThenClose { inbound, _ in
                session.startPings()
                let reader = WebSocketReader(inbound, session: session)
                do {
                    try await body(WebSocketInbound(reader), WebSocketOutbound(session))
                } catch {
                    await shutDown(channel.channel, session, reader, role, .init(code: role == .client ? 1001 : 1011))
                    throw error
                }
                await shutDown(channel.channel, session, reader, role, .init(code: 1000))
            }
        } onCancel: {
            session.abort(WebSocketClosure(code: role == .client ? 1000 : 1001))
        }
        try Task.checkCancellation()
        return session.closure
    }

    /// Ends the connection in the order of RFC 6455, 7.1.1: close frames, then TCP by the server, then by the client.
    ///
    /// The session's timer closes the channel under a peer that does not play its part.
    private static func shutDown(
        _ channel: any Channel,
        _ session: WebSocketSession,
        _ reader: WebSocketReader,
        _ role: WebSocketRole,
        _ closure: WebSocketClosure
    ) async {
        session.close(closure)
        while !session.isClosed, await reader.next() != nil {}
        guard !Task.isCancelled, session.awaitsEnd else { return }
        if role == .server {
            // With frames unread, as after a frame too large, closing both ways would reset the connection and take
            // the close frame from the peer; half closing lets it read on.
            guard !session.isClosed else { return }
            channel.close(mode: .output, promise: nil)
        }
        try? await channel.closeFuture.get()
    }
}
