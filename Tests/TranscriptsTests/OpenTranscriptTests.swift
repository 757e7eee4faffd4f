import BotSchema
import TestSupport
import Testing

@testable import Transcripts

/// Large files, gone through piece by piece: the same as read as a whole.
struct OpenTranscriptTests {
    /// A file, and its name.
    struct Sample: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let name: String
        let text: String

        init(_ description: String, _ name: String, _ text: String) {
            (testDescription, self.name, self.text) = (description, name, text)
        }
    }

    private static func activity(_ number: Int, in conversation: String?, role: String = #""user""#) -> String {
        let place = conversation.map { #","conversation":{"id":"\#($0)"}"# } ?? ""
        let from = number % 2 == 0 ? #"{"id":"u","role":\#(role),"name":"Mina Holm"}"# : #"{"id":"b","role":"bot"}"#
        return
            #"{"type":"message","id":"a\#(number)","timestamp":"2026-01-02T03:04:\#(10 + number % 50)Z","from":\#(from)"#
            + #"\#(place),"text":"line \#(number) to mina@mail.example 漢\n\"x\"","score":1.50}"#
    }

    private static func list(_ numbers: Range<Int>, in conversation: String? = "c", role: String = #""user""#) -> String
    {
        "[" + numbers.map { activity($0, in: conversation, role: role) }.joined(separator: ",\n") + "]"
    }

    /// Records of Dataverse: of two conversations, one of two sessions, one of them in two batches.
    private static let records: [(id: String, name: String, start: String, content: String, metadata: String)] = {
        let outcome = #"{"type":"trace","valueType":"SessionInfo","value":{"outcome":"Resolved","type":"Engaged"}}"#
        func content(_ numbers: Range<Int>, _ last: String = "") -> String {
            let numbered = numbers.map { number in
                #"{"type":"message","timestamp":\#(1_767_000_000 + number),"from":{"id":"x\#(number % 2)","role":\#(number % 2)},"text":"n\#(number)"}"#
            }
            return #"{"activities":[\#(numbered.joined(separator: ","))\#(last)]}"#
        }
        return [
            (
                "00000000-0000-0000-0000-000000000001", "conv1_bot", "2026-01-02T03:00:00Z", content(0..<4),
                #"{"BatchId":0}"#
            ),
            (
                "00000000-0000-0000-0000-000000000002", "conv1_bot", "2026-01-02T03:00:00Z",
                content(4..<8, "," + outcome), #"{"BatchId":1}"#
            ),
            (
                "00000000-0000-0000-0000-000000000003", "conv1_bot", "2026-01-02T09:00:00Z", content(8..<12),
                #"{"BatchId":0}"#
            ),
            (
                "00000000-0000-0000-0000-000000000004", "conv2_bot", "2026-01-02T04:00:00Z", content(0..<3),
                #"{"BatchId":0}"#
            ),
        ]
    }()

    private static func table(_ order: [Int], broken: Int? = nil, end: String = "\r\n") -> String {
        func cell(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        let rows = order.map { index in
            let record = records[index]
            let content = index == broken ? "\"" + record.content : cell(record.content)
            return [record.id, record.name, record.start, content, cell(record.metadata)].joined(separator: ",")
        }
        return (["conversationtranscriptid,name,conversationstarttime,content,metadata"] + rows).joined(separator: end)
            + end
    }

    private static func answer(_ order: [Int]) -> String {
        let values = order.map { index -> JSONValue in
            let record = records[index]
            return [
                "conversationtranscriptid": .string(record.id), "name": .string(record.name),
                "conversationstarttime": .string(record.start), "content": .string(record.content),
                "metadata": .string(record.metadata),
            ]
        }
        return JSONValue.object(["@odata.context": "x", "value": .array(values), "@odata.count": 4]).compactText
    }

    private static let ownTable = String(
        decoding: (try? Transcript(parsing: Array(list(0..<9).utf8), name: "a").serialized(as: .csv)) ?? [],
        as: UTF8.self
    )

    static let samples = [
        Sample("a list", "a.json", list(0..<9)),
        Sample("a list of 700", "a.json", list(0..<700)),
        Sample(
            "several conversations",
            "a.json",
            "[\((0..<9).map { activity($0, in: "c\($0 / 3)") }.joined(separator: ","))]"
        ),
        Sample(
            "mixed conversations",
            "a.json",
            "[\((0..<9).map { activity($0, in: "c\($0 % 2)") }.joined(separator: ","))]"
        ),
        Sample("no conversation", "a.json", list(0..<9, in: nil)),
        Sample("roles missing", "a.json", list(0..<9, role: "null")),
        Sample("roles missing in 900", "a.json", list(0..<900, role: "null")),
        Sample("lines", "a.jsonl", (0..<9).map { activity($0, in: "c") }.joined(separator: "\n")),
        Sample("lists in a row", "a.json", list(0..<4) + "\n" + list(4..<9)),
        Sample(
            "an ActivitySet",
            "a.json",
            #"{"before":[1],"activities":\#(list(0..<9)),"watermark":"9","x":{"token":"t1"}}"#
        ),
        Sample("an object", "a.transcript", #"{"activities":\#(list(0..<9)),"note":"mina@mail.example"}"#),
        Sample("a transcript object", "a.json", #"{"transcript":\#(list(0..<9))}"#),
        Sample(
            "an attachment",
            "a.json",
            #"{"contentType":"application/json","name":"Transcript","content":{"v":1,"activities":\#(list(0..<9)),"w":"2"},"z":0}"#
        ),
        Sample("an attachment of a list", "a.json", #"{"contentType":"application/json","content":\#(list(0..<9))}"#),
        Sample("one activity", "a.json", activity(0, in: "c")),
        Sample("a table of ours", "a.csv", ownTable),
        Sample("a table of Dataverse", "a.csv", table([0, 1, 2, 3])),
        Sample("the same shuffled", "a.csv", table([3, 2, 1, 0])),
        Sample("the same with line feeds", "a.csv", table([1, 3, 0, 2], end: "\n")),
        Sample("the same with broken quotes", "a.csv", table([1, 3, 0, 2], broken: 3)),
        Sample("an answer of Dataverse", "a.json", answer([0, 1, 2, 3])),
        Sample("the same answer shuffled", "a.json", answer([2, 0, 3, 1])),
        Sample(
            "an export of another shape",
            "a.json",
            #"{"conversations":[{"activities":\#(list(0..<3))},{"activities":\#(list(3..<5))}]}"#
        ),
        Sample("a mock conversation", "a.chat", "user=Ana\nbot=Bo\n\nuser: hi\nbot: hello\n"),
    ]

    private struct Told: Equatable {
        var activities: [Activity] = []
        var isFromUser: [Bool] = []
        var places: [String] = []

        mutating func take(_ piece: OpenTranscript.Piece) {
            switch piece {
            case .part(let record):
                places.append(
                    "part \(record?.session.name ?? "") \(record?.session.start ?? "") at \(activities.count)"
                )
            case .session(let session): places.append("\(session)")
            case .activity(let activity):
                activities.append(activity)
                isFromUser.append(activity.isFromUser)
            }
        }
    }

    private static func open<R>(_ sample: Sample, _ body: (OpenTranscript, Transcript) throws -> R) throws -> R {
        let folder = try TemporaryFolder()
        try folder.write(sample.text, to: sample.name)
        let path = folder.file(sample.name)
        return try body(OpenTranscript(path, wholeUpTo: 0), Transcript(parsing: Array(sample.text.utf8), name: path))
    }

    @Test(arguments: samples) func `piece by piece the same is told`(sample: Sample) throws {
        try Self.open(sample) { pieces, whole in
            var (told, expected) = (Told(), Told())
            whole.forEachPiece { expected.take($0) }
            try pieces.survey(needsOutline: true)
            try pieces.forEach { piece in
                told.take(piece)
                return true
            }
            #expect(told == expected)
            #expect(pieces.outline.form == whole.form)
            #expect(pieces.outline.envelope == whole.envelope)
            #expect(pieces.outline.isOwnTable == whole.isOwnTable)
            #expect(pieces.isExport == (whole.form == .export || whole.form == .table))
            var count = 0
            try pieces.forEach { _ in
                count += 1
                return count < 3
            }
            #expect(count == min(3, 1 + whole.activities.count), "reading stops where nobody wants more")
        }
    }

    @Test(arguments: samples) func `written piece by piece the bytes are the same`(sample: Sample) throws {
        try Self.open(sample) { pieces, whole in
            for format in TranscriptFormat.allCases where format != .chat {
                try pieces.survey(needsOutline: true)
                var writer = try #require(TranscriptStreamWriter(format, around: pieces.outline.envelope))
                var losses = StreamedLosses(in: format)
                var bytes: [UInt8] = []
                try pieces.forEach { piece in
                    guard case .activity(let activity) = piece else { return true }
                    losses.take(activity)
                    bytes += writer.bytes(for: activity)
                    return true
                }
                bytes += writer.end()
                #expect(
                    String(decoding: bytes, as: UTF8.self)
                        == String(decoding: whole.serialized(as: format), as: UTF8.self)
                )
                #expect(losses.losses(of: pieces.outline) == whole.losses(in: format))
                #expect(losses.hasExportedSpelling == whole.hasExportedSpelling)
            }
        }
    }

    @Test(arguments: samples, [false, true]) func `written as it was read the bytes are the same`(
        sample: Sample,
        isMasked: Bool
    ) throws {
        // What is not well-formed is written well-formed, cell by cell.
        guard sample.testDescription != "the same with broken quotes" else { return }
        try Self.open(sample) { pieces, whole in
            var redactor = isMasked ? TranscriptRedactor() : nil
            var other = redactor
            if var known = redactor {
                try pieces.survey(onBytes: { _ in }) { known.learn($0) }
                redactor = known
            }
            var bytes: [UInt8] = []
            try pieces.rewrite(&redactor) { bytes += $0 }
            let expected = (other?.redacted(whole) ?? whole).serializedAsRead()
            #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
            #expect(redactor?.report == other?.report)
        }
    }

    @Test func `what is no transcript is refused, or opened for whoever tells why`() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"a\":1}", to: "a.json")
        #expect(throws: TranscriptError.self) { _ = try OpenTranscript(folder.file("a.json")) }
        let open = try OpenTranscript(folder.file("a.json"), takingUnreadable: true)
        #expect(open.failure?.code == .malformed && open.whole == nil && open.wholeBytes?.count == 7)
    }
}
