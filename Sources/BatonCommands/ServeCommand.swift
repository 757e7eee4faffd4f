import AgentHub
import ConversationFile
package import ArgumentParser
import DirectLineServer
import LineEditing

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
        do {
            let choice = try bot()
            let secret = ownSecret
            let file = try store.map(ConversationFile.init)
            let work: any WorkStore = file ?? VolatileWork()
            let agentHub = hub.makeHub(patience: .seconds(45), store: work, rules: rules.apply)
            let desks = agentHub.map {
                DeskDoor(to: $0, port: deskPort, secret: Secrets.forAgents(), onEvent: Self.log("desk "))
            }
            var stack = EmbeddedStack(
                bot: choice,
                port: server.port,
                secret: secret,
                adapter: agentHub.map { hub.adapter(to: $0, store: work) },
                desks: desks
            )
            stack.store = file
            stack.configure = { [server] in server.apply(to: &$0) }
            stack.botFaults = hub.botFaults
            stack.serverFaults = hub.serverFaults
            stack.onEvent = Self.log("")
            try await stack.withRunning { address in
                let deskAddress = try await desks?.address()
                let withdraw = desks.flatMap { desks in
                    deskAddress.flatMap { HubAnnouncement(url: $0.url, secret: desks.secret).publish() }
                }
                defer { withdraw?() }
                for line in announcement(of: address, desks: deskAddress, bot: choice) {
                    StandardStream.output.writeLine(line)
                }
                await ProcessSignals.waitForStop()
            }
        } catch {
            StandardStream.error.writeLine(describe(error))
            throw ExitCode(1)
        }
    }

    private static func log(_ prefix: String) -> @Sendable (ServerEvent) -> Void {
        { StandardStream.output.writeLine(DisplayText.neutralised("\(prefix)\($0)", keepingNewlines: false)) }
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
            "bot           \(bot.name)",
            "credentials   " + (ownSecret == nil ? "any or none" : "the secret, or a token made with it"),
            "chat          baton --direct-line \(address.url)",
            desks.map { "agents        baton agent --hub \($0.url)" },
            "Ctrl-C stops the server.",
        ].compactMap(\.self)
    }
}
