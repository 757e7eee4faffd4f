import BotSchema
import Testing
import Transcripts

struct ConversionTests {
    private static let text = #"""
        {"watermark":"9","activities":[
        {"type":"message","id":"1","text":"hi\n\"you\"","n":1.50,"from":{"id":"u","name":"Mina","role":"user"},
         "channelData":{"x":null},"recipient":{"id":"b","role":"bot"}},
        {"type":"message","text":"Pick","from":{"id":"b","name":"Robin","role":"bot"},
         "suggestedActions":{"actions":[{"type":"imBack","title":"A","value":"A"}]}},
        {"type":"event","name":"handoff.initiate","value":{"Skill":"x"}}]}
        """#

    private static func transcript() throws -> Transcript { try Transcript(parsing: Array(text.utf8), name: "a.json") }

    @Test(arguments: TranscriptFormat.allCases.filter { $0 != .chat }, TranscriptFormat.allCases.filter { $0 != .chat })
    func `forms that hold whole activities convert there and back without loss`(
        first: TranscriptFormat,
        second: TranscriptFormat
    ) throws {
        let transcript = try Self.transcript()
        let there = try Transcript(parsing: transcript.serialized(as: first), name: "a.\(first.rawValue)")
        let back = try Transcript(parsing: there.serialized(as: second), name: "b.\(second.rawValue)")
        #expect(back.activities.map(\.jsonValue) == transcript.activities.map(\.jsonValue))
        #expect(there.repairs.isEmpty && back.repairs.isEmpty)
        #expect(there.losses(in: second).isEmpty || first == .attachment)
    }

    @Test func `what surrounds the activities is carried by the attachment and lost elsewhere, which is told`() throws {
        let transcript = try Self.transcript()
        #expect(transcript.losses(in: .attachment).isEmpty)
        for format in [TranscriptFormat.array, .lines, .csv] {
            #expect(transcript.losses(in: format).map(\.description) == ["members beside the activities: watermark"])
        }
        let plain = Transcript(activities: transcript.activities)
        for format in [TranscriptFormat.array, .lines, .csv, .attachment] { #expect(plain.losses(in: format).isEmpty) }
    }

    @Test func `what a mock conversation cannot say is told member by member`() throws {
        let losses = try Self.transcript().losses(in: .chat).map(\.description)
        #expect(losses.contains("$.channelData, in 1 activity"))
        #expect(losses.contains("$.n, in 1 activity"))
        #expect(losses.contains("activities of type event, in 1 activity"))
        #expect(!losses.contains { $0.hasPrefix("$.text") || $0.hasPrefix("$.suggestedActions") })
        let chat = try Transcript(parsing: Self.transcript().serialized(as: .chat), name: "a.chat")
        #expect(chat.activities.map(\.text) == ["hi\n\"you\"", "Pick"])
        #expect(chat.losses(in: .chat).isEmpty)
    }

    @Test func `what would be taken for something else where it stands alone is told`() throws {
        let odd =
            #"[{"type":"message","text":"a"},{"activities":[{"type":"typing"}]},{"type":"event","activities":[]}]"#
        let transcript = try Transcript(parsing: Array(odd.utf8), name: "a.json")
        #expect(transcript.activities.count == 3)
        for format in [TranscriptFormat.lines, .csv] {
            #expect(transcript.losses(in: format).map(\.count) == [2])
        }
        #expect(transcript.losses(in: .array).isEmpty)
    }

    @Test(arguments: [
        ("a.transcript", TranscriptFormat.array), ("a.JSONL", .lines), ("a.ndjson", .lines), ("b.chat", .chat),
        ("x.csv", .csv), ("x.json", .attachment), ("x", .attachment),
    ])
    func `a name tells the form`(name: String, format: TranscriptFormat) {
        #expect(TranscriptFormat(forFile: name) == format)
    }
}
