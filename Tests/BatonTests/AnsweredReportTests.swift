import AgentHub
import BotSchema
import Bots
import DirectLineServer
import Handoff
import TestSupport
import Testing

/// A bot that puts every report of the hub into words: the user reads all of them.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct AnsweredReportTests {
    /// Asks in a dialect, and answers every report by a reply to it.
    private struct TellingBot: Bot {
        let dialect: HandoffDialect

        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            if activity.type == .event {
                let state = activity.value?["state"]?.string ?? activity.value?.string ?? "?"
                var words = Activity.message("I hear: \(state)")
                words.replyToId = activity.id
                try await conversation.send(words)
            }
            guard activity.text == "human" else { return nil }
            try await conversation.send(.requestForBilling(replyingTo: activity, dialect))
            return nil
        }
    }

    private func shown(_ dialect: HandoffDialect, _ reports: [HubReport], until last: String) async throws -> String {
        let adapter = HandoffAdapter(hub: ReportingHub(reports: reports))
        let server = EmbeddedServer(
            configuration: ServerConfiguration(),
            bot: TellingBot(dialect: dialect),
            adapter: adapter
        )
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: globalConcurrentExecutor) { try await server.run { ready.yield($0) } }
            group.addTask(executorPreference: globalConcurrentExecutor) { await adapter.run() }
            defer { group.cancelAll() }
            for await address in addresses {
                let home = try TemporaryFolder()
                let program = try PipedProgram(
                    [BuiltProducts.executable("baton"), "--plain", "--direct-line", address.url, "--linger", "5"],
                    environment: baseEnvironment(home: home)
                )
                program.send("human\n")
                try program.wait(for: last)
                program.closeInput()
                _ = try program.waitForExit()
                return program.output
            }
            return "the server did not start"
        }
    }

    @Test(arguments: [HandoffDialect.sdk, .threeEvents, .threeEventsAsCoded])
    func `what a bot answers to acceptance, end and refusal is read by the user`(dialect: HandoffDialect) async throws {
        let (accepted, failed) = ("I hear: accepted", "I hear: failed")
        let back = "I hear: " + (dialect == .sdk ? "completed" : "transferBack")
        let whole = try await shown(
            dialect,
            [.accepted(ReportingHub.ana), .completed(.transferBack, ReportingHub.ana)],
            until: back
        )
        #expect(whole.contains(accepted) && whole.contains(back), "\(whole)")
        let refused = try await shown(dialect, [.failed(reason: "No.")], until: failed)
        #expect(refused.contains(failed), "\(refused)")
        // While the agent stays, too.
        let live = try await shown(dialect, [.accepted(ReportingHub.ana)], until: accepted)
        #expect(live.contains(accepted), "\(live)")
    }
}
