/// The commands that can be given at present, and the words that some of them take.
package struct CommandSet: Hashable, Sendable {
    /// The commands, in the order of the help.
    package var table: [SlashCommand]
    /// For commands whose words change with the hub: what could stand there, by the command's name.
    package var words: [String: [String]]

    /// Commands and words.
    package init(table: [SlashCommand] = SlashCommand.table, words: [String: [String]] = [:]) {
        self.table = table
        self.words = words
    }
}
