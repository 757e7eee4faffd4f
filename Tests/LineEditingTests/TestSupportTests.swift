import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The support of all tests, where they would not notice that it is wrong.
@Suite(.timeLimit(.minutes(20)), .waitsForPrograms)
struct TestSupportTests {
    @Test func `a golden text is recorded once and compared afterwards`() throws {
        let test = try TemporaryFile(contents: "", name: "Some.swift")
        let folder = test.path.dropLast("/Some.swift".count) + "/Golden"
        defer {
            unlink(folder + "/text.txt")
            rmdir(String(folder))
        }
        #expect(throws: Golden.Difference.self) {
            try Golden.expect("one\ntwo\n", equals: "text.txt", testFile: test.path)
        }
        try Golden.expect("one\ntwo\n", equals: "text.txt", testFile: test.path)
        let difference = #expect(throws: Golden.Difference.self) {
            try Golden.expect("one\nzwei\n", equals: "text.txt", testFile: test.path)
        }
        #expect(difference?.description == "text.txt, line 2:\n  is       zwei\n  recorded two")
    }

    @Test func `a program that is not built is an error`() {
        #expect(throws: BuiltProducts.NotFound.self) { try BuiltProducts.executable("no-such-product") }
    }

    @Test func `the screen shows text split between any two bytes`() {
        let screen = TerminalScreen(columns: 20, rows: 3)
        for byte in "\u{1b}[1mé你\u{1b}[0m🚀x\r\n漢".utf8 { screen.feed([byte]) }
        #expect(screen.text == "é你🚀x\n漢")
        #expect(screen.attributes(row: 0, column: 0).isBold && !screen.attributes(row: 0, column: 5).isBold)
        #expect(screen.cursor == (1, 2))
    }

    @Test func `exit codes, signals and time limits are told apart`() throws {
        let exits = try PseudoTerminal(["/bin/sh", "-c", "printf 'last words'; exit 7"])
        #expect(try exits.waitForExit() == .code(7))
        #expect(exits.screen.text == "last words")
        let dies = try PseudoTerminal(["/bin/sh", "-c", "kill -KILL $$"])
        #expect(try dies.waitForExit() == .signal(SIGKILL))
        let waits = try PseudoTerminal(["/bin/cat"])
        #expect(throws: PseudoTerminal.Failure.self) { try waits.waitForExit(atMost: .milliseconds(30)) }
        #expect(throws: PseudoTerminal.Failure.self) { try waits.wait(for: "nothing", atMost: .milliseconds(30)) }
    }
}
