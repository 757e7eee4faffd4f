import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TestSupport
import Testing

@testable import WebSocketTransport

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct WebSocketConnectorTests {
    @Test func `a refused upgrade tells its status`() async throws {
        try await withWebSocketServer(onConnection: { _, _ in }) { port in
            let outcome = try await WebSocketConnector.connect(
                url: "ws://127.0.0.1:\(port)/refused",
                timeout: .seconds(600)
            )
            guard case .refused(let status) = outcome else {
                Issue.record("the upgrade was granted")
                return
            }
            #expect(status == .forbidden)
        }
    }

    @Test func `a port without a listener is named in one sentence`() async throws {
        // A port that was free a moment ago may be another test's by now; nobody listens at port 1.
        await #expect(throws: WebSocketError(.unreachable, "nobody listens at 127.0.0.1:1")) {
            try await WebSocketConnector.connect(url: "ws://127.0.0.1:1/x?t=secret", timeout: .seconds(600))
        }
    }

    @Test func `an address of another scheme is refused without its text`() async {
        await #expect(throws: WebSocketError(.invalidURL, "the stream's address is no ws:// or wss:// URL")) {
            try await WebSocketConnector.connect(url: "http://127.0.0.1/x?t=secret")
        }
    }

    @Test func `messages in the segment of the 101 are not lost`() async throws {
        try await withRawServer({ inbound, outbound, channel in
            try await onUpgradeRequest(inbound) { key in
                var answer = ByteBuffer(string: switchingProtocols(accept: try await accept(key, channel)))
                for text in ["one", "two", "three"] {
                    answer.writeBytes([0x81, UInt8(text.utf8.count)])
                    answer.writeString(text)
                }
                answer.writeBytes([0x88, 0x02, 0x03, 0xe8])
                try await outbound.write(answer)
            }
        }) { port in
            // This server leaves closing TCP to the client's patience.
            let impatient = WebSocketConfiguration(closeTimeout: .milliseconds(20))
            let closure = try await withWebSocketClient(port, configuration: impatient) { inbound, _ in
                var texts: [WebSocketMessage] = []
                for await message in inbound { texts.append(message) }
                #expect(texts == [.text("one"), .text("two"), .text("three")])
            }
            #expect(closure.code == 1000)
        }
    }

    @Test func `a 101 without the proof of RFC 6455 is a refusal`() async throws {
        try await withRawServer({ inbound, outbound, _ in
            try await onUpgradeRequest(inbound) { _ in
                try await outbound.write(ByteBuffer(string: switchingProtocols(accept: "bm9wZQ==")))
            }
        }) { port in
            switch try await WebSocketConnector.connect(url: "ws://127.0.0.1:\(port)/", timeout: .seconds(600)) {
            case .refused(let status): #expect(status == .switchingProtocols)
            case .upgraded: Issue.record("the upgrade was taken")
            }
        }
    }

    @Test func `a peer that hangs up before it answers is unreachable`() async throws {
        try await withRawServer({ inbound, _, _ in for try await _ in inbound { return } }) { port in
            await #expect(
                throws: WebSocketError(
                    .unreachable,
                    "127.0.0.1:\(port) closed the connection before it answered"
                )
            ) {
                try await WebSocketConnector.connect(url: "ws://127.0.0.1:\(port)/", timeout: .seconds(600))
            }
        }
    }

    @Test func `a peer that never answers is left at the deadline`() async throws {
        try await withRawServer({ inbound, _, _ in for try await _ in inbound {} }) { port in
            await #expect(throws: WebSocketError(.timedOut, "127.0.0.1:\(port) did not answer in time")) {
                try await WebSocketConnector.connect(url: "ws://127.0.0.1:\(port)/", timeout: .milliseconds(50))
            }
        }
    }

    @Test func `cancelling a connection attempt ends it at once`() async throws {
        let asked = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .unbounded)
        try await withRawServer({ inbound, _, _ in
            try await onUpgradeRequest(inbound) { _ in asked.continuation.yield() }
        }) { port in
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await WebSocketConnector.connect(url: "ws://127.0.0.1:\(port)/", timeout: .seconds(600))
                    }
                }
                for await _ in asked.stream { break }
                group.cancelAll()
            }
        }
    }

    @Test func `TLS with a peer that does not speak it fails as untrusted`() async throws {
        try await withRawServer({ inbound, outbound, _ in
            for try await _ in inbound {
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"))
            }
        }) { port in
            await #expect(throws: WebSocketError(.untrusted, "127.0.0.1:\(port) failed at TLS")) {
                try await WebSocketConnector.connect(url: "wss://127.0.0.1:\(port)/", timeout: .seconds(600))
            }
        }
    }
}

// MARK: - A server that speaks bytes

private typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
private typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

/// Accepts TCP connections on a port of the system's choice for the length of a closure.
@discardableResult
private func withRawServer<Value: Sendable>(
    _ onConnection: @escaping @Sendable (Inbound, Outbound, any Channel) async throws -> Void,
    client: @Sendable (Int) async throws -> Value
) async throws -> Value {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        // Wrapped only when somebody takes it: a wrapped channel that nobody takes ends the process.
        .childChannelOption(.autoRead, value: false)
        .bind(host: "127.0.0.1", port: 0) { channel in channel.eventLoop.makeSucceededFuture(channel) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask {
                            let channel = try? await connection.eventLoop.submit {
                                try connection.syncOptions?.setOption(.autoRead, value: true)
                                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                                    wrappingChannelSynchronously: connection
                                )
                            }.get()
                            try? await channel?.executeThenClose { inbound, outbound in
                                try await onConnection(inbound, outbound, connection)
                            }
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

/// Hands a request's `Sec-WebSocket-Key` to a closure once its head is complete, and reads on to the end.
private func onUpgradeRequest(_ inbound: Inbound, _ answer: (String) async throws -> Void) async throws {
    var text: String? = ""
    for try await part in inbound {
        text? += String(buffer: part)
        guard let head = text, head.contains("\r\n\r\n") else { continue }
        text = nil
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") }
        try await answer(line?.split(separator: " ").last.map(String.init) ?? "")
    }
}

/// The answer to a key, computed as NIO's server does it.
private func accept(_ key: String, _ channel: any Channel) async throws -> String {
    let headers: HTTPHeaders = ["Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"]
    let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers)
    let upgrader = WebSocketUpgrade.server(
        shouldUpgrade: { _, channel in channel.eventLoop.makeSucceededFuture([:]) },
        upgraded: { _, _ in }
    )
    let answer = channel.eventLoop.flatSubmit {
        upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: request, initialResponseHeaders: [:])
    }
    return try await answer.get().first(name: "Sec-WebSocket-Accept") ?? ""
}

private func switchingProtocols(accept: String) -> String {
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
}
