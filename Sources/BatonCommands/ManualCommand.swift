package import ArgumentParser
import BotSchema

/// `baton manual`: the manual page, made from the definitions of the commands.
///
/// Not listed in the help, since it is for those who install the program: `baton manual > baton.1`.
package struct ManualCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Print the manual page, for man(1).",
        shouldDisplay: false
    )

    /// A command with nothing set.
    package init() {}

    package func run() throws {
        let definitions: JSONValue
        do throws(JSONParseError) {
            definitions = try JSONValue(parsing: RootCommand._dumpHelp())
        } catch {
            throw CommandError("the definitions of the commands cannot be read: \(error)")
        }
        guard let root = definitions["command"] else {
            throw CommandError("the definitions of the commands cannot be read: there is no command")
        }
        StandardStream.output.writeLine(ManualPage(root: root, version: RootCommand.configuration.version).text)
    }
}
