import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `baton serve --store`, killed in the middle of things.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct StoreTests {
    private func serve(_ home: TemporaryFolder, port: String) throws -> PipedProgram {
        let server = try PipedProgram(
            [
                BuiltProducts.executable("baton"), "serve", "--agent", "none", "--port", port, "--store",
                home.file("conversations.db"),
            ],
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops the server.")
        return server
    }

    private func word(after text: String, in output: String) throws -> String {
        let range = try #require(output.firstRange(of: text))
        return String(output[range.upperBound...].prefix { !$0.isWhitespace })
    }

    @Test func `a server killed under load loses nothing that it acknowledged, and clients resume by themselves`()
        throws
    {
        let home = try TemporaryFolder()
        var server = try serve(home, port: "0")
        let address = try word(after: "baton --direct-line ", in: server.output)
        let port = String(address.split(separator: ":").last ?? "0")
        let chats = try (1...3).map { number in
            let chat = try startChat(["--direct-line", address, "--user-id", "u-\(number)"], home: home, rows: 200)
            try chat.wait(for: "[4] Talk to a person")
            return chat
        }
        for round in 1...4 {
            for line in 1...10 {
                for (number, chat) in chats.enumerated() { chat.enter("chat \(number) round \(round) line \(line)") }
            }
            // Somewhere in the middle of it: posts on their way, answers not written yet.
            server.signal(SIGKILL)
            _ = try server.waitForExit()
            server = try serve(home, port: port)
        }
        for (number, chat) in chats.enumerated() {
            // A line of after the last restart is answered, so the client has found its way back.
            let done = "chat \(number) is done"
            try chat.wait(for: "the connection") { $0.text.contains("Connected again.") }
            chat.enter(done)
            try chat.wait(for: "everything said") { $0.count(of: "you       \(done)") == 1 }
            chat.enter("/status")
            try chat.wait(for: "nothing on its way") { screen in
                if screen.lines.contains(where: { $0.contains("sending") && $0.contains("on the way") }) {
                    chat.enter("/status")
                    return false
                }
                return screen.text.contains("activities")
            }
            chat.enter("/save \(home.file("\(number).transcript"))")
            try chat.wait(for: "Saved")
            // What the chat has told as not delivered, or as unsure, may be missing; nothing else may.
            let told = chat.screen.transcript.filter { $0.contains("delivered") }.joined(separator: "\n")
            let resumed = try PipedProgram(
                [
                    BuiltProducts.executable("baton"), "--json", "--linger", "2", "--direct-line", address, "--user-id",
                    "u-\(number + 1)",
                    "--resume", try conversation(in: home.file("\(number).transcript"), home, number),
                ],
                environment: baseEnvironment(home: try TemporaryFolder())
            )
            resumed.closeInput()
            _ = try resumed.waitForExit()
            let said = try resumed.output.split(separator: "\n").compactMap {
                try JSONValue(parsing: String($0))["activity"]?["text"]?.string
            }
            for round in 1...4 {
                for line in 1...10 {
                    let text = "chat \(number) round \(round) line \(line)"
                    let count = said.count { $0 == text }
                    #expect(count == 1 || (count == 0 && told.contains("“\(text)”")), "\(text): \(count)\n\(told)")
                }
            }
        }
    }

    @Test func `a hub killed in mid-handoff has everybody where they were: who talks, who waits and in which order`()
        throws
    {
        let home = try TemporaryFolder()
        let secret = ["BATON_AGENT_SECRET": "desk-secret"]
        func office(_ port: String, _ deskPort: String) throws -> PipedProgram {
            let server = try PipedProgram(
                [
                    BuiltProducts.executable("baton"), "serve", "--agent", "desk", "--port", port, "--desk-port",
                    deskPort, "--store", home.file("office.db"),
                ],
                environment: baseEnvironment(home: home).merging(secret) { $1 }
            )
            try server.wait(for: "Ctrl-C stops the server.")
            return server
        }
        var server = try office("0", "0")
        let address = try word(after: "baton --direct-line ", in: server.output)
        let hub = try word(after: "baton agent --hub ", in: server.output)
        func desk() throws -> PseudoTerminal {
            let desk = try startChat(
                ["agent", "--name", "Dana", "--hub", hub, "--capacity", "1"],
                home: home,
                environment: secret,
                rows: 200
            )
            try desk.wait(for: "── signed in as Dana")
            return desk
        }
        var dana = try desk()
        let users = try ["Maria", "Sam", "Tom"].map { name in
            let chat = try startChat(["--direct-line", address, "--user-name", name], home: home, rows: 200)
            try chat.wait(for: "[4] Talk to a person")
            chat.enter("I want to talk to a person about my credit card")
            if name == "Maria" {
                try dana.wait(for: "── rings · Maria")
                dana.enter("/accept")
                try chat.wait(for: "Dana>")
            } else {
                try chat.wait(for: "── queued · position")
            }
            return chat
        }
        let (maria, sam, tom) = (users[0], users[1], users[2])
        dana.enter("/note her limit is 2000")
        try dana.wait(for: "── note for colleagues")
        maria.enter("It was declined in Oslo")
        try dana.wait(for: "Maria     It was declined in Oslo")
        sam.enter("said while waiting")
        try sam.wait(for: "you       said while waiting")

        server.signal(SIGKILL)
        _ = try server.waitForExit()
        let ports = [address, hub].map { String($0.split(separator: ":").last ?? "0") }
        server = try office(ports[0], ports[1])
        for user in users { try user.wait(for: "Connected again.") }
        try maria.wait(for: "The connection to Dana is broken.")
        maria.enter("are you there?")

        dana = try desk()
        try dana.wait(for: "are you there?")
        dana.enter("/brief")
        try dana.wait(for: "her limit is 2000")
        dana.enter("Here I am again")
        try maria.wait(for: "Dana      Here I am again")
        dana.enter("/end")
        try maria.wait(for: "── completed")
        // Who came first is first.
        try dana.wait(for: "── rings · Sam")
        #expect(dana.screen.count(of: "rings · Tom") == 0)
        dana.enter("/accept")
        try sam.wait(for: "Dana>")
        try dana.wait(for: "said while waiting")
        dana.enter("/end")
        try dana.wait(for: "── rings · Tom")
        #expect(maria.screen.count(of: "you       It was declined in Oslo") == 1)
        withExtendedLifetime((server, tom)) {}
    }

    private func conversation(in path: String, _ home: TemporaryFolder, _ number: Int) throws -> String {
        let saved = try JSONValue(parsing: try home.read("\(number).transcript"))
        return try #require(saved.array?.lazy.compactMap { $0["conversation"]?["id"]?.string }.first)
    }
}
