import BotSchema
import Testing
import Transcripts

struct TranscriptFormTests {
    private static let hi = #"{"type":"message","id":"1","text":"hi","score":1.0,"channelData":{"x":null}}"#
    private static let yo = #"{"type":"message","id":"2","text":"yo"}"#

    private static func read(_ text: String) throws(TranscriptError) -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: "a.json")
    }

    private static func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    @Test(
        arguments: [
            ("[\(hi),\(yo)]", TranscriptForm.array),
            (#"{"transcript":[\#(hi),\#(yo)],"v":1}"#, .transcriptObject),
            (#"{"activities":[\#(hi),\#(yo)],"watermark":"0000a-42"}"#, .activitySet),
            (
                #"{"contentType":"application/json","name":"Transcript","content":{"activities":[\#(hi),\#(yo)]}}"#,
                .attachment
            ),
            (#"{"content":[\#(hi),\#(yo)]}"#, .attachment),
            ("\n[\(hi)]\n[\(yo)]\n", .sequence),
            ("\(hi)\n\(yo)\n", .sequence),
        ] as [(String, TranscriptForm)]
    )
    func `V36 every form gives its activities in order, fields intact`(text: String, form: TranscriptForm) throws {
        let transcript = try Self.read(text)
        #expect(transcript.form == form)
        #expect(transcript.activities.map(\.jsonValue) == [try Self.value(Self.hi), try Self.value(Self.yo)])
        #expect(transcript.repairs.isEmpty)
        #expect(transcript.json(as: .array) == .array([try Self.value(Self.hi), try Self.value(Self.yo)]))
    }

    @Test func `lists that a logger closed badly are read and told`() throws {
        let transcript = try Self.read("[\(Self.hi)],\n\(Self.yo)][\(Self.hi),\(Self.yo)]")
        #expect(transcript.activities.map(\.text) == ["hi", "yo", "hi", "yo"])
        #expect(transcript.form == .sequence)
        #expect(transcript.repairs.map(\.text) == ["a comma too many, ignored", "a bracket too many, ignored"])
    }

    @Test func `an attachment whose content is a JSON text is read`() throws {
        let content = JSONValue.string("{\"activities\":[\(Self.hi)]}").compactText
        let transcript = try Self.read(#"{"contentType":"application/json","content":\#(content)}"#)
        #expect(transcript.activities.map(\.text) == ["hi"])
        #expect(transcript.form == .attachment)
    }

    @Test func `a handoff event alone stays one activity with its attachment inside`() throws {
        let event = """
            {"type":"event","name":"handoff.initiate","value":{"Skill":"x"},
             "attachments":[{"name":"Transcript","content":{"activities":[\(Self.hi)]}}]}
            """
        let transcript = try Self.read(event)
        #expect(transcript.form == .activity)
        #expect(transcript.activities.count == 1)
        #expect(transcript.activities.first?.attachments.first?.content?["activities"]?[0]?["text"] == "hi")
    }

    @Test func `an ActivitySet saved as an attachment is the content value for value`() throws {
        let set = #"{"x":[],"activities":[\#(Self.hi),{"type":"event","name":"handoff.initiate"}],"watermark":"5"}"#
        let transcript = try Self.read(set)
        #expect(transcript.watermark == "5")
        #expect(transcript.envelopeMembers == ["x": [], "watermark": "5"])
        let saved = try JSONValue(parsing: transcript.serialized(as: .attachment))
        #expect(saved["contentType"] == "application/json")
        #expect(saved["name"] == "Transcript")
        #expect(saved["content"] == (try Self.value(set)))
        let again = try Transcript(parsing: transcript.serialized(as: .attachment), name: "b.json")
        #expect(again.json(as: .attachment) == transcript.json(as: .attachment))
        #expect(again.watermark == "5")
    }

    @Test func `other envelopes keep their members around a list named activities`() throws {
        let transcript = try Self.read(#"{"v":1,"transcript":[\#(Self.yo)],"w":2}"#)
        #expect(
            transcript.json(as: .attachment)["content"]
                == ["v": 1, "activities": [try Self.value(Self.yo)], "w": 2]
        )
    }

    @Test func `added activities are saved in the envelope that was loaded`() throws {
        var transcript = try Self.read(#"{"activities":[],"watermark":"5"}"#)
        transcript.activities.append(.message("new"))
        #expect(
            transcript.json(as: .attachment)["content"]
                == ["activities": [["type": "message", "text": "new"]], "watermark": "5"]
        )
    }

    @Test func `entries that are no activities are told, those without a type kept`() throws {
        let transcript = try Self.read(#"{"activities":[null,\#(Self.hi),"x",{"text":"untyped"}]}"#)
        #expect(transcript.activities.map(\.text) == ["hi", "untyped"])
        #expect(
            transcript.repairs.map(\.description) == [
                "$.activities[0]: expected an activity, found null; left out",
                "$.activities[2]: expected an activity, found text; left out",
                "$.activities[3]: an activity without a type; kept, not shown",
            ]
        )
    }

    @Test func `half of a surrogate pair is told with its place`() throws {
        let transcript = try Self.read(#"[{"type":"message","text":"a\ud83d"}]"#)
        #expect(transcript.activities.first?.text == "a\u{fffd}")
        #expect(transcript.repairs.map(\.place) == ["byte 28"])
    }
}

struct TranscriptTextTests {
    private static let text = #"[{"type":"message","text":"héllo 你好 👋"}]"#

    @Test func `a byte order mark before UTF-8 is skipped`() throws {
        let transcript = try Transcript(parsing: [0xef, 0xbb, 0xbf] + Array(Self.text.utf8), name: "a")
        #expect(transcript.activities.first?.text == "héllo 你好 👋")
    }

    @Test(arguments: [true, false])
    func `UTF-16 with a mark is read in either byte order`(isLittle: Bool) throws {
        var bytes: [UInt8] = isLittle ? [0xff, 0xfe] : [0xfe, 0xff]
        for unit in Self.text.utf16 {
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xff))
            bytes += isLittle ? [low, high] : [high, low]
        }
        #expect(try Transcript(parsing: bytes, name: "a").activities.first?.text == "héllo 你好 👋")
        let cut = try Transcript(parsing: bytes.dropLast(), name: "a")
        #expect(cut.repairs.contains { $0.text == "the file ends within a UTF-16 unit" })
    }

    @Test func `half of a pair in UTF-16 is told`() throws {
        let units: [UInt16] = [0xfeff] + Array(#"[{"type":"message","text":""#.utf16) + [0xd83d] + Array(#""}]"#.utf16)
        let transcript = try Transcript(parsing: units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, name: "a")
        #expect(transcript.activities.first?.text == "\u{fffd}")
        #expect(transcript.repairs.count == 2)
    }

    @Test(arguments: [
        ("", "a.json: byte 0: a JSON value, found nothing"),
        ("[{\"type\":\"message\"", "a.json: byte 18: expected ',' or '}' in an object, found the end"),
        ("\u{feff}[,]", "a.json: byte 4: expected a JSON value"),
        (
            "{\"a\":1}",
            "a.json: at $: expected a list of activities, an object with 'activities' or 'transcript', "
                + "an attachment or an activity, found an object"
        ),
        ("{\"activities\":7}", "a.json: at $.activities: expected a list of activities, found a number"),
        (
            "{\"content\":\"[\"}",
            "a.json: at $.content: expected JSON within the text, "
                + "byte 1: expected a JSON value, found the end"
        ),
        ("[]\n7", "a.json: byte 3: expected the end of the document"),
    ])
    func `an error names the file, the place and what was expected`(text: String, line: String) throws {
        let error = #expect(throws: TranscriptError.self) {
            try Transcript(parsing: Array(text.utf8), name: "a.json")
        }
        #expect(error?.description == line)
        #expect(error?.code == .malformed)
    }
}
