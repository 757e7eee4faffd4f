import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Says that a server is to be away for a while; of several orders the last counts.
final class RestartOrders: Sendable {
    private let order = Mutex<Duration?>(nil)
    private let bell = Bell()

    func give(_ pause: Duration) {
        order.withLock { $0 = pause }
        bell.ring()
    }

    /// Waits for an order, nil when the task is cancelled.
    ///
    /// A stream of orders would end with the first such task.
    func next() async -> Duration? {
        while !Task.isCancelled {
            let rings = bell.rings
            if let pause = order.withLock({ $0.take() }) { return pause }
            await bell.wait(after: rings)
        }
        return nil
    }
}

/// Listens for a server, on both families of the loopback address where it is meant by name, and again after a restart.
struct Listener: Sendable {
    private enum End: Sendable {
        case stopped
        case restart(after: Duration)
    }

    /// How long after an order the connections break off.
    private static let notice = Duration.milliseconds(100)
    /// How long a port that was given up for a restart is asked for again.
    private static let reclaiming = (attempts: 100, pause: Duration.milliseconds(100))

    let channel: UpgradableChannel
    let configuration: ServerConfiguration
    let restarts: RestartOrders

    /// Listens and serves until the task is cancelled or a graceful shutdown is over.
    ///
    /// - Parameter onListening: Gets the port once, before the first connection is served.
    /// - Throws: ``ServerError`` when it cannot listen.
    func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
        let port = Reply<Int>()
        var end = try await serve(at: configuration.port, port) { await onListening($0) }
        while case .restart(let pause) = end {
            try await configuration.clock.sleep(for: pause, tolerance: nil)
            end = try await serveAgain(at: await port.value(orIfCancelled: 0))
        }
    }

    /// Listens where it listened before, which somebody else may have taken for a moment.
    private func serveAgain(at port: Int) async throws -> End {
        for _ in 1..<Self.reclaiming.attempts {
            do {
                return try await serve(at: port, Reply<Int>()) { _ in }
            } catch let error as ServerError where error.code == .portInUse {
                try await configuration.clock.sleep(for: Self.reclaiming.pause, tolerance: nil)
            }
        }
        return try await serve(at: port, Reply<Int>()) { _ in }
    }

    private func serve(
        at wanted: Int,
        _ port: Reply<Int>,
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws -> End {
        try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                try await listen(at: wanted, port, onListening: onListening)
                return .stopped
            }
            group.addTask {
                // Who has not been there yet cannot come back.
                _ = await port.value(orIfCancelled: 0)
                guard let pause = await restarts.next() else { return .stopped }
                // Who has asked for it over HTTP is answered.
                try await configuration.clock.sleep(for: Self.notice, tolerance: nil)
                return .restart(after: pause)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .stopped
        }
    }

    private func listen(
        at wanted: Int,
        _ port: Reply<Int>,
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let hosts = Self.hosts(configuration.host)
        let room = OpenFiles.room(for: configuration.limits.connections)
        let isSecondThere = Reply<Bool>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let second = hosts.second {
                group.addTask {
                    defer { isSecondThere.settle(true) }
                    let port = await port.value(orIfCancelled: 0)
                    guard port != 0 else { return }
                    // A machine without this family, or a port that is taken there, is served on the other alone.
                    try? await server(at: second, port, connections: room / 4) { _ in isSecondThere.settle(true) }.run()
                }
            }
            group.addTask {
                let room = hosts.second == nil ? room : room - room / 4
                let server = server(at: hosts.first, wanted, connections: room) { found in
                    port.settle(found)
                    // Whoever is told of the server may come by either family.
                    if hosts.second != nil { _ = await isSecondThere.value(orIfCancelled: false) }
                    await onListening(found)
                }
                do {
                    try await server.run()
                } catch {
                    throw ServerError(listeningAt: configuration.host, port: wanted, failedWith: error)
                }
            }
            // Without waiting for the other when one fails.
            while try await group.next() != nil {}
        }
    }

    private func server(
        at host: String,
        _ port: Int,
        connections: Int,
        onListening: @escaping @Sendable (Int) async -> Void
    ) -> any Service {
        let quiet = Logger(label: "direct-line-server") { _ in SwiftLogNoOpLogHandler() }
        return channel.server(
            configuration: HummingbirdCore.ServerConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(connections, logger: quiet)
            ),
            onServerRunning: { await onListening($0.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        )
    }

    /// Where to listen: clients that go by the name `localhost` may try either family first, and only that one.
    private static func hosts(_ host: String) -> (first: String, second: String?) {
        isReachedByName(host) ? ("127.0.0.1", "::1") : (host, nil)
    }

    /// Whether a server that listens there answers to `localhost`, whatever that is taken for.
    static func isReachedByName(_ host: String) -> Bool { ["127.0.0.1", "localhost"].contains(host) }
}
