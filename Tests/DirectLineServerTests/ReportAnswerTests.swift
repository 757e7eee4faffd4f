import AgentHub
import BotSchema
import Bots
import Handoff
import NIOHTTP1
import TestSupport
import Testing

@testable import DirectLineServer

/// A hub whose one agent takes a conversation and gives it back at once.
private struct BriefHub: HubConnection {
    func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async throws(HubConnectionError) -> WorkItemID {
        let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
        report(.accepted(ana))
        report(.completed(.transferBack, ana))
        return "item-1"
    }

    func userSent(_ activity: Activity, to item: WorkItemID) async throws(HubConnectionError) -> Bool { true }
    func close(_ item: WorkItemID, endedBy side: ConversationSide) async {}
    func run() async {}
}

/// What a bot program says to the hub's reports in the body of its answer, and not by a call of its own.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ReportAnswerTests {
    /// The ways to answer within the answer.
    enum Way: CaseIterable, Sendable {
        /// An array of replies, as for `expectReplies`.
        case replies
        /// Server-sent events.
        case stream

        func answer(_ activity: String) -> StubBot.Answer {
            switch self {
            case .replies: StubBot.Answer(body: #"{"activities":[\#(activity)]}"#)
            case .stream:
                StubBot.Answer(
                    headers: ["Content-Type": "text/event-stream"],
                    body: "event: activity\r\ndata: \(activity)\r\n\r\n"
                )
            }
        }
    }

    @Test(arguments: Way.allCases)
    func `an answer to a report is for the user, while the agent is there as well`(way: Way) async throws {
        let turn: @Sendable (Activity) async throws -> StubBot.Answer = { activity in
            if activity.name == "handoff.status" {
                let state = activity.value?["state"]?.string ?? "?"
                return way.answer(#"{"type":"message","text":"I hear: \#(state)"}"#)
            }
            if activity.text == "human" {
                let context = HandoffContext(["Skill": "billing"])
                let request = Activity.handoffInitiate(context: context, transcript: [], replyingTo: activity)
                _ = try await StubBot.reply(to: activity, request)
            }
            return StubBot.Answer()
        }
        try await withStubBot(turn) { stub in
            try await RemoteBot.withBot(at: stub.url, limit: .seconds(120)) { bot in
                let adapter = HandoffAdapter(hub: BriefHub())
                async let _ = adapter.run()
                try await withServer(bot: bot, adapter: adapter) { server in
                    let conversation = try await server.start()
                    try await conversation.withStream { stream in
                        _ = try await conversation.say("human")
                        var heard: [String] = []
                        while heard.count < 2, let activity = try await stream.activity() {
                            #expect(activity.name != "baton.suppressed")
                            if let text = activity.text, text.hasPrefix("I hear") { heard.append(text) }
                        }
                        #expect(heard == ["I hear: accepted", "I hear: completed"])
                    }
                }
            }
        }
    }
}
