import ArgumentParser

/// What `--help` shows of a command: what fits a screen of 24 rows, with examples.
///
/// `--help-hidden` shows the rest. The argument parser would leave hidden options out of the completions too, and groups
/// take rows of their own; so both depend on whether the help is what was asked for. Completions and the manual always
/// have everything.
enum HelpScreen {
    /// Whether a help is asked for that is to fit a screen.
    private static let isShort = CommandLine.arguments.dropFirst().contains { ["-h", "--help", "help"].contains($0) }

    /// The title of a group of options, which a short help does not group.
    static func title(_ title: String) -> String { isShort ? "" : title }

    /// How visible an option is that not everybody needs.
    static var detail: ArgumentVisibility { isShort ? .hidden : .default }

    /// What is said about a command.
    ///
    /// - Parameters:
    ///   - text: What everybody should know, examples above all.
    ///   - more: What a short help leaves out.
    ///   - command: The command, for the way to what was left out; nil when there are no more options either.
    /// - Returns: The discussion for the command's configuration.
    static func discussion(_ text: String, more: String? = nil, of command: String? = nil) -> String {
        guard isShort else { return [text, more].compactMap(\.self).joined(separator: "\n\n") }
        guard let command else { return text }
        return text + "\nAll options: baton \(command) --help-hidden"
    }
}

extension ArgumentHelp {
    /// The help of an option that not everybody needs.
    static func detail(_ abstract: String, valueName: String? = nil) -> ArgumentHelp {
        ArgumentHelp(abstract, valueName: valueName, visibility: HelpScreen.detail)
    }
}
