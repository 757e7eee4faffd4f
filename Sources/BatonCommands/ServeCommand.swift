import AgentHub
package import ArgumentParser
import DirectLineServer

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

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        let choice = try bot.map { BotChoice.remote(try HTTPAddress.checked($0, option: "--bot")) } ?? .demo
        let stack = EmbeddedStack(
            bot: choice,
            port: port,
            secret: Secrets.environment("DIRECTLINE_SECRET"),
            pace: .human
        )
        do {
            try await stack.withRunning { address in
                print("Direct Line  \(address.directLineURL)")
            }
        } catch {
            StandardError.write(describe(error))
            throw ExitCode(1)
        }
    }
}
