import TestSupport
import Testing

/// What keys do.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorKeyTests {
    @Test func `a paste of many lines is inserted and not sent`() throws {
        let terminal = try probe()
        terminal.send(Key.paste("one\rtwo 你好\r\nthree\u{3}"))
        try terminal.wait { $0.text == "> one\ntwo 你好\nthree" }
        terminal.send("!" + Key.enter)
        try terminal.wait(for: #"GOT "one\ntwo 你好\nthree!""#)
    }

    @Test func `control J and Alt Enter make new rows`() throws {
        let terminal = try probe()
        terminal.send("a" + Key.control("j") + "b" + Key.escape + "\rc" + Key.enter)
        try terminal.wait(for: #"GOT "a\nb\nc""#)
    }

    @Test func `control C leaves the text and begins a new line`() throws {
        let terminal = try probe()
        terminal.send("abc" + Key.control("c"))
        try terminal.wait { $0.text == "> abc^C\nINTERRUPT\n>" }
        terminal.send("next" + Key.enter)
        try terminal.wait(for: #"GOT "next""#)
    }

    @Test func `control D deletes inside a line and ends the input on an empty one`() throws {
        let terminal = try probe()
        terminal.send("abc" + Key.control("a") + Key.control("d") + Key.enter)
        try terminal.wait(for: #"GOT "bc""#)
        terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == .code(0))
        #expect(terminal.screen.text.hasSuffix("END\nBYE"))
        #expect(terminal.isCooked)
    }

    @Test func `keys move and delete whole characters`() throws {
        let terminal = try probe()
        terminal.send("a👨‍👩‍👧e\u{301}z" + Key.left + Key.backspace + Key.left + Key.left + Key.delete)
        terminal.send(Key.delete + "b" + Key.enter)
        try terminal.wait(for: #"GOT "bz""#)
    }

    @Test func `function keys are told and type nothing`() throws {
        let terminal = try probe()
        for sequence in ["OQ", "[12~", "[[B", "[Q"] { terminal.send("a\u{1b}" + sequence) }
        terminal.send("\u{1b}[[Ab" + Key.enter)
        try terminal.wait(for: #"GOT "aaaab""#)
        #expect(terminal.screen.transcript.count { $0 == "F2" } == 4)
    }

    @Test func `letters beside the meta keys are typed`() throws {
        let terminal = try probe()
        terminal.send("âéîðÿ" + Key.escape + "b" + "x" + Key.enter)
        try terminal.wait(for: #"GOT "xâéîðÿ""#)
    }

    @Test func `function keys type nothing`() throws {
        let terminal = try probe()
        terminal.send("a\u{1b}[15~\u{1b}OP\u{1b}[1;2Sb" + Key.enter)
        try terminal.wait(for: #"GOT "ab""#)
    }

    @Test func `arrows go through rows first and then through the history and keep the draft`() throws {
        let terminal = try probe()
        terminal.send("older" + Key.enter + "newer" + Key.enter)
        try terminal.wait(for: #"GOT "newer""#)
        terminal.send("x" + Key.control("j") + "y" + Key.up + Key.up)
        try terminal.wait { $0.text.hasSuffix("> newer") }
        terminal.send(Key.up)
        try terminal.wait { $0.text.hasSuffix("> older") }
        terminal.send(Key.down + Key.down + "!" + Key.enter)
        try terminal.wait(for: #"GOT "x\ny!""#)
    }

    @Test func `a search works while messages arrive`() throws {
        let terminal = try probe("--interval", "10", "--count", "60", rows: 30)
        terminal.send("привет Г" + Key.enter + "beta" + Key.enter)
        try terminal.wait(for: #"GOT "beta""#)
        terminal.send("draft" + Key.control("r"))
        for character in "ет Г" { terminal.send(String(character)) }
        try terminal.wait { $0.transcript.last { !$0.isEmpty } == "(search 'ет Г') привет Г" }
        try terminal.wait { $0.transcript.contains("msg 60") }
        terminal.send(Key.control("g"))
        try terminal.wait { $0.transcript.last { !$0.isEmpty } == "> draft" }
        terminal.send(Key.control("r") + "be" + Key.enter)
        try terminal.wait { $0.transcript.count { $0 == #"GOT "beta""# } == 2 }
        #expect(terminal.screen.transcript.filter { $0.hasPrefix("msg") } == (1...60).map { "msg \($0)" })
    }

    @Test func `Tab inserts what is common and then lists above the prompt`() throws {
        let terminal = try probe("--interval", "10", "--count", "20", rows: 30)
        terminal.send("/co" + Key.tab)
        try terminal.wait { $0.text.hasSuffix("> /con") }
        terminal.send(Key.tab)
        try terminal.wait { $0.text.contains("/connect       /conversation\n") }
        try terminal.wait { $0.text.contains("msg 20") && $0.text.hasSuffix("> /con") }
        terminal.send("n" + Key.tab + "x" + Key.enter)
        try terminal.wait(for: #"GOT "/connect x""#)
    }

    @Test func `a line that control C cleared comes back`() throws {
        let terminal = try probe(rows: 20)
        terminal.send("first try" + Key.control("c") + Key.control("_"))
        try terminal.wait { $0.text.hasSuffix("INTERRUPT\n> first try") }
        terminal.send(Key.control("c") + Key.up + "!" + Key.enter)
        try terminal.wait(for: #"GOT "first try!""#)
    }

    @Test func `a line that control C cleared comes back one line later too`() throws {
        let terminal = try probe(rows: 20)
        terminal.send("first try" + Key.control("c") + "between" + Key.enter)
        try terminal.wait(for: #"GOT "between""#)
        terminal.send(Key.control("_"))
        try terminal.wait { $0.text.hasSuffix("\n> first try") }
        terminal.send(Key.control("u") + Key.up + Key.up)
        try terminal.wait { $0.text.hasSuffix("\n> first try") }
    }

    @Test func `Up with a beginning searches for it`() throws {
        let terminal = try probe(rows: 20)
        terminal.send("apple pie" + Key.enter + "banana" + Key.enter)
        try terminal.wait(for: #"GOT "banana""#)
        terminal.send("app" + Key.up)
        try terminal.wait { $0.text.hasSuffix("\n> apple pie") }
        terminal.send(Key.down)
        try terminal.wait { $0.text.hasSuffix("\n> app") }
    }

    @Test func `the line end behind a paste is not sent`() throws {
        let terminal = try probe()
        terminal.send(Key.paste("one\ntwo\n") + Key.enter)
        try terminal.wait(for: #"GOT "one\ntwo""#)
    }

    @Test(arguments: [
        "$x", "$D", "$\u{1b}[F" + Key.control("j"), "\u{1b}[F" + Key.control("j"), "$" + Key.paste("pasted"), "$p",
        "$~",
        "$rx", "$dw", "d$", "c$", "$.", "$ix", "d" + Key.paste("pasted") + "w", "f" + Key.paste("x"),
        "/" + Key.paste("x") + Key.enter,
    ])
    func `commands of vi mode on an empty line do no harm`(keys: String) throws {
        let file = try TemporaryFile(contents: "bind -v\n")
        let terminal = try probe(environment: ["EDITRC": file.path])
        terminal.send(Key.escape)
        try terminal.wait { $0.lines.contains("(cmd) >") }
        terminal.send(keys + Key.control("c") + Key.control("c") + "still here" + Key.enter)
        try terminal.wait(for: #"GOT "still here""#)
        terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == .code(0))
        #expect(terminal.isCooked)
    }

    @Test func `a paste is inserted whatever command of vi mode waits for its argument`() throws {
        let file = try TemporaryFile(contents: "bind -v\n")
        let terminal = try probe(environment: ["EDITRC": file.path])
        for (number, command) in ["", "d", "2", "f", "r"].enumerated() {
            terminal.send("one" + Key.escape)
            try terminal.wait { $0.text.hasSuffix("(cmd) > one") }
            terminal.send(command + Key.paste("PASTED\(number)"))
            try terminal.wait { $0.text.contains("PASTED\(number)") }
            terminal.send(Key.control("c"))
            try terminal.wait { $0.text.hasSuffix("INTERRUPT\n>") }
        }
    }

    @Test func `vi mode comes from the person's editrc`() throws {
        let file = try TemporaryFile(contents: "bind -v\nnonsense\n")
        let terminal = try probe(environment: ["EDITRC": file.path], prompt: ">")
        terminal.send("one two three" + Key.escape)
        try terminal.wait(for: "the command mode") { $0.cursor.column == 20 }
        terminal.send("bbcwTWO" + Key.escape)
        try terminal.wait { $0.text.hasSuffix("(cmd) > one TWO three") && $0.cursor.column == 14 }
        terminal.send("0x" + Key.enter)
        try terminal.wait(for: #"GOT "ne TWO three""#)
        terminal.send(Key.escape)
        try terminal.wait { $0.lines.contains("(cmd) >") }
        terminal.send("k")
        try terminal.wait { $0.text.hasSuffix("> ne TWO three") }
    }
}
