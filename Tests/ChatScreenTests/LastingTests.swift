import BotSchema
import DirectLineClient
import Handoff
import Testing
import Transcripts

@testable import ChatScreen

/// What a person can still do, and for how long.
struct LastingTests {
    private static let offer = """
        {"type":"message","id":"m-1","text":"Which one?","from":{"id":"bot","role":"bot"},"suggestedActions":{"actions":
        [{"type":"imBack","title":"Red","value":"red"},{"type":"imBack","title":"Blue","value":"blue"}]}}
        """

    /// A chat in which two things can be chosen.
    private static func script() -> ChatScript {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(offer)
        return script
    }

    @Test(arguments: ["/event ping", "/invoke lookup", "/attach a.png"])
    func `choices outlast what is no answer to them`(line: String) {
        var script = Self.script()
        _ = script.enter(line)
        #expect(script.machine.choiceTitles == ["Red", "Blue"])
    }

    @Test(arguments: ["Red", "1", "something else"])
    func `an answer ends the choices`(line: String) {
        var script = Self.script()
        _ = script.enter(line)
        #expect(script.machine.choiceTitles.isEmpty)
    }

    @Test func `a notice of the hub leaves the choices as they are, a message of the bot replaces them`() {
        var script = Self.script()
        _ = script.arrive(
            """
            {"type":"message","id":"n-1","text":"x","from":{"id":"agent-hub"},"channelData":{"baton":{"author":"hub",
            "notice":"held"}}}
            """
        )
        #expect(script.machine.choiceTitles == ["Red", "Blue"])
        _ = script.arrive(#"{"type":"message","id":"m-2","text":"Never mind","from":{"id":"bot","role":"bot"}}"#)
        #expect(script.machine.choiceTitles.isEmpty)
    }

    @Test func `nothing of a conversation is left in the next`() {
        var script = Self.script()
        _ = script.arrive(Fixture.initiate)
        _ = script.arrive(Fixture.accepted)
        _ = script.take(.opened(conversationId: "c-2"))
        let machine = script.machine
        #expect(machine.choiceTitles.isEmpty && machine.handoffState == .bot && machine.shownMessage == nil)
        #expect(machine.initiation == nil && machine.inputHint == nil && machine.typist == nil)
        #expect(machine.joinedAgent == nil && !machine.isBetweenAgents && machine.record.entries.isEmpty)
        #expect(machine.latency == TurnLatency() && machine.growing == nil)
        #expect(machine.wholeTranscript.activities.count == 3)
    }

    @Test func `a file that the chat was started with must be there, another one need not`() {
        let missing = TranscriptError(.malformed, file: "a", reason: "it is not there")
        for (path, leaves) in [("a", true), ("b", false)] {
            var machine = ChatStateMachine(
                configuration: ChatStateMachine.Configuration(
                    isInteractive: true,
                    settle: .seconds(1),
                    linger: .seconds(1),
                    style: .plain,
                    load: ChatStateMachine.FileToLoad(path: "a")
                )
            )
            let now = Timestamp(milliseconds: 0)
            _ = machine.handle(.opened(conversationId: "c"), at: now)
            let actions = machine.handle(.loaded(path: path, .failure(missing)), at: now)
            let codes = actions.compactMap { if case .leave(let code) = $0 { code } else { nil } }
            #expect(codes == (leaves ? [1] : []))
        }
    }
}
