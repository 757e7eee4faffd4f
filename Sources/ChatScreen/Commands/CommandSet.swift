import MessageContent

/// The commands that can be given at present, and the words that some of them take.
package struct CommandSet: Hashable, Sendable {
    /// The commands, in the order of the help.
    package var table: [SlashCommand]
    /// For commands whose words change with the hub: what could stand there, by the command's name.
    package var words: [String: [String]]
    /// What the newest message offers to choose, in the order of its numbers.
    package var choices: [String] = []
    /// Who has spoken.
    package var people: [String] = []
    /// The newest activities in a few words each, the newest first.
    package var recent: [String] = []

    /// Commands and words.
    package init(table: [SlashCommand] = SlashCommand.table, words: [String: [String]] = [:]) {
        self.table = table
        self.words = words
    }
}
