import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What is left of a chat that was killed.
@Suite(.serialized, .timeLimit(.minutes(5)))
@MainActor  // Waits for a terminal without suspending, which must not hold up the threads of other tests.
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

    @Test func `a chat that is left is finished, and one without record leaves nothing`() throws {
        let home = try TemporaryFolder()
        #expect(try run(["--plain", "--no-record"], home: home).exit == .code(0))
        #expect(try run(["transcript", "list"], home: home).output == "")
        #expect(try run(["--plain"], home: home).exit == .code(0))
        let list = try run(["transcript", "list"], home: home)
        #expect(list.output.contains("finished"), "\(list.output)")
    }
}
