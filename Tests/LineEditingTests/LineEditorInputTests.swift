import TestSupport
import Testing

/// Whole characters, undoing, rows, modes and what is typed too early.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorInputTests {
    private static let wordLeft = "\u{1b}[1;5D", wordRight = "\u{1b}[1;5C"

    @Test func `words are left and deleted by whole characters in emacs mode`() throws {
        let terminal = try probe()
        // Of each the last code point alone would be no character.
        terminal.send("cafe\u{301} 👨‍👩‍👧👍🏽 🇳🇴x")
        terminal.send(Key.control("w") + "|" + Self.wordLeft + Self.wordLeft + "<" + Key.escape + "f" + ">" + Key.enter)
        try terminal.wait(for: "<cafe\u{301}> 👨‍👩‍👧👍🏽 🇳🇴|".debugDescription)
    }

    @Test func `what is typed behind a secret prompt is drawn as dots and kept nowhere`() throws {
        let file = try TemporaryFile(contents: "")
        let terminal = try probe("--history", file.path)
        terminal.send("/secret" + Key.enter)
        try terminal.wait { $0.text.hasSuffix("secret>") }
        terminal.send("hunter2é")
        try terminal.wait { $0.text.hasSuffix("secret> ••••••••") }
        terminal.send(Key.enter)
        try terminal.wait(for: "hunter2é".debugDescription)
        #expect(!file.contents.contains("hunter2"))
        terminal.send(Key.up)
        try terminal.wait { $0.text.hasSuffix("secret> •••••••") }
    }

    @Test func `transposing and killing keep characters whole`() throws {
        let terminal = try probe()
        terminal.send("ae\u{301}" + Key.control("t") + "👍🏽" + Key.left + Key.control("k") + Key.control("y"))
        terminal.send(Key.control("y") + Key.enter)
        try terminal.wait(for: "e\u{301}a👍🏽👍🏽".debugDescription)
    }

    @Test func `vi motions and operators take whole characters`() throws {
        let file = try TemporaryFile(contents: "bind -v\n")
        let terminal = try probe(environment: ["EDITRC": file.path])
        terminal.send("e\u{301}a 👨‍👩‍👧 z" + Key.escape + "0lx" + "w" + "x" + "u" + "dwA!" + Key.enter)
        try terminal.wait(for: "e\u{301} z!".debugDescription)
        // A character that serves the editor as a stand-in is itself all the same.
        terminal.send("\u{17000}\u{f0000}e\u{301}" + Key.escape + "0xp" + Key.enter)
        try terminal.wait(for: "\u{f0000}\u{17000}e\u{301}".debugDescription)
    }

    @Test func `a mark says when keys are vi commands`() throws {
        let file = try TemporaryFile(contents: "bind -v\n")
        let terminal = try probe(environment: ["EDITRC": file.path])
        terminal.send("one two")
        try terminal.wait { $0.text == "> one two" }
        terminal.send(Key.escape)
        try terminal.wait { $0.text == "(cmd) > one two" }
        // An argument of a command is no command.
        terminal.send("0fircwsix")
        try terminal.wait { $0.text == "(cmd) > one two" || $0.text == "> six two" }
        terminal.send(Key.escape + "A")
        try terminal.wait { !$0.text.hasPrefix("(cmd)") }
        terminal.send(Key.escape)
        try terminal.wait { $0.text.hasPrefix("(cmd)") }
        terminal.send("ra")
        try terminal.wait { $0.text.hasPrefix("(cmd)") && $0.text.hasSuffix("a") }
        terminal.send(Key.enter)
        try terminal.wait { $0.lines.contains(">") }
    }

    @Test func `vi takes a whole insertion back at once`() throws {
        let file = try TemporaryFile(contents: "bind -v\n")
        let terminal = try probe(environment: ["EDITRC": file.path])
        terminal.send("one two" + Key.escape + "A three four" + Key.escape)
        try terminal.wait { $0.text == "(cmd) > one two three four" }
        terminal.send("u")
        try terminal.wait { $0.text == "(cmd) > one two" }
        terminal.send("x.u")
        try terminal.wait { $0.text == "(cmd) > one tw" }
    }

    @Test func `typing is undone word by word and can be redone`() throws {
        let terminal = try probe()
        terminal.send("one two three")
        try terminal.wait { $0.text == "> one two three" }
        terminal.send(Key.control("_"))
        try terminal.wait { $0.text == "> one two" }
        terminal.send("x" + Key.control("w") + Key.control("_"))
        try terminal.wait { $0.text == "> one two x" }
        terminal.send(Key.control("_") + Key.control("_"))
        try terminal.wait { $0.text == "> one" }
        terminal.send(Key.escape + "_" + Key.enter)
        try terminal.wait(for: #"GOT "one two ""#)
        terminal.send(Key.control("_") + "new" + Key.enter)
        try terminal.wait(for: #"GOT "new""#)
    }

    @Test func `a line put aside by control C comes back by undoing`() throws {
        let terminal = try probe()
        terminal.send("precious" + Key.control("c"))
        try terminal.wait { $0.text.hasSuffix("INTERRUPT\n>") }
        terminal.send(Key.control("_") + Key.enter)
        try terminal.wait(for: #"GOT "precious""#)
    }

    @Test func `a backslash at the end of a line makes another row`() throws {
        let terminal = try probe()
        terminal.send("one\\" + Key.enter + "two\\\\" + Key.enter)
        try terminal.wait(for: #"GOT "one\ntwo\\\\""#)
    }

    @Test func `a long paste says how much it was, and undoing takes it back as a whole`() throws {
        let terminal = try probe(columns: 80, rows: 20)
        terminal.send("a " + Key.paste((1...50).map { "line \($0)" }.joined(separator: "\r")))
        try terminal.wait(for: "50 lines pasted as one message")
        try terminal.wait { $0.text.hasSuffix("line 50") }
        terminal.send(Key.control("_"))
        try terminal.wait { $0.text.hasSuffix("\n> a") }
        terminal.send(Key.enter)
        try terminal.wait(for: #"GOT "a ""#)
    }

    @Test func `what was typed before the first prompt is entered as it was meant`() throws {
        // The program begins late, so that the keys come while the terminal still collects lines.
        let terminal = try PseudoTerminal(
            ["/bin/sh", "-c", "read go; exec \"$0\"", try BuiltProducts.executable("line-editing-probe")],
            environment: probeEnvironment,
            columns: 60,
            rows: 12
        )
        terminal.send("go\rfirst\rsecond\rthird")
        try terminal.wait(for: #"GOT "first""#)
        try terminal.wait(for: #"GOT "second""#)
        try terminal.wait { $0.text.hasSuffix("> third") }
        terminal.send(Key.control("j") + "row" + Key.enter)
        try terminal.wait(for: #"GOT "third\nrow""#)
    }

    @Test func `the person's editor gets the draft and gives it back unsent while messages are held`() throws {
        let script = try TemporaryFile(
            contents:
                "#!/bin/sh\nread key\nprintf 'edited: ' > \"$1.new\"\ncat \"$1\" >> \"$1.new\"\nmv \"$1.new\" \"$1\"\necho more >> \"$1\"\n"
        )
        let terminal = try probe(
            "--interval",
            "20",
            environment: ["EDITOR": "/bin/sh " + script.path],
            columns: 60,
            rows: 30
        )
        terminal.send("draft")
        try terminal.wait { $0.text.hasSuffix("> draft") }
        terminal.send(Key.control("x") + Key.control("e"))
        try terminal.wait(for: "the terminal given over") { terminal.isCooked && !$0.text.contains("> draft") }
        terminal.send("go\n")
        try terminal.wait { $0.text.hasSuffix("> edited: draft\nmore") }
        #expect(!terminal.isCooked)
        terminal.send("!" + Key.enter)
        try terminal.wait { $0.transcript.contains(#"GOT "edited: draft\nmore!""#) }
        let messages = terminal.screen.transcript.filter { $0.hasPrefix("msg") }
        #expect(messages == (1...messages.count).map { "msg \($0)" })
    }

    @Test func `what is typed while a pager has the terminal is entered as it was meant`() throws {
        let terminal = try probe(environment: ["PAGER": "cat; sleep 0.5"], rows: 12)
        terminal.send("/page" + Key.enter)
        try terminal.wait(for: "the pager") { terminal.isCooked && $0.text.contains("page 40") }
        terminal.send("early" + Key.enter + "draft")
        try terminal.wait(for: #"GOT "early""#)
        try terminal.wait { $0.text.hasSuffix("> draft") }
    }

    @Test func `an editor that fails leaves the line as it was`() throws {
        let terminal = try probe(environment: ["VISUAL": "false"], columns: 60)
        terminal.send("draft" + Key.control("x") + Key.control("e"))
        try terminal.wait { $0.text.hasSuffix("false ended with 1; the line stays as it was.\n> draft") }
    }

    @Test func `a pager gets what is taller than the screen, and the rest is printed`() throws {
        let terminal = try probe(environment: ["PAGER": "sed s/page/paged/; read key < /dev/tty; exit"], rows: 12)
        terminal.send("/page" + Key.enter)
        try terminal.wait(for: "paged 40")
        terminal.send("\n")
        try terminal.wait { $0.text.hasSuffix("\n>") }
        let missing = try probe(environment: ["PAGER": "/nonexistent/pager"], rows: 12)
        missing.send("/page" + Key.enter)
        try missing.wait { $0.text.hasSuffix("page 40\n>") }
        let tall = try probe(environment: ["PAGER": "sed s/page/paged/"], rows: 60)
        tall.send("/page" + Key.enter)
        try tall.wait { $0.text.hasSuffix("page 40\n>") }
        #expect(!tall.screen.text.contains("paged"))
    }

    @Test func `the bell rings only while the window has not the focus`() throws {
        let terminal = try probe("--bell", "unfocused")
        terminal.send("/call" + Key.enter + "a" + Key.enter)
        try terminal.wait(for: #"GOT "a""#)
        #expect(terminal.screen.bells == 0)
        terminal.send("\u{1b}[O/call" + Key.enter + "b" + Key.enter)
        try terminal.wait(for: #"GOT "b""#)
        try terminal.wait(for: "the bell") { $0.bells == 1 }
        terminal.send("\u{1b}[I/call" + Key.enter + "c" + Key.enter)
        try terminal.wait(for: #"GOT "c""#)
        #expect(terminal.screen.bells == 1)
    }

    @Test func `the title of the window tells and is given back`() throws {
        let terminal = try probe("--title", "baton · \u{1b}]2;evil\u{7}")
        try terminal.wait(for: "the title") { $0.title == "baton · ␛]2;evil␇" }
    }
}
