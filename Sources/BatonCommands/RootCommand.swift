package import ArgumentParser

/// `baton` and its subcommands; without one it is `baton chat`.
package struct RootCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "Chat with a bot over Direct Line and watch it hand you to a person.",
        discussion: """
            With nothing given, the embedded demo runs: a bot, an agent hub and a Direct Line server, all on this \
            machine. Say “I want to talk to a person” to see a handoff.
            """,
        version: "0.1.0",
        subcommands: [ChatCommand.self, AgentCommand.self, ServeCommand.self, TranscriptCommand.self],
        defaultSubcommand: ChatCommand.self
    )

    /// A command with nothing set.
    package init() {}
}
