import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The editor in a terminal, with messages that arrive while a person types.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorTypingTests {
    @Test(arguments: ["hello", "hello 你好", "Grüße 🚀😀", "cafe\u{301} x"])
    func `text and cursor stay while messages arrive`(text: String) throws {
        let terminal = try probe("--interval", "15", "--count", "5")
        for character in text { terminal.send(String(character)) }
        try terminal.wait(for: "all messages and the text") {
            Array($0.lines.prefix(6)) == (1...5).map { "msg \($0)" } + ["> \(text)"]
        }
        let widths = ["hello": 5, "hello 你好": 10, "Grüße 🚀😀": 10]
        #expect(terminal.screen.cursor == (5, 2 + (widths[text] ?? 6)))
        terminal.send(Key.enter)
        try terminal.wait(for: "GOT \(text.debugDescription)")
    }

    @Test func `a burst of messages is printed once and in order while the person types`() throws {
        let terminal = try probe()
        terminal.send("/burst" + Key.enter)
        for letter in "typed 你好 meanwhile" { terminal.send(String(letter)) }
        try terminal.wait { $0.text.contains("burst 2000") && $0.text.contains("> typed 你好 meanwhile") }
        let messages = terminal.screen.transcript.filter { $0.hasPrefix("burst") }
        #expect(messages == (1...2000).map { "burst \($0)" })
    }

    @Test func `what is typed and said while the terminal takes nothing comes when it does again`() throws {
        let terminal = try probe()
        terminal.sendBlindly("/big" + Key.enter)
        // Nobody reads: the terminal is full after the first part of it.
        usleep(400_000)
        terminal.sendBlindly("late" + Key.enter + "draft")
        usleep(200_000)
        try terminal.wait(for: "the answer", atMost: .seconds(30)) { $0.text.hasSuffix("GOT \"late\"\n> draft") }
        #expect(terminal.screen.transcript.count { $0.hasPrefix("a long line of some text") } == 8000)
    }
}
