import ArgumentParser

/// `baton` as people type it: without a subcommand, the options are those of chat.
///
/// The argument parser knows of a default subcommand when it parses and not when it writes completions or help, so it
/// writes them of this command, which is never run.
struct CommandOutline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: RootCommand.configuration.abstract,
        usage: RootCommand.configuration.usage,
        discussion: RootCommand.configuration.discussion,
        version: RootCommand.configuration.version,
        subcommands: RootCommand.configuration.subcommands
    )

    // Without the id of a conversation, which would stand where subcommands do.
    @OptionGroup(title: HelpScreen.title("Whom to talk to")) var service: ServiceOptions
    @OptionGroup(title: HelpScreen.title("When the bot hands over")) var hub: HubOptions
    @OptionGroup(title: HelpScreen.title("Who you are")) var person: PersonOptions
    @OptionGroup(title: HelpScreen.title("Input and output")) var io: ConsoleOptions
    @OptionGroup var talk: TalkOptions

    /// The completion script or the whole help, when the arguments ask for either; nil when they ask for anything else.
    static func answer(to arguments: some Collection<String>) -> String? {
        let words = arguments.flatMap { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        if words == ["--help-hidden"] { return helpMessage(includeHidden: true) }
        guard words.first == "--generate-completion-script", words.count <= 2 else { return nil }
        guard let shell = words.count == 2 ? CompletionShell(rawValue: words[1]) : .autodetected() else { return nil }
        return completionScript(for: shell)
    }
}
