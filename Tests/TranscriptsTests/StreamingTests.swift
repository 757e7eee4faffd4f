import BotSchema
import Testing

@testable import Transcripts

/// Reading and writing piece by piece: the same as as a whole.
struct StreamingTests {
    private static func said(_ text: String, in conversation: String?) -> Activity {
        var activity = Activity.message(text)
        activity.conversation = conversation.map { ConversationAccount(id: $0) }
        return activity
    }

    private static func parts(_ activities: [Activity]) -> [ConversationStream.Part] {
        var stream = ConversationStream()
        var parts: [ConversationStream.Part] = []
        for activity in activities {
            if let part = stream.take(activity) { parts.append(part) }
        }
        if let last = stream.finish() { parts.append(last) }
        return parts
    }

    @Test func `each conversation comes when the next one begins`() {
        let parts = Self.parts([
            Self.said("before", in: nil), Self.said("a", in: "1"), Self.said("b", in: nil), Self.said("c", in: "2"),
            Self.said("d", in: "1"),
        ])
        #expect(parts.map(\.id) == ["1", "2", "1"])
        #expect(parts.map { $0.activities.map(\.text) } == [["before", "a", "b"], ["c"], ["d"]])
        #expect(Self.parts([]).isEmpty)
        #expect(Self.parts([Self.said("a", in: nil)]).map(\.id) == [nil])
    }

    @Test(arguments: TranscriptFormat.allCases.filter { $0 != .chat }, [0, 1, 3])
    func `what is written piece by piece reads as what is written as a whole`(
        format: TranscriptFormat,
        count: Int
    ) throws {
        let activities = (0..<count).map { Self.said("line \($0), \"é\"\n=1", in: "c") }
        var writer = try #require(TranscriptStreamWriter(format))
        let bytes = activities.flatMap { writer.bytes(for: $0) } + writer.end()
        let name = "a.\(format.rawValue)"
        let whole = try? Transcript(parsing: Transcript(activities: activities).serialized(as: format), name: name)
        let pieces = try? Transcript(parsing: bytes, name: name)
        #expect(pieces?.activities == whole?.activities && pieces?.form == whole?.form)
        #expect(pieces?.repairs == whole?.repairs)
        #expect(TranscriptStreamWriter(.chat) == nil, "a mock conversation begins with what only its end tells")
    }
}
