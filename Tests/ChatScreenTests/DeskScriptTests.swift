import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import LineEditing
import Testing

@testable import ChatScreen

/// When the lines of an agent's script follow each other.
struct DeskScriptTests {
    /// A script that has accepted Maria, and what was done for the line after that.
    private func accepted(_ lines: [String], answerWithin: Duration? = .seconds(15)) -> (DeskScript, [String]) {
        var script = DeskScript(isInteractive: false, answerWithin: answerWithin)
        for line in ["/accept"] + lines { _ = script.enter(line) }
        _ = script.take(.input(.endOfInput))
        _ = script.begin()
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        let words = script.hear(.connected(DeskScript.briefing()))
        return (script, words)
    }

    @Test func `a line waits for the ring, and the line behind it for the user's answer`() {
        var (script, words) = accepted(["Hello", "/end"])
        #expect(words.contains("post 4 Hello") && !words.contains("post 5 desk.end"))
        // Silence is no answer.
        words = script.settle(after: words)
        #expect(words.allSatisfy { $0.hasPrefix("settle") } && !words.isEmpty)
        words = script.say("Hi", in: "item-1", as: "Maria")
        words = script.settle(after: words)
        #expect(words.filter { $0.hasPrefix("post") } == ["post 5 desk.end", "post 6 desk.signOut"])
        #expect(words.last == "leave 0")
    }

    @Test func `a line without an answer is told, the script goes on, and its status says so`() {
        var (script, words) = accepted(["Hello", "/end"])
        for _ in 0..<20 where !words.contains("post 5 desk.end") { words = script.settle(after: words) }
        #expect(words.first == "No answer to “Hello” within 15 s.")
        #expect(words.last == "leave 3")
    }

    @Test func `what another user says is no answer`() {
        var (script, words) = accepted(["Hello", "/end"])
        _ = script.hear(.connected(DeskScript.briefing("item-2", "Paul")))
        #expect(script.say("me too", in: "item-2", as: "Paul").allSatisfy { !$0.hasPrefix("settle") })
        words = script.settle(after: words)
        #expect(!words.contains("post 5 desk.end"))
    }

    @Test func `nobody waits for a user who has left`() {
        var (script, words) = accepted(["Hello", "/available"])
        _ = script.hear(.userLeft("item-1"))
        words = script.settle(after: words)
        #expect(words.contains("post 5 desk.presence") && words.last == "leave 0")
    }

    @Test func `a user who is composing is waited for, up to the bound`() {
        var (script, words) = accepted(["Hello", "/end"])
        var typing = Activity.typing
        typing.deskItem = "item-1"
        _ = script.hear(typing)
        #expect(script.settle(after: words) == [])
        words = script.take(.timer(.linger(turn: 2)))
        #expect(words.first == "No answer to “Hello” within 60 s." && words.last == "leave 3")
    }

    @Test func `where the script is the user as well, a line is followed after silence`() {
        var (script, words) = accepted(["Hello", "/end"], answerWithin: nil)
        words = script.settle(after: words)
        #expect(words.contains("post 5 desk.end") && words.last == "leave 0")
    }

    @Test func `a line that the hub refuses, or that may be lost, is a failure`() {
        var (script, words) = accepted(["Hello", "/available"])
        _ = script.hear(.rejected("item-1", .gone))
        words = script.settle(after: words)
        #expect(words.last == "leave 1")
        var other = DeskScript(isInteractive: false)
        for line in ["/accept", "Hello"] { _ = other.enter(line) }
        _ = other.take(.input(.endOfInput))
        _ = other.begin()
        _ = other.hear(.offered(DeskScript.briefing(), rings: nil))
        other.failures = [ClientError(.timedOut, "no answer in time")]
        let end = other.settle(after: other.hear(.connected(DeskScript.briefing())))
        #expect(end.last == "leave 1")
    }
}

/// What a desk has of the chat: files, saving, sending again.
struct DeskFileTests {
    private func talking() -> DeskScript {
        var desk = DeskScript()
        _ = desk.begin()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            _ = desk.hear(.connected(DeskScript.briefing(WorkItemID(item), name)))
        }
        return desk
    }

    private func sending(_ name: String, in item: WorkItemID) -> Activity {
        var activity = Activity(type: .message)
        activity.id = "c|" + name
        activity.attachments = [
            Attachment(json: [
                "contentType": "text/plain", "name": .string(name), "contentUrl": .string("http://s/" + name),
            ])
        ]
        return activity.forDesk(item: item, user: ChannelAccount(id: "u", name: "Maria"))
    }

    @Test func `open lists and fetches the files of this user and of no other`() {
        var desk = talking()
        _ = desk.hear(sending("maria.txt", in: "item-1"))
        _ = desk.hear(sending("paul.txt", in: "item-2"))
        let list = desk.enter("/open").joined()
        #expect(list.contains("maria.txt") && !list.contains("paul.txt"))
        #expect(desk.enter("/open 1 x.txt").contains("download maria.txt to x.txt"))
        #expect(desk.take(.downloaded(.success((path: "x.txt", bytes: 6)))) == ["6 bytes are in x.txt."])
        #expect(desk.enter("/open 2").last == "There is no file 2: the conversation has 1.")
    }

    @Test func `attach sends files to the user to whom the agent talks`() {
        var desk = talking()
        let words = desk.enter(#"/attach "my file.txt" b.txt"#)
        #expect(words.contains("you: (to Maria) (attached my file.txt, b.txt)"))
        #expect(words.contains("upload 2 my file.txt b.txt"))
        #expect(desk.enter("/attach").last?.hasPrefix("Usage: /attach FILE…") == true)
    }

    @Test func `save writes one user's conversation, under the names and ids that it has there`() throws {
        var desk = talking()
        _ = desk.say("my card is lost", in: "item-1", as: "Maria", id: "c|1")
        _ = desk.say("a secret of Paul's", in: "item-2", as: "Paul", id: "c|2")
        var echo = Activity.message("which card?")
        (echo.id, echo.deskItem, echo.from) = ("d|9", "item-1", ChannelAccount(id: "desk", name: "Dana", role: "user"))
        _ = desk.take(.client(.activity(echo, isEcho: true)))
        _ = desk.enter("/save out.transcript")
        let saved = try #require(desk.saved)
        #expect(
            saved.map { $0.text ?? $0.name ?? "" } == [
                "line 0", "line 1", "handoff.initiate", "handoff.status", "my card is lost", "which card?",
            ]
        )
        #expect(saved[3].value?["state"] == "accepted" && saved[3].humanAgent?.name == "Dana")
        let (user, agent) = (saved[4], saved[5])
        #expect(user.id == "c|1" && user.isFromUser && user.channelData == nil)
        #expect(agent.humanAgent?.name == "Dana" && agent.deskItem == nil)
        #expect(desk.take(.saved(path: "out.transcript", .success(6))) == ["Saved 6 activities to out.transcript."])
        // Also after the user has gone.
        _ = desk.hear(.userLeft("item-2"))
        _ = desk.hear(.userLeft("item-1"))
        _ = desk.enter("/save again.transcript")
        #expect(desk.saved?.count == 6)
    }

    @Test func `what is saved has the agent's coming and going, so that its handoff is whole`() throws {
        var desk = talking()
        _ = desk.say("my card is lost", in: "item-1", as: "Maria", id: "c|1")
        _ = desk.take(.client(.activity(DeskCommand.end("item-1", .transferBack, note: nil).activity, isEcho: true)))
        _ = desk.enter("/save out.transcript")
        let saved = try #require(desk.saved)
        #expect(saved.compactMap { $0.value?["state"]?.string } == ["accepted", "completed"])
        // A colleague who got the user passed on has not accepted anything.
        var other = DeskScript()
        _ = other.begin()
        let said = Activity.message("one moment").sent(byAgent: "eve", name: "Eve")
        _ = other.hear(.connected(DeskScript.briefing(history: [said])))
        _ = other.enter("/save out.transcript")
        #expect(try #require(other.saved).allSatisfy { $0.name != "handoff.status" })
    }

    @Test func `a line that did not arrive is sent again to its own user`() {
        var desk = talking()
        desk.failures = [ClientError(.unreachable, "connection refused")]
        let failed = desk.enter("hello Maria")
        #expect(failed.contains("“hello Maria” was not delivered: connection refused"))
        #expect(failed.contains("/resend sends it again."))
        _ = desk.enter("/2")
        #expect(desk.enter("/resend").contains("you: (to Maria) hello Maria"))
        #expect(desk.enter("/resend").last == "There is nothing that was not delivered.")
        desk.failures = [ClientError(.timedOut, "no answer in time")]
        #expect(desk.enter("perhaps").contains("“perhaps” may not have been delivered: no answer in time"))
        #expect(
            desk.enter("/resend").last?.hasPrefix("Not sent again, since it may have been delivered: “perhaps”") == true
        )
    }

    @Test func `a new session at the hub drops no line silently`() {
        var desk = talking()
        _ = desk.take(.client(.connection(.expired)))
        _ = desk.enter("written meanwhile")
        let opened = desk.take(.opened(conversationId: "d-2"))
        #expect(opened.contains("Not delivered: 1 line; /resend sends again."))
        _ = desk.take(.client(.connection(.online)))
        _ = desk.hear(.connected(DeskScript.briefing()))
        #expect(desk.enter("/resend").contains("you: written meanwhile"))
        desk.failures = [ClientError(.unreachable, "connection refused")]
        _ = desk.enter("too late")
        _ = desk.hear(.userLeft("item-1"))
        #expect(desk.enter("/resend").last == "“too late” is not sent: the user is no longer at your desk.")
    }
}
