import TestSupport
import Testing

/// Whole screens of the real program: whatever arrives, what is being typed stays as it is.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ScreenTests {
    /// Sides of the demo that never end by themselves; the hints of a first run would be in the way.
    private func start(
        _ home: TemporaryFolder,
        environment: [String: String] = [:],
        columns: Int = 80,
        rows: Int = 24
    ) throws -> PseudoTerminal {
        let chat = try startChat(home: home, environment: environment, columns: columns, rows: rows)
        try chat.wait(for: "[4]")
        try chat.wait(for: "the bot's prompt") { $0.lines.contains { $0.hasPrefix("bot>") } }
        return chat
    }

    /// Compares all rows and the cursor with what a person has looked at; times, ports and folders are another each run.
    private func expectScreen(_ chat: PseudoTerminal, _ home: TemporaryFolder, _ name: String) throws {
        let screen = chat.screen
        let folder = String(home.path.prefix { $0 != "-" }) + "-tests-XXXXXX"
        let rows = screen.lines.map { line in
            line.replacing(home.path, with: folder)
                .replacing(#/^(┆ )?\d\d:\d\d /#) { ($0.output.1 ?? "") + "00:00 " }
                .replacing(#/^\[\d\d:\d\d\]/#, with: "[00:00]")
                .replacing(#/^  va_ConversationId  .*/#, with: "  va_ConversationId  ID")
        }
        let cursor = "cursor in row \(screen.cursor.row), column \(screen.cursor.column)"
        // On a narrow screen a port stands on two rows.
        let text = (rows + [cursor, ""]).joined(separator: "\n")
            .replacing(#/127\.0\.0\.1:(\d{5}|\d{1,4}\n\d{1,4})/#, with: "127.0.0.1:PORT")
        try Golden.expect(text, equals: "screen-\(name).txt")
    }

    /// A burst at the push of a key: the file's messages are shown while the person types on.
    private func burst(of count: Int, in home: TemporaryFolder) throws -> String {
        let activities = (1...count).map { number in
            #"{"type":"message","id":"\#(number)","text":"burst \#(number)","from":{"id":"b","name":"Robin","role":"bot"}}"#
        }
        try home.write("[" + activities.joined(separator: ",") + "]", to: "burst.transcript")
        return "/load " + home.file("burst.transcript")
    }

    @Test func `typing goes on during a burst and nothing of either is lost`() throws {
        let home = try TemporaryFolder()
        let load = try burst(of: 3000, in: home)
        let chat = try start(home)
        chat.enter(load)
        for letter in "the draft grows 你好 while it rains" { chat.send(String(letter)) }
        try chat.wait(for: "the end of the burst") { $0.count(of: "End of") > 0 }
        try chat.waitForDraft("bot> the draft grows 你好 while it rains")
        #expect(chat.screen.cursor.column == 40)
        let numbers = chat.screen.transcript.compactMap { line in
            line.firstRange(of: "burst ").flatMap { Int(line[$0.upperBound...]) }
        }
        #expect(numbers == Array(1...3000))
        try expectScreen(chat, home, "burst")
    }

    @Test func `a desk with two users, and a draft for each`() throws {
        let home = try TemporaryFolder()
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent", "desk"],
            environment: baseEnvironment(home: home)
        )
        try server.wait(for: "Ctrl-C stops the server.")
        let address = try #require(
            server.output.firstRange(of: "baton --direct-line ").map { range in
                String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
            }
        )
        let desk = try startChat(["agent", "--name", "Dana"], home: home, rows: 30)
        try desk.wait(for: "── signed in as Dana")
        var users: [PseudoTerminal] = []
        for name in ["Maria", "Paul"] {
            let user = try startChat(["--direct-line", address, "--user-name", name], home: home, rows: 60)
            try user.wait(for: "[4] Talk to a person")
            user.enter("I want to talk to a person")
            try desk.wait(for: "\(name) rings")
            desk.send("\u{1b}OQ")
            try user.wait(for: "Dana>")
            users.append(user)
        }
        try desk.wait(for: "── connected to Paul")
        desk.send("Good morning, Maria, I am looking")
        users[1].enter("Is anybody there?")
        try desk.wait(for: "/2 Paul: 1 new")
        desk.send("\u{1b}2Hello Paul, one mom")
        try desk.waitForDraft("2 Paul> Hello Paul, one mom")
        users[0].enter("It is about my card")
        try desk.wait(for: "1 Maria   It is about my card")
        try desk.wait(for: "/1 Maria: 1 new")
        try expectScreen(desk, home, "desk-two-users")
        desk.send("\u{1b}1")
        try desk.waitForDraft("1 Maria> Good morning, Maria, I am looking")
    }

    @Test func `a wrapped draft and wide characters at the margin stay whole while messages arrive`() throws {
        let home = try TemporaryFolder()
        let load = try burst(of: 200, in: home)
        let chat = try start(home, columns: 40)
        chat.enter(load)
        // 35 columns are left behind the prompt: the wide character does not fit the last one.
        let row = String(repeating: "x", count: 34)
        chat.send(row + "漢字漢字")
        try chat.wait(for: "the end of the burst") { $0.count(of: "End of") > 0 }
        try chat.wait(for: "the wrapped draft") {
            Array($0.lines.filter { !$0.isEmpty }.suffix(2)) == ["bot> " + row, "漢字漢字"]
        }
        #expect(chat.screen.cursor.column == 8)
        chat.send("\u{1}<")
        try chat.wait(for: "the cursor at the beginning") { $0.cursor.column == 6 }
        try chat.wait(for: "the mark") { $0.text.contains("bot> <x") }
        try expectScreen(chat, home, "margin")
    }

    @Test func `a search and a completion menu stand through arrivals`() throws {
        let home = try TemporaryFolder()
        let load = try burst(of: 400, in: home)
        let chat = try start(home)
        chat.enter("order status of my parcel")
        try chat.wait(for: "an answer") { $0.count(of: "  Robin") >= 2 }
        chat.enter(load)
        chat.send("\u{12}parc")
        try chat.wait(for: "the end of the burst") { $0.count(of: "End of") > 0 }
        try chat.waitForDraft("(search 'parc') order status of my parcel")
        try expectScreen(chat, home, "search")
        chat.send("\u{7}")
        try chat.waitForDraft("bot>")
        chat.enter(load)
        chat.send("/t\t\t")
        try chat.wait(for: "the end of the other burst") { $0.count(of: "End of") > 1 }
        try chat.waitForDraft("bot> /t")
        // The menu stands among what arrived, once and whole.
        let first = chat.screen.transcript.filter { $0.hasPrefix("/trace ") }
        let last = chat.screen.transcript.filter { $0.hasPrefix("/transcript ") }
        #expect(first.count >= 1 && first.count == last.count)
        let numbers = chat.screen.transcript.compactMap { line in
            line.firstRange(of: "burst ").flatMap { Int(line[$0.upperBound...]) }
        }
        #expect(numbers == Array(1...400) + Array(1...400))
    }

    @Test func `a resize in the middle of a line keeps line and cursor`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home)
        let draft = "a line of some length, so that thirty columns do not hold it"
        chat.send(draft + String(repeating: "\u{1b}[D", count: 20))
        try chat.wait(for: "the cursor in mid-line") { $0.cursor.column == 45 }
        chat.resize(columns: 30, rows: 24)
        try chat.wait(for: "three rows") { screen in
            Array(screen.lines.filter { !$0.isEmpty }.suffix(3)) == [
                "bot> a line of some length, so", " that thirty columns do not ho", "ld it",
            ] && screen.cursor.column == 15
        }
        try expectScreen(chat, home, "30-columns")
        chat.send("|")
        try chat.wait(for: "the mark") { $0.text.contains("|") }
        chat.resize(columns: 120, rows: 24)
        try chat.wait(for: "one row") { screen in
            screen.lines.last { !$0.isEmpty } == "bot> a line of some length, so that thirty co|lumns do not hold it"
                && screen.cursor.column == 46
        }
        try expectScreen(chat, home, "120-columns")
    }

    @Test func `fifty lines that are pasted are one message and are not sent`() throws {
        let home = try TemporaryFolder()
        let chat = try start(home)
        chat.send("\u{1b}[200~" + (1...50).map { "pasted \($0)" }.joined(separator: "\r") + "\u{1b}[201~")
        try chat.wait(for: "50 lines pasted as one message: Enter sends it, Ctrl-_ takes the paste back.")
        try chat.waitForDraft("pasted 50")
        #expect(
            chat.screen.lines.contains("50 lines pasted as one message: Enter sends it, Ctrl-_ takes the paste back.")
        )
        #expect(chat.screen.count(of: "  you  ") == 0)
        try expectScreen(chat, home, "paste")
        chat.enter("")
        try chat.wait(for: "my message") { $0.count(of: "  you  ") == 1 && $0.count(of: "pasted ") >= 50 }
        #expect(chat.screen.transcript.filter { $0.hasSuffix("pasted 50") }.count == 1)
    }

    @Test func `control Z gives the terminal back and fg takes it again`() throws {
        let home = try TemporaryFolder()
        let shell = try PseudoTerminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"],
            environment: baseEnvironment(home: home).merging(["PS1": "$ "]) { $1 },
            columns: 80,
            rows: 40
        )
        try shell.wait { $0.text.hasSuffix("$") }
        shell.send("clear; \(try BuiltProducts.executable("baton"))\n")
        try shell.wait(for: "[4]")
        shell.send("half a line")
        try shell.waitForDraft("bot> half a line")
        shell.send("\u{1a}")
        try shell.wait(for: "the shell") { $0.text.contains("Stopped") && $0.text.hasSuffix("$") }
        #expect(shell.screen.title == "Baton · bot")
        shell.send("echo cook''ed; fg\n")
        try shell.wait { $0.lines.contains("cooked") }
        try shell.waitForDraft("bot> half a line")
        shell.send("\u{15}/quit\r")
        try shell.wait(for: "the shell again") { $0.lines.last { !$0.isEmpty } == "$" }
    }

    @Test func `vi mode says when keys are commands`() throws {
        let home = try TemporaryFolder()
        try home.write("bind -v\n", to: ".editrc")
        let chat = try start(home)
        chat.send("one tow three\u{1b}bbcwtwo\u{1b}")
        try chat.waitForDraft("(cmd) bot> one two three")
        chat.send("u")
        try chat.waitForDraft("(cmd) bot> one tow three")
        try expectScreen(chat, home, "vi")
        chat.send("A!")
        try chat.waitForDraft("bot> one tow three!")
    }

    @Test func `twenty columns are enough`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home, columns: 20, rows: 40)
        try chat.wait(for: "[4] Talk to a person")
        chat.send("as many words as do not fit")
        try chat.wait(for: "the draft on two rows") {
            Array($0.lines.filter { !$0.isEmpty }.suffix(2)) == ["bot> as many words a", "s do not fit"]
        }
        try expectScreen(chat, home, "20-columns")
        chat.send("\u{15}")
        chat.enter("/status")
        try chat.wait(for: "online")
        #expect(chat.screen.transcript.allSatisfy { $0.count <= 20 })
    }

    @Test func `a dumb terminal gets words and no sequences`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home, environment: ["TERM": "dumb"])
        try chat.wait(for: "[4] Talk to a person")
        chat.send("opening hours\n")
        try chat.wait(for: "bot Robin: We are open")
        #expect(chat.screen.text.contains("bot Robin: Hello!"))
        #expect(chat.screen.title.isEmpty)
        #expect(!chat.screen.text.contains("──"))
        try chat.wait(for: "all of the answer") { $0.text.contains("closed on Sunday") }
        try expectScreen(chat, home, "dumb")
        chat.send("\u{4}")
        #expect(try chat.waitForExit() == .code(0))
    }

    @Test func `plain mode says roles at the beginning of lines and draws nothing`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(["--plain", "--agent-pace", "8"], home: home)
        try chat.wait(for: "[4] Talk to a person")
        chat.enter("talk to a person about my credit card")
        try chat.wait(for: "-- handoff: accepted by Ana")
        try chat.wait(for: "agent Ana:")
        #expect(chat.screen.lines.contains { $0.contains("you: talk to a person about my credit card") })
        #expect(!chat.screen.text.unicodeScalars.contains { (0x2500...0x257f).contains($0.value) || $0 == "┆" })
        expectNoColors(chat.screen)
    }

    @Test func `NO_COLOR drops colours and nothing else`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home, environment: ["NO_COLOR": "1"])
        try chat.wait(for: "[4]")
        chat.enter("talk to a person about my credit card")
        try chat.wait(for: "── accepted by Ana")
        expectNoColors(chat.screen)
    }

    @Test func `a terminal in the C locale gets ASCII`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home, environment: ["LC_ALL": "C"])
        try chat.wait(for: "[4]")
        chat.enter("talk to a person about my credit card")
        try chat.wait(for: "-- accepted by Ana")
        let isASCII = chat.screen.text.utf8.allSatisfy { $0 < 0x80 }
        #expect(isASCII, "\(chat.screen.text)")
    }

    @Test func `a home that cannot be written to is told at the start`() throws {
        let home = try TemporaryFolder()
        // Nobody, not even the superuser, makes folders there.
        let chat = try startChat(home: home, environment: ["HOME": "/proc/self"])
        try chat.wait(for: "history, drafts and the journal of this chat are not kept")
        try chat.wait(for: "[4]")
    }

    private func expectNoColors(_ screen: TerminalScreen) {
        for row in 0..<screen.rows {
            for column in 0..<screen.columns {
                #expect(screen.attributes(row: row, column: column).foreground == .standard)
            }
        }
    }
}
