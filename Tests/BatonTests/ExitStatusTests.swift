import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// With which status the real program ends: a case for each row of the table.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ExitStatusTests {
    private func run(shell script: String) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let home = try TemporaryFolder()
        let baton = try BuiltProducts.executable("baton")
        let program = try PipedProgram(
            ["/bin/sh", "-c", script.replacing("baton", with: "'\(baton)'")],
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    @Test func `0: all was done`() throws {
        #expect(try runBaton(["--json"], input: "opening hours\n").exit == .code(0))
    }

    @Test func `1: no conversation was opened`() throws {
        let result = try runBaton(["--json", "--direct-line", "http://127.0.0.1:1"], input: "hi\n")
        #expect(result.exit == .code(1))
        #expect(result.output.contains("127.0.0.1:1"))
    }

    @Test func `1: a bot that is not running is told before the first line, by its own address`() throws {
        let result = try runBaton(["--json", "--bot", "http://127.0.0.1:1/api/messages"], input: "hi\n")
        #expect(result.exit == .code(1))
        let failures = result.output.split(separator: "\n").filter { $0.contains(#""level":"error""#) }
        #expect(failures.first?.contains("The bot was not told that you are here") == true, "\(result.output)")
        #expect(failures.dropFirst().contains { $0.contains("“hi” was not answered") }, "\(result.output)")
        #expect(failures.allSatisfy { $0.contains("http://127.0.0.1:1/api/messages") }, "\(failures)")
    }

    @Test func `1: the output cannot be written, which is told`() throws {
        let result = try run(shell: "printf 'opening hours\\n' | baton --json 2>&1 >/dev/full")
        #expect(result.exit == .code(1))
        #expect(result.output.contains("cannot write the output: No space left on device"), "\(result.output)")
    }

    @Test func `1: of two transcripts something differs; 2: one of them cannot be read`() throws {
        let one = #"[{"type":"message","text":"one","from":{"id":"u","role":"user"}}]"#
        let write = "printf '%s' '\(one)' >a.json; printf '%s' '\(one.replacing("one", with: "two"))' >b.json; "
        let inFolder = "cd $(mktemp -d) && " + write
        #expect(try run(shell: inFolder + "baton transcript diff a.json a.json").exit == .code(0))
        #expect(try run(shell: inFolder + "baton transcript diff a.json b.json").exit == .code(1))
        #expect(try run(shell: inFolder + "baton transcript diff a.json none.json 2>&1").exit == .code(2))
    }

    @Test(arguments: ["auto", "polling"])
    func `3: a line got no answer`(transport: String) async throws {
        let bot = RecordingBot { activity in
            activity.text == "silence, please" ? [] : [.message("You said \(activity.text ?? "")")]
        }
        try await withServer(of: bot) { address in
            let result = try runBaton(
                ["--json", "--direct-line", address, "--answer-within", "1", "--transport", transport],
                input: "hello\nsilence, please\nhello again\n",
                environment: ["DIRECTLINE_SECRET": "test-secret"]
            )
            #expect(result.exit == .code(3))
            #expect(result.output.contains("No answer to “silence, please” within 1 s."), "\(result.output)")
            #expect(result.output.contains("You said hello again"))
        }
    }

    @Test func `0: a conversation with a service is recorded, and the recording says so`() async throws {
        let bot = RecordingBot { activity in [.message("You said \(activity.text ?? "")")] }
        try await withServer(of: bot) { address in
            let folder = try TemporaryFolder()
            let file = folder.file("talk.transcript")
            let result = try runBaton(
                ["--json", "--direct-line", address, "--record", file],
                input: "hello\n",
                environment: ["DIRECTLINE_SECRET": "test-secret"]
            )
            #expect(result.exit == .code(0), "\(result.output)")
            let recorded = try JSONValue(parsing: String(decoding: folder.read("talk.transcript"), as: UTF8.self))
            #expect(recorded[0]?["name"] == "baton.recording" && recorded[0]?["value"] == ["service": true])
            // What Baton recorded is compared member by member.
            var more = recorded.array ?? []
            let last = try #require(more.popLast()?.object)
            more.append(.object(JSONObject(entries: last.entries + [JSONObject.Entry(key: "speak", value: "Hello")])))
            try folder.write(JSONValue.array(more).compactText, to: "more.transcript")
            let longer = folder.file("more.transcript")
            #expect(try runBaton(["transcript", "diff", file, longer], input: "").exit == .code(1))
            #expect(
                try runBaton(["transcript", "diff", "--compare", "expected", file, longer], input: "").exit == .code(0)
            )
        }
    }

    @Test func `3: no user came to an agent's script`() throws {
        let home = try TemporaryFolder()
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent", "desk"],
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops")
        let agent = try PipedProgram(
            [BuiltProducts.executable("baton"), "agent", "--linger", "1"],
            environment: baseEnvironment(home: home)
        )
        agent.send("/accept\nhello\n")
        agent.closeInput()
        #expect(try agent.waitForExit() == .code(3))
        #expect(agent.output.contains("Nothing came within 1 s for “/accept”."), "\(agent.output)")
        server.signal(SIGTERM)
        _ = try server.waitForExit()
    }

    @Test func `the help names them all`() throws {
        let help = try runBaton(["--help"], input: "").output
        let row = "Exit status: 0 done, 1 not delivered, 2 unusable, 3 no answer, 64 wrong use."
        #expect(help.contains(row), "\(help)")
    }

    @Test func `1: an agent at an address for users, and a user at one for agents, are told so`() throws {
        let home = try TemporaryFolder()
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent", "desk"],
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops")
        func address(after words: String) throws -> String {
            let range = try #require(server.output.firstRange(of: words), "\(server.output)")
            return String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
        }
        func run(_ arguments: [String], _ input: String) throws -> (output: String, exit: PseudoTerminal.Exit) {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton")] + arguments,
                environment: baseEnvironment(home: home)
            )
            program.send(input)
            program.closeInput()
            let exit = try program.waitForExit()
            return (program.output, exit)
        }
        let agent = try run(["agent", "--hub", try address(after: "--direct-line ")], "/accept\n")
        #expect(agent.exit == .code(1))
        #expect(agent.output.contains("No hub signs you in here: this is an address for users."), "\(agent.output)")
        let user = try run(["--plain", "--direct-line", try address(after: "--hub ")], "hello\n")
        #expect(user.exit == .code(1))
        #expect(user.output.contains("this is a hub's address for agents"), "\(user.output)")
        server.signal(SIGTERM)
        _ = try server.waitForExit()
    }

    @Test func `64: wrong use`() throws {
        #expect(try runBaton(["--nonsense"], input: "").exit == .code(64))
        #expect(try runBaton(["--answer-within", "-1"], input: "").exit == .code(64))
        #expect(try runBaton(["--bot", "127.0.0.1:9"], input: "").exit == .code(64))
        #expect(try runBaton(["agent", "--hub", "127.0.0.1:9"], input: "").exit == .code(64))
    }
}
