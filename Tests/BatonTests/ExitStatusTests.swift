import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// With which status the real program ends: a case for each row of the table.
@Suite(.serialized, .timeLimit(.minutes(5)))
@MainActor  // Waits for programs without suspending, which must not hold up the threads of other tests.
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

    @Test func `64: wrong use`() throws {
        #expect(try runBaton(["--nonsense"], input: "").exit == .code(64))
        #expect(try runBaton(["--answer-within", "-1"], input: "").exit == .code(64))
        #expect(try runBaton(["--bot", "127.0.0.1:9"], input: "").exit == .code(64))
        #expect(try runBaton(["agent", "--hub", "127.0.0.1:9"], input: "").exit == .code(64))
    }
}
