import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `baton transcript check`: what a script gets.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct TranscriptCheckCommandTests {
    private func check(
        _ arguments: [String],
        input: String = ""
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let home = try TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript", "check"] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.send(input)
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    private let orphan = #"""
        [{"type":"event","name":"handoff.status","conversation":{"id":"c"},"from":{"id":"b"},"value":{"state":"failed"}}]
        """#

    @Test func `a warning leaves the exit code 0 and names rule, place and document`() throws {
        let result = try check(["-"], input: orphan)
        #expect(result.exit == .code(0))
        #expect(
            result.output.contains("standard input: warning HO203, activity 1: no handoff is open [handoff protocol]")
        )
    }

    @Test func `an error makes it 1, in JSON as well`() throws {
        let result = try check(["--json", "-"], input: orphan.replacing(#""failed""#, with: "7"))
        #expect(result.exit == .code(1))
        let report = try JSONValue(parsing: result.output)
        #expect(report["findings"]?[0]?["rule"] == "HO123")
        #expect(report["findings"]?[0]?["path"] == "$.value.state")
    }

    @Test func `a file that cannot be read makes it 1, and the others are checked all the same`() throws {
        let result = try check(["no-such-file.json", "-"], input: "[]")
        #expect(result.exit == .code(1))
        #expect(result.output.contains("standard input: 0 activities, 0 handoffs, nothing wrong"))
    }
}
