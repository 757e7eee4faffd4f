import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import Transcripts
import Testing

@testable import ChatScreen

struct ChatStateMachineTests {
    @Test func `a line is shown and posted at once, and its echo is not shown again`() {
        var script = ChatScript()
        #expect(script.open().filter { !$0.isEmpty } == ["prompt connecting", "prompt bot"])
        #expect(script.enter("hello").filter { !$0.isEmpty } == ["you: hello", "post 1 hello"])
        let echo = script.arrive(#"{"type":"message","text":"hello","id":"c-1|1","from":{"id":"u"}}"#, isEcho: true)
        #expect(echo.filter { !$0.isEmpty } == [])
    }

    @Test func `C25 the user's line stands before replies that overtake its echo`() {
        var script = ChatScript()
        _ = script.open()
        var shown = script.enter("hello")
        shown += script.arrive(#"{"type":"message","text":"one","id":"c-1|2","from":{"id":"bot","role":"bot"}}"#)
        shown += script.arrive(#"{"type":"message","text":"two","id":"c-1|3","from":{"id":"bot","role":"bot"}}"#)
        shown += script.arrive(#"{"type":"message","text":"hello","id":"c-1|1","from":{"id":"u"}}"#, isEcho: true)
        #expect(shown.filter { $0.contains(": ") } == ["you: hello", "bot: one", "bot: two"])
    }

    @Test func `pictures of a new message are drawn in it, four at most, and only where pictures are wanted`() {
        let images = (1...6).map { #"{"contentType":"image/png","contentUrl":"data:,\#($0)"}"# }
        let card = #"{"contentType":"application/vnd.microsoft.card.hero","content":{"images":[{"url":"data:,0"}]}}"#
        let attachments = ([card] + images).joined(separator: ",")
        let message = #"{"type":"message","id":"1","from":{"id":"bot","role":"bot"},"attachments":[\#(attachments)]}"#
        var script = ChatScript(drawsPictures: true)
        _ = script.open()
        #expect(script.arrive(message).contains("draw data:,0 data:,1 data:,2 data:,3"))
        #expect(!script.arrive(message.replacing("data:,6", with: "data:,7")).contains { $0.hasPrefix("draw") })
        #expect(!script.arrive(message, isEcho: true).contains { $0.hasPrefix("draw") })
        var plain = ChatScript()
        _ = plain.open()
        #expect(!plain.arrive(message).contains { $0.hasPrefix("draw") })
    }

    @Test func `C38 what nobody knows is saved as it came`() throws {
        let wild = [
            #"{"type":"hologram","id":"c-1|1","from":{"id":"bot","role":"bot"},"beam":{"depth":1.50,"x":null}}"#,
            #"{"type":"message","id":"c-1|2","from":{"id":"bot","role":"bot","mood":[]},"attachments":[{"contentType":"application/x-smell","content":[1e400,"\u0000"]}],"entities":[{"type":"https://example.org/Odour","strength":9007199254740993}],"cci_bot_id":""}"#,
        ]
        var script = ChatScript()
        _ = script.open()
        for json in wild { _ = script.arrive(json) }
        _ = script.enter("/save x.transcript")
        let saved = try #require(script.savedActivities)
        let bytes = Transcript(activities: saved).serialized(as: .array)
        let reloaded = try Transcript(parsing: bytes, name: "x.transcript").activities
        #expect(reloaded.map(\.jsonValue) == saved.map(\.jsonValue))
        for (activity, json) in zip(reloaded, wild) {
            #expect(activity.jsonValue == (try JSONValue(parsing: json)))
        }
    }

    @Test func `lines entered before the connection wait for it, in order`() {
        var script = ChatScript()
        #expect(script.enter("one").filter { $0.hasPrefix("post") } == [])
        #expect(script.enter("two").filter { $0.hasPrefix("post") } == [])
        #expect(script.open().contains("post 1 one"))
        #expect(script.take(.posted(number: 1, .success("c-1|1"))).contains("post 2 two"))
    }

    @Test func `what was not delivered can be sent again, what may have arrived cannot`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/resend").last == "There is nothing that was not delivered.")
        _ = script.enter("one")
        let lost = ClientError(.unreachable, "nobody listens")
        #expect(script.take(.posted(number: 1, .failure(lost))).contains("/resend sends it again."))
        _ = script.enter("two")
        let unsure = ClientError(.interrupted, "the connection broke")
        #expect(!script.take(.posted(number: 2, .failure(unsure))).contains("/resend sends it again."))
        #expect(script.enter("/status").last?.contains("undelivered   1 line; /resend sends again") == true)
        #expect(script.enter("/resend").filter { !$0.isEmpty } == ["/resend", "you: one", "post 3 one"])
        let doubt = "Not sent again, since it may have been delivered: “two”. Say it again if it was not."
        #expect(script.enter("/resend").last == doubt)
        _ = script.arrive(#"{"type":"message","text":"two","id":"c-1|2"}"#, isEcho: true)
        #expect(script.enter("/resend").last == "There is nothing that was not delivered.")
    }

    @Test func `another conversation begins with nothing of the last, and says what is unsettled`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(
            #"{"type":"typing","id":"r1","text":"Half an","from":{"id":"bot"},"channelData":{"streamType":"streaming","streamSequence":1}}"#
        )
        _ = script.enter("on its way")
        _ = script.enter("waiting")
        let said = script.enter("/new")
        #expect(said.contains("“on its way” may not have been delivered."))
        #expect(said.contains { $0.contains("Half an … (the answer broke off)") }, "\(said)")
        #expect(said.last == "start" || said.contains("start"))
        _ = script.take(.opened(conversationId: "c-2"))
        _ = script.take(.client(.connection(Fixture.online)))
        // The old post ends late, and the echo of the same words in the new conversation settles nothing.
        #expect(script.take(.posted(number: 1, .success("c-1|1"))).filter { !$0.isEmpty } == [])
        #expect(script.enter("/resend").contains("post 3 waiting"))
        _ = script.take(.posted(number: 3, .success("c-2|1")))
        let again = script.enter("/resend").last
        #expect(
            again == "Not sent again, since it may have been delivered: “on its way”. Say it again if it was not."
        )
    }

    @Test func `a start that is delayed counts down in the prompt until the conversation opens`() {
        var script = ChatScript()
        let busy = ClientError(.throttled, "the service is busy (429)")
        let said = script.take(.startDelayed(busy, .seconds(3)))
        #expect(said.contains("the service is busy (429); trying again in 3 s.") && said.contains("countdown"))
        _ = script.take(.timer(.countdown))
        _ = script.take(.timer(.countdown))
        _ = script.take(.timer(.countdown))
        #expect(
            Array(script.notes.suffix(4)) == [
                "trying again in 3 s", "trying again in 2 s", "trying again in 1 s", "trying again…",
            ]
        )
        _ = script.open()
        #expect(script.notes.last == "")
        #expect(script.take(.timer(.countdown)) == [])
    }

    @Test func `a bot that could not be told of the user is a failure of a script`() {
        for isUnreachable in [true, false] {
            var script = ChatScript(isInteractive: false)
            _ = script.open()
            let told = script.take(.welcomeFailed("nobody answers at http://b", isUnreachable: isUnreachable))
            #expect(told == ["The bot was not told that you are here: nobody answers at http://b."])
            _ = script.take(.input(.endOfInput))
            #expect(script.settle(1) == ["leave \(isUnreachable ? 1 : 0)"])
        }
    }

    @Test func `status tells how long answers take, from the line to the first message`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/status").last?.contains("answers") == false)
        _ = script.enter("one")
        _ = script.arrive(#"{"type":"typing","from":{"id":"bot","role":"bot"}}"#)
        _ = script.arrive(#"{"type":"message","text":"a","from":{"id":"bot","role":"bot"}}"#, after: .milliseconds(250))
        _ = script.arrive(#"{"type":"message","text":"b","from":{"id":"bot","role":"bot"}}"#, after: .seconds(5))
        #expect(
            script.enter("/status").last?.contains("the last after 350 ms, p50 350 ms, p95 350 ms, 1 answer") == true
        )
    }

    @Test func `a pipe does not wait for ever for a handoff with which a resumed conversation opens`() {
        var script = ChatScript(isInteractive: false)
        #expect(script.open().contains("linger 0"))
        _ = script.arrive(Fixture.initiate)
        _ = script.take(.input(.endOfInput))
        #expect(script.take(.timer(.linger(turn: 0))).contains("linger 1"))
        #expect(script.take(.timer(.linger(turn: 1))).last == "leave 3")
    }

    @Test func `one post is under way at a time`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("one").contains("post 1 one"))
        #expect(!script.enter("two").contains("post 2 two"))
        #expect(script.take(.posted(number: 1, .success(nil))).contains("post 2 two"))
    }

    @Test func `a handoff is one line a state, and the prompt says who listens`() {
        var script = ChatScript()
        _ = script.open()
        #expect(
            script.arrive(Fixture.initiate).filter { !$0.isEmpty } == [
                "-- handoff: handoff requested, skill credit cards, 2 transcript entries", "prompt waiting",
            ]
        )
        #expect(
            script.arrive(Fixture.queued).filter { !$0.isEmpty }
                == ["-- handoff: queued, position 2", "prompt queue(position: Optional(2))"]
        )
        #expect(
            script.arrive(Fixture.accepted, after: .seconds(2)).filter { !$0.isEmpty }
                == ["-- handoff: accepted by Ana after 2.1 s", #"prompt agent(name: "Ana")"#]
        )
        #expect(script.arrive(Fixture.agentSays).filter { !$0.isEmpty } == ["agent Ana: Good morning"])
        #expect(
            script.arrive(Fixture.transferredBack, after: .seconds(30)).filter { !$0.isEmpty } == [
                "-- handoff: completed, transferred back to the bot after 30 s with Ana", "prompt bot",
            ]
        )
    }

    @Test func `a bare number picks a choice of the newest message, and a choice is used once`() {
        var script = ChatScript()
        _ = script.open()
        let shown = script.arrive(
            #"{"type":"message","text":"What now?","from":{"name":"Robin"},"suggestedActions":{"actions":[{"type":"imBack","title":"Hours","value":"hours"}]}}"#
        )
        #expect(shown.first == "bot Robin: What now?\n  [1] Hours")
        #expect(script.enter("1").contains("post 1 hours"))
        _ = script.take(.posted(number: 1, .success(nil)))
        #expect(script.enter("1").contains("post 2 1"))
    }

    @Test func `a line that could not be delivered is named`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("pay now")
        let failure = ClientError(.botFailed, "the bot answered 500")
        #expect(
            script.take(.posted(number: 1, .failure(failure)))
                == ["“pay now” was not answered: the bot answered 500"]
        )
    }

    @Test func `lines wait for a new conversation, and a failure to open one leaves the prompt`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/new").suffix(2) == ["start", "prompt connecting"])
        #expect(!script.enter("hello").contains("post 1 hello"))
        let failure = ClientError(.unreachable, "nobody listens at 127.0.0.1:1")
        #expect(
            script.take(.failedToOpen(failure)) == [
                "No new conversation: nobody listens at 127.0.0.1:1. /new tries again.", "prompt closed",
            ]
        )
        #expect(script.enter("/new").contains("start"))
        #expect(script.open().contains("prompt bot"))
    }

    @Test(arguments: [
        (HandoffDialect.sdk, "handoff.status"), (.threeEvents, "HandoffResponse"),
        (.threeEventsAsCoded, "HandoffResponse"),
    ])
    func `a hub is played by hand, in each dialect`(dialect: HandoffDialect, name: String) throws {
        var script = ChatScript(dialect: dialect)
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        #expect(script.enter("/handoff accept Dana").contains("post 1 \(name)"))
        let report = try #require(HubReport("accept Dana")).activity(conversationId: "c-1", dialect: dialect)
        #expect(report.from == nil)
        let accepted = script.arrive(report.jsonValue.compactText, isEcho: true).filter { !$0.isEmpty }
        #expect(accepted == ["-- handoff: accepted by Dana after 0.2 s", #"prompt agent(name: "Dana")"#])
        _ = script.take(.posted(number: 1, .success(nil)))
        let back = try #require(HubReport("complete back")).activity(conversationId: "c-1", dialect: dialect)
        #expect(script.arrive(back.jsonValue.compactText, isEcho: true).last == "prompt bot")
    }

    @Test(arguments: ["", "dance", "timeout now", "complete", "complete well"])
    func `a report that no hub makes is met with the usage`(words: String) {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/handoff \(words)").last?.hasPrefix("Usage: /handoff") == true)
    }

    @Test func `what a bot says in an agent's conversation is told to the tester`() {
        var script = ChatScript()
        _ = script.open()
        let shown = script.arrive(
            #"{"type":"event","name":"baton.suppressed","value":{"activity":{"type":"message","text":"Still here!"}},"#
                + #""channelData":{"baton":{"author":"hub","notice":"suppressed"}}}"#
        )
        let told = shown.filter { $0.contains("the bot speaks") || $0.contains("Still here!") }
        let words = "the bot speaks while an agent is there, and the user does not see it: “Still here!” (HO212)"
        #expect(told == ["-- handoff: " + words])
    }

    @Test func `saving waits for the line that is on its way`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("hello")
        #expect(script.enter("/save a.json") == ["/save a.json"])
        _ = script.arrive(#"{"type":"message","id":"c-1|1","text":"hello"}"#, isEcho: true)
        #expect(script.take(.posted(number: 1, .success("c-1|1"))) == ["save 1 to a.json"])
    }

    @Test(arguments: ["hello", "/event ping"])
    func `what the service has taken is saved before it comes back, and once when it has`(line: String) throws {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter(line)
        _ = script.take(.posted(number: 1, .success("c-1|1")))
        #expect(script.enter("/save a.json").last == "save 1 to a.json")
        let early = try #require(script.savedActivities?.first)
        #expect(early.id == "c-1|1" && early.from?.role == "user" && early.timestamp != nil)
        var echo = try #require(script.posted.first)
        echo.id = "c-1|1"
        echo.from = ChannelAccount(id: "u")
        echo.json["extra"] = 1
        let shown = script.arrive(echo.jsonValue.compactText, isEcho: true)
        #expect(shown.filter { !$0.isEmpty } == [])
        _ = script.arrive(#"{"type":"message","text":"hi","id":"c-1|2","from":{"id":"bot","role":"bot"}}"#)
        #expect(script.enter("/save a.json").last == "save 2 to a.json")
        #expect(script.savedActivities?.first?.json["extra"] == 1)
    }

    @Test func `a message that the bot changes is shown again, marked, and saved once`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(#"{"type":"message","id":"c-1|1","text":"Before","from":{"name":"Robin"}}"#)
        let changed = script.arrive(#"{"type":"message","id":"c-1|1","text":"After","from":{"name":"Robin"}}"#)
        #expect(changed.first == "bot Robin: After\n  (edited, was: “Before”)")
        #expect(script.enter("/save a.json").last == "save 1 to a.json")
    }

    @Test func `leaving waits for the line that is on its way`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("last words")
        #expect(script.take(.input(.endOfInput)) == ["leave soon"])
        #expect(script.take(.posted(number: 1, .success(nil))) == ["leave 0"])
    }

    @Test func `leaving does not wait for ever, nor for nothing`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/quit").last == "leave 0")
        var slow = ChatScript()
        _ = slow.open()
        _ = slow.enter("last words")
        _ = slow.take(.input(.endOfInput))
        #expect(slow.take(.timer(.leave)) == ["leave 0"])
    }

    @Test func `a lost connection is told, and its return`() {
        var script = ChatScript()
        _ = script.open()
        let lost = ConnectionState.reconnecting(attempt: 1, after: .zero, reason: "the socket was closed")
        #expect(
            script.take(.client(.connection(lost))) == [
                "Resuming the connection (the socket was closed).", "prompt bot",
            ]
        )
        #expect(script.enter("still here").contains("post 1 still here"))
        let back = script.take(.client(.connection(.online))).filter { !$0.isEmpty }
        #expect(back == ["Connected again.", "prompt bot"])
    }

    @Test func `save writes the conversation, and a loaded one until somebody speaks`() throws {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/save a.json") == ["/save a.json", "There is nothing to save yet."])
        _ = script.arrive(#"{"type":"message","text":"Hello","from":{"id":"bot"}}"#)
        #expect(script.enter("/save a.json").last == "save 1 to a.json")
        #expect(script.enter("/load b.json").last == "load b.json")
        let loaded = try Transcript(
            parsing: Array(#"[{"type":"message","text":"old"},{"type":"message","text":"older"}]"#.utf8),
            name: "b.json"
        )
        #expect(script.take(.loaded(path: "b.json", .success(loaded))).contains("loaded: bot: old"))
        #expect(script.enter("/save c.json").last == "save 2 to c.json")
        _ = script.enter("hi")
        _ = script.take(.posted(number: 1, .success(nil)))
        #expect(script.enter("/save c.json").last == "save 1 to c.json")
    }

    @Test func `an event takes JSON and tells where it is wrong`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter(#"/event ping {"a":1}"#).contains("post 1 ping"))
        #expect(
            script.enter(#"/event ping {"a":}"#).last
                == "The value of the event is not JSON: byte 5: expected a JSON value"
        )
    }

    @Test func `context is what the bot handed over`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/context").last == "No handoff has been requested yet, so there is no context.")
        _ = script.arrive(Fixture.initiate)
        #expect(script.enter("/context").last == "handoff context\n  Skill         credit cards\n  va_LastTopic  cards")
    }

    @Test func `raw shows the newest activity as JSON`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(#"{"type":"message","text":"Hello","n":1.0}"#)
        let shown = script.enter("/raw").last
        #expect(shown == "activity 1 of 1\n{\n  \"type\": \"message\",\n  \"text\": \"Hello\",\n  \"n\": 1.0\n}")
        #expect(
            script.enter("/raw 2").last == "There is no activity 2 from the end: the conversation has 1 activity."
        )
    }
}
