import TestSupport

/// Starts `baton` in a terminal of its own, with a home of its own, and waits for the bot's greeting.
///
/// The screen emulator does not wrap lines anew when it is resized, which the program is told.
func startChat(
    _ arguments: [String] = ["--agent-pace", "8"],
    home: TemporaryFolder,
    environment: [String: String] = [:],
    columns: Int = 80,
    rows: Int = 40
) throws -> PseudoTerminal {
    try PseudoTerminal(
        [BuiltProducts.executable("baton")] + arguments,
        environment: baseEnvironment(home: home).merging(environment) { $1 },
        columns: columns,
        rows: rows
    )
}

func baseEnvironment(home: TemporaryFolder) -> [String: String] {
    [
        "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": home.path, "BATON_REWRAP": "0",
        "TZ": "UTC",
    ]
}

extension PseudoTerminal {
    /// Waits until the line being edited is this one, cursor behind it.
    func waitForDraft(_ line: String) throws {
        try wait(for: "draft “\(line)”") { screen in
            screen.lines.last { !$0.isEmpty } == line
        }
    }

    /// Enters a line at a prompt.
    func enter(_ line: String) { send(line + "\r") }
}

extension TerminalScreen {
    /// How many lines there have been that contain a text.
    func count(of text: String) -> Int { transcript.filter { $0.contains(text) }.count }
}

/// Runs the program on pipes, with a home of its own, to its end.
func runBaton(
    _ arguments: [String],
    input: String,
    environment: [String: String] = [:]
) throws -> (output: String, exit: PseudoTerminal.Exit) {
    let home = try TemporaryFolder()
    let program = try PipedProgram(
        [BuiltProducts.executable("baton")] + arguments,
        environment: baseEnvironment(home: home).merging(environment) { $1 }
    )
    program.send(input)
    program.closeInput()
    let exit = try program.waitForExit()
    return (program.output, exit)
}
