import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Beginning, interruption and end.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorLifeTests {
    @Test(arguments: [SIGTERM, SIGHUP])
    func `a signal to stop restores the terminal and keeps the draft`(signal: Int32) throws {
        let terminal = try probe("--interval", "5")
        terminal.send("half a line")
        try terminal.wait(for: "> half a line")
        #expect(!terminal.isCooked)
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == .code(128 + signal))
        #expect(terminal.isCooked)
        let lines = terminal.screen.transcript.filter { !$0.isEmpty && !$0.hasPrefix("msg") }
        #expect(lines == ["> half a line", "END", "BYE", "DRAFT half a line"])
    }

    @Test func `a signal during a search ends it too`() throws {
        let terminal = try probe()
        terminal.send("draft" + Key.control("r") + "x")
        try terminal.wait(for: "(no match 'x')")
        terminal.signal(SIGTERM)
        #expect(try terminal.waitForExit() == .code(128 + SIGTERM))
        #expect(terminal.isCooked)
        #expect(terminal.screen.text.hasSuffix("DRAFT draft"))
    }

    @Test func `SIGINT from outside counts as control C`() throws {
        let terminal = try probe()
        terminal.send("abc")
        try terminal.wait(for: "> abc")
        terminal.signal(SIGINT)
        try terminal.wait { $0.text == "> abc^C\nINTERRUPT\n>" }
    }

    @Test func `closing by the program restores the terminal and erases the prompt`() throws {
        let terminal = try probe()
        terminal.send("/quit" + Key.enter)
        #expect(try terminal.waitForExit() == .code(0))
        #expect(terminal.screen.text == "> /quit\nBYE")
        #expect(terminal.isCooked)
    }

    @Test func `a program that just exits leaves the terminal as it was`() throws {
        let terminal = try probe()
        terminal.send("/exit" + Key.enter)
        #expect(try terminal.waitForExit() == .code(3))
        #expect(terminal.isCooked)
    }

    @Test(arguments: [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGQUIT, SIGSYS])
    func `a program that dies of a signal gives the terminal back`(signal: Int32) throws {
        let terminal = try probe(environment: ["SWIFT_BACKTRACE": "enable=no"])
        terminal.send("half a line")
        try terminal.wait(for: "> half a line")
        #expect(!terminal.isCooked)
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == .signal(signal))
        #expect(terminal.isCooked)
    }

    @Test func `a fault of the program's own gives the terminal back`() throws {
        let terminal = try probe(environment: ["SWIFT_BACKTRACE": "enable=no"])
        terminal.send("/fault" + Key.enter)
        #expect(try terminal.waitForExit() == .signal(SIGSEGV))
        #expect(terminal.isCooked)
    }

    @Test func `a draft to begin with can be edited`() throws {
        let terminal = try probe("--draft", "left over", prompt: "left over")
        terminal.send("!" + Key.enter)
        try terminal.wait(for: #"GOT "left over!""#)
    }

    @Test func `control Z stops and fg goes on`() throws {
        let terminal = try PseudoTerminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"],
            environment: probeEnvironment.merging(["PS1": "$ "]) { $1 },
            columns: 60,
            rows: 20
        )
        try terminal.wait { $0.text.hasSuffix("$") }
        terminal.send("clear; \(try BuiltProducts.executable("line-editing-probe")) --interval 20\n")
        try terminal.wait { $0.text.contains("msg 2") }
        terminal.send("some text")
        try terminal.wait { $0.text.hasSuffix("> some text") }
        terminal.send(Key.control("z"))
        try terminal.wait { $0.text.contains("Stopped") && $0.text.hasSuffix("$") }
        terminal.send("echo cook''ed\n")
        try terminal.wait { $0.lines.contains("cooked") }
        terminal.send("fg\n")
        try terminal.wait { $0.text.hasSuffix("> some text") }
        terminal.send(" more" + Key.enter)
        try terminal.wait { $0.transcript.contains(#"GOT "some text more""#) }
        terminal.send("/quit" + Key.enter)
        try terminal.wait { $0.text.hasSuffix("BYE\n$") }
        let messages = terminal.screen.transcript.filter { $0.hasPrefix("msg") }
        #expect(messages == (1...messages.count).map { "msg \($0)" })
        terminal.send("exit\n")
        #expect(try terminal.waitForExit() == .code(0))
    }

    #if os(Linux)
    @Test func `a stop from outside is survived as well`() throws {
        let terminal = try PseudoTerminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"],
            environment: probeEnvironment.merging(["PS1": "$ "]) { $1 },
            columns: 60,
            rows: 20
        )
        try terminal.wait { $0.text.hasSuffix("$") }
        terminal.send("clear; \(try BuiltProducts.executable("line-editing-probe")) --draft text\n")
        try terminal.wait { $0.text.hasSuffix("> text") }
        let job = try #require(Self.foregroundProcess(of: terminal))
        kill(job, SIGSTOP)
        try terminal.wait { $0.text.contains("Stopped") && $0.text.hasSuffix("$") }
        terminal.send("fg\n")
        try terminal.wait { $0.text.hasSuffix("> text") }
        terminal.send(" on" + Key.enter)
        try terminal.wait { $0.text.contains(#"GOT "text on""#) }
    }
    #endif

    @Test func `the history reaches the next run without what must not be remembered`() throws {
        let file = try TemporaryFile()
        let first = try probe("--history", file.path)
        first.send("kept 你好" + Key.enter + "secret word" + Key.enter)
        try first.wait(for: #"GOT "secret word""#)
        #expect(file.contents == "\"kept 你好\"\n")
        #expect(file.mode == 0o600)
        let second = try probe("--history", file.path)
        second.send("by the second" + Key.enter)
        try second.wait(for: #"GOT "by the second""#)
        first.send("by the first" + Key.enter)
        try first.wait(for: #"GOT "by the first""#)
        let third = try probe("--history", file.path)
        for entry in ["by the first", "by the second", "kept 你好"] {
            third.send(Key.up)
            try third.wait(for: "> \(entry)")
        }
    }

    @Test func `a history that cannot be written is reported once`() throws {
        let terminal = try probe("--history", "/nonexistent/history", columns: 80)
        terminal.send("one" + Key.enter + "two" + Key.enter)
        try terminal.wait(for: #"GOT "two""#)
        #expect(terminal.screen.lines.count { $0.hasPrefix("Cannot write the history in /nonexistent/history") } == 1)
    }

    @Test(arguments: ["dumb", ""])
    func `a terminal that cannot draw gets lines`(name: String) throws {
        let terminal = try PseudoTerminal(
            [BuiltProducts.executable("line-editing-probe")],
            environment: probeEnvironment.merging(["TERM": name]) { $1 }
        )
        terminal.send("hello\n")
        try terminal.wait(for: #"GOT "hello""#)
        terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == .code(0))
        #expect(terminal.screen.text == "hello\nGOT \"hello\"\nEND\nBYE")
    }

    @Test func `editing switched off by editrc falls back to lines`() throws {
        let file = try TemporaryFile(contents: "edit off\n")
        let terminal = try PseudoTerminal(
            [BuiltProducts.executable("line-editing-probe")],
            environment: probeEnvironment.merging(["EDITRC": file.path]) { $1 }
        )
        terminal.send("hello\n")
        try terminal.wait(for: #"GOT "hello""#)
        #expect(terminal.isCooked)
    }

    #if os(Linux)
    private static func foregroundProcess(of terminal: PseudoTerminal) -> pid_t? {
        let path = "/proc/\(terminal.process)/task/\(terminal.process)/children"
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self).split(separator: " ").first.flatMap {
            pid_t($0)
        }
    }
    #endif
}
