import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `baton transcript` and its subcommands: what a script gets.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct TranscriptCommandTests {
    private static let talk = #"""
        [{"type":"message","text":"hi","timestamp":"2026-01-02T03:04:05Z","from":{"id":"u","role":"user"},"conversation":{"id":"c1"}},
        {"type":"message","text":"Hello\u001b[2J, your case is 17","timestamp":"2026-01-02T03:04:06Z","from":{"id":"b","name":"Robin","role":"bot"},"conversation":{"id":"c1"}},
        {"type":"message","text":"other","timestamp":"2026-01-02T03:04:01Z","from":{"id":"u","role":"user"},"conversation":{"id":"c2"}}]
        """#

    private func run(
        _ arguments: [String],
        input: String = talk,
        home: TemporaryFolder? = nil
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let home = try home ?? TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript"] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.send(input)
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    private func file(_ text: String, named name: String, in folder: TemporaryFolder) throws -> String {
        try file(text, named: name, in: folder.path)
    }

    private func file(_ text: String, named name: String, in folder: String) throws -> String {
        let path = "\(folder)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        return path
    }

    @Test func `show prints a conversation as the chat does, and no control character of its speakers`() throws {
        let result = try run(["show", "-"])
        #expect(result.exit == .code(0))
        #expect(result.output.contains("hi") && result.output.contains("Robin"))
        #expect(!result.output.contains("\u{1B}"))
        let lines = try run(["show", "--json", "-"]).output.split(separator: "\n")
        #expect(
            try lines.map { try JSONValue(parsing: String($0))["kind"]?.string } == [
                "activity", "activity", "activity",
            ]
        )
    }

    @Test func `stats counts each file and all together`() throws {
        let result = try run(["stats", "--json", "-"])
        #expect(result.exit == .code(0))
        let figures = try JSONValue(parsing: result.output)
        #expect(figures["userTurns"] == 2 && figures["handoffs"] == 0)
        #expect(figures["botLatency"]?["median"] == 1000)
    }

    @Test(arguments: [("case is", 0), ("nowhere", 1)])
    func `grep finds words and tells by its exit code`(pattern: String, code: Int32) throws {
        let result = try run(["grep", pattern, "-"])
        #expect(result.exit == .code(code))
        #expect(result.output.contains("standard input: activity 2, Robin: ") == (code == 0))
    }

    @Test func `grep tells a broken expression as wrong use and a missing file by 2`() throws {
        let broken = try run(["grep", "-E", "(", "-"])
        #expect(broken.exit == .code(64) && broken.output.contains("‘(’ is no regular expression"), "\(broken.output)")
        #expect(try run(["grep", "x", "no-such-file.json"]).exit == .code(2))
    }

    @Test(arguments: ["transcript", "attachment", "jsonl", "csv"])
    func `convert goes there and back`(form: String) throws {
        let there = try run(["convert", "-", "--to", form])
        #expect(there.exit == .code(0))
        let back = try run(["convert", "-", "--to", "transcript"], input: there.output)
        #expect(try JSONValue(parsing: back.output) == JSONValue(parsing: Self.talk))
    }

    @Test(arguments: ["convert", "merge"]) func `a name that tells a form which is not written is refused`(
        command: String
    ) throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/talk.foo"
        let refused = try run([command, "-", "-o", file])
        #expect(refused.exit == .code(64))
        #expect(refused.output.contains(".foo is no form that is written"), "\(refused.output)")
        #expect(try run([command, "-", "-o", file, "--to", "jsonl"]).exit == .code(0))
    }

    @Test func `convert writes a file once, and again only when forced`() throws {
        let folder = try TemporaryFolder()
        let page = "\(folder.path)/a.html"
        #expect(try run(["convert", "-", "-o", page]).exit == .code(0))
        #expect(try run(["convert", "-", "-o", page]).exit == .code(1))
        #expect(try run(["convert", "-", "-o", page, "--force"]).exit == .code(0))
    }

    @Test func `diff is 0 for the same, 1 for another answer and 2 for no file`() throws {
        let folder = try TemporaryFolder()
        let expected = try file(Self.talk.replacing("is 17", with: #"is <(\\d+)>"#), named: "a.transcript", in: folder)
        #expect(try run(["diff", expected, "-"]).exit == .code(0))
        let changed = try run(["diff", expected, "-"], input: Self.talk.replacing("is 17", with: "is lost"))
        #expect(changed.exit == .code(1))
        #expect(changed.output.contains("turn 1, after “hi”") && changed.output.contains("case is lost"))
        let json = try run(["diff", "--json", expected, "-"], input: Self.talk.replacing("is 17", with: "is lost"))
        #expect(try JSONValue(parsing: json.output)["equal"] == false)
        #expect(try run(["diff", expected, "no-such-file"]).exit == .code(2))
        let broken = try file(Self.talk.replacing("is 17", with: #"is <([)>"#), named: "b.transcript", in: folder)
        for command in [["diff", broken, "-"], ["replay", broken]] {
            let result = try run(command)
            #expect(result.exit == .code(64), "\(result.output)")
            #expect(result.output.contains("activity 2: “<([)>” is not a regular expression"), "\(result.output)")
        }
    }

    @Test func `split and merge take a file apart and put it together`() throws {
        let folder = try TemporaryFolder()
        let source = try file(Self.talk, named: "talks.json", in: folder)
        let parts = try run(["split", source, "-o", folder.path])
        #expect(parts.exit == .code(0))
        #expect(parts.output.contains("talks-1.transcript: 2 activities, c1"))
        let names = (1...2).map { "\(folder.path)/talks-\($0).transcript" }
        let whole = try run(["merge"] + names)
        #expect(try JSONValue(parsing: whole.output) == JSONValue(parsing: Self.talk))
        let sorted = try JSONValue(parsing: try run(["merge", "--sort"] + names).output)
        #expect(sorted[0]?["text"] == "other")
    }

    @Test func `a journal that was cut off is listed and recovered`() throws {
        let home = try TemporaryFolder()
        #expect(try run(["list"], home: home).exit == .code(0))
        #expect(try run(["recover"], home: home).exit == .code(1))
        let folder = "\(home.path)/.local/state/baton/journals"
        // Asking has made the folder.
        let journal =
            #"{"type":"trace","name":"baton.journal.start","timestamp":"2026-01-02T03:04:05.000Z","value":{"subject":"Robin"}}"#
        _ = try file(
            journal + "\n" + #"{"type":"message","text":"hi"}"# + "\n" + #"{"type":"mess"#,
            named: "a.jsonl",
            in: folder
        )
        let list = try run(["list"], home: home)
        #expect(list.output.contains("2026-01-02 03:04 · Robin · 1 activity · no handoff · cut off"))
        let recovered = try run(["recover"], home: home)
        #expect(recovered.exit == .code(0))
        #expect(
            recovered.output.contains(#""text": "hi""#) && recovered.output.contains("the file ends within this value")
        )
        #expect(!recovered.output.contains("baton.journal"))
    }

    @Test func `what is mended in a cut file is told, and a file that is none is an error`() throws {
        let folder = try TemporaryFolder()
        let cut = try file(String(Self.talk.dropLast(20)), named: "cut.json", in: folder)
        let shown = try run(["show", cut])
        #expect(shown.exit == .code(0))
        #expect(shown.output.contains("the file ends within this value"))
        #expect(try run(["show", "-"], input: "nonsense").exit == .code(1))
    }

    @Test func `what is masked can be restored with the key alone, which is its owner's`() throws {
        let folder = try TemporaryFolder()
        let talk = Self.talk.replacing("is 17", with: "is for mina@mail.example")
        let key = folder.file("my.key")
        let mask = ["convert", "-", "--to", "transcript", "--redact", "--redact-key", key]
        let masked = try run(mask, input: talk)
        #expect(masked.exit == .code(0) && !masked.output.contains("mina@"))
        var status = stat()
        #expect(stat(key, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let restored = try run(["restore", "--redact-key", key, "-"], input: masked.output)
        #expect(restored.exit == .code(0))
        #expect(try JSONValue(parsing: restored.output) == JSONValue(parsing: talk))
        #expect(try run(mask, input: talk).output == masked.output, "the same value has the same mask again")
        #expect(chmod(key, 0o644) == 0)
        let refused = try run(["restore", "--redact-key", key, "-"], input: masked.output)
        #expect(refused.exit == .code(1) && refused.output.contains("chmod 600") && !refused.output.contains("mina@"))
    }

    @Test(arguments: ["show", "split", "merge", "convert"])
    func `every command that passes a transcript on masks and reports the same`(command: String) throws {
        let folder = try TemporaryFolder()
        let talk = Self.talk.replacing("is 17", with: "is for mina@mail.example about Project Falcon")
        let path = try file(talk, named: "talk.json", in: folder)
        let words = try file("# ours\n\nproject falcon\n", named: "words", in: folder)
        var arguments = [command, path, "--redact", "--redact-words", words, "--report"]
        if command == "split" { arguments += ["--output", folder.path] }
        if command == "convert" { arguments += ["--to", "same"] }
        let masked = try run(arguments)
        #expect(masked.exit == .code(0), "\(masked.output)")
        #expect(masked.output.contains("masked: email 1 value in 1 place\n"), "\(masked.output)")
        #expect(masked.output.contains("masked: word 1 value in 1 place\n"), "\(masked.output)")
        let written = command == "split" ? try run(["show", folder.file("talk-1.transcript")]).output : ""
        let all = masked.output + written
        #expect(!all.contains("mina@") && !all.contains("Falcon") && all.contains("[word-1]"), "\(all)")
        let alone = try run([command, path, "--report"])
        #expect(alone.exit == .code(64) && alone.output.contains("--report belongs to --redact"))
    }

    @Test func `what is no transcript is refused by every subcommand`() throws {
        let home = try TemporaryFolder()
        let users = try file(#"[{"id":"u1","name":"Mina"},{"id":"u2","name":"Ana"}]"#, named: "users.json", in: home)
        for command in [
            ["check"], ["show"], ["stats"], ["grep", "Mina"], ["convert", "--to", "jsonl"], ["diff", users], ["merge"],
            ["split", "-o", home.path], ["replay"], ["play"], ["recover"],
        ] {
            let result = try run(command + [users], home: home)
            #expect(result.exit != .code(0), "\(command)")
            #expect(result.output.contains("expected an activity, found an object without a type"), "\(result.output)")
        }
        #expect(home.names.filter { $0.hasPrefix("users") } == ["users.json"])
    }

    @Test func `check fails where a file is cut off`() throws {
        let cut = String(Self.talk.dropLast(20))
        for options in [[], ["--json"]] {
            let result = try run(["check"] + options + ["-"], input: cut)
            #expect(result.exit == .code(1), "\(result.output)")
            #expect(result.output.contains("the file ends within this value"), "\(result.output)")
        }
        #expect(try run(["check", "-"], input: cut).output.contains("standard input: error HO165, "))
    }

    @Test func `what show and a chat print for machines is shown like any transcript`() throws {
        let shown = try run(["show", "-"]).output
        let lines = try run(["show", "--json", "-"]).output
        #expect(try run(["show", "-"], input: lines).output == shown)
        #expect(try run(["diff", "--compare", "exact", "-", "/dev/null"], input: lines).exit == .code(2))
        let folder = try TemporaryFolder()
        let talk = try file(Self.talk, named: "a.json", in: folder)
        #expect(
            try run(["diff", "--compare", "exact", talk, "-"], input: lines).output == "no difference in 2 turns\n"
        )
    }

    @Test func `each conversation of an export is checked on its own`() throws {
        let request = #"{"type":"event","name":"handoff.initiate","from":{"id":"b"},"value":{}}"#
        let export = #"{"conversations":[{"activities":[\#(request)]},{"activities":[\#(request)]}]}"#
        let result = try run(["check", "-"], input: export)
        #expect(result.output.contains("2 conversations, 2 activities, 2 handoffs"), "\(result.output)")
        #expect(result.output.contains("conversation 2, activity 1"))
        let report = try JSONValue(parsing: try run(["check", "--json", "-"], input: export).output)
        #expect(report["findings"]?.array?.contains { $0["conversation"] == "conversation 2" } == true)
    }
}
