import BotSchema
import TestSupport
import Testing

/// Files, traces, faults and resumption with the real program on pipes.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ServiceSessionTests {
    private func run(
        _ arguments: [String],
        input: [String],
        home: TemporaryFolder,
        environment: [String: String] = [:]
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home).merging(environment) { $1 }
        )
        program.send(input.map { $0 + "\n" }.joined())
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    private func serve(
        _ arguments: [String] = [],
        home: TemporaryFolder,
        secret: String
    ) throws -> (program: PipedProgram, address: String) {
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve"] + arguments,
            environment: baseEnvironment(home: home).merging(["BATON_SECRET": secret]) { $1 }
        )
        try server.wait(for: "Ctrl-C stops the server.")
        let range = try #require(server.output.firstRange(of: "baton --direct-line "))
        return (server, String(server.output[range.upperBound...].prefix { !$0.isWhitespace }))
    }

    @Test func `a file goes up, is listed, and comes down as it was`() throws {
        let home = try TemporaryFolder()
        try home.write("seven bytes and more\n", to: "a file.txt")
        let (up, down) = (home.file("a file.txt"), home.file("down.txt"))
        let input = ["/attach \"\(up)\"", "/open", "/open 1 \(down)", "/open 1 \(down)", "/open 9"]
        let result = try run(["--plain"], input: input, home: home)
        #expect(result.output.contains("you: (attached a file.txt)"), "\(result.output)")
        #expect(result.output.contains("a file.txt · text/plain"), "\(result.output)")
        #expect(try home.read("down.txt") == Array("seven bytes and more\n".utf8))
        // What is there is never written over.
        #expect(result.output.contains("down.txt cannot be written"))
        #expect(result.output.contains("There is no file 9: the conversation has 1."))
    }

    @Test func `a file that is not there is one line, and the chat goes on`() throws {
        let home = try TemporaryFolder()
        let result = try run(["--plain"], input: ["/attach /nowhere/at/all", "opening hours"], home: home)
        #expect(result.output.contains("was not delivered: /nowhere/at/all:"), "\(result.output)")
        #expect(result.output.contains("We are open"))
        #expect(result.exit == .code(1))
    }

    @Test func `a trace that its file does not take is told in one line and by the exit code`() throws {
        let home = try TemporaryFolder()
        let arguments = [try BuiltProducts.executable("baton"), "--plain", "--trace", "/dev/full"]
        let program = try PipedProgram(
            ["/bin/sh", "-c", #"exec "$@" 2> "$ERRORS""#, "sh"] + arguments,
            environment: baseEnvironment(home: home).merging(["ERRORS": home.file("errors")]) { $1 }
        )
        program.send("opening hours\n")
        program.closeInput()
        let exit = try program.waitForExit()
        #expect(exit == .code(1))
        #expect(program.output.contains("We are open"))
        #expect(!program.output.contains("/dev/full"))
        let told = String(decoding: try home.read("errors"), as: UTF8.self).split(separator: "\n")
        #expect(told.count == 1 && told[0].contains("/dev/full cannot be written: No space left on device"), "\(told)")
        // Lines of JSON hold failures too.
        let json = try run(["--json", "--trace", "/dev/full"], input: ["opening hours"], home: home)
        #expect(json.exit == .code(1))
        #expect(json.output.split(separator: "\n").count { $0.contains("/dev/full cannot be written") } == 1)
    }

    @Test func `a trace has every request, answer and frame, and no secret`() throws {
        let home = try TemporaryFolder()
        let (server, address) = try serve(home: home, secret: "hush-hush-secret")
        let result = try run(
            ["--plain", "--direct-line", address, "--trace", home.file("trace.jsonl")],
            input: ["opening hours"],
            home: home,
            environment: ["DIRECTLINE_SECRET": "hush-hush-secret"]
        )
        #expect(result.exit == .code(0))
        let text = String(decoding: try home.read("trace.jsonl"), as: UTF8.self)
        #expect(!text.contains("hush-hush-secret"))
        let entries = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let kinds = Set(entries.compactMap { $0["kind"]?.string })
        #expect(kinds.isSuperset(of: ["request", "response", "socket", "frame"]))
        #expect(entries.contains { $0["body"]?["text"] == "opening hours" })
        #expect(entries.allSatisfy { $0["time"]?.string != nil })
        #expect(!text.contains("&t=e") && !text.contains("?t=e"))
        withExtendedLifetime(server) {}
    }

    @Test func `a fault of the server is asked for in the chat, and the chat copes`() throws {
        let home = try TemporaryFolder()
        let result = try run(
            ["--plain"],
            input: [
                "/fault nonsense", "/fault socket-drop:1", "/fault", "opening hours", "/fault clear", "order status",
            ],
            home: home
        )
        #expect(result.exit == .code(0), "\(result.output)")
        #expect(result.output.contains("there is no such fault; known are token-expires"))
        #expect(result.output.contains("socket-drop:1"))
        #expect(result.output.contains("Resuming the connection"))
        #expect(result.output.components(of: "We are open") == 1)
        #expect(result.output.contains("Nothing goes wrong on purpose."))
    }

    @Test func `the chat finds its way back to a server that restarts, and waits for slow answers`() throws {
        let home = try TemporaryFolder()
        let result = try run(
            ["--plain", "--fault", "slow-body:300"],
            input: ["opening hours", "/fault restart:1", "order status", "/fault slow-body:300", "talk to a person"],
            home: home
        )
        #expect(result.exit == .code(0), "\(result.output)")
        // It has happened by then, and is told all the same.
        #expect(result.output.contains("restart:1"))
        #expect(!result.output.contains("Nothing goes wrong on purpose."))
        #expect(result.output.contains("Resuming the connection"))
        #expect(result.output.components(of: "We are open") == 1)
        #expect(result.output.components(of: "you: order status") == 1)
    }

    @Test func `yesterday's conversation goes on, with the lines that were missed`() throws {
        let home = try TemporaryFolder()
        let (server, address) = try serve(home: home, secret: "s3cr3t-of-users")
        let environment = ["DIRECTLINE_SECRET": "s3cr3t-of-users"]
        let options = ["--json", "--direct-line", address]
        let none = try run(options + ["--resume"], input: [], home: home, environment: environment)
        #expect(none.exit == .code(1))
        #expect(none.output.contains("no conversation with"))
        let first = try run(options, input: ["opening hours"], home: home, environment: environment)
        let second = try run(
            options + ["--resume", "last"],
            input: ["order status"],
            home: home,
            environment: environment
        )
        #expect(second.exit == .code(0), "\(second.output)")
        func conversations(_ output: String) throws -> Set<String> {
            Set(
                try output.split(separator: "\n").compactMap {
                    try JSONValue(parsing: String($0))["activity"]?["conversation"]?["id"]?.string
                }
            )
        }
        #expect(try conversations(first.output) == conversations(second.output))
        // What was seen is not shown again.
        #expect(!second.output.contains("We are open"))
        let ids = try conversations(first.output)
        let id = try #require(ids.first)
        let third = try run(options + ["--resume", id], input: ["/status"], home: home, environment: environment)
        #expect(third.output.contains(id))
        let wrong = try run(["--plain", "--resume"], input: [], home: home)
        #expect(wrong.output.contains("--resume needs a service"))
        let stray = try run(["--plain", "srve"], input: [], home: home)
        #expect(stray.exit == .code(64))
        #expect(stray.output.contains("“srve” is no command of baton"))
        withExtendedLifetime(server) {}
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
