import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

@testable import WebSocketTransport

/// A WebSocket server on a port of the system's choice, for the length of a closure.
///
/// Requests for `/refused` are answered with 403; a connection's own errors end only that connection.
func withWebSocketServer<Value: Sendable>(
    configuration: WebSocketConfiguration = WebSocketConfiguration(),
    onConnection: @escaping @Sendable (WebSocketInbound, WebSocketOutbound) async throws -> Void,
    onClosure: @escaping @Sendable (WebSocketClosure) async -> Void = { _ in },
    client: @Sendable (Int) async throws -> Value
) async throws -> Value {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                let upgrader = WebSocketUpgrade.server(
                    configuration: configuration,
                    decide: { head in head.uri == "/refused" ? nil : HTTPHeaders() },
                    upgraded: { channel, _ in Optional(channel) }
                )
                let upgrading = NIOTypedHTTPServerUpgradeConfiguration<WebSocketChannel?>(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let head = HTTPResponseHead(
                                version: .http1_1,
                                status: .forbidden,
                                headers: ["content-length": "0"]
                            )
                            channel.write(HTTPServerResponsePart.head(head), promise: nil)
                            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
                            return nil
                        }
                    }
                )
                return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                    configuration: .init(upgradeConfiguration: upgrading)
                )
            }
        }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask {
                            guard let channel = try? await connection.get() else { return }
                            let closure = try? await WebSocketConnection.run(
                                channel,
                                role: .server,
                                configuration: configuration,
                                body: onConnection
                            )
                            if let closure { await onClosure(closure) }
                        }
                    }
                }
            }
        }
        let value = try await client(listener.channel.localAddress?.port ?? 0)
        group.cancelAll()
        return value
    }
}

/// Connects to the server above as a client and runs a closure.
func withWebSocketClient(
    _ port: Int,
    configuration: WebSocketConfiguration = WebSocketConfiguration(),
    body: @Sendable (WebSocketInbound, WebSocketOutbound) async throws -> Void
) async throws -> WebSocketClosure {
    let url = "ws://127.0.0.1:\(port)/"
    switch try await WebSocketConnector.connect(url: url, configuration: configuration, timeout: .seconds(600)) {
    case .upgraded(let channel, _):
        return try await WebSocketConnection.run(channel, role: .client, configuration: configuration, body: body)
    case .refused(let status):
        throw WebSocketError(.unreachable, "refused with \(status)")
    }
}

/// A plain TCP connection that has asked for an upgrade and now sends bytes of the test's making.
func withRawConnection<Value>(
    _ port: Int,
    body: (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Value
) async throws -> Value {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.minutes(10))
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        let request = """
            GET / HTTP/1.1\r
            Host: 127.0.0.1\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r

            """
        try await outbound.write(ByteBuffer(string: request))
        return try await body(inbound, outbound)
    }
}
