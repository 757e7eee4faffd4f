import AgentHub
import BotSchema
import Bots
import DirectLineServer
import Handoff
import Synchronization
import TestSupport
import Testing

@testable import BatonCommands

/// A bot that answers every report of the hub with an error: what is seen of it, and where.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct RejectedReportTests {
    /// Asks in a dialect, and rejects what the document says that it must not reject.
    private struct RejectingBot: Bot {
        let dialect: HandoffDialect

        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            if activity.type == .event { throw BotError(.refused, "the bot answered with status 500", status: 500) }
            guard activity.text == "human" else { return nil }
            try await conversation.send(.requestForBilling(replyingTo: activity, dialect))
            return nil
        }
    }

    private static let kinds: [(name: String, reports: [HubReport])] = [
        ("accepted, ended", [.accepted(ReportingHub.ana), .completed(.ended, ReportingHub.ana)]),
        ("accepted, transferred back", [.accepted(ReportingHub.ana), .completed(.transferBack, ReportingHub.ana)]),
        (
            "accepted, lost",
            [.accepted(ReportingHub.ana), .lost(ReportingHub.ana, reason: "The agent was disconnected.")]
        ),
        ("failed", [.failed(reason: "No agent is online.")]),
        ("timed out", [.timedOut(reason: "No agent was free in time.")]),
    ]

    /// Runs the real program twice against a server in this process, and writes down what is said of rejections.
    private func told(
        _ dialect: HandoffDialect,
        _ reports: [HubReport],
        byHand lines: String = ""
    ) async throws -> String {
        let log = Mutex<[String]>([])
        var configuration = ServerConfiguration()
        configuration.onEvent = { event in
            guard case .botFailed(let id, _, _) = event else { return }
            let line = ServeLog.text(of: event).replacing(id, with: "CONVERSATION")
            log.withLock { $0.append(line) }
        }
        let adapter = HandoffAdapter(hub: ReportingHub(reports: reports))
        let server = EmbeddedServer(configuration: configuration, bot: RejectingBot(dialect: dialect), adapter: adapter)
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: globalConcurrentExecutor) { try await server.run { ready.yield($0) } }
            group.addTask(executorPreference: globalConcurrentExecutor) { await adapter.run() }
            defer { group.cancelAll() }
            for await address in addresses {
                let home = try TemporaryFolder()
                let file = home.file("talk.transcript")
                let chat = ["--direct-line", address.url, "--linger", lines.isEmpty ? "60" : "1"]
                let user = try run(["--plain"] + chat, "human\n" + lines + "/lint\n/timeline\n", home)
                // Every line of the first conversation, in order: the server tells of a failure before the client hears.
                let logged = log.withLock { $0 }
                let json = try run(["--json", "--record", file] + chat, "human\n" + lines, home)
                let check = try run(["transcript", "check", file], "", home)
                return Self.section("user, /lint and /timeline", user, containing: ["HO215", "rejected by bot"])
                    + Self.section("--json", json, containing: [#""rule":"HO215""#])
                    + Self.section("record", check, containing: ["HO215"])
                    + Self.section("log", logged.joined(separator: "\n"), containing: [""])
            }
            return "the server did not start"
        }
    }

    private func run(_ arguments: [String], _ input: String, _ home: TemporaryFolder) throws -> String {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.send(input)
        program.closeInput()
        _ = try program.waitForExit()
        return program.output.replacing(home.file("talk.transcript"), with: "talk.transcript")
    }

    /// The lines that matter, without what differs from run to run.
    private static func section(_ title: String, _ text: String, containing words: [String]) -> String {
        let lines = text.split(separator: "\n").filter { line in words.contains { $0.isEmpty || line.contains($0) } }
        let same = lines.map { line in
            line.split(separator: " ").map { word in
                if word.contains("-loc|") { return "ID" }
                return word.first == "2" && word.contains("T") && word.contains(":") ? "TIME," : String(word)
            }.joined(separator: " ")
        }
        let text = (["# " + title] + same).joined(separator: "\n") + "\n"
        // How many activities came before depends on what else the bot was in time to say.
        return text.replacing(#/activity \d+/#, with: "activity N")
            .replacing(#/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/#, with: "TIME")
    }

    @Test(arguments: [HandoffDialect.threeEvents, .threeEventsAsCoded, .sdk])
    func `every kind of rejected report is seen by everybody`(dialect: HandoffDialect) async throws {
        var text = ""
        for kind in Self.kinds {
            text += "## \(kind.name)\n" + (try await told(dialect, kind.reports)) + "\n"
        }
        text += "## by hand\n" + (try await told(dialect, [], byHand: "/handoff accept Dana\n")) + "\n"
        try Golden.expect(text, equals: "rejected-\(dialect.rawValue).txt")
    }
}
