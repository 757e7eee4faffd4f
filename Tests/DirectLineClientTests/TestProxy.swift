import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy that connects on request and takes every name for this machine.
final class TestProxy: Sendable {
    let port: Int
    private let heads = Mutex<[String]>([])
    private let password: String?

    /// The heads of requests to the proxy itself.
    var requests: [String] { heads.withLock { $0 } }

    private init(port: Int, password: String?) {
        self.port = port
        self.password = password
    }

    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs a proxy on a free port for the length of a closure.
    static func withProxy<Value: Sendable>(
        password: String? = nil,
        _ body: @Sendable (TestProxy) async throws -> Value
    ) async throws -> Value {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
        let proxy = TestProxy(port: listener.channel.localAddress?.port ?? 0, password: password)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask { try? await proxy.serve(connection) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(proxy)
        }
    }

    private func serve(_ client: Bytes) async throws {
        try await client.executeThenClose { inbound, outbound in
            var input = inbound.makeAsyncIterator()
            var head = ""
            while !head.contains("\r\n\r\n"), let bytes = try await input.next() { head += String(buffer: bytes) }
            heads.withLock { $0.append(head) }
            if let password, !head.lowercased().contains("proxy-authorization: \(password.lowercased())") {
                let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                return try await outbound.write(ByteBuffer(string: refusal))
            }
            let target = head.split(separator: " ").dropFirst().first ?? ""
            let port = target.split(separator: ":").last.flatMap { Int($0) } ?? 80
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(
                .minutes(10)
            )
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
            try await server.executeThenClose { answers, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await bytes in answers { try await outbound.write(bytes) } }
                    while let bytes = try await input.next() { try await requests.write(bytes) }
                    group.cancelAll()
                }
            }
        }
    }
}
