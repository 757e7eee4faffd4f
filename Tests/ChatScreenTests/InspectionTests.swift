import BotSchema
import DirectLineClient
import Handoff
import TestSupport
import Testing
import Transcripts

@testable import ChatScreen

struct InspectionTests {
    @Test func `lint names the rule, the place and the document`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/lint").last == "Nothing wrong with the handoffs in 0 activities.")
        _ = script.arrive(
            #"{"type":"event","name":"handoff.status","id":"9","channelId":"x","conversation":{"id":"c-1"},"from":{"id":"b"},"value":{"state":"accepted"}}"#
        )
        let report = script.enter("/lint").last
        #expect(report?.contains("1 activity: 1 warning") == true)
        #expect(report?.contains("HO203 warning  activity 1 (9): no handoff is open [handoff protocol]") == true)
    }

    @Test func `lint does not take the person's own events for signals`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(
            #"{"type":"event","name":"handoff.status","channelId":"x","conversation":{"id":"c-1"},"from":{"id":"u"},"value":{"state":"accepted"}}"#,
            isEcho: true
        )
        #expect(script.enter("/lint").last == "Nothing wrong with the handoffs in 1 activity.")
    }

    @Test func `HO215 a bot that rejects a report of the hub is told of at once, and by lint`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        _ = script.enter("/handoff accept Dana")
        let failure = ClientError(.botFailed, "the bot answered with 500", status: 502)
        let words = script.take(.posted(number: 1, .failure(failure)))
        let told = "-- handoff: the bot answered handoff.status “accepted” with an error (HO215)"
        #expect(words.count { $0 == told } == 1, "\(words)")
        #expect(script.machine.record.entries.count { RejectedReport($0.activity) != nil } == 1)
        #expect(script.enter("/lint").last?.contains("HO215 error") == true)
        #expect(script.enter("/timeline").contains { $0.contains("rejected by bot") } == true)
    }

    @Test func `V24 a linked transcript is fetched on command only, and its signature is not shown`() throws {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/transcript").last == "No handoff has been requested yet.")
        let arrival = script.arrive(
            #"{"type":"event","name":"handoff.initiate","id":"1","attachments":[{"name":"Transcript","contentType":"#
                + #""application/json","contentUrl":"https://example.org/t.json?sig=abc"}]}"#
        )
        #expect(!arrival.contains { $0.hasPrefix("fetch") })
        let fetch = script.enter("/transcript").filter { !$0.isEmpty }
        #expect(
            fetch == [
                "/transcript", "Fetching the transcript from https://example.org/t.json…",
                "fetch https://example.org/t.json?sig=abc",
            ]
        )
        let link = "https://example.org/t.json?sig=abc"
        let transcript = Transcript(activities: [.message("from behind the link")])
        #expect(
            script.take(.fetched(link: link, .success(transcript))).contains(
                "loaded: bot bot (unverified): from behind the link"
            )
        )
        let failure = TranscriptError(.inputOutput, file: "the linked transcript", reason: "example.org says 404")
        #expect(
            script.take(.fetched(link: link, .failure(failure))).contains("the linked transcript: example.org says 404")
        )
        _ = script.arrive(Fixture.initiate.replacing("c-1|0000004", with: "c-1|0000005"))
        #expect(script.enter("/transcript").contains("loaded: bot bot (unverified): hello"))
    }

    @Test func `V38 what is saved for the public has no notes for the agent`() throws {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(
            #"{"type":"event","name":"handoff.initiate","id":"1","value":{"va_AgentMessage":"VIP","Skill":"x"}}"#
        )
        _ = script.enter("/save --public a.json")
        let saved = try #require(script.savedActivities)
        #expect(saved.map { $0.value?.compactText } == [#"{"Skill":"x"}"#])
        _ = script.enter("/save a.json")
        #expect(script.savedActivities?.first?.value?["va_AgentMessage"] == "VIP")
        #expect(script.enter("/save --public").last?.hasPrefix("Usage: /save") == true)
    }

    @Test func `a message that a service tags as hidden is not shown, and is in the record`() {
        var script = ChatScript()
        _ = script.open()
        let words = script.arrive(
            #"{"type":"message","text":"for the hub","channelData":{"tags":"Hidden"},"from":{"id":"b"}}"#
        )
        #expect(words.filter { !$0.isEmpty } == [])
        #expect(script.enter("/raw").last?.contains("for the hub") == true)
    }

    @Test func `an open handoff is a finding only when nothing can follow`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        #expect(script.enter("/lint").last?.contains("HO209") == false)
    }

    @Test func `the timeline has what the chat saw`() {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/timeline").last == "No handoff has been requested yet.")
        _ = script.arrive(Fixture.initiate)
        _ = script.arrive(Fixture.queued, after: .seconds(1))
        _ = script.arrive(Fixture.accepted, after: .seconds(2))
        _ = script.arrive(Fixture.agentSays, after: .seconds(4))
        let shown = script.enter("/timeline").last ?? ""
        for row in ["still open", "by Ana", "time in queue  2 s", "time to human  3 s", "time to reply  4 s"] {
            #expect(shown.contains(row), "\(shown)")
        }
    }

    @Test func `a loaded file is what is inspected, until somebody speaks`() throws {
        var script = ChatScript()
        _ = script.open()
        let loaded = try Transcript(parsing: Array("[\(Fixture.initiate)]".utf8), name: "b.json")
        _ = script.enter("/load b.json")
        _ = script.take(.loaded(path: "b.json", .success(loaded)))
        #expect(script.enter("/timeline").last?.contains("still open") == true)
        #expect(script.enter("/lint").last?.contains("HO209") == true)
        _ = script.enter("hi")
        #expect(script.enter("/timeline").last == "No handoff has been requested yet.")
    }
}

struct TranscriptCheckTests {
    private static func check(_ text: String, _ name: String = "a.json") -> TranscriptCheck {
        TranscriptCheck(Array(text.utf8), name: name)
    }

    private static func event(_ name: String, _ value: String, _ conversation: String = "c") -> String {
        #"{"type":"event","name":"\#(name)","value":\#(value),"conversation":{"id":"\#(conversation)"},"from":{"id":"b"}}"#
    }

    private static func message(_ text: String, _ id: String, to earlier: String? = nil) -> String {
        let reply = earlier.map { #","replyToId":"\#($0)""# } ?? ""
        return
            #"{"type":"message","id":"\#(id)","text":"\#(text)","conversation":{"id":"c"},"from":{"id":"b","role":"bot"}\#(reply)}"#
    }

    static let files: [(name: String, text: String)] = {
        let note = #"{"va_AgentMessage":"Wants her money back"}"#
        let all = [
            message("I see that she wants HER money back", "1"), event("handoff.initiate", note),
            message("b", "2", to: "1"),
            message("c", "2", to: "9"), event("handoff.status", #"{"state":"parked"}"#), message("d", "3", to: "4"),
            event("handoff.initiate", note), message("e", "4"), message("d", "3", to: "4"), message("", "5"),
        ]
        func cell(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        let records = [("c1", all[0..<4]), ("c2", all[4..<7]), ("c1", all[7...])].enumerated().map { index, record in
            let content = #"{"activities":[\#(record.1.joined(separator: ","))]}"#
            return "id\(index),\(record.0)_bot,2026-01-02T0\(index):00:00Z,\(cell(content)),{}"
        }
        return [
            ("a.json", "[" + all.joined(separator: ",") + "]"), ("a.jsonl", all.joined(separator: "\n")),
            ("a.transcript", #"{"activities":[\#(all.joined(separator: ","))]}"#),
            ("a.json", #"{"activities":[\#(all.joined(separator: ","))],"watermark":"7"}"#),
            (
                "a.csv",
                "conversationtranscriptid,name,conversationstarttime,content,metadata\n"
                    + records.joined(separator: "\n")
            ),
            ("marked.json", "\u{FEFF}[" + all.joined(separator: ",") + "]"),
        ]
    }()

    @Test(arguments: files.indices) func `a large file is checked as a small one is`(index: Int) throws {
        let (name, text) = Self.files[index]
        let folder = try TemporaryFolder()
        try folder.write(text, to: name)
        let whole = TranscriptCheck(Array(text.utf8), name: folder.file(name))
        #expect(
            whole.findings.contains { $0.rule.id == "HO219" } && whole.findings.contains { $0.rule.id == "HO008" }
        )
        let pieces = try TranscriptCheck(readingFrom: folder.file(name), wholeUpTo: 0)
        #expect(pieces.lines == whole.lines)
        #expect(pieces.json == whole.json)
    }

    @Test func `a sound file is one line`() {
        let check = Self.check(#"[{"type":"message","from":{"id":"u"},"text":"hi"}]"#)
        #expect(check.lines == ["a.json: 1 activity, 0 handoffs, nothing wrong"])
        #expect(!check.hasErrors)
    }

    @Test func `findings are lines with severity, rule, place and document, without commands for the terminal`() {
        let check = Self.check(
            #"[{"type":"event","name":"handoff.status","id":"9\u001b[2J","conversation":{"id":"c"},"from":{"id":"b"}}]"#
        )
        #expect(check.hasErrors)
        #expect(
            check.lines == [
                "a.json: error HO120, activity 1 (9␛[2J) $.value: the value is missing or no object "
                    + "[handoff protocol of February 2020]",
                "a.json: 1 activity, 0 handoffs, 1 error",
            ]
        )
        #expect(check.json["findings"]?[0]?["rule"] == "HO120")
        #expect(check.json["activities"] == 1)
    }

    @Test func `what was received must name its channel, what was recorded need not`() {
        let activity = #"{"type":"message","from":{"id":"u"},"conversation":{"id":"c"}}"#
        #expect(Self.check(#"{"activities":[\#(activity)],"watermark":"1"}"#).findings.map(\.rule.id) == ["HO004"])
        #expect(Self.check(#"{"activities":[\#(activity)]}"#).findings.isEmpty)
    }

    @Test func `a file that cannot be read is a failure with its place`() {
        let check = Self.check(#"[{"type":"mess"#)
        #expect(check.hasErrors)
        #expect(check.findings.map(\.rule.id) == ["HO165"])
        #expect(check.lines.count == 2)
        #expect(check.json["failure"] != nil)
    }
}
