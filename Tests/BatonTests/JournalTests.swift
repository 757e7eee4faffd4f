import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What is left of a chat that was killed.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct JournalTests {
    private func run(_ arguments: [String], home: TemporaryFolder) throws -> (output: String, exit: PseudoTerminal.Exit)
    {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    @Test func `a chat that is killed can be recovered whole, and the next one says so`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(["--agent", "none"], home: home)
        try chat.wait(for: "[4] Talk to a person")
        chat.enter("opening hours")
        try chat.wait(for: "We are open")
        chat.enter("and the last words")
        try chat.wait(for: "you       and the last words")
        chat.signal(SIGKILL)
        _ = try chat.waitForExit()

        let list = try run(["transcript", "list"], home: home)
        #expect(list.output.contains("cut off"), "\(list.output)")
        let recovered = try run(["transcript", "recover"], home: home)
        #expect(recovered.exit == .code(0))
        for text in ["What can I do for you?", "opening hours", "We are open", "and the last words"] {
            #expect(recovered.output.ranges(of: text).count >= 1, "\(text) in\n\(recovered.output)")
        }
        let activities = try #require(try JSONValue(parsing: recovered.output).array).compactMap { Activity($0) }
        #expect(activities.count { $0.text == "opening hours" } == 1)

        let next = try startChat(["--agent", "none"], home: home)
        try next.wait(for: "A chat of the last day was cut off; `baton transcript recover`")
        next.send("\u{4}")
        #expect(try next.waitForExit() == .code(0))
    }

    @Test func `a chat whose window is closed is left in order`() throws {
        // Whether the end of the input or the signal comes first is a matter of luck.
        for _ in 1...5 {
            let home = try TemporaryFolder()
            let record = home.file("talk.json")
            let chat = try startChat(["--agent", "none", "--record", record], home: home)
            try chat.wait(for: "[4] Talk to a person")
            chat.enter("opening hours")
            try chat.wait(for: "We are open")
            #expect(try chat.hangUp() != .signal(SIGHUP))
            #expect(try run(["transcript", "list"], home: home).output.contains("finished"))
            #expect(try run(["transcript", "show", record], home: home).output.contains("We are open"))
        }
    }

    @Test func `a chat that is left is finished, and one without record leaves nothing`() throws {
        let home = try TemporaryFolder()
        #expect(try run(["--plain", "--no-record"], home: home).exit == .code(0))
        #expect(try run(["transcript", "list"], home: home).output == "")
        #expect(try run(["--plain"], home: home).exit == .code(0))
        let list = try run(["transcript", "list"], home: home)
        #expect(list.output.contains("finished"), "\(list.output)")
    }

    @Test func `the configuration says what is kept`() throws {
        let home = try TemporaryFolder()
        #expect(try run(["--plain"], home: home).exit == .code(0))
        let first = try run(["transcript", "list"], home: home).output
        #expect(first.split(separator: "\n").count == 1)
        for folder in [".config", ".config/baton"] { try home.makeFolder(folder) }
        try home.write(#"{"journal": {"days": "x"}}"#, to: ".config/baton/config.json")
        let wrong = try run(["--plain"], home: home)
        #expect(wrong.exit == .code(1) && wrong.output.contains("journal.days must be a number"), "\(wrong.output)")
        try home.write(#"{"journal": {"days": 0, "megabytes": 5}}"#, to: ".config/baton/config.json")
        #expect(try run(["--plain"], home: home).exit == .code(0))
        let list = try run(["transcript", "list"], home: home).output
        #expect(list.split(separator: "\n").count == 1 && list != first, "\(list)")
    }

    @Test func `of two sides at one keyboard both are kept`() throws {
        let home = try TemporaryFolder()
        let script = [
            "/as agent", "/as user", "I want to talk to a person", "/as agent", "/accept", "Dana here, hello",
            "/as user",
            "I see you", "/as agent", "/back", "/as user",
        ]
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--json", "--agent", "desk", "--linger", "10"],
            environment: baseEnvironment(home: home)
        )
        program.send(script.joined(separator: "\n") + "\n")
        program.closeInput()
        #expect(try program.waitForExit() == .code(0))
        let shown = try Self.shown(program.output)
        let path = try #require(
            try JSONValue(parsing: run(["transcript", "list", "--json"], home: home).output)["path"]
        )
        let recovered = try Self.recovered(path.string ?? "", home)
        let conversations = Set(recovered.compactMap { $0["conversation"]?["id"]?.string })
        #expect(conversations.count == 2)
        #expect(shown.filter { id in !recovered.contains { $0["id"]?.string == id } } == [])
        for words in ["Dana here, hello", "I see you"] { #expect(recovered.contains { $0["text"]?.string == words }) }
    }

    /// How many times a chat is killed; `BATON_KILLS=200` is the whole proof.
    private static let kills = getenv("BATON_KILLS").flatMap { Int(String(cString: $0)) } ?? 12

    @Test(.timeLimit(.minutes(20))) func `a busy chat that is killed at any moment lacks nothing that it showed`()
        throws
    {
        let lines = ["opening hours", "order status", "4711", "cards", "I want to talk to a person", "hello?", "bye"]
        for round in 0..<Self.kills {
            let home = try TemporaryFolder()
            let program = try PipedProgram(
                [BuiltProducts.executable("baton"), "--json", "--settle", "1", "--agent-pace", "1000"],
                environment: baseEnvironment(home: home)
            )
            program.send(Array(repeating: lines, count: 20).joined().joined(separator: "\n") + "\n")
            // An id's last digits count the activities of the conversation.
            try program.wait(for: "|00000\(["0", "1", "2", "3"].randomElement() ?? "")\(Int.random(in: 1...9))\"")
            for _ in 0..<Int.random(in: 0..<20_000) { _ = getpid() }
            program.signal(SIGKILL)
            #expect(try program.waitForExit() == .signal(SIGKILL))
            let folder = home.file(".local/state/baton/journals")
            let journal = try #require(try Self.names(in: folder).first)
            let recovered = try Self.recovered("\(folder)/\(journal)", home)
            let ids = Set(recovered.compactMap { $0["id"]?.string })
            let missing = try Self.shown(program.output).filter { !ids.contains($0) }
            #expect(missing == [], "round \(round)")
        }
    }

    /// The ids of what was shown; of the last line a part may have been printed.
    private static func shown(_ output: String) throws -> [String] {
        let whole = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try whole.compactMap { line in
            let activity = try JSONValue(parsing: String(line))["activity"]
            return activity?["type"] == "typing" ? nil : activity?["id"]?.string
        }
    }

    /// What is recovered of a journal.
    private static func recovered(_ path: String, _ home: TemporaryFolder) throws -> [JSONValue] {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript", "recover", path, "-o", home.file("out.transcript")],
            environment: baseEnvironment(home: home)
        )
        #expect(try program.waitForExit() == .code(0), "\(program.output)")
        return try JSONValue(parsing: home.read("out.transcript")).array ?? []
    }

    private static func names(in folder: String) throws -> [String] {
        let directory = try #require(opendir(folder))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".jsonl") { names.append(name) }
        }
        return names
    }
}
