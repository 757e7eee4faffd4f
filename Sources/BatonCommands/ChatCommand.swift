import AgentHub
package import ArgumentParser
import BotSchema
import ChatScreen
import DirectLineClient
import DirectLineServer
import LineEditing

/// `baton chat`: the end user's side of a conversation.
package struct ChatCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chat as the end user (the default).",
        discussion: """
            Examples:
              baton                                             the embedded demo
              baton --bot http://127.0.0.1:3978/api/messages    a bot on this machine
              baton --token-endpoint https://…/directline/token a Copilot Studio agent
              printf 'hi\\ntalk to a person\\n' | baton --json    a script, one JSON object a line

            A Direct Line secret or token comes from DIRECTLINE_SECRET, DIRECTLINE_TOKEN or --secret-file, never \
            from an argument.
            """
    )

    @OptionGroup(title: "Whom to talk to") var service: ServiceOptions
    @OptionGroup(title: "When the bot hands over") var hub: HubOptions
    @OptionGroup(title: "Who you are") var person: PersonOptions
    @OptionGroup(title: "Input and output") var io: ConsoleOptions

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try service.validate()
        try hub.validate()
        try io.validate()
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        let screen = ChatTerminal(options: io)
        let console = try screen.makeConsole()
        let exitCode = await chat(on: console, screen: screen)
        await console.close()
        if exitCode != 0 { throw ExitCode(exitCode) }
    }

    private func chat(on console: any Console, screen: ChatTerminal) async -> Int32 {
        do {
            switch try service.target() {
            case .service(let endpoint, let credential):
                return await converse(at: endpoint, with: credential, on: console, screen: screen)
            case .embedded(let bot):
                let secret = Secrets.random()
                // A script does not answer an agent, so an agent does not wait long for a script.
                let patience = Duration.seconds(screen.isInteractive ? 45 : 3)
                let adapter = hub.adapter(patience: patience)
                var stack = EmbeddedStack(bot: bot, port: 0, secret: secret, adapter: adapter)
                stack.botFaults = hub.botFaults
                return try await stack.withRunning { address in
                    let endpoint = try DirectLineEndpoint(address.directLineURL)
                    if screen.isInteractive {
                        console.show(screen.greeting(for: bot, at: address, columns: console.columns))
                    }
                    return await converse(at: endpoint, with: .secret(secret), on: console, screen: screen)
                }
            }
        } catch {
            let text = screen.output.text(of: .failure(describe(error)), columns: console.columns)
            if let report = screen.failureReport { report(text) } else { console.show(text) }
            return 1
        }
    }

    private func converse(
        at endpoint: DirectLineEndpoint,
        with credential: DirectLineCredential,
        on console: any Console,
        screen: ChatTerminal
    ) async -> Int32 {
        let loop = ChatLoop(
            console: console,
            output: screen.output,
            client: ClientConfiguration(
                endpoint: endpoint,
                credential: credential,
                user: person.account,
                locale: person.resolvedLocale,
                transport: io.transport.transport
            ),
            configuration: ChatStateMachine.Configuration(
                isInteractive: screen.isInteractive,
                settle: .milliseconds(io.settle),
                linger: .seconds(io.linger),
                style: screen.style,
                dialect: hub.dialect.dialect
            ),
            recordPath: io.record,
            reportFailure: screen.failureReport
        )
        // The line editor takes signals itself.
        return screen.hasEditor ? await loop.run() : await runUntilStopped(loop)
    }

    /// Runs a script's chat; a signal to stop leaves it in order, so that its record is written.
    private func runUntilStopped(_ loop: ChatLoop) async -> Int32 {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await loop.run() }
            group.addTask {
                await ProcessSignals.waitForStop()
                return nil
            }
            defer { group.cancelAll() }
            if let finished = await group.next(), let exitCode = finished { return exitCode }
            group.cancelAll()
            return await group.next().flatMap(\.self) ?? 1
        }
    }
}
