import Bots

/// The parts of a server that know where it listens, put together.
///
/// A class, since every task of every connection would hold a copy of all of it.
final class ListeningServer: Sendable {
    let registry: ConversationRegistry
    let router: Router
    let stream: ActivityStream

    init(
        at address: ServerAddress,
        configuration: ServerConfiguration,
        bot: any Bot,
        adapter: (any ConversationAdapter)?,
        store: any ConversationStore,
        storeHealth: StoreHealth,
        scope: TaskScope,
        deadlines: DeadlineQueue,
        identifiers: Identifiers,
        gatekeeper: Gatekeeper,
        crossOrigin: CrossOrigin,
        faults: FaultControl
    ) {
        let connectorPrefix = identifiers.short()
        let serviceURL = "\(address.url)/\(connectorPrefix)/"
        let surroundings = Surroundings(
            bot: bot,
            adapter: adapter,
            store: store,
            storeHealth: storeHealth,
            scope: scope,
            deadlines: deadlines,
            botExecutor: bot is any NeverBlocks ? nil : globalConcurrentExecutor,
            adapterExecutor: adapter is any NeverBlocks ? nil : globalConcurrentExecutor,
            identifiers: identifiers,
            botAccount: configuration.botAccount,
            channelId: configuration.channelId,
            serviceURL: serviceURL,
            publicURL: address.url + "/",
            localhostURL: Listener.isReachedByName(address.host) ? "http://localhost:\(address.port)/" : nil,
            welcome: configuration.welcome,
            streams: configuration.streams,
            limits: configuration.limits,
            clock: configuration.clock,
            now: configuration.now,
            report: configuration.onEvent
        )
        registry = ConversationRegistry(in: surroundings)
        let files = FileRoutes(
            attachments: AttachmentStore(
                configuration.limits,
                identifiers: identifiers,
                now: configuration.now,
                store: store,
                health: storeHealth
            ),
            limits: configuration.limits
        )
        router = Router(
            crossOrigin: crossOrigin,
            connectorPrefix: connectorPrefix,
            directLine: DirectLineRoutes(
                registry: registry,
                gatekeeper: gatekeeper,
                identifiers: identifiers,
                address: address,
                limits: configuration.limits,
                files: files,
                store: store,
                storeHealth: storeHealth,
                faults: faults,
                report: configuration.onEvent
            ),
            connector: ConnectorRoutes(
                registry: registry,
                identifiers: identifiers,
                serviceURL: serviceURL,
                limits: configuration.limits,
                files: files,
                report: configuration.onEvent
            ),
            faults: FaultRoutes(control: faults, gatekeeper: gatekeeper),
            clock: configuration.clock
        )
        stream = ActivityStream(
            registry: registry,
            clock: configuration.clock,
            faults: faults,
            report: configuration.onEvent
        )
    }
}
