import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the real program lets out: secrets, files and conversations.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct PrivacyTests {
    private func run(
        _ arguments: [String],
        home: TemporaryFolder,
        environment: [String: String] = [:],
        input: String = ""
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let program = try PipedProgram(arguments, environment: baseEnvironment(home: home).merging(environment) { $1 })
        program.send(input)
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test(arguments: [
        ["--direct-line", "http://192.0.2.1:3000"], ["--token-endpoint", "http://192.0.2.1/token?key=s3cr3t-1"],
        ["agent", "--hub", "http://192.0.2.1:4001"], ["serve", "--direct-line", "http://192.0.2.1:3000"],
        ["transcript", "replay", "--direct-line", "http://192.0.2.1:3000", "TALK"],
    ])
    func `no secret goes to another machine over http, and the option that allows it is named`(
        arguments: [String]
    ) throws {
        let home = try TemporaryFolder()
        try home.write(#"[{"type":"message","text":"hi","from":{"id":"u","role":"user"}}]"#, to: "talk.transcript")
        let arguments = arguments.map { $0 == "TALK" ? home.file("talk.transcript") : $0 }
        let secrets = ["DIRECTLINE_SECRET": "s3cr3t-1", "BATON_AGENT_SECRET": "s3cr3t-1"]
        let program = [try BuiltProducts.executable("baton")] + arguments
        let result = try run(program, home: home, environment: secrets, input: "hi\n")
        #expect(result.exit != .code(0))
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("192.0.2.1") == true && lines.first?.contains("--allow-http") == true)
        #expect(!result.output.contains("s3cr3t"))
    }

    @Test func `a secret file that others can read is refused as ssh refuses a key`() throws {
        let home = try TemporaryFolder()
        try home.write("s3cr3t-1\n", to: "secret")
        let arguments = [
            try BuiltProducts.executable("baton"), "--direct-line", "http://127.0.0.1:1", "--secret-file",
            home.file("secret"),
        ]
        for open in [0o644, 0o640, 0o604, 0o620] as [mode_t] {
            chmod(home.file("secret"), open)
            let result = try run(arguments, home: home, input: "hi\n")
            #expect(result.exit == .code(1))
            let words = "(mode 0\(String(open, radix: 8))); run: chmod 600 \(home.file("secret"))"
            #expect(result.output.contains(words), "\(result.output)")
            #expect(!result.output.contains("s3cr3t"))
        }
        chmod(home.file("secret"), 0o600)
        #expect(try run(arguments, home: home, input: "hi\n").output.contains("127.0.0.1:1"))
    }

    @Test func `what is saved and recorded is the person's alone, whatever the umask`() throws {
        let home = try TemporaryFolder()
        let baton = try BuiltProducts.executable("baton")
        for mask in ["000", "022", "077"] {
            let script = "umask \(mask); exec '\(baton)' --plain --record '\(home.file("record-\(mask).transcript"))'"
            let input = "opening hours\n/save \(home.file("save-\(mask).transcript"))\n"
            let result = try run(["/bin/sh", "-c", script], home: home, input: input)
            #expect(result.exit == .code(0), "\(result.output)")
            #expect(mode(home.file("record-\(mask).transcript")) == 0o600)
            #expect(mode(home.file("save-\(mask).transcript")) == 0o600)
        }
    }

    @Test func `an editor gets no secret, not even that of a profile which is not used`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder(".config")
        try home.makeFolder(".config/baton")
        try home.write(
            #"{"profiles":{"shop":{"directLine":"https://x.test","secretEnvironment":"SHOP"}}}"#,
            to: ".config/baton/config.json"
        )
        let editor = try home.writeProgram("env > '\(home.file("told"))'; echo edited > \"$1\"", to: "editor")
        let secrets = ["SHOP", "DIRECTLINE_SECRET", "DIRECTLINE_TOKEN", "BATON_SECRET", "BATON_AGENT_SECRET"]
        var environment = Dictionary(uniqueKeysWithValues: secrets.map { ($0, "s3cr3t-\($0)") })
        environment["VISUAL"] = editor
        environment["HARMLESS"] = "here"
        let chat = try startChat(home: home, environment: environment)
        try chat.wait(for: "[4]")
        chat.send("\u{18}\u{05}")
        try chat.waitForDraft("bot> edited")
        let told = String(decoding: try home.read("told"), as: UTF8.self)
        #expect(told.contains("HARMLESS=here"))
        #expect(!told.contains("s3cr3t"))
    }

    // MARK: - Nobody takes the output

    /// Runs the program with its output in a pipe that closes after a line, and tells how it ended.
    private func outcome(
        _ arguments: String,
        into reader: String = "| head -n 1",
        _ home: TemporaryFolder
    ) throws -> String {
        let baton = try BuiltProducts.executable("baton")
        let script = "{ '\(baton)' \(arguments) 2>/dev/null; echo \"ended with $?\" >&2; } \(reader)"
        // Its input stays open: only the loss of the output can end it.
        let program = try PipedProgram(["/bin/sh", "-c", script], environment: baseEnvironment(home: home))
        program.send("hi\n")
        try program.wait(for: "ended with ")
        _ = try program.waitForExit()
        return String(program.output.split(separator: "\n").first { $0.hasPrefix("ended") } ?? "")
    }

    @Test(arguments: ["--json", "--plain", "serve"])
    func `a program whose output nobody reads any more ends`(arguments: String) throws {
        #expect(try outcome(arguments, try TemporaryFolder()) == "ended with 1")
    }

    @Test func `a server that has nothing to print ends, too`() throws {
        // The announcement is read whole; after that nothing is written that could fail.
        #expect(try outcome("serve --log none", into: "| head -n 6", try TemporaryFolder()) == "ended with 1")
    }

    @Test func `a script that waits for an answer does not wait when nobody reads it`() throws {
        let home = try TemporaryFolder()
        let baton = try BuiltProducts.executable("baton")
        // The input is over, and the handoff is not: it would be waited for.
        let script =
            "printf 'I want to talk to a person\\n' | { '\(baton)' --json --agent none --linger 1000 2>/dev/null; "
            + "echo \"ended with $?\" >&2; } | head -n 1"
        let program = try PipedProgram(["/bin/sh", "-c", script], environment: baseEnvironment(home: home))
        try program.wait(for: "ended with")
    }

    @Test(arguments: [
        "--json", "--plain", "serve", "agent", "transcript show TALK", "transcript show --json TALK",
        "transcript check TALK", "transcript stats TALK", "transcript grep hi TALK", "transcript diff TALK TALK",
        "transcript convert TALK --to html", "transcript list --json",
    ])
    func `a program without an output, or with a full one, fails at once`(arguments: String) throws {
        let home = try TemporaryFolder()
        try home.write(
            #"[{"type":"message","id":"1","text":"hi","from":{"id":"u","role":"user"}}]"#,
            to: "talk.transcript"
        )
        let arguments = arguments.replacing("TALK", with: "'\(home.file("talk.transcript"))'")
        #expect(try outcome(arguments, into: "", home, output: ">&-") == "ended with 1")
        // What has nothing to say loses nothing, and a server outlives a full disk behind its log.
        guard !arguments.contains("list"), arguments != "serve" else { return }
        #expect(try outcome(arguments, into: "", home, output: ">/dev/full") != "ended with 0")
    }

    private func outcome(
        _ arguments: String,
        into reader: String,
        _ home: TemporaryFolder,
        output: String
    ) throws -> String { try outcome(arguments + " " + output, into: reader, home) }
}
