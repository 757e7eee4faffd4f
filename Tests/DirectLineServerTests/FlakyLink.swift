import NIOCore
import NIOPosix
import Synchronization

/// A network between a client and the server that a test can cut.
final class FlakyLink: Sendable {
    private struct State {
        var links: [Int: any Channel] = [:]
        var last = 0
        var isDown = false
    }

    let port: Int
    private let target: Int
    private let state = Mutex(State())

    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private init(port: Int, target: Int) {
        self.port = port
        self.target = target
    }

    /// Breaks all connections, those of sockets and those of requests.
    func cut() {
        for channel in state.withLock({ $0.links.values.map { $0 } }) { channel.close(promise: nil) }
    }

    /// Whether new connections come to nothing.
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// Runs a link to a port of this machine for the length of a closure.
    static func withLink<Value: Sendable>(
        to target: Int,
        _ body: @Sendable (FlakyLink) async throws -> Value
    ) async throws -> Value {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
        let link = FlakyLink(port: listener.channel.localAddress?.port ?? 0, target: target)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask { try? await link.carry(connection) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(link)
        }
    }

    private func carry(_ client: Bytes) async throws {
        let number = state.withLock { state in
            state.last += 1
            if !state.isDown { state.links[state.last] = client.channel }
            return state.isDown ? nil : state.last
        }
        try await client.executeThenClose { input, output in
            guard let number else { return }
            defer { state.withLock { _ = $0.links.removeValue(forKey: number) } }
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(
                .minutes(10)
            )
            .connect(host: "127.0.0.1", port: target) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
            try await server.executeThenClose { answers, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { for try await bytes in answers { try await output.write(bytes) } }
                    group.addTask { for try await bytes in input { try await requests.write(bytes) } }
                    // Either side's end is the end.
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        }
    }
}
