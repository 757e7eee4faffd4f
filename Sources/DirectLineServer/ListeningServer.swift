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
        key: ServerKey,
        identifiers: Identifiers,
        gatekeeper: Gatekeeper,
        crossOrigin: CrossOrigin,
        faults: FaultControl
    ) {
        let authorship = Authorship(configuration)
        let serviceURLs = ServiceURLs(
            key: key,
            base: address.url + "/",
            publicURL: (configuration.publicURL?.description ?? address.url) + "/"
        )
        let attachments = AttachmentStore(
            configuration.limits,
            identifiers: identifiers,
            now: configuration.now,
            store: store,
            health: storeHealth
        )
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
            authorship: authorship,
            channelId: configuration.channelId,
            serviceURLs: serviceURLs,
            localhostURL: Self.urlForBots(address, configuration),
            files: ConversationFiles(
                attachments: attachments,
                publicURL: (configuration.publicURL?.description ?? address.url) + "/",
                otherURLs: [address.url + "/", Self.urlForBots(address, configuration)].compactMap(\.self)
            ),
            welcome: configuration.welcome,
            streams: configuration.streams,
            limits: configuration.limits,
            clock: configuration.clock,
            now: configuration.now,
            report: configuration.onEvent
        )
        registry = ConversationRegistry(in: surroundings)
        let files = FileRoutes(
            attachments: attachments,
            limits: configuration.limits
        )
        router = Router(
            crossOrigin: crossOrigin,
            clients: ClientAddressing(
                publicURL: configuration.publicURL,
                trustedProxies: configuration.trustedProxies,
                hosts: crossOrigin
            ),
            ownURL: address.ownURL,
            // The bot of the desks is in this process: nobody has to call in its name.
            key: configuration.clients == .agents ? nil : key,
            gatekeeper: gatekeeper,
            directLine: DirectLineRoutes(
                registry: registry,
                gatekeeper: gatekeeper,
                identifiers: identifiers,
                authorship: authorship,
                limits: configuration.limits,
                files: files,
                store: store,
                storeHealth: storeHealth,
                faults: faults,
                hasHub: adapter != nil,
                report: configuration.onEvent
            ),
            connector: ConnectorRoutes(
                registry: registry,
                identifiers: identifiers,
                serviceURLs: serviceURLs,
                limits: configuration.limits,
                files: files,
                report: configuration.onEvent
            ),
            faults: FaultRoutes(control: faults, gatekeeper: gatekeeper, hasSecret: configuration.secret != nil),
            health: HealthRoutes(
                monitor: HealthMonitor(
                    [Self.check(of: store, storeHealth)] + configuration.healthChecks,
                    scope: scope,
                    clock: configuration.clock
                )
            ),
            clock: configuration.clock
        )
        stream = ActivityStream(
            registry: registry,
            clock: configuration.clock,
            faults: faults,
            report: configuration.onEvent
        )
    }

    private static func check(of store: any ConversationStore, _ health: StoreHealth) -> HealthCheck {
        guard store.isDurable else { return HealthCheck("store", nil) }
        return HealthCheck("store") {
            try await health.probe(store)
            if let damage = health.damage { throw damage }
        }
    }

    /// Where bots read files that clients read under another URL, nil where that is the same one.
    private static func urlForBots(_ address: ServerAddress, _ configuration: ServerConfiguration) -> String? {
        if Listener.isReachedByName(address.host) { return "http://localhost:\(address.port)/" }
        // A bot beside the server need not know the proxy's name, nor trust the authority of its certificate.
        return configuration.publicURL == nil ? nil : address.url + "/"
    }
}
