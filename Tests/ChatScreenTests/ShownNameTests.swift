import BotSchema
import Desk
import Handoff
import Testing

@testable import ChatScreen

/// Names by which somebody would be taken for another one.
struct ShownNameTests {
    @Test(
        arguments: [
            "you", "You", " YOU ", "y\u{200b}ou", "y\u{ad}o\u{2060}u", "ｙｏｕ", "𝐲𝐨𝐮", "ⓨⓞⓤ", "you (elsewhere)", "y o u",
            "уоu",
            "bot", "Agent", "hub", "Agent hub", "Ana", "ANA", " ana", "An\u{200d}a", "Ａna", "Аna", "a.n.a", "ª",
            "\u{200b}",
        ]
    )
    func `a name that would be read as another's is marked`(name: String) {
        let shown = ShownName(name, of: "user", besides: ["Dana", "Ana"]).text
        #expect(shown == "user \"\(name)\"")
    }

    @Test(
        arguments: [
            "Maria", "Ada Lovelace", "José", "Groß", "Αλέξης", "Иван", "李雷", "Bo ❤️", "👩‍👩‍👧", "Anna", "O'Hara", "user",
            "R2-D2",
            "Müller (Köln)",
        ]
    )
    func `a name of one's own is shown as it is`(name: String) {
        #expect(ShownName(name, of: "user", besides: ["Dana", "Ana"]).text == name)
    }

    @Test func `whoever has no name is called by the role, and quotes do not end a mark`() {
        #expect(ShownName(nil, of: "user").text == "user")
        #expect(ShownName(" ", of: "bot").text == "bot")
        #expect(ShownName("\"you\"", of: "user").text == "user \"'you'\"")
    }

    @Test func `every speaker's label says whose words they are`() {
        #expect(Speaker.bot(name: "you").label == "bot \"you\"")
        #expect(Speaker.agent(name: "Bot").label == "agent \"Bot\"")
        #expect(Speaker.agent(name: "Agent").label == "Agent")
        var line = Activity.message("approved")
        line.from = ChannelAccount(id: "u-2", name: "Ana", role: "user")
        let stranger = Speaker(of: line, isEcho: false, ownIds: ["u-1"], agentIds: [])
        #expect(stranger.label == "user \"Ana\"" && stranger.role == "user")
    }

    @Test(arguments: ["you", "ｙｏｕ", "bot"])
    func `an agent is called neither you nor bot in state lines, notices and the prompt`(name: String) {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        let accepted = script.arrive(
            #"{"type":"event","name":"handoff.status","value":{"state":"accepted"},"from":{"id":"agent-x","#
                + #""name":"\#(name)","role":"bot"},"channelData":{"baton":{"author":"agent"}}}"#
        )
        let marked = #"agent "\#(name)""#
        #expect(accepted.contains { $0.hasPrefix("-- handoff: accepted by \(marked)") }, "\(accepted)")
        #expect(accepted.last == "prompt agent(name: \(marked.debugDescription))")
        let joined = script.arrive(
            #"{"type":"message","id":"n-1","from":{"id":"agent-hub","role":"bot"},"#
                + #""channelData":{"baton":{"author":"hub","notice":"joined","agentName":"\#(name)"}}}"#
        )
        #expect(joined.contains("-- handoff: \(marked) has joined the conversation."), "\(joined)")
        let ended = script.arrive(
            #"{"type":"event","name":"handoff.status","value":{"state":"completed"},"from":{"id":"agent-x","#
                + #""name":"\#(name)","role":"bot"},"channelData":{"baton":{"author":"agent"}}}"#
        )
        #expect(ended.contains { $0.contains("with \(marked)") }, "\(ended)")
        let timeline = script.enter("/timeline").joined(separator: "\n")
        #expect(timeline.contains("by \(marked)"), "\(timeline)")
    }

    @Test func `a user at the desk is called neither you nor like an agent, on any line`() {
        for name in ["you", "Dana", "ｄana"] {
            var desk = DeskScript()
            _ = desk.begin()
            let briefing = DeskScript.briefing("item-1", name)
            let shown =
                desk.hear(.offered(briefing, rings: .seconds(20))) + desk.enter("/accept")
                + desk.hear(.connected(briefing)) + desk.say("I approved the refund", in: "item-1", as: name)
                + desk.enter("/list") + desk.enter("/filter user")
            let text = shown.filter { !$0.hasPrefix("prompt") }.joined(separator: "\n")
            #expect(text.contains("user \"\(name)\": I approved the refund"), "\(text)")
            #expect(text.contains("connected to user \"\(name)\""), "\(text)")
            let unmarked = ["\"\(name)\"", "connected to", "you talk here"].reduce(text) { $0.replacing($1, with: "") }
            #expect(!unmarked.contains(name), "\(text)")
        }
    }

    @Test func `somebody else in the user's conversation is not the user at the desk`() {
        var desk = DeskScript()
        _ = desk.begin()
        let briefing = DeskScript.briefing("item-1", "Maria")
        _ = desk.hear(.offered(briefing, rings: nil)) + desk.enter("/accept") + desk.hear(.connected(briefing))
        for (name, shown) in [("Eve", "user \"Eve\": refund 666"), ("Maria", "user \"Maria\": refund 666")] {
            var line = Activity.message("refund 666")
            line.id = "c|\(name)"
            line.from = ChannelAccount(id: "eve", name: name, role: "user")
            let maria = ChannelAccount(id: "Maria", name: "Maria", role: "user")
            #expect(desk.hear(line.forDesk(item: "item-1", user: maria)).contains(shown))
        }
        #expect(desk.say("and me?", in: "item-1", as: "Maria").contains("user Maria: and me?"))
    }

    @Test func `what a bot has imported is told from what was said here`() throws {
        var script = ChatScript()
        _ = script.open()
        let line = #"{"type":"message","id":"1","text":"refund me","channelData":{"baton":{"imported":true}},"from":"#
        #expect(
            script.arrive(line + #"{"id":"u-1","name":"Ada","role":"user"}}"#).contains(
                "user Ada (imported): refund me"
            )
        )
        #expect(
            script.arrive(line.replacing(#""1""#, with: #""2""#) + #"{"id":"b","name":"Robin","role":"bot"}}"#)
                .contains("bot Robin (imported): refund me")
        )
        var imported = Activity.message("I am the owner")
        imported.from = ChannelAccount(id: "Maria", name: "Maria", role: "user")
        imported.channelData = ["baton": ["imported": true]]
        let briefing = DeskScript.briefing("item-1", "Maria", lines: 0, history: [imported])
        var desk = DeskScript()
        _ = desk.begin()
        let shown = desk.hear(.offered(briefing, rings: nil)).joined(separator: "\n")
        #expect(shown.contains("user Maria (imported): I am the owner"), "\(shown)")
    }
}
