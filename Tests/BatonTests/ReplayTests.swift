import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A chat that is recorded and replayed, with the real program at both ends.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ReplayTests {
    private func run(
        _ arguments: [String],
        input: String = "",
        home: TemporaryFolder
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.send(input)
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    /// Records a chat that goes through a whole handoff and back.
    private func record(_ options: [String] = [], home: TemporaryFolder) throws -> String {
        let path = home.file("talk.transcript")
        let lines = "opening hours\nI want to talk to a person about my credit card\nIt was declined\nThank you\nbye\n"
        let arguments = ["--plain", "--agent-pace", "20", "--record", path] + options
        #expect(try run(arguments, input: lines, home: home).exit == .code(0))
        return path
    }

    @Test(arguments: [[], ["--dialect", "three-events"], ["--fault", "queue-full"]])
    func `a chat that was recorded passes unchanged`(options: [String]) throws {
        let home = try TemporaryFolder()
        let path = try record(options, home: home)
        let report = home.file("report.xml")
        let replay = try run(["transcript", "replay", path, "--report", "junit:\(report)"], home: home)
        #expect(replay.exit == .code(0), "\(replay.output)")
        #expect(replay.output.contains("as recorded · 5 turns · handoff requested → "))
        #expect(String(decoding: try home.read("report.xml"), as: UTF8.self).contains("failures=\"0\" errors=\"0\""))
    }

    @Test func `what another program could have recorded passes by what it holds`() throws {
        let home = try TemporaryFolder()
        let path = try record(["--seed", "7"], home: home)
        let (chat, talk) = (home.file("talk.chat"), home.file("other.json"))
        #expect(try run(["transcript", "convert", path, "-o", chat], home: home).exit == .code(0))
        // Such a file does not know of the agents, who are chosen as they were.
        let pace = ["--agent-pace", "20", "--seed", "7"]
        let mock = try run(["transcript", "replay", chat] + pace, home: home)
        #expect(mock.exit == .code(0) && mock.output.contains("as recorded · 5 turns"), "\(mock.output)")
        // A recorder that keeps words, speakers and nothing else.
        let recorded = try JSONValue(parsing: String(decoding: home.read("talk.transcript"), as: UTF8.self)).array ?? []
        let kept = recorded.compactMap { entry -> JSONValue? in
            guard entry["type"] == "message", let text = entry["text"], let role = entry["from"]?["role"] else {
                return nil
            }
            return ["type": "message", "text": text, "from": ["role": role]]
        }
        try home.write(JSONValue.array(kept).compactText, to: "other.json")
        #expect(try run(["transcript", "replay", talk] + pace, home: home).exit == .code(0))
        let exact = try run(["transcript", "replay", talk, "--compare", "exact"] + pace, home: home)
        #expect(exact.exit == .code(1), "\(exact.output)")
        #expect(
            exact.output.contains("5 of 5 turns differ, and what comes before the user speaks differs"),
            "\(exact.output)"
        )
    }

    @Test func `a changed answer fails so that a newcomer understands, and can be accepted`() throws {
        let home = try TemporaryFolder()
        let path = try record(home: home)
        let recorded = String(decoding: try home.read("talk.transcript"), as: UTF8.self)
        // The file expects what the bot says no more; a greeting is marked and may differ.
        let changed = recorded.replacing("Monday to Friday", with: "Monday to Thursday")
            .replacing("Hello! I'm Robin, the assistant of", with: "Hello! I'm <*>, the <(assistant|helper)> of")
        try home.write(changed, to: "talk.transcript")
        let replay = try run(["transcript", "replay", "--plain", path], home: home)
        #expect(replay.exit == .code(1))
        let output = replay.output.replacing(home.path + "/", with: "")
            .replacing(#/"va_ConversationId":"[^"…]*/#, with: #""va_ConversationId":"ID"#)
        try Golden.expect(output, equals: "replay-changed-answer.txt")

        let update = try run(["transcript", "replay", "--update", path], home: home)
        #expect(update.exit == .code(0) && update.output.contains("talk.transcript: updated"))
        let accepted = String(decoding: try home.read("talk.transcript"), as: UTF8.self)
        #expect(accepted == changed.replacing("Monday to Thursday", with: "Monday to Friday"))
        #expect(try run(["transcript", "replay", path], home: home).exit == .code(0))
    }

    @Test func `what cannot be replayed is told by 2`() throws {
        let home = try TemporaryFolder()
        #expect(try run(["transcript", "replay", "no-such-file"], home: home).exit == .code(2))
        let silent = #"[{"type":"message","text":"Hello","from":{"role":"bot"}}]"#
        let nothing = try run(["transcript", "replay", "-"], input: silent, home: home)
        #expect(nothing.exit == .code(2) && nothing.output.contains("the user says nothing in it"))
        let talk = #"[{"type":"message","text":"Hello","from":{"role":"user"}}]"#
        let report = home.file("report.tap")
        let nobody = ["--direct-line", "http://127.0.0.1:1", "--report", "tap:\(report)", "--json"]
        let unreachable = try run(["transcript", "replay", "-"] + nobody, input: talk, home: home)
        #expect(unreachable.exit == .code(2), "\(unreachable.output)")
        #expect(try JSONValue(parsing: unreachable.output)["error"] != nil)
        #expect(String(decoding: try home.read("report.tap"), as: UTF8.self).contains("not ok 1 - standard input"))
    }
}
