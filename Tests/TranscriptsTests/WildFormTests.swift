import BotSchema
import Testing
import Transcripts

/// Forms beside those of the specification that tools and services write.
struct WildFormTests {
    private static func read(_ text: String, name: String = "a.json") throws(TranscriptError) -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: name)
    }

    private static let pascal = """
        {"rows":[{"Activities":[
          {"ValueType":"","Id":"","Type":"message","Timestamp":1719206271,"From":{"Id":"u","Role":1},
           "ChannelData":{"AssetType":"X"},"Text":"hi","SuggestedActions":null,"LineNumber":null,"N":1.50},
          {"Type":"message","Timestamp":1719206272000,"From":{"Id":"b","Name":"Robin","Role":0},"Text":"hello",
           "Attachments":[{"ContentType":"text/plain","Content":{"Body":1}}],
           "SuggestedActions":{"Actions":[{"Type":"imBack","Title":"Yes","Value":"Yes"}]}}]}]}
        """

    @Test func `an export with capitals, numbers for roles and times is read, told and written as it was`() throws {
        let transcript = try Self.read(Self.pascal)
        #expect(transcript.form == .export)
        #expect(transcript.activities.map(\.text) == ["hi", "hello"])
        #expect(transcript.activities.map(\.isFromUser) == [true, false])
        #expect(
            transcript.activities.map { $0.time?.text } == ["2024-06-24T05:17:51.000Z", "2024-06-24T05:17:52.000Z"]
        )
        #expect(transcript.activities[0].channelData?["AssetType"] == "X")
        #expect(transcript.activities[1].attachments[0].contentType == "text/plain")
        #expect(transcript.activities[1].attachments[0].content?["Body"] == 1)
        #expect(transcript.activities[1].suggestedActions?.actions.map(\.title) == ["Yes"])
        #expect(
            transcript.repairs.map(\.description) == [
                "$.rows[0].Activities: the list's name begins with a capital",
                "2 activities: members that begin with capitals, read as the specification spells them",
                "2 activities: roles that are numbers, 0 read as bot and 1 as user",
                "2 activities: timestamps that are numbers, read as time since 1970",
            ]
        )
        #expect(try JSONValue(parsing: transcript.serializedAsRead()) == JSONValue(parsing: Self.pascal))
    }

    @Test func `times may be text that counts`() throws {
        let transcript = try Self.read(#"[{"type":"message","timestamp":"1719206271"}]"#)
        #expect(transcript.activities[0].time?.text == "2024-06-24T05:17:51.000Z")
        #expect(transcript.repairs.count == 1)
    }

    @Test(arguments: [
        #"[{"type":"message","n":1.50,"x":null,"x":2e3}]"#,
        #"{"v":1,"transcript":[{"type":"message"}],"w":1e2}"#,
        #"{"v":1,"activities":[{"type":"message"},null,7],"watermark":"0a"}"#,
        #"{"contentType":"application/json;charset=utf-8","x":1,"content":{"activities":[{"type":"a"}]}}"#,
        #"{"contentType":"application/json","content":"{\"activities\": [ {\"type\":\"a\",\"n\":1.0} ]}"}"#,
        #"{"type":"event","name":"handoff.initiate","attachments":[{"name":"Transcript","content":{"activities":[]}}]}"#,
        #"{"value":[{"conversationtranscriptid":"1","content":"{\"activities\":[{\"type\":\"a\"}]}","metadata":"{}"}]}"#,
        #"[{"activities":[{"type":"a"}],"watermark":"1"},{"activities":[{"type":"b"}]}]"#,
    ])
    func `what is read is written again value for value`(text: String) throws {
        let transcript = try Self.read(text)
        #expect(try JSONValue(parsing: transcript.serializedAsRead()) == JSONValue(parsing: text))
        #expect(!transcript.activities.isEmpty)
    }

    @Test func `documents one after the other are written so again`() throws {
        let text = #"{"type":"event","n":1.0}"# + "\r" + #"[{"type":"typing"},{"type":"c"}]"#
        let transcript = try Self.read(text)
        #expect(transcript.activities.map(\.type?.rawValue) == ["event", "typing", "c"])
        #expect(
            String(decoding: transcript.serializedAsRead(), as: UTF8.self) == text.replacing("\r", with: "\n") + "\n"
        )
    }

    @Test func `what was changed since is written within what was read`() throws {
        var transcript = try Self.read(#"{"v":1,"transcript":[{"type":"a"}],"w":2}"#)
        transcript.activities.append(Activity(type: .typing))
        #expect(
            try JSONValue(parsing: transcript.serializedAsRead())
                == ["v": 1, "transcript": [["type": "a"], ["type": "typing"]], "w": 2]
        )
    }

    @Test func `content that a spreadsheet has cut is read as far as it is whole`() throws {
        let content = JSONValue.string(#"{"activities":[{"type":"message","text":"a"},{"type":"mess"#).compactText
        let transcript = try Self.read(#"{"content":\#(content)}"#)
        #expect(transcript.activities.map(\.text) == ["a"])
        #expect(transcript.repairs.first?.place == "$.content, byte 45 of the text")
    }

    @Test(arguments: [",", ";", "\t"], ["\n", "\r\n", "\r"])
    func `a table of conversations is read and written cell for cell`(separator: String, lineEnd: String) throws {
        let content = #""{""activities"":[{""type"":""message"",""text"":""a, b; c"",""timestamp"":1588327200}]}""#
        let rows = [
            ["conversationtranscriptid", "Content", "name"], ["1", content, "x"],
            [
                "2",
                content.replacing(
                    "a, b; c",
                    with: "d\n\"\"e\"\"".replacing("\"", with: "\\\"\"").replacing("\n", with: "\\n")
                ), "",
            ],
        ]
        let text = rows.map { $0.joined(separator: separator) }.joined(separator: lineEnd) + lineEnd
        let transcript = try Self.read(text, name: "export.csv")
        #expect(transcript.form == .table)
        #expect(transcript.activities.map(\.text) == ["a, b; c", "d\n\"\"e\"\""])
        let again = String(decoding: transcript.serializedAsRead(), as: UTF8.self)
        #expect(again == rows.map { $0.joined(separator: separator) + "\r\n" }.joined())
        // The name is no help on standard input.
        #expect(try Self.read(text, name: "standard input").activities == transcript.activities)
    }

    @Test func `rows that hold nothing whole are told`() throws {
        let text = "Name,Content\na,\"{\"\"activities\"\":[{\"\"type\"\":\"\"message\"\"}]}\"\nb,nonsense\nc\nd,\"open"
        let transcript = try Self.read(text, name: "a.csv")
        #expect(transcript.activities.count == 1)
        #expect(transcript.repairs.map(\.place) == ["byte 74", "row 3", "row 4", "row 5"])
    }

    @Test func `a table without such a column is refused with what it has`() {
        let error = #expect(throws: TranscriptError.self) { try Self.read("a,b\n1,2\n", name: "a.csv") }
        #expect(error?.description == "a.csv: expected a column named 'activity' or 'content', found a, b")
    }

    @Test func `our own table carries everything and no formulas`() throws {
        let text =
            #"[{"type":"message","text":"=1+1","n":1.0,"from":{"id":"u","role":"user"}},{"type":"event","name":"x"}]"#
        let transcript = try Self.read(text)
        let table = transcript.serialized(as: .csv)
        #expect(String(decoding: table, as: UTF8.self).contains(",'=1+1,"))
        #expect(try Transcript(parsing: table, name: "a.csv").activities == transcript.activities)
    }
}
