package import ArgumentParser
import ChatScreen

/// `baton` and its subcommands; without one it is `baton chat`.
package struct RootCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "Chat with a bot over Direct Line and watch it hand you to a person.",
        usage: "baton [<options of chat>] | baton <subcommand>",
        discussion: """
            Examples:
              baton                                           the demo: ask for a person
              baton --bot http://127.0.0.1:3978/api/messages  your bot
              printf 'hi\\n' | baton --json                   a script
              baton transcript convert talk.json -o talk.html
            \(ExitStatus.sentence)
            Chat takes --bot, --direct-line, --agent, --profile, --resume, --json and more:
            baton --help-hidden lists all, baton manual prints the manual page.
            """,
        version: "0.1.0",
        subcommands: [
            ChatCommand.self, AgentCommand.self, ServeCommand.self, TranscriptCommand.self, ManualCommand.self,
        ],
        defaultSubcommand: ChatCommand.self
    )

    /// A command with nothing set.
    package init() {}

    /// Runs the program, whose standard streams are looked at before anything is opened.
    package static func start() async {
        StandardStream.checkOpen()
        if let text = CommandOutline.answer(to: CommandLine.arguments.dropFirst()) {
            return StandardStream.output.writeLine(text)
        }
        await main()
    }
}
