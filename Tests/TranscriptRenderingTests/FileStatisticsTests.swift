import BotSchema
import TestSupport
import Testing
import TranscriptRendering
import Transcripts

/// Conversations counted as their activities come: the same as each counted as a whole.
struct FileStatisticsTests {
    private static func said(_ text: String, by role: String, in conversation: String?, at second: Int) -> String {
        let place = conversation.map { #","conversation":{"id":"\#($0)"}"# } ?? ""
        return
            #"{"type":"message","timestamp":"2026-01-02T03:04:\#(10 + second)Z","from":{"id":"\#(role)-1","role":"\#(role)"}"#
            + #","text":"\#(text)"\#(place)}"#
    }

    private static func event(_ name: String, _ value: String, in conversation: String?, at second: Int) -> String {
        let place = conversation.map { #","conversation":{"id":"\#($0)"}"# } ?? ""
        return #"{"type":"event","name":"\#(name)","value":\#(value),"timestamp":"2026-01-02T03:04:\#(10 + second)Z""#
            + #","from":{"id":"bot-1","role":"bot"}\#(place)}"#
    }

    /// One after the other, mixed with one another, and without an id at first.
    static let files = [
        ["a", "a", "a", "a", "a", "b", "b", "b", "b"], ["a", "b", "a", "b", "a", "b", "a", "b", "a"],
        [nil, nil, "a", "a", nil, "b", nil, "a", "b"], [nil, nil, nil, nil, nil, nil, nil, nil, nil],
    ].map { (ids: [String?]) in
        let lines = [
            said("hi", by: "user", in: ids[0], at: 0), said("hello", by: "bot", in: ids[1], at: 2),
            event("handoff.initiate", #"{"Skill":"x"}"#, in: ids[2], at: 3),
            event("handoff.status", #"{"state":"accepted"}"#, in: ids[3], at: 5),
            said("well", by: "user", in: ids[4], at: 9), said("yes", by: "bot", in: ids[5], at: 12),
            event("handoff.status", #"{"state":"completed"}"#, in: ids[6], at: 14),
            said("so", by: "user", in: ids[7], at: 20), said("no", by: "bot", in: ids[8], at: 21),
        ]
        return "[" + lines.joined(separator: ",") + "]"
    }

    @Test(arguments: files) func `the figures are those of the conversations together`(file: String) throws {
        let whole = try Transcript(parsing: Array(file.utf8), name: "a.json")
        var expected = TranscriptStatistics()
        for part in whole.splitByConversation() { expected.add(TranscriptStatistics(of: part.transcript)) }
        let folder = try TemporaryFolder()
        try folder.write(file, to: "a.json")
        for limit in [0, 1 << 20] {
            var reading = FileStatistics()
            try OpenTranscript(folder.file("a.json"), wholeUpTo: limit).forEach { piece in
                reading.take(piece)
                return true
            }
            #expect(reading.finish().json == expected.json)
        }
    }

    @Test func `an export's sessions are counted each for itself`() throws {
        func row(_ number: Int, _ start: String, _ activities: [String]) -> String {
            let content = #"{"activities":[\#(activities.joined(separator: ","))]}"#
            return "id\(number),c1_bot,\(start),\"\(content.replacing("\"", with: "\"\""))\",{}\n"
        }
        let early = Self.said("hi", by: "user", in: nil, at: 0)
        let late = Self.said("hello", by: "bot", in: nil, at: 40)
        let table =
            "conversationtranscriptid,name,conversationstarttime,content,metadata\n"
            + row(2, "2026-01-02T09:00:00Z", [late, late]) + row(1, "2026-01-02T03:00:00Z", [early, early])
        let whole = try Transcript(parsing: Array(table.utf8), name: "a.csv")
        var expected = TranscriptStatistics()
        for part in whole.splitByConversation() { expected.add(TranscriptStatistics(of: part.transcript)) }
        let folder = try TemporaryFolder()
        try folder.write(table, to: "a.csv")
        var reading = FileStatistics()
        try OpenTranscript(folder.file("a.csv"), wholeUpTo: 0).forEach { piece in
            reading.take(piece)
            return true
        }
        let figures = reading.finish()
        #expect(figures.json == expected.json)
        #expect(figures.botLatency.sorted.isEmpty, "what is said in a later session answers nothing of an earlier one")
    }
}
