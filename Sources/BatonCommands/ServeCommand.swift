import AgentHub
package import ArgumentParser
import DirectLineServer
import LineEditing

/// `baton serve`: the server alone, for other clients.
package struct ServeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the Direct Line server alone, with the demo bot or one of yours.",
        discussion: """
            Prints the addresses for clients and bots, then one line for each event. Ctrl-C stops it.

            Only programs on this machine can connect. With BATON_SECRET or DIRECTLINE_SECRET set, clients must \
            show that secret or a token made with it; without it, any local client may come in, as with Bot \
            Framework Emulator. With --direct-line, the handoff adapter stands in front of a bot that runs behind \
            another service, and DIRECTLINE_SECRET is that service's.
            """
    )

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port: Int = 0

    @OptionGroup(title: "The bot in front of which it stands") var service: ServiceOptions
    @OptionGroup(title: "When the bot hands over") var hub: HubOptions

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try service.validate()
        try hub.validate()
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        do {
            let choice = try bot()
            let secret = ownSecret
            var stack = EmbeddedStack(
                bot: choice,
                port: port,
                secret: secret,
                adapter: hub.adapter(patience: .seconds(45))
            )
            stack.botFaults = hub.botFaults
            stack.onEvent = {
                StandardStream.output.writeLine(DisplayText.neutralised("\($0)", keepingNewlines: false))
            }
            try await stack.withRunning { address in
                for line in announcement(of: address, bot: choice) { StandardStream.output.writeLine(line) }
                await ProcessSignals.waitForStop()
            }
        } catch {
            StandardStream.error.writeLine(describe(error))
            throw ExitCode(1)
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

    private func announcement(of address: ServerAddress, bot: BotChoice) -> [String] {
        [
            "Direct Line   \(address.directLineURL)",
            "service URL   \(address.url)",
            "bot           \(bot.name)",
            "credentials   " + (ownSecret == nil ? "any or none" : "the secret, or a token made with it"),
            "Ctrl-C stops the server.",
        ]
    }
}
