import BotSchema
import DirectLineClient
import Handoff
import Testing
import Transcripts

@testable import ChatScreen

/// What a chat knows of a conversation that it takes up.
struct ResumingTests {
    private static func entry(_ json: String, isEcho: Bool = false) throws -> ConversationRecord.Entry {
        ConversationRecord.Entry(activity: try #require(Activity(try JSONValue(parsing: json))), isEcho: isEcho)
    }

    private static func said(_ text: String, _ id: String) throws -> ConversationRecord.Entry {
        try entry(#"{"type":"message","id":"\#(id)","text":"\#(text)","from":{"id":"me"}}"#, isEcho: true)
    }

    private static let offer = """
        {"type":"message","id":"m-1","text":"Which one?","from":{"id":"bot","role":"bot"},"suggestedActions":{"actions":
        [{"type":"imBack","title":"Red","value":"red"},{"type":"imBack","title":"Blue","value":"blue"}]}}
        """
    private static let card = """
        {"type":"message","id":"m-9","from":{"id":"bot","role":"bot"},"attachments":[{"contentType":
        "application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":
        "Input.Text","id":"name","label":"Name"},{"type":"Input.Text","id":"pin","label":"Pin","style":"password"},
        {"type":"Input.Text","id":"town","label":"Town"}],"actions":[{"type":"Action.Submit","title":"Send"}]}}]}
        """

    /// A chat that has been resumed.
    private static func script(
        _ entries: [ConversationRecord.Entry],
        unsettled: [Activity] = [],
        isFromService: Bool = true,
        cardSteps: [CardStep] = [],
        isInteractive: Bool = true
    ) -> (script: ChatScript, shown: [String]) {
        var script = ChatScript(isInteractive: isInteractive)
        _ = script.take(.opened(conversationId: "c-1", userId: "me"))
        let earlier = EarlierConversation(
            entries: entries,
            unsettled: unsettled,
            isFromService: isFromService,
            cardSteps: cardSteps
        )
        let shown = script.take(.resumed(earlier))
        _ = script.take(.client(.connection(.online)))
        return (script, shown)
    }

    @Test func `the handoff stands where it stood`() throws {
        let entries = try [Fixture.initiate, Fixture.queued].map { try Self.entry($0) }
        var (script, shown) = Self.script(entries)
        #expect(shown.contains { $0.contains("in the queue at position 2; 2 earlier activities") }, "\(shown)")
        #expect(script.machine.handoffState == .queued)
        #expect(script.enter("/context").joined().contains("credit cards"))
        #expect(script.enter("/transcript").joined().contains("2 entries"))
        #expect(script.arrive(Fixture.accepted).contains { $0.contains("accepted") })
    }

    @Test func `an agent whose connection is broken is not said to be there`() throws {
        func notice(_ code: String) throws -> ConversationRecord.Entry {
            let mark = #""baton":{"author":"hub","notice":"\#(code)","agentName":"Ana"}"#
            return try Self.entry(#"{"type":"message","from":{"id":"agent-hub"},"channelData":{\#(mark)}}"#)
        }
        let accepted = try [Fixture.initiate, Fixture.accepted].map { try Self.entry($0) }
        var (script, shown) = Self.script(accepted + [try notice("interrupted")])
        #expect(shown.contains { $0.contains("with Ana, whose connection is broken") }, "\(shown)")
        #expect(script.notes.last == "connection broken")
        _ = script.take(.client(.activity(try notice("reachable").activity, isEcho: false)))
        #expect(script.enter("/status").joined().contains("with Ana") && script.notes.last == "")
    }

    @Test func `the last six messages are shown once more, and all can be looked back over`() throws {
        let entries = try (1...9).map { try Self.said("line \($0)", "e-\($0)") }
        var (script, shown) = Self.script(entries)
        #expect(shown.filter { $0.contains("line ") }.map { $0.suffix(6) } == (4...9).map { "line \($0)" })
        #expect(script.enter("/last 20").filter { $0.contains("line ") }.count == 9)
        let (piped, silent) = Self.script(entries, isInteractive: false)
        #expect(!silent.contains { $0.contains("line ") } && silent.contains { $0.contains("9 earlier") })
        #expect(piped.machine.record.entries.count == 9)
    }

    @Test func `choices are open unless they were answered, which an event or a file does not do`() throws {
        let event = #"{"type":"event","id":"e-1","name":"x","from":{"id":"me"}}"#
        let file = #"{"type":"message","id":"e-2","from":{"id":"me"},"attachments":[{"contentType":"image/png"}]}"#
        let offer = try Self.entry(Self.offer)
        for entries in [
            [offer], [offer, try Self.entry(event, isEcho: true)], [offer, try Self.entry(file, isEcho: true)],
        ] {
            var (script, _) = Self.script(entries)
            #expect(script.enter("2").contains("post 1 blue"))
        }
        var (answered, _) = Self.script([offer, try Self.said("red", "e-3")])
        #expect(answered.enter("2").contains("post 1 2"))
    }

    @Test func `what was not delivered can be said again`() throws {
        var line = Activity.message("lost words")
        line.clientActivityID = "abc"
        line.timestamp = "2026-01-02T03:04:05Z"
        for (isFromService, words) in [(true, "was not delivered"), (false, "may not have been delivered")] {
            var (script, shown) = Self.script([], unsettled: [line], isFromService: isFromService)
            #expect(shown.contains { $0.contains("“lost words” \(words)") }, "\(shown)")
            guard isFromService else {
                // What may have arrived is never said twice.
                #expect(script.enter("/resend").joined().contains("“lost words”"))
                #expect(script.posted.isEmpty)
                continue
            }
            #expect(script.enter("/status").joined().contains("1 line; /resend sends again"))
            #expect(script.enter("/resend").contains("post 1 lost words"))
            let sent = try #require(script.posted.last)
            #expect(sent.clientActivityID == nil && sent.timestamp == nil)
        }
    }

    @Test func `a card is filled in as far as it was, but for secrets`() throws {
        let steps = [CardStep.Input.line("/card"), .line("Ana"), .secret, .line("Oslo")]
        let card = try Self.entry(Self.card)
        func prompt(_ inputs: [CardStep.Input], _ message: String = "m-9") -> String? {
            let (_, shown) = Self.script([card], cardSteps: inputs.map { CardStep(messageId: message, input: $0) })
            return shown.last { $0.hasPrefix("prompt") }
        }
        #expect(prompt(Array(steps.prefix(1))) == #"prompt field(name: "Name", isSecret: false)"#)
        #expect(prompt(Array(steps.prefix(2))) == #"prompt field(name: "Pin", isSecret: true)"#)
        #expect(prompt(steps) == #"prompt field(name: "Pin", isSecret: true)"#)
        #expect(prompt(steps + [.sent]) != prompt(steps))
        #expect(prompt(steps + [.sent, .line("/card")]) == #"prompt field(name: "Name", isSecret: false)"#)
        #expect(prompt(steps, "m-8")?.contains("field") != true)
    }

    @Test func `each step of filling in is kept, a secret only as such`() throws {
        var (script, _) = Self.script([try Self.entry(Self.card)])
        var kept: [String] = []
        for line in ["/card", "Ana", "/status", "s3cret", "/back", "t0p", "Oslo"] {
            kept += script.enter(line).filter { $0.hasPrefix("card step") }
        }
        let expected = [
            #"line("/card")"#, #"line("Ana")"#, "secret", #"line("/back")"#, "secret", "sent",
        ].map { "card step \($0)" }
        #expect(kept == expected)
    }

    @Test func `another conversation begins with nothing of the resumed one`() throws {
        var (script, _) = Self.script([try Self.entry(Self.card), try Self.entry(Fixture.initiate)])
        _ = script.take(.opened(conversationId: "c-2", userId: "me"))
        #expect(script.machine.handoffState == .bot)
        #expect(script.enter("/card").joined().contains("There is no card"))
        #expect(script.enter("/context").joined().contains("No handoff has been requested"))
    }
}
