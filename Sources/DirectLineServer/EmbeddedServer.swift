public import Bots
import BotSchema
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// An embedded Direct Line 3.0 server in front of one bot.
///
/// Clients talk to it below ``ServerAddress/directLineURL``; the bot is called through ``Bots/Bot`` and answers
/// through its ``Bots/ConversationChannel``, or over HTTP at the service URL that its activities carry. What clients
/// see is never held up by the bot: a user's activity is kept and echoed before the bot hears of it.
public final class EmbeddedServer: Sendable {
    private let configuration: ServerConfiguration
    private let bot: any Bot
    private let adapter: (any ConversationAdapter)?
    private let store: any ConversationStore

    /// What goes wrong on purpose, for the testers of clients; may be used at any time.
    public let faults: FaultControl

    /// A server that has not begun to listen.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and whom to admit.
    ///   - bot: Who answers.
    ///   - adapter: What may divert users to somebody else, such as a handoff to an agent.
    public convenience init(
        configuration: ServerConfiguration,
        bot: any Bot,
        adapter: (any ConversationAdapter)? = nil
    ) {
        self.init(configuration: configuration, bot: bot, adapter: adapter, store: VolatileConversations())
    }

    /// A server whose conversations outlive it in a store.
    package init(
        configuration: ServerConfiguration,
        bot: any Bot,
        adapter: (any ConversationAdapter)?,
        store: any ConversationStore
    ) {
        self.configuration = configuration
        self.bot = bot
        self.adapter = adapter
        self.store = store
        faults = FaultControl(configuration.faults, seed: configuration.faultSeed)
    }

    /// Serves until the task is cancelled or the surrounding service group shuts down gracefully.
    ///
    /// Cancellation cuts connections and turns short; a graceful shutdown says goodbye to streams and lets requests
    /// end. Each run begins with no conversations but those of the store.
    ///
    /// - Parameter onReady: Called once the server listens.
    /// - Throws: ``ServerError`` when it cannot listen.
    public func run(onReady: @escaping @Sendable (ServerAddress) async -> Void) async throws {
        let isLoopback = CrossOrigin.isLoopback(configuration.host)
        guard isLoopback || configuration.secret != nil else {
            throw ServerError(
                .secretRequired,
                "\(configuration.host) can be reached by others: listening there needs a secret"
            )
        }
        let (scope, deadlines) = (TaskScope(), DeadlineQueue(clock: configuration.clock))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await scope.run() }
            group.addTask { await deadlines.run() }
            defer {
                scope.end()
                group.cancelAll()
            }
            try await listen(isLoopback: isLoopback, scope: scope, deadlines: deadlines, onReady: onReady)
        }
    }

    private func listen(
        isLoopback: Bool,
        scope: TaskScope,
        deadlines: DeadlineQueue,
        onReady: @escaping @Sendable (ServerAddress) async -> Void
    ) async throws {
        let identifiers = Identifiers(generator: configuration.generator)
        let key = try await serverKey()
        let gatekeeper = Gatekeeper(configuration, key: key, identifiers: identifiers)
        let crossOrigin = CrossOrigin(
            isLoopback: isLoopback,
            allowedOrigins: configuration.allowedOrigins,
            allowedHosts: configuration.allowedHosts,
            publicURL: configuration.publicURL
        )
        // The port, which bots are told, is known once the server listens; a client may be there a moment sooner.
        let parts = Reply<ListeningServer?>()
        let storeHealth = StoreHealth(report: configuration.onEvent) {
            _ = scope.add { await parts.value(orIfCancelled: nil)?.registry.endStreams() }
        }
        if let damage = store.damage { storeHealth.noteUnreadable(damage) }
        let channel = UpgradableChannel(
            parts: parts,
            gatekeeper: gatekeeper,
            crossOrigin: crossOrigin,
            limits: configuration.limits,
            faults: faults,
            storeHealth: storeHealth,
            keepAliveInterval: configuration.keepAliveInterval
        )
        let restarts = RestartOrders()
        faults.attach(expireTokens: { gatekeeper.expireTokens(after: $0) }, restart: { restarts.give($0) })
        let listener = Listener(channel: channel, configuration: configuration, restarts: restarts)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Streams would keep a graceful shutdown waiting for as long as clients like.
                guard (try? await gracefulShutdown()) != nil else { return }
                await parts.value(orIfCancelled: nil)?.registry.close()
            }
            group.addTask { [configuration] in
                while (try? await configuration.clock.sleep(for: Self.sweepInterval, tolerance: nil)) != nil {
                    await parts.value(orIfCancelled: nil)?.registry.sweep()
                }
            }
            defer { group.cancelAll() }
            try await listener.run { [self] port in
                let address = ServerAddress(host: configuration.host, port: port)
                let listening = ListeningServer(
                    at: address,
                    configuration: configuration,
                    bot: bot,
                    adapter: adapter,
                    store: store,
                    storeHealth: storeHealth,
                    scope: scope,
                    deadlines: deadlines,
                    key: key,
                    identifiers: identifiers,
                    gatekeeper: gatekeeper,
                    crossOrigin: crossOrigin,
                    faults: faults
                )
                await adapter?.resume(from: listening.registry, report: configuration.onEvent)
                parts.settle(listening)
                await onReady(address)
            }
        }
    }
}

extension ConversationAdapter {
    /// Goes on with what an earlier run has left, before anybody is served.
    fileprivate func resume(
        from registry: ConversationRegistry,
        report: @Sendable (ServerEvent) -> Void
    ) async {
        var conversations: [Conversation] = []
        do {
            for id in try await unfinished() {
                do throws(StoreError) {
                    if let conversation = try await registry.conversation(id) { conversations.append(conversation) }
                } catch {
                    report(.storeDamaged(error.description))
                }
            }
            guard !conversations.isEmpty else { return }
            try await resume(in: conversations.map { ConversationHandle($0, speaker: .adapter) })
        } catch {
            report(.storeDamaged("handoffs of an earlier run are lost: \(error)"))
        }
        for conversation in conversations { await conversation.desert() }
    }
}

extension EmbeddedServer {
    /// The store's key, which is made now if the store is new.
    private func serverKey() async throws -> ServerKey {
        var generator = configuration.generator
        let new = ServerKey(using: &generator)
        do throws(StoreError) {
            return try await store.key(orKeep: new)
        } catch {
            throw ServerError(.storeFailed, error.description)
        }
    }

    /// How often idle conversations are looked for.
    private static let sweepInterval = Duration.seconds(60)
}
