import TestSupport
import Testing

/// A server with a hub, and what starts terminals at it.
final class DeskOffice {
    let home: TemporaryFolder
    let server: PipedProgram
    let address: String
    let hub: String

    init(_ arguments: [String] = ["--agent", "desk"]) throws {
        home = try TemporaryFolder()
        server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve"] + arguments,
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops the server.")
        address = try Self.word(after: "baton --direct-line ", in: server.output)
        hub = try Self.word(after: "baton agent --hub ", in: server.output)
    }

    func chat(_ arguments: [String] = [], columns: Int = 80) throws -> PseudoTerminal {
        let chat = try startChat(
            ["--direct-line", address, "--user-name", "Maria"] + arguments,
            home: home,
            columns: columns,
            rows: 80
        )
        try chat.wait(for: "[4] Talk to a person")
        return chat
    }

    func agent(_ name: String, _ arguments: [String] = []) throws -> PseudoTerminal {
        let desk = try startChat(["agent", "--name", name] + arguments, home: home, rows: 120)
        try desk.wait(for: "── signed in as \(name)")
        return desk
    }

    private static func word(after text: String, in output: String) throws -> String {
        let rest = try #require(output.firstRange(of: text).map { output[$0.upperBound...] })
        return String(rest.prefix { !$0.isWhitespace })
    }

    /// What users say who want an agent.
    static let request = "I want to talk to a person about my credit card"

    /// Maria, whom Dana has accepted.
    func talking() throws -> (dana: PseudoTerminal, maria: PseudoTerminal) {
        let dana = try agent("Dana")
        let maria = try chat()
        maria.enter(Self.request)
        try dana.wait(for: "── rings")
        dana.enter("/accept")
        try maria.wait(for: "Dana>")
        return (dana, maria)
    }
}
