import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The real program on pipes: what a script gets.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct PipedSessionTests {
    private func objects(_ output: String) throws -> [JSONValue] {
        try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func `a script plays a handoff from request to return, each state once`() throws {
        let result = try runBaton(
            ["--json", "--agent-pace", "8"],
            input: "hi\nI want to talk to a person about my credit card\n"
        )
        #expect(result.exit == .code(0))
        let lines = try objects(result.output)
        let states = lines.filter { $0["kind"] == "handoff" }.compactMap { $0["state"]?.string }
        #expect(states.first == "requested")
        #expect(states.filter { $0 != "queued" }.count == 3)
        #expect(states.dropLast().last == "live")
        #expect(["bot", "ended"].contains(states.last))
        let agent = lines.filter { $0["activity"]?["from"]?["name"] == "Ana" && $0["activity"]?["type"] == "message" }
        #expect(!agent.isEmpty)
        // Both lines were answered, the second before any agent was there.
        #expect(lines.filter { $0["kind"] == "latency" && $0["milliseconds"]?.int != nil }.count == 2)
        let ids = lines.compactMap { $0["activity"] }.filter { $0["type"] == "message" }.compactMap { $0["id"]?.string }
        #expect(Set(ids).count == ids.count)
        let live = try #require(lines.firstIndex { $0["state"] == "live" })
        let back = try #require(lines.lastIndex { $0["kind"] == "handoff" })
        #expect(lines[live..<back].contains { $0["activity"]?["from"]?["name"] == "Ana" })
    }

    @Test func `plain output has no escape and no drawing`() throws {
        let result = try runBaton(["--plain"], input: "opening hours\n")
        #expect(result.exit == .code(0))
        #expect(!result.output.contains("\u{1b}"))
        #expect(!result.output.contains("─"))
        #expect(result.output.contains("you: opening hours"))
    }

    @Test func `polling tells the same story`() throws {
        let result = try runBaton(["--json", "--transport", "polling"], input: "opening hours\n")
        #expect(result.exit == .code(0))
        let texts = try objects(result.output).compactMap { $0["activity"]?["text"]?.string }
        #expect(texts.contains("opening hours"))
        #expect(texts.count >= 3)
    }

    @Test(arguments: [
        (["--direct-line", "nonsense"], "--direct-line"),
        (["--direct-line", "http://127.0.0.1:1"], "127.0.0.1:1"),
        (["--bot", "ftp://example.org"], "--bot"),
        (["--bot", "http://127.0.0.1:1/api/messages", "--token-endpoint", "http://x"], "not several"),
        (["--secret-file", "/nonexistent", "--direct-line", "http://127.0.0.1:1"], "/nonexistent"),
    ])
    func `a wrong address or credential is one clear line and a failure`(arguments: [String], hint: String) throws {
        let result = try runBaton(arguments, input: "hi\n")
        #expect(result.exit != .code(0))
        #expect(result.output.contains(hint), "\(result.output)")
    }

    @Test func `a bot that nobody runs is named, and the exit code tells`() throws {
        let result = try runBaton(["--bot", "http://127.0.0.1:1/api/messages"], input: "hi\n")
        #expect(result.exit == .code(1))
        #expect(result.output.contains("http://127.0.0.1:1/api/messages"))
    }

    @Test func `who finds no free agent waits in the queue, at a position`() throws {
        let home = try TemporaryFolder()
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve"],
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops")
        let url = try #require(server.output.split(separator: "\n").first?.split(separator: " ").last)
        let client = [try BuiltProducts.executable("baton"), "--json", "--direct-line", String(url)]
        let first = try PipedProgram(client, environment: baseEnvironment(home: home))
        first.send("a person for my credit card, please\n")
        try first.wait(for: #""state":"live""#)

        let second = try PipedProgram(client, environment: baseEnvironment(home: home))
        second.send("a person for my credit card, please\n")
        try second.wait(for: #""state":"queued""#)
        #expect(second.output.contains(#""position":1"#))
        #expect(!second.output.contains(#""state":"live""#))

        first.send("thanks, that is all\n")
        try first.wait(for: #""state":"ended""#)
        try second.wait(for: #""state":"live""#)
    }

    @Test func `a port that is taken is named`() throws {
        let home = try TemporaryFolder()
        let program = try BuiltProducts.executable("baton")
        let first = try PipedProgram([program, "serve"], environment: baseEnvironment(home: home))
        try first.wait(for: "Ctrl-C stops")
        let url = try #require(first.output.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)/))
        let second = try PipedProgram(
            [program, "serve", "--port", String(url.1)],
            environment: baseEnvironment(home: home)
        )
        #expect(try second.waitForExit() == .code(1))
        #expect(second.output.contains("port \(url.1) on 127.0.0.1 is already in use"))
        kill(first.process, SIGTERM)
        #expect(try first.waitForExit() == .code(0))
    }

    @Test func `a secret admits, and a wrong one is refused in one line without it`() throws {
        let home = try TemporaryFolder()
        let program = try BuiltProducts.executable("baton")
        let environment = baseEnvironment(home: home)
        let server = try PipedProgram(
            [program, "serve"],
            environment: environment.merging(["DIRECTLINE_SECRET": "right-1"]) { $1 }
        )
        try server.wait(for: "Ctrl-C stops")
        let url = String(try #require(server.output.split(separator: "\n").first?.split(separator: " ").last))
        let right = try runBaton(["--direct-line", url], input: "hi\n", environment: ["DIRECTLINE_SECRET": "right-1"])
        #expect(right.exit == .code(0))
        let wrong = try runBaton(["--direct-line", url], input: "hi\n", environment: ["DIRECTLINE_SECRET": "wrong-1"])
        #expect(wrong.exit == .code(1))
        #expect(wrong.output.split(separator: "\n").count == 1)
        #expect(!wrong.output.contains("wrong-1"))
        try home.write("right-1\n", to: "secret")
        chmod(home.file("secret"), 0o600)
        let file = try runBaton(["--direct-line", url, "--secret-file", home.file("secret")], input: "hi\n")
        #expect(file.exit == .code(0))
        #expect(!(server.output + right.output).contains("right-1"))
    }

    @Test func `a bot behind another Direct Line service hands over to our hub`() throws {
        let home = try TemporaryFolder()
        let program = try BuiltProducts.executable("baton")
        let environment = baseEnvironment(home: home)
        let service = try PipedProgram([program, "serve", "--agent", "none"], environment: environment)
        try service.wait(for: "Ctrl-C stops")
        let upstream = String(try #require(service.output.split(separator: "\n").first?.split(separator: " ").last))
        let front = try PipedProgram(
            [program, "serve", "--direct-line", upstream, "--agent-pace", "8"],
            environment: environment
        )
        try front.wait(for: "Ctrl-C stops")
        let url = String(try #require(front.output.split(separator: "\n").first?.split(separator: " ").last))
        let result = try runBaton(
            ["--json", "--direct-line", url],
            input: "opening hours\na person for my credit card, please\nthanks, that is all\n"
        )
        #expect(result.exit == .code(0))
        let lines = try objects(result.output)
        let texts = lines.compactMap { $0["activity"]?["text"]?.string }
        #expect(texts.filter { $0.hasPrefix("We are open") }.count == 1)
        let states = lines.filter { $0["kind"] == "handoff" }.compactMap { $0["state"]?.string }
        #expect(states == ["requested", "live", "ended"])
    }

    @Test(arguments: [[], ["agent"]])
    func `a record that cannot be written is told before anything is said`(command: [String]) throws {
        let home = try TemporaryFolder()
        try home.makeFolder("folder")
        try home.write("my notes", to: "notes.json")
        for (path, reason) in [
            ("no/talk.json", "no such file or folder"), ("folder", "it is a folder"),
            ("notes.json", "what is there is no transcript, and stays; take another name"),
        ] {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton")] + command + ["--record", home.file(path)],
                environment: baseEnvironment(home: home)
            )
            #expect(try program.waitForExit() == .code(1))
            #expect(program.output == "--record: \(home.file(path)): cannot write: \(reason)\n")
        }
        #expect(!home.names.contains { $0.hasSuffix(".tmp") })
    }

    @Test func `a recording that is there stays unless it is forced, and a script's own file may be saved again`()
        throws
    {
        let home = try TemporaryFolder()
        let file = home.file("talk.transcript")
        func chat(_ more: [String], _ input: String) throws -> (output: String, exit: PseudoTerminal.Exit) {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton"), "--plain", "--agent", "none"] + more,
                environment: baseEnvironment(home: home)
            )
            program.send(input)
            program.closeInput()
            let exit = try program.waitForExit()
            return (program.output, exit)
        }
        #expect(try chat(["--record", file], "opening hours\n").exit == .code(0))
        let first = try home.read("talk.transcript")
        let refused = try chat(["--record", file], "credit card\n")
        #expect(refused.exit == .code(1))
        #expect(refused.output == "--record: \(file): is there already; --force replaces it\n")
        let unsaved = try chat([], "opening hours\n/save \(file)\n")
        #expect(unsaved.exit == .code(1) && unsaved.output.contains("is there already; --force replaces it"))
        #expect(try home.read("talk.transcript") == first)

        #expect(try chat(["--record", file, "--force"], "credit card\n").exit == .code(0))
        let second = try home.read("talk.transcript")
        #expect(second != first)
        let twice = try chat([], "opening hours\n/save --force \(file)\n/save \(file)\n")
        #expect(twice.exit == .code(0) && twice.output.split(separator: "\n").count { $0.hasPrefix("Saved ") } == 2)
        #expect(try home.read("talk.transcript") != second)
        let page = try chat(["--record", home.file("talk.html")], "")
        #expect(page.exit == .code(1) && page.output.contains(".html is no form that is written"), "\(page.output)")
    }

    @Test func `a script may ask for the faults and the settings`() throws {
        let result = try runBaton(["--plain"], input: "/fault help\n/set\n/theme\n/set title off\n")
        #expect(result.output.contains("socket-drop"), "\(result.output)")
        #expect(result.output.contains("bell") && result.output.contains("(now)"), "\(result.output)")
        #expect(result.output.contains("/set works at a terminal; a script has no screen and keeps nothing."))
    }

    @Test(arguments: [
        ["--bott", "http://127.0.0.1:9"], ["chat", "--bott=http://127.0.0.1:9"], ["--json", "--bott", "x"],
    ])
    func `a misspelt option is told with the nearest one, not its value`(arguments: [String]) throws {
        let result = try runBaton(arguments, input: "")
        #expect(result.exit == .code(64))
        #expect(result.output.contains("Unknown option '--bott'. Did you mean '--bot'?"), "\(result.output)")
    }

    @Test func `a script that is told to stop has its record written`() throws {
        let home = try TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--json", "--record", home.file("talk.transcript")],
            environment: baseEnvironment(home: home)
        )
        program.send("opening hours\n")
        try program.wait(for: "We are open")
        kill(program.process, SIGTERM)
        #expect(try program.waitForExit() == .code(1))
        let saved = try JSONValue(parsing: try home.read("talk.transcript"))
        #expect(saved.array?.contains { $0["text"] == "opening hours" } == true)
    }

    @Test(arguments: [
        ("no-agents", ["requested", "bot"], "No agent is online."),
        ("queue-full", ["requested", "bot"], "Too many"),
        ("out-of-hours", ["requested", "bot"], "closed"),
        ("completion-twice", ["requested", "live", "bot"], "hand you back"),
        ("status-unknown", ["requested", "live", "bot"], "parked"),
    ])
    func `a fault of the human side is seen, and the session goes on`(
        fault: String,
        states: [String],
        words: String
    ) throws {
        let result = try runBaton(
            ["--json", "--agent-pace", "20", "--fault", fault],
            input: "a person for my credit card, please\nopening hours\n"
        )
        #expect(result.exit == .code(0))
        let lines = try objects(result.output)
        let seen = lines.filter { $0["kind"] == "handoff" }.compactMap { $0["state"]?.string }
        #expect(seen.prefix(states.count) == states[...], "\(seen)")
        #expect(result.output.contains(words))
        #expect(result.output.contains("We are open") || states.contains("live"))
    }

    @Test func `the list of faults names each with what it does`() throws {
        let result = try runBaton(["--fault", "help"], input: "")
        #expect(result.exit == .code(0))
        #expect(result.output.contains("agent-vanishes"))
        #expect(result.output.contains("completion-twice"))
    }

    @Test func `a script whose journal cannot be written is told, unless none is wanted`() throws {
        let told = try runBaton(["--plain"], input: "bye\n", environment: ["HOME": "/proc"])
        #expect(told.exit == .code(0) && told.output.contains("the journal of this chat are not kept"))
        let silent = try runBaton(["--plain", "--no-record"], input: "bye\n", environment: ["HOME": "/proc"])
        #expect(silent.exit == .code(0) && !silent.output.contains("not kept"), "\(silent.output)")
    }
}
