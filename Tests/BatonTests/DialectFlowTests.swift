import BotSchema
import TestSupport
import Testing

/// The two documents' flows, played whole by the real program in every dialect, and recorded: our own check finds nothing.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct DialectFlowTests {
    /// How a handoff goes: what is said and set, and the reports that tell of it in the names of each document.
    private struct Flow {
        let name: String
        var options: [String] = []
        var lines = ["a person about my credit card"]
        let threeEvents: [String]
        let sdk: [String]
    }

    private static let flows = [
        Flow(
            name: "transfer back",
            threeEvents: ["HandoffResponse accepted", "HandoffCompleted transferBack"],
            sdk: ["accepted", "completed"]
        ),
        Flow(
            name: "end",
            lines: ["a person about my credit card", "thank you, that's all"],
            threeEvents: ["HandoffResponse accepted", "HandoffCompleted endOfConversation"],
            sdk: ["accepted", "completed"]
        ),
        Flow(
            name: "refusal",
            options: ["--fault", "no-agents"],
            threeEvents: ["HandoffResponse failed"],
            sdk: ["failed"]
        ),
        Flow(
            name: "missing skill",
            options: ["--fault", "wrong-skill", "--skill-gap", "fail"],
            threeEvents: ["HandoffResponse failed"],
            sdk: ["failed"]
        ),
        Flow(
            name: "time-out",
            options: ["--fault", "wrong-skill", "--skill-gap", "wait", "--max-wait", "1"],
            threeEvents: ["HandoffResponse timedOut"],
            sdk: ["failed"]
        ),
        Flow(
            name: "lost agent",
            options: ["--fault", "agent-vanishes", "--agent-grace", "0", "--agent-loss", "bot"],
            threeEvents: ["HandoffResponse accepted", "HandoffCompleted failed"],
            sdk: ["accepted", "failed"]
        ),
    ]

    /// The dialect, the name of its request, and how it reports.
    private static let dialects: [(name: String, request: String, reports: @Sendable (Flow) -> [String])] = [
        ("auto", "handoff.initiate", { $0.sdk.map { "handoff.status " + $0 } }),
        ("sdk", "handoff.initiate", { $0.sdk.map { "handoff.status " + $0 } }),
        ("three-events", "HandoffInitiation", \.threeEvents),
        (
            "three-events-as-coded", "InitiateHandoff",
            { $0.threeEvents.map { $0.replacing("HandoffCompleted", with: "HandoffResponse") } }
        ),
    ]

    private func run(_ arguments: [String], input: String, home: TemporaryFolder) throws -> String {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.send(input)
        program.closeInput()
        _ = try program.waitForExit()
        return program.output
    }

    private func words(_ activity: JSONValue) -> String {
        "\(activity["name"]?.string ?? "") \(activity["value"]?.string ?? activity["value"]?["state"]?.string ?? "")"
    }

    @Test(arguments: 0..<4, 0..<6)
    func `a flow is recorded in a dialect without a finding`(dialect: Int, flow: Int) throws {
        let (dialect, flow) = (Self.dialects[dialect], Self.flows[flow])
        let home = try TemporaryFolder()
        let file = home.file("talk.transcript")
        let output = try run(
            ["--json", "--agent-pace", "20", "--seed", "7", "--dialect", dialect.name, "--record", file] + flow.options,
            input: flow.lines.map { $0 + "\n" }.joined(),
            home: home
        )
        let lines = try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let events = lines.compactMap { $0["activity"] }.filter { $0["type"] == "event" }
        let reports = events.filter {
            ["handoff.status", "HandoffResponse", "HandoffCompleted"].contains($0["name"]?.string)
        }
        #expect(events.count { $0["name"]?.string == dialect.request } == 1, "\(flow.name): \(output)")
        #expect(reports.map(words) == dialect.reports(flow), "\(dialect.name), \(flow.name)")
        let steps = lines.filter { $0["kind"] == "handoff" }
        let word = dialect.name == "auto" ? "sdk" : dialect.name
        #expect(steps.first?["state"] == "requested" && steps.first?["dialect"]?.string == word, "\(flow.name)")
        #expect(Set(steps.compactMap { $0["dialect"]?.string }) == [word], "\(flow.name): one handoff, one dialect")
        if flow.name == "missing skill" {
            let reason = reports[0]["value"]?["message"] ?? reports[0]["attachments"]?[0]?["content"]?["message"]
            #expect(reason == "No agent with the skill credit cards is at work.")
        }
        let check = try run(["transcript", "check", file], input: "", home: home)
        #expect(check.contains("nothing wrong"), "\(dialect.name), \(flow.name): \(check)")
    }

    @Test func `a recording is loaded by an option, to look at or to be said again`() throws {
        let home = try TemporaryFolder()
        let file = home.file("a talk.transcript")
        _ = try run(["--plain", "--agent", "none", "--record", file], input: "opening hours\n", home: home)
        let shown = try run(["--plain", "--agent", "none", "--load", file], input: "", home: home)
        #expect(shown.contains("We are open"), "\(shown)")
        let again = try run(
            ["--plain", "--agent", "none", "--load", file, "--as", "context"],
            input: "/next\n",
            home: home
        )
        #expect(again.contains("you: opening hours"), "\(again)")
        #expect(try run(["--as", "context"], input: "", home: home).contains("--as goes with --load FILE."))
        #expect(try run(["--load", home.file("missing")], input: "", home: home).contains("missing"))
    }
}
