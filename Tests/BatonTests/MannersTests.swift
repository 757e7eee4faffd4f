import BotSchema
import LineEditing
import TestSupport
import Testing

/// What is kept from chat to chat, and what leads a newcomer.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct MannersTests {
    private func start(_ home: TemporaryFolder, _ environment: [String: String] = [:]) throws -> PseudoTerminal {
        let chat = try startChat(home: home, environment: environment, rows: 24)
        try chat.wait(for: "[4]")
        return chat
    }

    private func leave(_ chat: PseudoTerminal) throws {
        chat.enter("/quit")
        #expect(try chat.waitForExit() == .code(0))
    }

    @Test func `hints come with the first chat only, and never into a pipe`() throws {
        let home = try TemporaryFolder()
        let pipe = try PipedProgram([try BuiltProducts.executable("baton")], environment: baseEnvironment(home: home))
        pipe.send("/status\n")
        try pipe.wait(for: "online")
        let first = try start(home)
        #expect(first.screen.count(of: "These hints are not shown again.") == 1)
        try leave(first)
        let second = try start(home)
        #expect(second.screen.count(of: "hints") == 0)
    }

    @Test func `settings are kept beside everything else in the file`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder(".config")
        try home.makeFolder(".config/baton")
        let own =
            #"{"profiles":{"shop":{"bot":"http://127.0.0.1:1/x"}},"mine":[1.50,{"b":1,"a":2}],"settings":{"later":"x"}}"#
        try home.write(own, to: ".config/baton/config.json")
        let first = try start(home)
        try first.wait(for: "settings.later")
        first.enter("/theme light")
        try first.wait(for: "theme is light from now on.")
        first.enter("/set 1 opening hours")
        try first.wait(for: "1 is opening hours from now on.")
        try leave(first)
        let json = try JSONValue(parsing: try home.read(".config/baton/config.json"))
        #expect(
            json.compactText
                == #"{"profiles":{"shop":{"bot":"http://127.0.0.1:1/x"}},"mine":[1.50,{"b":1,"a":2}],"settings":{"later":"x","theme":"light","1":"opening hours"}}"#
        )
        let second = try start(home)
        second.enter("/1")
        try second.wait(for: "We are open")
        second.enter("/theme")
        try second.wait(for: "light (now)")
    }

    @Test func `a damaged file is told and left alone`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder(".config")
        try home.makeFolder(".config/baton")
        try home.write("{\"profiles\": ", to: ".config/baton/config.json")
        let chat = try start(home)
        #expect(chat.screen.text.contains("config.json"))
        chat.enter("/theme dark")
        try chat.wait(for: "theme is kept for this chat only")
        #expect(try home.read(".config/baton/config.json") == Array("{\"profiles\": ".utf8))
    }

    @Test func `what was being typed when the terminal went away is the next chat's line`() throws {
        let home = try TemporaryFolder()
        let first = try start(home)
        first.send("half a thought")
        try first.waitForDraft("bot> half a thought")
        first.signal(1)
        _ = try first.waitForExit()
        let second = try start(home)
        try second.wait(for: "What you left unsent is in the line again; Enter sends it.")
        try second.waitForDraft("bot> half a thought")
        try leave(second.clearing())
        let third = try start(home)
        #expect(third.screen.count(of: "half a thought") == 0)
    }

    @Test func `a draft is for the service that it was written for`() async throws {
        let home = try TemporaryFolder()
        let bot = RecordingBot { _ in [] }
        try await withServer(of: bot) { address in
            let first = try startChat(at: address, home: home)
            try first.wait(for: "bot>")
            first.send("half a thought")
            try first.waitForDraft("bot> half a thought")
            first.signal(1)
            _ = try first.waitForExit()
            let demo = try start(home)
            #expect(demo.screen.count(of: "half a thought") == 0)
            try leave(demo)
            let second = try startChat(at: address, home: home)
            try second.waitForDraft("bot> half a thought")
        }
    }

    @Test func `a history belongs to its profile and holds no secret`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home)
        chat.enter("my password is hunter2")
        try chat.wait(for: "the answer") { $0.count(of: "  Robin") >= 2 }
        chat.enter("opening hours")
        try chat.wait(for: "We are open")
        try leave(chat)
        let history = String(decoding: try home.read(".local/state/baton/history"), as: UTF8.self)
        #expect(history == "\"opening hours\"\n\"/quit\"\n")
    }

    @Test func `Ctrl-C puts a line aside, then says how to leave, then leaves`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home)
        chat.send("words\u{3}")
        try chat.wait(for: "words^C")
        chat.send("\u{3}")
        try chat.wait(for: "Ctrl-C again leaves; so does /quit.")
        chat.send("\u{3}")
        #expect(try chat.waitForExit() == .code(0))
        #expect(chat.isCooked)
    }

    @Test func `the editor writes a message, and nothing is sent before Enter`() throws {
        let home = try TemporaryFolder()
        try home.write("printf 'opening\\nhours\\n' >> \"$1\"\n", to: "editor.sh")
        let chat = try start(home, ["VISUAL": "/bin/sh \(home.file("editor.sh"))"])
        chat.enter("/edit My words:")
        try chat.wait(for: "the edited draft") {
            Array($0.lines.filter { !$0.isEmpty }.suffix(3)) == ["bot> My words:", "opening", "hours"]
        }
        #expect(chat.screen.count(of: "  you  ") == 0)
        chat.enter("")
        try chat.wait(for: "my message") { $0.count(of: "  you  ") == 1 }
    }

    @Test func `a tall answer goes to the pager and a short one does not`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home, ["PAGER": "sed 's/^/PAGED /'"])
        chat.enter("/help")
        try chat.wait(for: "the help in the pager") { $0.count(of: "PAGED /help") == 1 }
        chat.enter("/last 1")
        try chat.wait(for: "── all 1 message ──")
        #expect(!chat.screen.text.contains("PAGED ┆"))
        chat.enter("/set pager off")
        try chat.wait(for: "pager is off from now on.")
        chat.enter("/help")
        try chat.wait(for: "the help without a pager") { screen in
            screen.transcript.contains { $0.hasPrefix("/quit") }
        }
    }

    @Test func `the bell rings for an agent's words while the window has not the focus`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home)
        chat.enter("/set bell unfocused")
        try chat.wait(for: "bell is unfocused from now on.")
        chat.send("\u{1b}[O")
        chat.enter("opening hours")
        try chat.wait(for: "We are open")
        #expect(chat.screen.bells == 0)
        chat.enter("talk to a person about my credit card")
        try chat.wait(for: "the bell") { $0.bells > 0 }
        #expect(chat.screen.title.hasPrefix("Baton · "))
    }

    private nonisolated static let commands =
        ["", "chat", "agent", "serve", "transcript"]
        + [
            "check", "show", "list", "recover", "stats", "grep", "convert", "diff", "merge", "split", "fetch", "replay",
            "play", "restore",
        ].map { "transcript " + $0 }

    private func help(of command: String, _ flag: String, until end: String) throws -> [Substring] {
        let home = try TemporaryFolder()
        let words = command.split(separator: " ").map(String.init)
        let help = try PipedProgram(
            [try BuiltProducts.executable("baton")] + words + [flag],
            environment: baseEnvironment(home: home)
        )
        try help.wait(for: end)
        #expect(try help.waitForExit() == .code(0))
        return help.output.split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test(arguments: commands)
    func `the help of every command fits a screen and shows examples`(command: String) throws {
        let lines = try help(of: command, "--help", until: "Show help information.")
        #expect(lines.count <= 25, "\(lines.count) lines")
        #expect(lines.allSatisfy { DisplayText.columns(String($0)) <= 80 })
        // Where there is nothing to choose, there is nothing to show.
        if !["transcript", "transcript list"].contains(command) {
            let start = command == "chat" ? "  baton" : "  baton \(command)"
            #expect(lines.contains { $0.hasPrefix(start) })
        }
    }

    @Test(arguments: ["chat", "serve", "agent", "transcript replay", "transcript convert"])
    func `what the help has no room for is a word away, and in the completions`(command: String) throws {
        let short = try help(of: command, "--help", until: "Show help information.")
        #expect(short.contains { $0.hasSuffix("baton \(command) --help-hidden") })
        let whole = try help(of: command, "--help-hidden", until: "Show help information.")
        let options = { (lines: [Substring]) in
            Set(
                lines.filter { $0.hasPrefix("  -") }
                    .compactMap { $0.split(separator: " ").first { $0.hasPrefix("--") } }
                    // A flag and its opposite stand together.
                    .flatMap { $0.split(separator: "/") }
            )
        }
        #expect(options(whole).isStrictSuperset(of: options(short)))
        let script = try help(of: "", "--generate-completion-script=bash", until: "complete -")
        for option in options(whole) { #expect(script.contains { $0.contains(option) }, "\(option)") }
    }

    @Test func `the manual tells of every command, option and setting`() throws {
        let home = try TemporaryFolder()
        let manual = try PipedProgram(
            [try BuiltProducts.executable("baton"), "manual"],
            environment: baseEnvironment(home: home)
        )
        try manual.wait(for: "EXIT STATUS")
        for word in [
            ".TH BATON 1", "\\-\\-token\\-endpoint", "/find WORDS", "/accept", "/set", "notification",
            "baton transcript grep",
        ] { #expect(manual.output.contains(word), "\(word)") }
        // A line of text that began with a dot would be a request.
        let requests = Set(
            manual.output.split(separator: "\n").filter { $0.hasPrefix(".") }.map { $0.prefix { $0 != " " } }
        )
        #expect(requests.isSubset(of: [".TH", ".SH", ".SS", ".TP", ".B", ".BI", ".I", ".PP", ".br", ".EX", ".EE"]))
    }
}

extension PseudoTerminal {
    /// The terminal after its line has been emptied.
    fileprivate func clearing() -> PseudoTerminal {
        send("\u{15}")
        return self
    }
}
