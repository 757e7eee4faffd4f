import TestSupport

/// Starts the probe in a terminal and waits for its prompt: keys sent earlier would be echoed.
func probe(
    _ arguments: String...,
    environment: [String: String] = [:],
    columns: Int = 40,
    rows: Int = 12,
    prompt: String = ">"
) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(
        [BuiltProducts.executable("line-editing-probe")] + arguments,
        environment: probeEnvironment.merging(environment) { $1 },
        columns: columns,
        rows: rows
    )
    try terminal.wait(for: "prompt") { $0.lines.contains { $0.hasSuffix(prompt) } }
    return terminal
}

/// libvterm does not wrap anew when it is resized; a home without `.editrc` keeps the machine's own out.
let probeEnvironment = [
    "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "BATON_REWRAP": "0",
]

/// Keys by name.
enum Key {
    static let enter = "\r", tab = "\t", escape = "\u{1b}", backspace = "\u{7f}"
    static let up = "\u{1b}[A", down = "\u{1b}[B", right = "\u{1b}[C", left = "\u{1b}[D", delete = "\u{1b}[3~"

    static func control(_ letter: Character) -> String {
        String(Unicode.Scalar((letter.asciiValue ?? 0) & 0x1f))
    }

    static func paste(_ text: String) -> String { "\u{1b}[200~" + text + "\u{1b}[201~" }
}
