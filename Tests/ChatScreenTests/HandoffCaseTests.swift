import BotSchema
import DirectLineClient
import Handoff
import HandoffFixtures
import Testing
import Transcripts

@testable import ChatScreen

/// The checklist of handoff cases as far as they show in the chat; the names begin with the case's number.
struct HandoffCaseTests {
    /// A chat in a state.
    private static func script(after activities: String...) -> ChatScript {
        var script = ChatScript()
        _ = script.open()
        for activity in activities { _ = script.arrive(activity) }
        return script
    }

    private static func event(_ name: String, _ value: String, _ more: String = "") -> String {
        #"{"type":"event","name":"\#(name)","from":{"id":"bot","role":"bot"},"conversation":{"id":"c-1"},"#
            + #""value":\#(value)\#(more)}"#
    }

    private static func message(_ text: String) -> String {
        #"{"type":"message","text":"\#(text)","from":{"id":"bot","role":"bot"}}"#
    }

    private static func status(_ state: String) -> String { event("handoff.status", #"{"state":"\#(state)"}"#) }

    private static func shown(_ words: [String]) -> [String] {
        words.filter { !$0.isEmpty && !$0.hasPrefix("prompt") && !$0.hasPrefix("typing") }
    }

    /// Whether one line tells of the break of a rule, and nothing else is shown.
    private static func isTold(_ rule: String, _ words: [String]) -> Bool {
        shown(words).count == 1 && shown(words)[0].hasSuffix("(\(rule))")
    }

    private static func rules(_ script: inout ChatScript) -> String { script.enter("/lint").last ?? "" }

    @Test func `V01 a request is one line with its skill and entries, and the user waits`() {
        var script = Self.script()
        #expect(
            script.arrive(Fixture.initiate).filter { !$0.isEmpty } == [
                "-- handoff: handoff requested, skill credit cards, 2 transcript entries", "prompt waiting",
            ]
        )
    }

    @Test func `V02 a request within a batch is shown between its neighbours`() {
        var script = Self.script()
        let shown = [Self.message("before"), Fixture.initiate, Self.message("after")].flatMap { script.arrive($0) }
        #expect(
            Self.shown(shown) == [
                "bot: before", "-- handoff: handoff requested, skill credit cards, 2 transcript entries", "bot: after",
            ]
        )
    }

    @Test(arguments: ["HandoffInitiation", "InitiateHandoff"])
    func `V03 the three events are requests too, and the timeline names the dialect`(name: String) {
        var script = Self.script()
        let shown = script.arrive(Self.event(name, #"{"Skill":"x"}"#))
        #expect(Self.shown(shown) == ["-- handoff: handoff requested, skill x, no transcript"])
        #expect(shown.contains("prompt waiting"))
        #expect(script.enter("/timeline").last?.contains("(\(name))") == true)
    }

    @Test(
        arguments: [
            (event("handoff.status", #"{"state":"accepted"}"#), ""),
            (event("handoff.status", #"{"state":"accepted","message":null}"#), ""),
            (event("handoff.status", #"{"state":"accepted","message":"Hi, Ana here"}"#), ", Hi, Ana here"),
            (event("handoff.status", #"{"state":"accepted","message":{"by":"Ana"}}"#), #", {"by":"Ana"}"#),
            (event("HandoffResponse", #""accepted""#), ""),
        ]
    )
    func `V04 an acceptance is shown with its words, and without any`(acceptance: String, words: String) {
        var script = Self.script(after: Fixture.initiate)
        let shown = script.arrive(acceptance)
        #expect(Self.shown(shown) == ["-- handoff: accepted after 0.1 s" + words])
        #expect(shown.contains(#"prompt agent(name: "agent")"#))
    }

    @Test func `V05 a refusal is shown with the reason from its attachment`() {
        var script = Self.script(after: Fixture.initiate)
        let attachment =
            #","attachments":[{"contentType":"application/json","content":{"error":{"message":"no such skill"}}}]"#
        let shown = script.arrive(Self.event("HandoffResponse", #""failed""#, attachment))
        #expect(shown.contains("prompt bot"))
        #expect(Self.shown(shown) == ["-- handoff: failed after 0.1 s, no such skill"])
    }

    @Test(arguments: ReasonShapes.all.indices)
    func `V05 the error payload is told on the screen and in JSON, in every shape`(index: Int) throws {
        let (name, content, words) = ReasonShapes.all[index]
        var script = Self.script(after: Fixture.initiate)
        let attachment = #","attachments":[{"contentType":"application/json","content":\#(content.compactText)}]"#
        let response = Self.event("HandoffResponse", #""failed""#, attachment)
        #expect(Self.shown(script.arrive(response)) == ["-- handoff: failed after 0.1 s, " + words], "\(name)")
        var machine = Self.script(after: Fixture.initiate).machine
        let activity = try #require(Activity(try JSONValue(parsing: response)))
        let actions = machine.handle(.client(.activity(activity, isEcho: false)), at: Timestamp(milliseconds: 200))
        let lines = actions.compactMap { action in
            if case .show(let item) = action { JSONLinesOutput().text(of: item, columns: 80) } else { nil }
        }
        let told = try lines.filter { !$0.isEmpty }.map { try JSONValue(parsing: $0) }.first { $0["kind"] == "handoff" }
        #expect(told?["outcome"] == "failed" && told?["message"]?.string == words, "\(name): \(lines)")
    }

    @Test func `V06 after a time-out the next line goes to the bot`() {
        var script = Self.script(after: Fixture.initiate)
        let shown = script.arrive(Self.event("HandoffResponse", #""timedOut""#))
        #expect(Self.shown(shown) == ["-- handoff: timed out after 0.1 s"])
        #expect(shown.contains("prompt bot"))
        #expect(script.enter("hello").contains("post 1 hello"))
    }

    @Test func `V07 a failure whose words speak of time stays a failure`() {
        var script = Self.script(after: Fixture.initiate)
        let shown = script.arrive(Self.event("handoff.status", #"{"state":"failed","message":"timed out after 60 s"}"#))
        #expect(Self.shown(shown) == ["-- handoff: failed after 0.1 s, timed out after 60 s"])
    }

    @Test func `V08 after the end the user's words start over with the bot`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        let shown = script.arrive(Self.event("HandoffCompleted", #""endOfConversation""#))
        #expect(Self.shown(shown) == ["-- handoff: completed, Ana ended it after 0.1 s"])
        #expect(script.enter("one more thing").contains("post 1 one more thing"))
        let echo = script.arrive(#"{"type":"message","text":"one more thing","from":{"id":"u"}}"#, isEcho: true)
        #expect(Self.shown(echo) == ["-- handoff: the bot listens again"])
    }

    @Test func `V09 a transfer back shows the last of what comes with it`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        let attachment =
            #","attachments":[{"contentType":"application/json","name":"Transcript","content":{"activities":"#
            + #"[{"type":"message","text":"hi"},{"type":"message","text":"book table 4"}]}}]"#
        let shown = script.arrive(Self.event("HandoffCompleted", #""transferBack""#, attachment))
        #expect(
            Self.shown(shown) == [
                "-- handoff: completed, transferred back to the bot after 0.1 s with Ana, 2 transcript entries, "
                    + "the last: “book table 4”"
            ]
        )
        #expect(script.enter("/raw").last?.contains("book table 4") == true)
    }

    @Test(arguments: [event("HandoffCompleted", #""failed""#), status("failed")])
    func `V10 a lost agent is told`(loss: String) {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        let shown = script.arrive(loss)
        #expect(Self.shown(shown) == ["-- handoff: lost: the agent is gone after 0.1 s with Ana"])
        #expect(shown.contains("prompt bot"))
    }

    @Test func `V11 words after a completion change nothing about it`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        #expect(Self.shown(script.arrive(Self.status("completed"))) == ["-- handoff: completed after 0.1 s with Ana"])
        for words in ["welcome back", "please rate us"] {
            #expect(Self.shown(script.arrive(Self.message(words))) == ["bot: \(words)"])
        }
        #expect(script.machine.handoff.attempt?.outcome == .completed)
    }

    @Test func `V12 a completion under the response's name completes, and lint tells of it`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        let shown = script.arrive(Self.event("HandoffResponse", #""endOfConversation""#))
        #expect(Self.shown(shown) == ["-- handoff: completed, Ana ended it after 0.1 s"])
        #expect(Self.rules(&script).contains("HO131"))
    }

    @Test(arguments: [
        status("accepted"), status("failed"), status("completed"), event("HandoffCompleted", #""transferBack""#),
    ])
    func `V13 a report without a request changes nothing but is told, and lint tells of it`(report: String) {
        var script = Self.script()
        #expect(Self.isTold("HO203", script.arrive(report)))
        #expect(Self.rules(&script).contains("HO203"))
    }

    @Test func `V14 a second request adds nothing, while waiting and while live`() {
        var script = Self.script(after: Fixture.initiate)
        #expect(Self.isTold("HO201", script.arrive(Fixture.initiate)))
        #expect(Self.rules(&script).contains("HO201"))
        _ = script.arrive(Fixture.accepted)
        #expect(Self.isTold("HO202", script.arrive(Fixture.initiate.replacing("0000004", with: "0000009"))))
        #expect(Self.rules(&script).contains("HO202"))
        #expect(script.enter("/timeline").last?.contains("attempt 2") == false)
    }

    @Test func `V15 after a loss the bot may ask again`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted, Self.status("failed"), Fixture.initiate)
        #expect(script.enter("/timeline").last?.contains("attempt 2") == true)
    }

    @Test func `V16 a second acceptance is told as one, and lint tells of it`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        #expect(Self.isTold("HO204", script.arrive(Fixture.accepted)))
        #expect(Self.rules(&script).contains("HO204"))
    }

    @Test func `V17 a report for another conversation changes nothing but is told, and lint tells of it`() {
        var script = Self.script(after: Fixture.initiate)
        #expect(Self.isTold("HO111", script.arrive(Self.status("accepted").replacing("c-1", with: "c-2"))))
        #expect(script.machine.handoffState == .requested)
        #expect(Self.rules(&script).contains("HO111"))
    }

    @Test func `V18 a report without a conversation is for the one in which it comes`() {
        var script = Self.script(after: Fixture.initiate)
        let bare = #"{"type":"event","name":"handoff.status","from":{"id":"bot"},"value":{"state":"accepted"}}"#
        #expect(Self.shown(script.arrive(bare)) == ["-- handoff: accepted after 0.1 s"])
        #expect(Self.rules(&script).contains("HO110"))
    }

    @Test func `V19 typing within a status shows for three seconds`() {
        var script = Self.script(after: Fixture.initiate, Fixture.accepted)
        let shown = script.arrive(Self.status("typing"))
        #expect(Self.shown(shown) == [])
        #expect(shown.contains("typing 1"))
        #expect(script.machine.typist != nil)
        _ = script.take(.timer(.typing(generation: 1)))
        #expect(script.machine.typist == nil)
        #expect(script.machine.handoffState == .live)
        #expect(Self.rules(&script).contains("HO122"))
    }

    @Test func `V20 unknown events change nothing, unknown states are shown as they are`() {
        var script = Self.script(after: Fixture.initiate)
        #expect(
            Self.shown(script.arrive(Self.event("somethingElse", "1"))) == [
                "The bot sent the event “somethingElse” (1 byte)."
            ]
        )
        #expect(script.machine.handoffState == .requested)
        #expect(
            Self.shown(script.arrive(Self.status("parked"))) == [
                "-- handoff: unknown state “parked” (HO122)"
            ]
        )
        #expect(script.machine.handoffState == .requested)
        #expect(Self.rules(&script).contains("HO122"))
    }

    @Test(arguments: [#""{\"Skill\":\"x\"}""#, "[1]", "7", "null"])
    func `V21 a request with any value and no attachments is a request`(value: String) {
        for attachments in ["", #","attachments":null"#, #","attachments":[]"#] {
            var script = Self.script()
            let shown = script.arrive(Self.event("handoff.initiate", value, attachments))
            #expect(Self.shown(shown).first?.hasPrefix("-- handoff: handoff requested") == true)
            #expect(Self.shown(shown).first?.hasSuffix("no transcript") == true)
        }
    }

    @Test(arguments: ["bot", "requested", "queued", "live", "ended"])
    func `V26 the end of the conversation closes it from every state`(state: String) {
        let ended = Self.event("HandoffCompleted", #""endOfConversation""#)
        let all = [Fixture.initiate, Fixture.queued, Fixture.accepted, ended]
        let count = ["bot", "requested", "queued", "live", "ended"].firstIndex(of: state) ?? 0
        var script = Self.script()
        for activity in all.prefix(count) { _ = script.arrive(activity) }
        #expect(script.machine.handoffState.rawValue == state)
        let shown = script.arrive(#"{"type":"endOfConversation","from":{"id":"bot"}}"#)
        #expect(script.machine.handoffState == .closed)
        let isAborted = Self.shown(shown).first?.contains("aborted") == true
        #expect(isAborted == ["requested", "queued", "live"].contains(state))
        #expect(shown.contains("prompt closed"))
        // What is typed still goes out (C40), and nothing else is tried by itself.
        #expect(!shown.contains { $0.hasPrefix("post") || $0 == "reconnect" })
    }

    @Test func `V29 an acceptance after the completion changes nothing`() {
        var script = Self.script(after: Fixture.initiate, Self.status("completed"))
        #expect(Self.isTold("HO203", script.arrive(Fixture.accepted)))
        #expect(script.machine.handoffState == .bot)
        #expect(Self.rules(&script).contains("HO203"))
    }

    @Test func `V30 an agent who speaks unannounced is there`() {
        var script = Self.script(after: Fixture.initiate)
        let shown = Self.shown(script.arrive(Fixture.agentSays))
        #expect(shown.contains { $0.contains("nobody reported it, but an agent speaks") })
        #expect(script.machine.handoffState == .live)
        #expect(Self.rules(&script).contains("HO208"))
    }

    @Test func `V31 an activity of type handoff asks for an agent`() {
        var script = Self.script()
        let shown = script.arrive(
            #"{"type":"handoff","from":{"id":"bot"},"value":{"type":"transferToAgent","context":{"Skill":"x"}}}"#
        )
        #expect(Self.shown(shown) == ["-- handoff: handoff requested, skill x, no transcript"])
        #expect(script.enter("/timeline").last?.contains("as handoff") == true)
    }

    @Test func `V32 a provider's own event asks for an agent, and lint says that it was guessed`() {
        var script = Self.script()
        let shown = script.arrive(Self.event("GenesysHandoff", #""card was lost""#))
        #expect(Self.shown(shown) == ["-- handoff: handoff requested, no transcript"])
        #expect(Self.rules(&script).contains("HO103"))
    }

    @Test func `V33 a line entered in the queue is shown once and sent at once`() {
        var script = Self.script(after: Fixture.initiate, Fixture.queued)
        #expect(Self.shown(script.enter("are you there?")) == ["you: are you there?", "post 1 are you there?"])
        let echo = #"{"type":"message","text":"are you there?","from":{"id":"u"}}"#
        #expect(Self.shown(script.arrive(echo, isEcho: true)) == [])
    }

    @Test func `V37 an export tells the speakers by numbers and is written as it was`() throws {
        let export =
            #"[{"type":"message","text":"hi","from":{"id":"a","role":1},"timestamp":1588327200},"#
            + #"{"type":"message","text":"hello","from":{"id":"b","role":0},"timestamp":1588327201}]"#
        let transcript = try Transcript(parsing: Array(export.utf8), name: "export.json")
        var script = Self.script()
        _ = script.enter("/load export.json")
        let shown = script.take(.loaded(path: "export.json", .success(transcript)))
        #expect(shown.contains("loaded: you: hi"))
        #expect(shown.contains("loaded: bot: hello"))
        #expect(transcript.json(as: .array).compactText == export)
    }

    @Test func `a telephone number is shown as the target`() {
        var script = Self.script()
        let shown = script.arrive(Self.event("handoff.initiate", #"{"TargetPhoneNumber":"+15550100"}"#))
        #expect(Self.shown(shown) == ["-- handoff: handoff requested, target +15550100, no transcript"])
    }
}
