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

            Only programs on this machine can connect. With DIRECTLINE_SECRET set, clients must show that secret \
            or a token made with it; without it, any local client may come in, as with Bot Framework Emulator.
            """
    )

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "n"))
    var port: Int = 0

    @Option(help: ArgumentHelp("A bot's messaging endpoint (default: the demo bot).", valueName: "url"))
    var bot: String?

    @OptionGroup(title: "When the bot hands over") var hub: HubOptions

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try hub.validate()
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        do {
            let choice = try BotChoice(url: bot)
            var stack = EmbeddedStack(
                bot: choice,
                port: port,
                secret: Secrets.environment("DIRECTLINE_SECRET"),
                adapter: hub.adapter(patience: .seconds(45))
            )
            stack.onEvent = {
                StandardStream.output.writeLine(DisplayText.neutralised("\($0)", keepingNewlines: false))
            }
            try await stack.withRunning { address in
                for line in Self.announcement(of: address, bot: choice) { StandardStream.output.writeLine(line) }
                await ProcessSignals.waitForStop()
            }
        } catch {
            StandardStream.error.writeLine(describe(error))
            throw ExitCode(1)
        }
    }

    private static func announcement(of address: ServerAddress, bot: BotChoice) -> [String] {
        [
            "Direct Line   \(address.directLineURL)",
            "service URL   \(address.url)",
            "bot           \(bot.name)",
            "credentials   " + (Secrets.environment("DIRECTLINE_SECRET") == nil ? "any or none" : "DIRECTLINE_SECRET"),
            "Ctrl-C stops the server.",
        ]
    }
}
