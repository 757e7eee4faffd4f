import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import HandoffFixtures
import LineEditing
import Testing

@testable import ChatScreen

/// The chat and the desk take what senders should not send, and go on.
@Suite struct MalformedEventTests {
    private static let outputs: [any ChatOutput] = [
        ScreenOutput(
            style: .plain,
            activities: ActivityRenderer(style: .plain, clockTime: { _ in "" }),
            now: { "" }
        ),
        ScreenOutput(
            style: Style(isColored: false, isDrawn: true),
            activities: ActivityRenderer(style: Style(isColored: false, isDrawn: true), clockTime: { _ in "12:00" }),
            now: { "12:00" }
        ),
        JSONLinesOutput(),
    ]

    /// Everything that the items of some actions print, at several widths.
    private func printed(_ actions: [ChatAction]) -> String {
        actions.compactMap { action -> ChatItem? in if case .show(let item) = action { item } else { nil } }
            .flatMap { item in
                Self.outputs.flatMap { output in [20, 80].map { output.text(of: item, columns: $0) } }
            }.joined(separator: "\n")
    }

    private func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control }
    }

    @Test(arguments: MalformedCorpus.all) func `V25 the chat takes it in every state, prints it safely and goes on`(
        event: MalformedCorpus.Case
    ) throws {
        let value = try JSONValue(parsing: event.bytes)
        let activity = try #require(Activity(value))
        for before in [[], [Fixture.initiate], [Fixture.initiate, Fixture.accepted]] {
            var machine = ChatStateMachine.atTerminal()
            let now = Timestamp(milliseconds: 0)
            var actions = machine.handle(.opened(conversationId: "c-1"), at: now)
            actions += machine.handle(.client(.connection(.online)), at: now)
            for text in before {
                let known = try #require(Activity(try JSONValue(parsing: text)))
                actions += machine.handle(.client(.activity(known, isEcho: false)), at: now)
            }
            actions += machine.handle(.client(.activity(activity, isEcho: false)), at: now)
            for command in ["/context", "/lint", "/timeline", "/status", "/transcript"] {
                actions += machine.handle(.input(.line(command)), at: now)
            }
            var message = Activity.message("still here")
            message.from = ChannelAccount(id: "bot", name: "Robin", role: "bot")
            let after = machine.handle(.client(.activity(message, isEcho: false)), at: now)
            #expect(printed(after).contains("still here"))
            #expect(!hasControls(printed(actions)))
            if machine.handoffState != .closed {
                let said = machine.handle(.input(.line("and I")), at: now)
                #expect(said.contains { if case .post = $0 { true } else { false } })
            }
            #expect(printed(machine.handle(.input(.line("/raw 2")), at: now)).isEmpty == false)
        }
    }

    @Test(arguments: MalformedCorpus.all) func `V25 the desk shows a request made of it, safely`(
        event: MalformedCorpus.Case
    ) throws {
        let activity = try #require(Activity(try JSONValue(parsing: event.bytes)))
        let request = WorkRequest(
            conversationId: "c-1",
            user: ChannelAccount(id: "u", name: "Maria", role: "user"),
            initiation: HandoffInitiation(activity),
            activity: activity
        )
        var machine = DeskStateMachine(configuration: DeskStateMachine.Configuration(name: "Dana", style: .plain))
        let now = Timestamp(milliseconds: 0)
        _ = machine.handle(.opened(conversationId: "d-1"), at: now)
        _ = machine.handle(.client(.connection(.online)), at: now)
        let briefing = DeskBriefing(request, item: "item-1")
        var actions: [ChatAction] = []
        let told = [
            DeskEvent.signedIn(agentId: "dana", .usual).activity, DeskEvent.offered(briefing, rings: nil).activity,
            DeskEvent.connected(briefing).activity, activity,
        ]
        for told in told { actions += machine.handle(.client(.activity(told, isEcho: false)), at: now) }
        for command in ["/brief", "/request", "/list", "/status"] {
            actions += machine.handle(.input(.line(command)), at: now)
        }
        #expect(!hasControls(printed(actions)))
        #expect(machine.current?.item == "item-1")
        // The request is at the desk just as it came.
        #expect(machine.current?.briefing.request == activity)
    }
}
