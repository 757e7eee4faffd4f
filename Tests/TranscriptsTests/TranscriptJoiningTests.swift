import BotSchema
import Testing
import Transcripts

struct TranscriptJoiningTests {
    private static func activity(
        _ text: String,
        id: String? = nil,
        time: String? = nil,
        conversation: String? = nil
    ) -> Activity {
        var activity = Activity.message(text)
        activity.id = id
        activity.timestamp = time
        activity.conversation = conversation.map(ConversationAccount.init(id:))
        return activity
    }

    @Test func `recordings that overlap are one conversation, with nothing twice`() {
        let one = (1...3).map { Self.activity("\($0)", id: "\($0)") }
        let two = (2...5).map { Self.activity("\($0)", id: "\($0)") }
        let (whole, copies) = Transcript.merging([Transcript(activities: one), Transcript(activities: two)])
        #expect(whole.activities.map(\.text) == ["1", "2", "3", "4", "5"])
        #expect(copies == 2)
    }

    @Test func `the same activity with its members in another order is the same`() throws {
        func read(_ text: String) throws -> Transcript { try Transcript(parsing: Array(text.utf8), name: "a.json") }
        let one = try read(#"[{"type":"message","id":"1","text":"a","from":{"id":"u","name":"Mina"}}]"#)
        let same = try read(#"[{"from":{"name":"Mina","id":"u"},"id":"1","text":"a","type":"message"}]"#)
        let other = try read(#"[{"from":{"name":"Mina","id":"u"},"id":"1","text":"b","type":"message"}]"#)
        let (whole, copies) = Transcript.merging([one, same, other])
        #expect(copies == 1 && whole.activities == one.activities + other.activities)
    }

    @Test func `equal words without id and time, or within one file, are kept`() {
        let yes = Transcript(activities: [Self.activity("yes"), Self.activity("yes")])
        #expect(Transcript.merging([yes, yes]).whole.activities.count == 4)
        let same = Transcript(activities: [Self.activity("a", id: "1"), Self.activity("a", id: "1")])
        #expect(Transcript.merging([same]).whole.activities.count == 2)
    }

    @Test func `a file of several conversations is split, what names none stays with its neighbour`() {
        let transcript = Transcript(activities: [
            Self.activity("0"), Self.activity("1", conversation: "a"), Self.activity("2"),
            Self.activity("3", conversation: "b"), Self.activity("4", conversation: "a"),
        ])
        let parts = transcript.splitByConversation()
        #expect(parts.map(\.id) == ["a", "b"])
        #expect(parts.map { $0.transcript.activities.map(\.text) } == [["0", "1", "2", "4"], ["3"]])
        #expect(Transcript(activities: [Self.activity("x")]).splitByConversation().map(\.id) == [nil])
    }

    @Test func `records of an export are conversations, though they name none`() throws {
        let text =
            #"{"value":[{"content":"{\"activities\":[{\"type\":\"a\"},{\"type\":\"b\"}]}"},{"content":{"activities":[{"type":"c"}]}}]}"#
        let export = try Transcript(parsing: Array(text.utf8), name: "a.json")
        #expect(
            export.splitByConversation().map { $0.transcript.activities.map(\.type?.rawValue) } == [["a", "b"], ["c"]]
        )
        let csv =
            "name,content\n1,\"{\"\"activities\"\":[{\"\"type\"\":\"\"a\"\"}]}\"\n2,\"{\"\"activities\"\":[{\"\"type\"\":\"\"b\"\"}]}\"\n"
        #expect(try Transcript(parsing: Array(csv.utf8), name: "a.csv").splitByConversation().count == 2)
        let ids = export.normalised(conversationId: "x").transcript.activities.map { $0.conversation?.id ?? "" }
        #expect(ids == ["x-1", "x-1", "x-2"])
        let ours = export.serialized(as: .csv)
        #expect(try Transcript(parsing: ours, name: "a.csv").splitByConversation().count == 1)
    }

    @Test func `an export is spelt as the specification does when asked, and every change told`() throws {
        let text =
            #"[{"type":"message","text":"hi","timestamp":1719206271,"from":{"id":"u","role":1}},{"type":"message","from":{"id":"b","role":0},"conversation":{"id":"c"}}]"#
        let transcript = try Transcript(parsing: Array(text.utf8), name: "a")
        #expect(transcript.hasExportedSpelling)
        let (normal, changes) = transcript.normalised(conversationId: "x")
        #expect(!normal.hasExportedSpelling)
        #expect(normal.activities[0].timestamp == "2024-06-24T05:17:51.000Z")
        #expect(normal.activities[0].from?.json["role"] == "user")
        #expect(normal.activities[0].recipient?.id == "b" && normal.activities[0].recipient?.role == "bot")
        #expect(normal.activities.map { $0.conversation?.id ?? "" } == ["x", "c"])
        #expect(
            changes.map(\.description) == [
                "conversations that were missing, in 1 activity",
                "recipients that were missing, from what others tell, in 2 activities",
                "roles that were numbers, as words, in 2 activities",
                "times that were numbers, as ISO 8601, in 1 activity",
            ]
        )
        #expect(normal.normalised(conversationId: "x").changes.isEmpty)
    }

    @Test func `sorting keeps what has no time behind what it follows`() {
        let transcript = Transcript(activities: [
            Self.activity("late", time: "2026-01-01T00:00:09Z"), Self.activity("after late"),
            Self.activity("early", time: "2026-01-01T00:00:01Z"), Self.activity("same", time: "2026-01-01T00:00:01Z"),
        ])
        #expect(transcript.sortedByTime().activities.map(\.text) == ["early", "same", "late", "after late"])
    }

    @Test func `what is in order stays the file that it was`() throws {
        let text = #"{"v":1,"activities":[{"type":"a","timestamp":1},{"type":"b","timestamp":2}]}"#
        let transcript = try Transcript(parsing: Array(text.utf8), name: "a")
        #expect(transcript.sortedByTime() == transcript)
    }
}
