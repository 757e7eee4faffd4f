import BotSchema
import Desk
import DirectLineClient
import Handoff
import Testing

@testable import ChatScreen

extension ChatStateMachine {
    /// What a copy of the machine would do.
    fileprivate func handling(_ event: ChatEvent) -> [ChatAction] {
        var copy = self
        return copy.handle(event, at: Timestamp(milliseconds: 0))
    }
}

/// Who is believed when a message says that it is somebody's, or the hub's.
struct MarkTrustTests {
    private static func notice(
        _ mark: String,
        from id: String = "agent-hub",
        text: String = "accepted by Ana"
    ) -> String {
        #"{"type":"message","id":"n-1","text":"\#(text)","from":{"id":"\#(id)","name":"Agent hub","role":"bot"},"#
            + #""channelData":{"baton":\#(mark)}}"#
    }

    private static func activity(_ json: String) throws -> Activity {
        try #require(Activity(try JSONValue(parsing: json)))
    }

    /// What is shown of an activity that came from a service.
    private func shown(_ json: String, by trust: MarkTrust) throws -> [String] {
        var script = ChatScript()
        _ = script.open()
        let event = trust.accepted(.activity(try Self.activity(json), isEcho: false))
        return script.take(.client(event)).filter { !$0.isEmpty && !$0.hasPrefix("prompt") }
    }

    @Test func `a notice of the hub is told in words of our own`() throws {
        let joined = Self.notice(#"{"author":"hub","notice":"joined","agentName":"Ana"}"#)
        #expect(try shown(joined, by: .ownServer) == ["-- handoff: Ana has joined the conversation."])
        let queued = Self.notice(#"{"author":"hub","notice":"queued","number":3}"#)
        #expect(try shown(queued, by: .ownServer) == ["-- handoff: You are number 3 in line."])
        // What is missing is left out, and a name stays a name.
        #expect(
            try shown(Self.notice(#"{"author":"hub","notice":"held"}"#), by: .ownServer)
                == ["-- handoff: The agent has put you on hold."]
        )
        let long = String(repeating: "x", count: 300)
        let name = Self.notice(#"{"author":"hub","notice":"resumed","agentName":"a\u001b[2J\n\#(long)"}"#)
        let line = try #require(try shown(name, by: .ownServer).first)
        #expect(line.count < 100 && !line.contains("\u{1b}") && !line.contains("\n"))
    }

    @Test(
        arguments: [
            (notice(#"{"author":"hub","notice":"joined"}"#), MarkTrust.foreign),
            (notice(#"{"author":"hub","notice":"anything"}"#), .ownServer),
            (notice(#"{"author":"hub","notice":"joined"}"#, from: "bot"), .ownServer),
            (notice(#"{"author":"agent","notice":"joined"}"#, from: "bot"), .ownServer),
            (notice(#"{"notice":"joined"}"#), .ownServer),
        ]
    )
    func `what is not from the hub of our own server is a message of its sender`(json: String, trust: MarkTrust) throws
    {
        let who = json.contains(#""author":"agent""#) ? "agent" : "bot"
        #expect(try shown(json, by: trust) == ["\(who) \"Agent hub\": accepted by Ana"])
    }

    @Test func `a service that is not ours makes nobody an agent and tells of nothing that was kept back`() throws {
        let line = #"{"type":"message","text":"approved","from":{"id":"b","name":"Ana","role":"bot"},"channelData":"#
        let marked = line + #"{"baton":{"author":"agent"},"desk":{"item":"item-1"},"other":1}}"#
        let accepted = MarkTrust.foreign.accepted(try Self.activity(marked))
        #expect(Speaker(of: accepted) == .bot(name: "Ana"))
        #expect(accepted.deskItem == nil)
        // It is still there to be looked at.
        let data: JSONValue = ["other": 1, "unverified": ["baton": ["author": "agent"], "desk": ["item": "item-1"]]]
        #expect(accepted.channelData == data)
        let ours = MarkTrust.ownServer.accepted(try Self.activity(marked))
        #expect(ours == (try Self.activity(marked)))
        #expect(Speaker(of: ours) == .agent(name: "Ana"))

        let kept =
            #"{"type":"event","name":"baton.suppressed","from":{"id":"b","role":"bot"},"#
            + #""value":{"activity":{"type":"message","text":"secret"}},"channelData":{"baton":{"author":"hub"}}}"#
        #expect(try shown(kept, by: .ownServer).contains { $0.contains("secret") })
        #expect(try !shown(kept, by: .foreign).contains { $0.contains("secret") })
    }

    @Test(arguments: ["accepted", "ended", "returned", "refused"])
    func `what a handoff line says already is not said by the hub as well`(code: String) throws {
        let said = Self.notice(#"{"author":"hub","notice":"\#(code)","agentName":"Ana"}"#, text: "You are connected.")
        #expect(try shown(said, by: .ownHub) == [])
        // Nobody else can have a message hidden so.
        #expect(try shown(said, by: .foreign) == ["bot \"Agent hub\": You are connected."])
        let bots = said.replacing("agent-hub", with: "robin")
        #expect(try shown(bots, by: .ownHub) == ["bot \"Agent hub\": You are connected."])
        // Machines read what came.
        var script = ChatScript()
        _ = script.open()
        let actions = script.machine.handling(.client(.activity(try Self.activity(said), isEcho: false)))
        let objects = actions.compactMap { action in
            if case .show(let item) = action { JSONLinesOutput().text(of: item, columns: 80) } else { nil }
        }
        #expect(objects.contains { $0.contains("You are connected.") })
    }

    @Test(arguments: [MarkTrust.ownHub, .ownServer, .foreign])
    func `a forged acceptance is shown by no chat with a hub, and one by hand only where there is none`(
        trust: MarkTrust
    ) throws {
        var script = ChatScript()
        _ = script.take(.opened(conversationId: "c-1", trusting: trust.reports))
        let from = #""from":{"id":"b","name":"Robin","role":"bot"}}"#
        _ = script.arrive(#"{"type":"event","name":"handoff.initiate","id":"1","value":{},"# + from)
        let report = #"{"type":"event","name":"handoff.status","id":"2","value":{"state":"accepted"},"#
        for forger in [from, #""from":{"id":"u-2","name":"Ana","role":"user"}}"#] {
            let shown = script.arrive(report + forger).joined()
            if trust == .ownHub { #expect(!shown.contains("accepted"), "\(shown)") }
        }
        if trust == .ownHub {
            let ended = script.arrive(#"{"type":"endOfConversation","from":{"id":"u-2","role":"user"}}"#).joined()
            #expect(!ended.contains("ended"), "\(ended)")
        }
        let byHand = report.replacing(#""2""#, with: #""3""#) + #""channelData":{"handoffReport":{"agentName":"Ana"}},"#
        let shown = script.arrive(byHand + #""from":{"id":"u-1","role":"user"}}"#, isEcho: true).joined()
        #expect(script.machine.handoff.state == (trust == .ownHub ? .requested : .live), "\(shown)")
        let told = script.enter("/handoff accept Dana").contains { $0.hasPrefix("Only the bot hears this") }
        #expect(told == (trust == .ownHub))
    }

    @Test func `you are who types here, and nobody else`() {
        var script = ChatScript()
        _ = script.open()
        let own = #"{"type":"message","id":"1","text":"mine","from":{"id":"u-1","name":"Ada","role":"user"}}"#
        let other = #"{"type":"message","id":"2","text":"theirs","from":{"id":"u-1","name":"Ada","role":"user"}}"#
        let stranger = #"{"type":"message","id":"3","text":"hers","from":{"id":"u-2","name":"Eve","role":"user"}}"#
        _ = script.arrive(own, isEcho: true)
        #expect(script.arrive(other).contains("you (elsewhere): theirs"))
        #expect(script.arrive(stranger).contains("user \"Eve\": hers"))
        let last = script.enter("/last 3").joined(separator: "\n")
        #expect(
            last.contains("you: mine") && last.contains("you (elsewhere): theirs")
                && last.contains("user \"Eve\": hers")
        )
    }

    @Test func `what a bot's transcript claims is shown as its claim, what has arrived here as a fact`() throws {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(
            #"{"type":"message","id":"1","text":"refund me","from":{"id":"u","name":"Ada","role":"user"}}"#,
            isEcho: true
        )
        _ = script.arrive(
            #"{"type":"event","name":"handoff.initiate","id":"2","from":{"id":"b","role":"bot"},"value":{},"attachments":"#
                + #"[{"contentType":"application/json","name":"Transcript","content":{"activities":["#
                + #"{"type":"message","id":"1","text":"refund me","from":{"id":"u","role":"user"}},"#
                + #"{"type":"message","id":"1","text":"refund 900","from":{"id":"u","role":"user"}},"#
                + #"{"type":"message","id":"9","text":"identity verified","from":{"id":"b","name":"Robin","role":"bot"}}"#
                + #"]}}]}"#
        )
        let lines = script.enter("/transcript").joined(separator: "\n")
        #expect(lines.contains("you: refund me"))
        #expect(lines.contains("user user (unverified): refund 900"))
        #expect(lines.contains("Robin (unverified): identity verified"))
    }
}
