import BotSchema
import Testing

@testable import Transcripts

/// Exports of Dataverse's table `conversationtranscript`, whose rows come in any order (cases T01 to T05).
struct DataverseExportTests {
    private struct Row {
        var name = "talk_bot"
        var start = "2026-03-01T10:00:00Z"
        var metadata = "{}"
        var activities: [String]

        var content: String { #"{"activities":[\#(activities.joined(separator: ","))]}"# }
    }

    private static func message(_ text: String, _ time: String = "") -> String {
        #"{"type":"message","text":"\#(text)"\#(time),"from":{"id":"u","role":"user"}}"#
    }

    private static func outcome(_ word: String) -> String {
        #"{"type":"trace","valueType":"SessionInfo","value":{"outcome":"\#(word)","type":"Engaged"}}"#
    }

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }

    private static func table(_ rows: [Row]) -> [UInt8] {
        let lines = rows.enumerated().map { index, row in
            [guid(index), row.name, quoted(row.content), row.start, quoted(row.metadata)].joined(separator: ",")
        }
        let header = "conversationtranscriptid,name,content,conversationstarttime,metadata"
        return Array(([header] + lines).joined(separator: "\r\n").utf8)
    }

    private static func guid(_ number: Int) -> String { "0000000\(number)-1111-4222-8333-444444444444" }

    private static func answer(_ rows: [Row]) -> [UInt8] {
        let values = rows.map { row in
            JSONValue.object([
                "name": .string(row.name), "content": .string(row.content),
                "conversationstarttime": .string(row.start), "metadata": .string(row.metadata),
            ])
        }
        return Array(JSONValue.object(["@odata.context": "x", "value": .array(values)]).compactText.utf8)
    }

    private static func words(_ transcript: Transcript) -> [String] { transcript.activities.compactMap(\.text) }

    private static let talk = [
        Row(metadata: #"{"BatchId":1}"#, activities: [message("one"), message("two")]),
        Row(metadata: #"{"BatchId":"2"}"#, activities: [message("three"), outcome("Escalated")]),
        Row(start: "2026-03-01T12:30:00Z", activities: [message("four"), outcome("Resolved")]),
        Row(name: "z-talk_bot", start: "2026-02-01T00:00:00Z", activities: [message("other")]),
    ]

    private static let orders: [[Int]] = [
        [0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [1, 3, 0, 2], [2, 1, 3, 0],
    ]

    @Test(arguments: orders) func `T01 T03 rows in any order are one reading`(order: [Int]) throws {
        let rows = order.map { Self.talk[$0] }
        for (bytes, name) in [(Self.table(rows), "a.csv"), (Self.answer(rows), "a.json")] {
            let transcript = try Transcript(parsing: bytes, name: name)
            #expect(Self.words(transcript) == ["one", "two", "three", "four", "other"])
            #expect(transcript.sessions.map(\.conversationId) == ["talk", "talk", "z-talk"])
            #expect(transcript.sessions.map(\.outcome?.outcome) == ["Escalated", "Resolved", nil])
            let starts = transcript.sessions.map { $0.start?.text ?? "" }
            #expect(
                starts
                    == ["01T10:00", "01T12:30", "01T00:00"].enumerated().map { index, time in
                        "2026-0\(index == 2 ? 2 : 3)-\(time):00.000Z"
                    }
            )
            let isInOrder = order == [0, 1, 2, 3]
            #expect(transcript.repairs.contains { $0.text.hasPrefix("out of order") } == !isInOrder)

            let parts = transcript.splitByConversation()
            #expect(parts.map(\.id) == ["talk", "z-talk"])
            #expect(parts.map(\.transcript.sessions.count) == [2, 1])
            #expect(parts[0].transcript.sessions[1].range == 4..<6)
            let rewritten = transcript.serializedAsRead()
            let saved = try Transcript(parsing: rewritten, name: name)
            #expect(saved.activities == transcript.activities && saved.serializedAsRead() == rewritten)
            #expect(Self.order(in: rewritten) == Self.order(in: bytes), "rows stay where they are")
        }
    }

    /// The words of the rows as they stand in a file.
    private static func order(in bytes: [UInt8]) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        let places = ["one", "three", "four", "other"].compactMap { word in
            text.ranges(of: word).first.map { (word, $0.lowerBound) }
        }
        return places.sorted { $0.1 < $1.1 }.map(\.0)
    }

    @Test func `records whose names number the batches are joined, the tenth behind the second`() throws {
        let rows = [1, 10, 2].map { Row(name: "a_b_\($0)", activities: [Self.message("\($0)")]) }
        let transcript = try Transcript(parsing: Self.table(rows), name: "a.csv")
        #expect(Self.words(transcript) == ["1", "2", "10"])
        #expect(transcript.sessions.map(\.conversationId) == ["a"])
    }

    @Test func `T02 milliseconds, seconds and words for times are read alike`() throws {
        let row = Row(activities: [
            Self.message("a", #","timestampMs":1772359200500"#), Self.message("b", #","timestamp":1772359201"#),
            Self.message("c", #","timestamp":"1772359202000""#),
            Self.message("d", #","timestamp":"2026-03-01T10:00:03Z""#),
            Self.message("e", #","timestampMs":"1772359204000""#),
        ])
        let transcript = try Transcript(parsing: Self.table([row]), name: "a.csv")
        let times = transcript.activities.map { $0.time.map { $0.milliseconds - 1_772_359_200_000 } }
        #expect(times == [500, 1000, 2000, 3000, 4000])
        #expect(
            transcript.repairs.map(\.description) == [
                "4 activities: timestamps that are numbers, read as time since 1970"
            ]
        )
        let normal = transcript.normalised(conversationId: "x").transcript.activities
        #expect(
            normal.compactMap(\.timestamp).map { Timestamp($0)?.milliseconds }
                == transcript.activities.map { $0.time?.milliseconds }
        )
        #expect(normal.allSatisfy { $0.timestamp?.hasPrefix("2026-03-01T10:00:0") == true })
        #expect(normal.allSatisfy { $0.conversation?.id == "talk" })
    }

    @Test func `T05 a row with broken quoting is left out and the rows behind it are read`() throws {
        let lines = String(decoding: Self.table(Array(Self.talk.prefix(3))), as: UTF8.self).split(separator: "\r\n")
        let broken = Self.guid(8) + #",talk_bot,"{"activities":[{"type":"message","text":"lost"#
        let bytes = Array((lines.prefix(2) + [Substring(broken)] + lines.dropFirst(2)).joined(separator: "\n").utf8)
        let transcript = try Transcript(parsing: bytes, name: "a.csv")
        #expect(Set(Self.words(transcript)) == ["one", "two", "three", "four"])
        #expect(transcript.repairs.contains { $0.place.hasPrefix("row 3") && $0.text.hasSuffix("left out") })
    }

    @Test func `a record without a name takes neither order nor sessions from the others`() throws {
        let rows = [Self.talk[1], Row(name: "", activities: [Self.message("stray")]), Self.talk[0]]
        for (bytes, name) in [(Self.table(rows), "a.csv"), (Self.answer(rows), "a.json")] {
            let transcript = try Transcript(parsing: bytes, name: name)
            #expect(Self.words(transcript) == ["one", "two", "three", "stray"])
            #expect(transcript.sessions.map(\.range) == [0..<4])
            #expect(transcript.sessionRanges == [0..<4, 4..<5])
            #expect(transcript.repairs.contains { $0.place == "1 of them" })
        }
    }

    @Test func `a whole cell is believed though it holds what could be the beginning of a row`() throws {
        var rows = Array(Self.talk.prefix(2))
        rows[0].metadata = "{}\n\(Self.guid(7)),a_b,c"
        let bytes = Self.table(rows)
        let transcript = try Transcript(parsing: bytes, name: "a.csv")
        #expect(Self.words(transcript) == ["one", "two", "three"])
        #expect(transcript.repairs.isEmpty)
        #expect(
            try Transcript(parsing: transcript.serializedAsRead(), name: "a.csv").activities == transcript.activities
        )
    }

    @Test func `what tells no session is divided into none`() throws {
        let list = try Transcript(parsing: Array("[\(Self.message("a"))]".utf8), name: "a.json")
        #expect(list.sessions.isEmpty)
        var changed = try Transcript(parsing: Self.table(Self.talk), name: "a.csv")
        changed.activities.append(.message("more"))
        #expect(changed.sessions.isEmpty)
    }

    @Test(arguments: [
        ("c_b", "{}", "c", 0), ("c_b_3", "{}", "c", 3), ("c_b_3", #"{"BatchId":3}"#, "c", 3),
        ("c_7", #"{"BatchId":2}"#, "c", 2), ("c_d_b", "no JSON", "c_d", 0), ("alone", "", "alone", 0),
    ]) func `the name of a record tells the conversation and the batch`(
        name: String,
        metadata: String,
        conversation: String,
        batch: Int
    ) {
        let record = ExportRecord(name: name, start: nil, metadata: metadata)
        #expect(record?.conversationId == conversation)
        #expect(record?.batch == batch)
    }
}
