import AgentHub
package import ArgumentParser
import BotSchema
import ChatScreen
import ConversationFile
import DirectLineServer

/// `baton serve`: the server alone, for other clients.
package struct ServeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the Direct Line server alone, with a bot.",
        usage: "baton serve [<options>]",
        discussion: HelpScreen.discussion(
            """
            Examples:
              baton serve --port 3000                   the demo bot, for any client
              baton serve --bot http://127.0.0.1:3978/api/messages --store talks.db
              BATON_SECRET=… baton serve --host 0.0.0.0 --port 3000
            """,
            more: """
                Prints the addresses for clients and bots, then one line for each event. Ctrl-C stops it.

                Only programs on this machine can connect, unless --host says otherwise. With BATON_SECRET or \
                DIRECTLINE_SECRET set, clients must show that secret or a token made with it; without it, any local \
                client may come in, as with Bot Framework Emulator. Agents are admitted to their desks by \
                BATON_AGENT_SECRET; without it, only those of the same person on this machine find the hub. With \
                --direct-line, the handoff adapter stands in front of a bot that runs behind another service, and \
                DIRECTLINE_SECRET is that service's.

                Behind a TLS proxy, --public-url is where clients reach the server; stream URLs and links to files \
                begin with it, and its host and its own pages are allowed; --desk-public-url is the same for agents. Where there are several such URLs, name \
                the proxy with --trusted-proxy instead: its Forwarded or X-Forwarded-Proto and X-Forwarded-Host \
                headers are then believed, nobody else's are. Name the hosts that it forwards with --allow-host, and \
                have it remove the kind of header that it does not set.

                GET /health needs no credential: 200 with {"status": "ok", "store": …, "hub": …}, or 503 when one \
                is "failing", or the store is "damaged", so that something in it cannot be read; "none" means that \
                there is none.

                With --log json, each line of output is an object. All have "time" and "event". First comes \
                "listening" with "directLine", "bot", "credentials" (any or secret) and, where there are some, \
                "publicURL" and "agents". Then follow "conversationStarted", "userActivity" and "botActivity" (with \
                "type" and, for a report of a handoff, "name", "report" and "reason"), "botFailed" ("activity", "reason", "status" and, for a report of a handoff, "rule"), "conversationUnknown", "streamOpened" and \
                "streamClosed", each with "conversation" and, at the desks, "server": "desks"; "handoff" with \
                "conversation", "state" (requested, slowed, queued, accepted, interrupted, reachable, transferring, \
                completed, failed) and "agent", "agentId", "position", "seconds", "skill", "outcome" and "reason" where known; \
                "storeFailed" and "storeDamaged" with "reason", and "storeRecovered"; and "linesDropped" with \
                "lines". Lines are dropped when the reader of the log stops reading; the \
                server goes on.
                """,
            of: "serve"
        )
    )

    @Option(
        help: ArgumentHelp(
            "A file in which conversations outlive the server.",
            valueName: "file"
        ),
        completion: .file()
    )
    var store: String?

    @Option(help: .detail("The port for agents' desks; 0 takes a free one.", valueName: "n"))
    var deskPort: Int = 0

    @Option(
        help: .detail("The URL under which agents reach their desks through a proxy.", valueName: "url"),
        transform: { try PublicURL(option: "--desk-public-url", $0) }
    )
    var deskPublicURL: PublicURL?

    @Option(help: .detail("How events are printed: as text, as JSON, or not at all.", valueName: "form"))
    var log: LogOption = .text

    @OptionGroup(title: HelpScreen.title("How it listens and what it takes")) var server: ServerOptions
    @OptionGroup(title: HelpScreen.title("The bot in front of which it stands")) var service: ServiceOptions
    @OptionGroup(title: HelpScreen.title("When the bot hands over")) var hub: HubOptions
    @OptionGroup(title: HelpScreen.title("The hub's rules")) var rules: HubRuleOptions

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try service.validate()
        try server.validate()
        try hub.validate()
        try rules.validate()
        if !(0...65_535).contains(deskPort) { throw ValidationError("--desk-port takes 0 to 65535.") }
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        let log = ServeLog(log)
        do {
            try await serve(log)
        } catch {
            await log.finish()
            StandardStream.error.writeLine(describe(error))
            throw ExitStatus(of: error).code
        }
        await log.finish()
    }

    private func serve(_ log: ServeLog) async throws {
        let choice = try bot()
        let file = try store.map(ConversationFile.init)
        let work: any WorkStore = file ?? VolatileWork()
        let agentHub = hub.makeHub(patience: .seconds(45), store: work, rules: rules.apply)
        let desks = agentHub.map {
            DeskDoor(
                to: $0,
                port: deskPort,
                secret: Secrets.forAgents(),
                configure: { [server, deskPublicURL] in
                    server.applyProxies(to: &$0)
                    $0.publicURL = deskPublicURL
                },
                onEvent: { log.note($0, atDesks: true) }
            )
        }
        let links = LinkedTranscripts()
        var stack = EmbeddedStack(
            bot: choice,
            port: server.port,
            secret: ownSecret,
            adapter: agentHub.map {
                hub.adapter(to: $0, store: work, links: links, announces: rules.announce, onStep: log.note)
            },
            desks: desks
        )
        stack.store = file
        stack.allowsClearText = service.clearText.isAllowed
        stack.configure = { [server] configuration in
            server.apply(to: &configuration)
            configuration.healthChecks = [Self.check(of: agentHub)]
        }
        stack.dialect = hub.dialect.dialect
        stack.links = links
        stack.botFaults = hub.botFaults
        stack.serverFaults = hub.serverFaults
        stack.onEvent = { log.note($0) }
        try await stack.withRunning { address in
            let deskAddress = try await desks?.address()
            let withdraw = desks.flatMap { desks in
                deskAddress.flatMap { HubAnnouncement(url: $0.url, secret: desks.secret).publish() }
            }
            defer { withdraw?() }
            log.announce(
                announcement(of: address, desks: deskAddress, bot: choice),
                announcementObject(of: address, desks: deskAddress, bot: choice)
            )
            try await log.waitForStop()
        }
    }

    private static func check(of hub: EmbeddedHub?) -> HealthCheck {
        guard let hub else { return HealthCheck("hub", nil) }
        return HealthCheck("hub") {
            guard await hub.isWorking else { throw CommandError("the hub cannot be reached") }
        }
    }

    private func bot() throws -> BotChoice {
        switch try service.target() {
        case .embedded(let bot): bot
        case .service(let endpoint, let credential): .upstream(endpoint, credential)
        }
    }

    /// What our clients must show; in front of another service `DIRECTLINE_SECRET` is that service's.
    private var ownSecret: String? {
        let isUpstream = service.directLine != nil || service.tokenEndpoint != nil
        return Secrets.environment("BATON_SECRET")
            ?? (isUpstream ? nil : Secrets.environment("DIRECTLINE_SECRET"))
    }

    private func announcement(of address: ServerAddress, desks: ServerAddress?, bot: BotChoice) -> [String] {
        [
            "Direct Line   \(address.directLineURL)",
            server.publicURL.map { "public URL    \($0.directLineURL)" },
            "bot           \(bot.name)",
            "credentials   " + (ownSecret == nil ? "any or none" : "the secret, or a token made with it"),
            "chat          baton --direct-line \(server.publicURL?.description ?? address.url)",
            desks.map { "agents        baton agent --hub \(deskPublicURL?.description ?? $0.url)" },
            "Ctrl-C stops the server.",
        ].compactMap(\.self)
    }

    private func announcementObject(of address: ServerAddress, desks: ServerAddress?, bot: BotChoice) -> JSONObject {
        var object: JSONObject = [
            "event": "listening", "directLine": .string(address.directLineURL), "bot": .string(bot.name),
            "credentials": ownSecret == nil ? "any" : "secret",
        ]
        object["publicURL"] = server.publicURL.map { .string($0.directLineURL) }
        object["agents"] = desks.map { .string(deskPublicURL?.description ?? $0.url) }
        return object
    }
}
