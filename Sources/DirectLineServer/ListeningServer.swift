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
        scope: TaskScope,
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
            scope: scope,
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
            shelf: FileShelf(
                capacity: configuration.limits.storedFiles,
                retention: configuration.limits.fileRetention,
                identifiers: identifiers,
                now: configuration.now,
                store: store
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
            store: store,
            clock: configuration.clock
        )
        stream = ActivityStream(
            registry: registry,
            clock: configuration.clock,
            faults: faults,
            store: store,
            report: configuration.onEvent
        )
    }
}
