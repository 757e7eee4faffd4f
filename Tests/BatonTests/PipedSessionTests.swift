import BotSchema
import Subprocess
import System
import TestSupport
import Testing

/// The real program on pipes: what a script gets.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PipedSessionTests {
    private func run(
        _ arguments: [String],
        input: String,
        environment: [String: String] = [:]
    ) async throws -> (output: String, errors: String, exit: TerminationStatus) {
        let home = try TemporaryFolder()
        let values = baseEnvironment(home: home).merging(environment) { $1 }
        let result = try await Subprocess.run(
            .path(FilePath(BuiltProducts.executable("baton"))),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: values.map { (.init(stringLiteral: $0), $1) })),
            input: .string(input),
            output: .string(limit: 4 << 20),
            error: .string(limit: 1 << 20)
        )
        return (result.standardOutput ?? "", result.standardError ?? "", result.terminationStatus)
    }

    private func objects(_ output: String) throws -> [JSONValue] {
        try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func `a script plays a handoff from request to return, each state once`() async throws {
        let result = try await run(
            ["--json", "--agent-pace", "8"],
            input: "hi\nI want to talk to a person about my credit card\n"
        )
        #expect(result.exit == .exited(0), "\(result.errors)")
        let lines = try objects(result.output)
        let states = lines.filter { $0["kind"] == "handoff" }.compactMap { $0["state"]?.string }
        #expect(states.first == "requested")
        #expect(states.filter { $0 != "queued" }.count == 3)
        #expect(states.dropLast().last == "live")
        #expect(["bot", "ended"].contains(states.last))
        let agent = lines.filter { $0["activity"]?["from"]?["name"] == "Ana" && $0["activity"]?["type"] == "message" }
        #expect(!agent.isEmpty)
        let ids = lines.compactMap { $0["activity"] }.filter { $0["type"] == "message" }.compactMap { $0["id"]?.string }
        #expect(Set(ids).count == ids.count)
        let live = try #require(lines.firstIndex { $0["state"] == "live" })
        let back = try #require(lines.lastIndex { $0["kind"] == "handoff" })
        #expect(lines[live..<back].contains { $0["activity"]?["from"]?["name"] == "Ana" })
    }

    @Test func `plain output has no escape and no drawing`() async throws {
        let result = try await run(["--plain"], input: "opening hours\n")
        #expect(result.exit == .exited(0))
        #expect(!result.output.contains("\u{1b}"))
        #expect(!result.output.contains("─"))
        #expect(result.output.contains("you: opening hours"))
    }

    @Test func `polling tells the same story`() async throws {
        let result = try await run(["--json", "--transport", "polling"], input: "opening hours\n")
        #expect(result.exit == .exited(0))
        let texts = try objects(result.output).compactMap { $0["activity"]?["text"]?.string }
        #expect(texts.contains("opening hours"))
        #expect(texts.count >= 3)
    }

    @Test(arguments: [
        (["--direct-line", "nonsense"], "--direct-line"),
        (["--direct-line", "http://127.0.0.1:1"], "127.0.0.1:1"),
        (["--bot", "ftp://example.org"], "--bot"),
        (["--bot", "http://127.0.0.1:1/api/messages", "--token-endpoint", "http://x"], "not several"),
        (["--secret-file", "/nonexistent", "--direct-line", "http://127.0.0.1:1"], "/nonexistent"),
    ])
    func `a wrong address or credential is one clear line and a failure`(arguments: [String], hint: String) async throws {
        let result = try await run(arguments, input: "hi\n")
        #expect(result.exit != .exited(0))
        #expect((result.output + result.errors).contains(hint), "\(result.output)\(result.errors)")
    }

    @Test func `a bot that nobody runs is named, and the exit code tells`() async throws {
        let result = try await run(["--bot", "http://127.0.0.1:1/api/messages"], input: "hi\n")
        #expect(result.exit == .exited(1))
        #expect(result.output.contains("http://127.0.0.1:1/api/messages"))
    }
}
