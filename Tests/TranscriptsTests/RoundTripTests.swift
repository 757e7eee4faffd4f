import BotSchema
import Testing

@testable import Transcripts

/// Every readable form comes back as it was, and every pair of forms converts there and back, or says what it loses.
struct RoundTripTests {
    @Test func `a table whose first cell holds a bracket behind rubbish stays a table`() throws {
        // Found by the fuzzer: as it was written, it was taken for JSON.
        let rubbish = try #require(
            Base64.decode(
                "IgAaIgBb/wBhb252ZXJzYW1jb250ZQEHbnQsdAovW0NvbnZlfX19Knt9fTaQkJCQkJCQKmZhbHNlNjZ9AHsNfX19ff//kmJ0"
                    + "GgpbQ29udn3//wAAAAA2NjY2NjY1tjY2NjY2NjY2NjZ9fQB7DX19fX3//5JidBoKW/8AAH19AHtjb250ZSz/"
            )
        )
        let read = try Transcript(parsing: rubbish, name: "a.json")
        #expect(read.form == .table && read.activities.count == 1)
        let again = try Transcript(parsing: read.serializedAsRead(), name: "a.csv")
        #expect(again.activities == read.activities)
    }

    private static let hi = #"""
        {"type":"message","id":"1","text":"hi\n“you” 👋 \ud800","n":1.50,"big":12345678901234567890,"e":1e+2,
         "from":{"id":"u","name":"Mina","role":"user"},"channelData":{"x":null,"y":[{}]},"recipient":{"id":"b"}}
        """#.replacing(#" \ud800"#, with: "")
    private static let pick = #"""
        {"type":"message","text":"Pick, 'one'","from":{"id":"b","name":"Robin","role":"bot"},"unknown":{"":[]},
         "suggestedActions":{"actions":[{"type":"imBack","title":"A","value":"A"}]},"timestamp":"2026-01-02T03:04:05Z"}
        """#
    private static let ask = #"{"type":"event","name":"handoff.initiate","value":{"Skill":"x"},"attachments":[]}"#

    /// The documents of each form, as they are found.
    static let forms: [(name: String, file: String, text: String)] = [
        ("array", "a.json", "[\(hi),\(pick),\(ask)]"),
        ("transcript object", "a.json", #"{"v":1.0,"transcript":[\#(hi),\#(pick),\#(ask)],"w":null}"#),
        ("activities", "a.json", #"{"activities":[\#(hi),\#(pick),\#(ask)]}"#),
        ("ActivitySet", "a.json", #"{"watermark":"0007","activities":[\#(hi),\#(pick),\#(ask)],"x":[]}"#),
        (
            "attachment", "a.json",
            #"{"contentType":"application/json","name":"T","content":{"activities":[\#(hi),\#(pick),\#(ask)],"v":2}}"#
        ),
        ("attachment of a list", "a.json", #"{"content":[\#(hi),\#(pick),\#(ask)],"name":"x"}"#),
        (
            "attachment of a text", "a.json",
            JSONValue.object([
                "contentType": "application/json", "content": .string(#"{"activities":[\#(hi),\#(pick),\#(ask)]}"#),
            ]).compactText
        ),
        (
            "handoff event", "a.json",
            #"{"type":"event","name":"handoff.initiate","attachments":[{"name":"Transcript","content":{"activities":[\#(hi)]}}]}"#
        ),
        ("lines", "a.jsonl", "\(flat(hi))\n\(flat(pick))\n\(flat(ask))\n"),
        ("lists one after the other", "a.json", "[\(hi),\(pick)]\n[\(ask)]\n"),
        (
            "export", "a.json",
            #"{"count":2,"conversations":[{"Activities":[\#(hi),\#(pick)],"id":7},{"Activities":[\#(ask)]}]}"#
        ),
        (
            "numbers for roles and times", "a.json",
            #"""
            {"activities":[{"type":"message","text":"a","from":{"id":"1","role":1},"timestamp":1767323045},
             {"type":"message","text":"b","from":{"id":"2","role":0},"timestamp":1767323046}]}
            """#
        ),
        ("table", "a.csv", "number,activity\r\n1,\(quoted(hi))\r\n2,\(quoted(pick))\r\n"),
        ("mock conversation", "a.chat", "user=Mina\nbot=Robin\n\nuser: Hello\nbot: Hi [Typing][Delay=500]\nthere\n"),
    ]

    private static func flat(_ text: String) -> String { text.replacing("\n", with: "") }

    private static func quoted(_ text: String) -> String {
        "\"" + flat(text).replacing("\"", with: "\"\"") + "\""
    }

    @Test(arguments: forms.indices)
    func `a form that was read is written again value for value`(index: Int) throws {
        let form = Self.forms[index]
        let read = try Transcript(parsing: Array(form.text.utf8), name: form.file)
        let written = read.serializedAsRead()
        let again = try Transcript(parsing: written, name: form.file)
        #expect(again.activities.map(\.jsonValue) == read.activities.map(\.jsonValue))
        #expect(again.form == read.form && again.repairs == read.repairs)
        switch read.form {
        case .chat: #expect(String(decoding: written, as: UTF8.self) == form.text)
        case .table: #expect(DelimitedText(parsing: written).rows == DelimitedText(parsing: Array(form.text.utf8)).rows)
        case .sequence: #expect(try Self.documents(written) == Self.documents(Array(form.text.utf8)))
        default: #expect(try JSONValue(parsing: written) == JSONValue(parsing: form.text))
        }
    }

    private static func documents(_ bytes: [UInt8]) throws -> [JSONValue] {
        var scanner = ActivityScanner()
        var builder = DocumentBuilder()
        for piece in scanner.take(bytes) + scanner.finish() { builder.take(piece) }
        return builder.documents
    }

    @Test(arguments: forms.indices, TranscriptFormat.allCases)
    func `a form converts to each other and back, or says what it loses`(index: Int, target: TranscriptFormat) throws {
        let form = Self.forms[index]
        let read = try Transcript(parsing: Array(form.text.utf8), name: form.file)
        let losses = read.losses(in: target)
        let there = try? Transcript(parsing: read.serialized(as: target), name: "b.\(target.rawValue)")
        guard let there else {
            #expect(target == .chat && losses.contains { $0.what.hasPrefix("activities of type") })
            return
        }
        let isSame = there.activities.map(\.jsonValue) == read.activities.map(\.jsonValue)
        if target == .chat {
            // What it says is lost, and nothing else is.
            #expect(isSame == losses.allSatisfy { $0.count == 0 }, "\(losses)")
        } else {
            #expect(isSame)
        }
        // Back in the envelope that was read, with what came back in it: nothing is lost but what was told.
        var back = read
        back.activities = there.activities
        guard isSame else { return }
        #expect(try Transcript(parsing: back.serializedAsRead(), name: form.file).activities == read.activities)
        let hasEnvelope = !read.envelopeMembers.isEmpty && target != .attachment
        #expect(losses.isEmpty || hasEnvelope || read.form == .export || read.form == .table || target == .chat)
        #expect(!hasEnvelope || losses.contains { $0.what.hasPrefix("members beside the activities") })
    }

    @Test(arguments: forms.indices)
    func `cut at any byte of UTF-8 or UTF-16 a form gives what is whole before it`(index: Int) throws {
        let form = Self.forms[index]
        let wide = form.text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for bytes in [Array(form.text.utf8), [0xFF, 0xFE] + wide] {
            let whole = try Transcript(parsing: bytes, name: form.file)
            for length in 0..<bytes.count {
                let cut = try? Transcript(parsing: Array(bytes.prefix(length)), name: form.file)
                guard let cut else { continue }
                // The last line of a mock conversation is whole at any length.
                let certain = form.file == "a.chat" ? cut.activities.dropLast() : cut.activities[...]
                guard whole.form != .activity else { continue }
                #expect(Array(certain) == Array(whole.activities.prefix(certain.count)), "cut at \(length)")
            }
        }
    }
}
