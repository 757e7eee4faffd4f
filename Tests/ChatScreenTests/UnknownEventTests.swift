import Handoff
import Testing

@testable import ChatScreen

/// Events of a bot that are for other clients.
struct UnknownEventTests {
    private static let bot = #""from":{"id":"bot","role":"bot"}"#

    private func event(_ name: String, value: String = "1", from: String = bot) -> String {
        #"{"type":"event","name":"\#(name)","value":\#(value),\#(from)}"#
    }

    /// What the chat shows of an activity.
    private func shown(_ json: String, in script: inout ChatScript, isEcho: Bool = false) -> [String] {
        script.arrive(json, isEcho: isEcho).filter { $0.hasPrefix("The bot sent") }
    }

    @Test func `an event is told once for each name, with its size`() {
        var script = ChatScript()
        _ = script.open()
        let order = event("order.created", value: #"{"id":7}"#)
        #expect(shown(order, in: &script) == ["The bot sent the event “order.created” (8 bytes)."])
        #expect(shown(order, in: &script) == [])
        #expect(shown(event("order.paid"), in: &script) == ["The bot sent the event “order.paid” (1 byte)."])
        #expect(shown(#"{"type":"event","name":"x",\#(Self.bot)}"#, in: &script) == ["The bot sent the event “x”."])
        #expect(shown(#"{"type":"event",\#(Self.bot)}"#, in: &script) == ["The bot sent an event without a name."])
        #expect(shown(#"{"type":"event","name":"",\#(Self.bot)}"#, in: &script) == [])
    }

    @Test func `a new conversation tells it again`() {
        var script = ChatScript()
        _ = script.open()
        #expect(shown(event("a"), in: &script).count == 1)
        _ = script.take(.opened(conversationId: "c-2"))
        #expect(shown(event("a"), in: &script).count == 1)
    }

    @Test func `a name that speaks of an agent has a hint, one that asks for one is a request`() {
        var script = ChatScript()
        _ = script.open()
        #expect(
            shown(event("AgentTransferFailed"), in: &script) == [
                "The bot sent the event “AgentTransferFailed” (1 byte); it may be about an agent, but not in a known form."
            ]
        )
        let request = script.arrive(event("TransferToAgent", value: #""billing""#))
        #expect(request.contains { $0.contains("handoff") && $0.contains("requested") }, "\(request)")
        #expect(!request.contains { $0.hasPrefix("The bot sent") })
    }

    @Test(arguments: ["handoff.initiate", "baton.anything", "Handoff.Initiate"])
    func `what is told elsewhere, or is this program's own, has no such line`(name: String) {
        var script = ChatScript()
        _ = script.open()
        #expect(shown(event(name), in: &script) == [])
    }

    @Test func `a report of the bot that only the hub can give is told, and moves nothing`() {
        let report = event("handoff.status", value: #"{"state":"accepted"}"#)
        var script = ChatScript()
        _ = script.take(.opened(conversationId: "c-1", trusting: .hub))
        let words = "The bot sent the event “handoff.status”, which counts only from the hub here; it is ignored."
        #expect(shown(report, in: &script) == [words])
        #expect(shown(report, in: &script) == [])
        #expect(script.machine.handoffState == .bot)
        var elsewhere = ChatScript()
        _ = elsewhere.open()
        #expect(shown(report, in: &elsewhere) == [], "the bot reports where no hub of ours does")
    }

    @Test func `events of users are no news`() {
        var script = ChatScript()
        _ = script.open()
        let user = #""from":{"id":"u-2","role":"user"}"#
        #expect(shown(event("a", from: user), in: &script) == [])
        #expect(shown(event("a", from: user), in: &script, isEcho: true) == [])
    }

    @Test func `a name of any kind is one short safe line, and there are not many`() {
        var script = ChatScript()
        _ = script.open()
        let long = shown(event(#"a\u001b[2J\n"# + String(repeating: "b", count: 500)), in: &script)
        #expect(long.count == 1)
        #expect(long.allSatisfy { $0.count < 100 && !$0.contains("\u{1b}") && !$0.contains("\n") })
        let many = (1...1000).flatMap { shown(event("event \($0)"), in: &script) }
        #expect((50...100).contains(many.count))
    }
}
