import BotSchema
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import WebSocketTransport

private typealias HTTPChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

private enum Connection: Sendable {
    case stream(WebSocketChannel, uri: String)
    case http(HTTPChannel)
}

/// Runs a fake service on a port of the system's choice for the length of a closure.
func withFakeService<Value: Sendable>(
    tls: NIOSSLContext? = nil,
    host: String = "127.0.0.1",
    _ body: @Sendable (FakeService) async throws -> Value
) async throws -> Value {
    let gate = StreamGate()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                return try configure(channel, gate)
            }
        }
    let service = FakeService(
        port: listener.channel.localAddress?.port ?? 0,
        gate: gate,
        host: host,
        isSecure: tls != nil
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask {
                            switch try? await connection.get() {
                            case .stream(let channel, let uri): await service.serve(channel, uri)
                            case .http(let channel): await serve(channel, service)
                            case nil: break
                            }
                        }
                    }
                }
            }
        }
        let value = try await body(service)
        group.cancelAll()
        return value
    }
}

/// Whether streams are refused at present; asked on an event loop, where an actor cannot be.
final class StreamGate: Sendable {
    private let state = Mutex(false)

    var isClosed: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

private func configure(_ channel: any Channel, _ gate: StreamGate) throws -> EventLoopFuture<Connection> {
    let upgrader = WebSocketUpgrade.server(
        shouldUpgrade: { _, channel in channel.eventLoop.makeSucceededFuture(gate.isClosed ? nil : [:]) },
        upgraded: { channel, head in Connection.stream(channel, uri: head.uri) }
    )
    let upgrading = NIOTypedHTTPServerUpgradeConfiguration<Connection>(
        upgraders: [upgrader],
        notUpgradingCompletionHandler: { channel in
            channel.eventLoop.makeCompletedFuture { .http(try HTTPChannel(wrappingChannelSynchronously: channel)) }
        }
    )
    return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
        configuration: .init(upgradeConfiguration: upgrading)
    )
}

private func serve(_ channel: HTTPChannel, _ service: FakeService) async {
    try? await channel.executeThenClose { inbound, outbound in
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head(let next):
                head = next
                body = []
            case .body(let bytes): body += bytes.readableBytesView
            case .end:
                // A refused upgrade comes without its head (apple/swift-nio#2632).
                let answer: FakeService.Answer =
                    if let head { await service.answer(request(head, body)) } else { .status(403) }
                if case .silence = answer { continue }
                let (status, body, fields): (Int, ByteBuffer, [String: String])
                switch answer {
                case .status(let code, let text, let headers):
                    (status, body, fields) = (code, ByteBuffer(string: text), headers)
                case .bytes(let code, let bytes, let headers):
                    (status, body, fields) = (code, ByteBuffer(bytes: bytes), headers)
                case .hangUp, .silence: return
                }
                var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
                headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
                let response = HTTPResponseHead(
                    version: .http1_1,
                    status: HTTPResponseStatus(statusCode: status),
                    headers: headers
                )
                try await outbound.write(.head(response))
                try await outbound.write(.body(.byteBuffer(body)))
                try await outbound.write(.end(nil))
            }
        }
    }
}

private func request(_ head: HTTPRequestHead, _ body: [UInt8]) -> FakeService.Request {
    let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
    return FakeService.Request(
        method: head.method.rawValue,
        path: parts.first ?? "",
        query: parts.count > 1 ? parts[1] : nil,
        bearer: head.headers.first(name: "Authorization").map { String($0.trimmingPrefix("Bearer ")) },
        body: try? JSONValue(parsing: body)
    )
}
