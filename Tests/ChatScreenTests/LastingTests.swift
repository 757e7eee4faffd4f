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

    /// Something that belongs to one conversation: what brings it about, and whether it is there.
    struct Belonging: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Lines that are entered begin with `>`, the rest arrives.
        let steps: [String]
        let isThere: @Sendable (ChatStateMachine) -> Bool

        init(_ name: String, _ steps: String..., isThere: @escaping @Sendable (ChatStateMachine) -> Bool) {
            (testDescription, self.steps, self.isThere) = (name, steps, isThere)
        }

        func happen(in script: inout ChatScript) {
            for step in steps {
                _ = step.hasPrefix(">") ? script.enter(String(step.dropFirst())) : script.arrive(step)
            }
        }
    }

    private static func notice(_ code: String) -> String {
        """
        {"type":"message","id":"n-\(code)","text":"x","from":{"id":"agent-hub"},"channelData":{"baton":{"author":"hub",
        "notice":"\(code)","agentName":"Bo"}}}
        """
    }

    private static let part = """
        {"type":"typing","id":"t-1","text":"It","from":{"id":"bot","role":"bot"},"entities":[{"type":"streaminfo",
        "streamId":"s-1","streamSequence":1,"streamType":"streaming"}]}
        """
    private static let card = """
        {"type":"message","id":"m-3","from":{"id":"bot","role":"bot"},"attachments":[{"contentType":
        "application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":
        "Input.Text","id":"city","label":"City"}],"actions":[{"type":"Action.Submit","title":"Send"}]}}]}
        """

    private static let belongings = [
        Belonging("choices", offer) { !$0.choiceTitles.isEmpty },
        Belonging("the card on the screen", card) { $0.shownMessage != nil },
        Belonging("a state of the handoff", Fixture.initiate, Fixture.accepted) { $0.handoffState != .bot },
        Belonging("the request for an agent", Fixture.initiate) { $0.initiation != nil },
        Belonging(
            "what the bot expects",
            #"{"type":"message","id":"m-2","text":"One moment","inputHint":"ignoringInput","from":{"role":"bot"}}"#
        ) { $0.inputHint != nil },
        Belonging("a form", card, ">/card") { $0.isFillingIn },
        Belonging("a line without its answer", ">hello") { $0.latency != TurnLatency() },
        Belonging("the agent who joined", Fixture.initiate, Fixture.accepted, notice("joined")) {
            $0.joinedAgent != nil
        },
        Belonging("the time between two agents", Fixture.initiate, Fixture.accepted, notice("transferring")) {
            $0.agentPresence == .between
        },
        Belonging("what was said", offer) { !$0.record.entries.isEmpty },
    ]

    /// What nobody does any more in a conversation that is taken up again.
    private static let passing = [
        Belonging("who is typing", #"{"type":"typing","from":{"id":"bot","role":"bot"}}"#) { $0.typist != nil },
        Belonging("an answer that grows", part) { $0.growing != nil },
    ]

    @Test(arguments: belongings + passing)
    func `nothing of a conversation is left in the next`(belonging: Belonging) {
        var script = ChatScript()
        _ = script.open()
        belonging.happen(in: &script)
        let isThere = belonging.isThere(script.machine)
        #expect(isThere, "this case proves nothing")
        _ = script.take(.opened(conversationId: "c-2"))
        let isLeft = belonging.isThere(script.machine)
        #expect(!isLeft)
    }

    @Test(arguments: passing)
    func `what was passing is over when a conversation is resumed`(belonging: Belonging) {
        var script = ChatScript()
        _ = script.open()
        belonging.happen(in: &script)
        _ = script.take(.resumed(EarlierConversation(entries: [])))
        let isLeft = belonging.isThere(script.machine)
        #expect(!isLeft)
    }

    @Test func `an answer that grows in the next conversation may count from the beginning`() {
        for event in [ChatEvent.opened(conversationId: "c-2"), .resumed(EarlierConversation(entries: []))] {
            var script = ChatScript()
            _ = script.open()
            _ = script.arrive(Self.part)
            _ = script.take(event)
            _ = script.arrive(Self.part)
            #expect(script.machine.growing?.text == "It")
        }
    }

    @Test func `what was said before stays in the record of it all`() {
        var script = Self.script()
        _ = script.arrive(Fixture.initiate)
        _ = script.take(.opened(conversationId: "c-2"))
        #expect(script.machine.wholeTranscript.activities.count == 2)
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
