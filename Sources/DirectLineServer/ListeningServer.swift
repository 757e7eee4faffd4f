import Bots

/// The parts of a server that know where it listens, put together.
struct ListeningServer: Sendable {
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
        crossOrigin: CrossOrigin
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
            limits: configuration.limits,
            clock: configuration.clock,
            now: configuration.now,
            report: configuration.onEvent
        )
        registry = ConversationRegistry(in: surroundings)
        router = Router(
            crossOrigin: crossOrigin,
            connectorPrefix: connectorPrefix,
            directLine: DirectLineRoutes(
                registry: registry,
                gatekeeper: gatekeeper,
                identifiers: identifiers,
                address: address,
                limits: configuration.limits,
                report: configuration.onEvent
            ),
            connector: ConnectorRoutes(
                registry: registry,
                identifiers: identifiers,
                serviceURL: serviceURL,
                limits: configuration.limits,
                report: configuration.onEvent
            )
        )
        stream = ActivityStream(
            registry: registry,
            messageLimit: configuration.limits.clientActivity,
            keepAliveInterval: configuration.keepAliveInterval,
            clock: configuration.clock,
            report: configuration.onEvent
        )
    }
}
