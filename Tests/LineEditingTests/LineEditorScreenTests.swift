import TestSupport
import Testing

/// What the editor draws, and where.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorScreenTests {
    private let digits = String(repeating: "0123456789", count: 10)

    @Test func `a wrapped draft keeps its rows and the cursor inside it`() throws {
        let terminal = try probe("--interval", "15", "--count", "6")
        terminal.send(digits + String(repeating: Key.left, count: 50))
        try terminal.wait { $0.text.contains("msg 6") && $0.cursor == (7, 12) }
        #expect(
            terminal.screen.text
                == (1...6).map { "msg \($0)\n" }.joined()
                + "> \(digits.prefix(38))\n\(digits.dropFirst(38).prefix(40))\n"
                + digits.suffix(22)
        )
    }

    @Test func `a wide character at the right margin goes to the next row whole`() throws {
        let terminal = try probe("--interval", "15", "--count", "4", columns: 11)
        terminal.send("你好世界x漢字")
        try terminal.wait { $0.text.contains("msg 4") && $0.text.hasSuffix("> 你好世界x\n漢字") }
        #expect(terminal.screen.cursor.column == 4)
        terminal.send(String(repeating: Key.left, count: 7) + "a")
        try terminal.wait { $0.text.hasSuffix("> a你好世界\nx漢字") && $0.cursor.column == 3 }
        #expect(terminal.screen.text.hasPrefix("msg 1\nmsg 2\nmsg 3\nmsg 4\n> a"))
    }

    @Test func `behind an exactly full row the cursor waits on a new one`() throws {
        let terminal = try probe(columns: 10)
        terminal.send("12345678")
        try terminal.wait { $0.text == "> 12345678" && $0.cursor == (1, 0) }
        terminal.send("9")
        try terminal.wait { $0.text == "> 12345678\n9" && $0.cursor == (1, 1) }
    }

    @Test func `a resize keeps messages and draft`() throws {
        let terminal = try probe("--interval", "40", columns: 60, rows: 30)
        terminal.send(digits)
        try terminal.wait(for: "msg 2")
        for (columns, rows) in [(30, 30), (80, 30), (50, 20), (60, 30)] {
            terminal.resizeAtRest(columns: columns, rows: rows)
            let last = terminal.screen.text.split(separator: "\n").count { $0.hasPrefix("msg") }
            try terminal.wait(for: "two more messages") { screen in
                screen.transcript.count { $0.hasPrefix("msg") } >= last + 2
            }
            try terminal.wait(for: "the draft in \(columns) columns") { screen in
                screen.text.hasSuffix("> " + Self.wrapped("> " + digits, columns: columns).dropFirst(2))
            }
        }
        let messages = terminal.screen.transcript.filter { $0.hasPrefix("msg") }
        #expect(messages == (1...messages.count).map { "msg \($0)" })
        #expect(terminal.screen.transcript.count { $0.hasPrefix(">") } == 1)
    }

    @Test func `colours of the prompt end with it and its newline makes a row`() throws {
        let terminal = try probe("--prompt", "status line\n\u{1b}[1;32myou\u{1b}[0m > ", prompt: "you >")
        terminal.send("abc")
        try terminal.wait { $0.text == "status line\nyou > abc" }
        #expect(terminal.screen.attributes(row: 1, column: 0).isBold)
        #expect(terminal.screen.attributes(row: 1, column: 0).foreground == .indexed(2))
        #expect(!terminal.screen.attributes(row: 1, column: 6).isBold)
        #expect(terminal.screen.attributes(row: 1, column: 6).foreground == .standard)
    }

    @Test func `the right prompt gives way to a long line and comes back`() throws {
        let terminal = try probe("--right", "[3 online]", prompt: "[3 online]")
        let shown = ">" + String(repeating: " ", count: 29) + "[3 online]"
        #expect(terminal.screen.line(0) == shown)
        terminal.send(String(repeating: "x", count: 30))
        try terminal.wait { $0.line(0) == "> " + String(repeating: "x", count: 30) }
        terminal.send(Key.control("u"))
        try terminal.wait { $0.line(0) == shown }
    }

    @Test func `a changed prompt keeps text and cursor`() throws {
        let terminal = try probe()
        terminal.send("/prompt" + Key.enter + "text" + Key.left)
        try terminal.wait { $0.lines[1] == "changed> text" && $0.cursor == (1, 12) }
    }

    @Test func `a draft taller than the screen can be edited at both ends`() throws {
        let terminal = try probe("--interval", "20", "--count", "3", rows: 6)
        terminal.send(Key.paste((1...20).map { "line \($0)" }.joined(separator: "\r")))
        try terminal.wait {
            $0.text.hasSuffix("line 19\nline 20") && $0.cursor.row == $0.lines.lastIndex(of: "line 20")
        }
        terminal.send(String(repeating: Key.up, count: 19) + "first ")
        try terminal.wait { $0.lines.contains("> line 1first") && !$0.text.contains("line 20") }
        terminal.send(Key.enter)
        try terminal.wait { $0.transcript.contains { $0.hasPrefix(#"GOT "line 1first \nline 2\n"#) } }
    }
}

extension LineEditorScreenTests {
    private static func wrapped(_ text: String, columns: Int) -> String {
        stride(from: 0, to: text.count, by: columns)
            .map { String(text.dropFirst($0).prefix(columns)) }
            .joined(separator: "\n")
    }
}
