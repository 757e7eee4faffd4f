import ArgumentParser
import BotSchema
import ChatScreen

/// An option that chat does not have, with a value behind it.
///
/// The argument parser tells of an unknown option only after the values have been validated, and takes the value of one
/// for a conversation's id.
enum MisspeltOption {
    /// The sentence about the first unknown option, in the argument parser's words; nil where all are known.
    static func problem(in arguments: [String]) -> String? {
        let known = names
        let given = arguments.dropFirst().prefix { $0 != "--" }
            .filter { $0.hasPrefix("--") }
            .map { String($0.prefix { $0 != "=" }) }
        guard !known.isEmpty, let unknown = given.first(where: { !known.contains($0) }) else { return nil }
        let distances = known.map { (name: $0, distance: EnteredLine.editDistance(Array($0), Array(unknown))) }
        let nearest = distances.filter { $0.distance <= 3 }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return "Unknown option '\(unknown)'." + (nearest.map { " Did you mean '\($0.name)'?" } ?? "")
    }

    /// The names of all options of chat.
    private static var names: Set<String> {
        let definitions = try? JSONValue(parsing: ChatCommand._dumpHelp())
        let arguments = definitions?["command"]?["arguments"]?.array ?? []
        let long = arguments.flatMap { $0["names"]?.array ?? [] }.filter { $0["kind"] == "long" }
        let names = long.compactMap { $0["name"]?.string }.map { "--" + $0 }
        return names.isEmpty ? [] : Set(names).union(["--help", "--help-hidden", "--version"])
    }
}
