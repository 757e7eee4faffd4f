import BotSchema
import ChatScreen
import TestSupport
import Testing
import Transcripts

@testable import BatonCommands

/// What fetching tells of the conversations, and how it ends.
struct FetchTallyTests {
    private static func row(_ name: String, _ number: Int = 1) -> JSONObject {
        [
            "content": #"{"activities":[]}"#, "name": .string(name), "conversationstarttime": "2026-03-01T10:00:00Z",
            "conversationtranscriptid": .string("\(name)-\(number)"), "createdon": "2026-03-01T00:00:00Z",
        ]
    }

    @Test func `what is in the way is told once, and fails at the end`() throws {
        let folder = try TemporaryFolder()
        try folder.write("no JSON", to: "a_b0.json")
        let conversations = FetchedConversations(in: folder.path)
        var tally = FetchTally()
        var lines: [FetchTally.Line] = []
        for number in 1...2 {
            for file in try conversations.add([Self.row("a_b0", number), Self.row("c_b0", number)]) {
                if let line = tally.take(file) { lines.append(line) }
            }
        }
        #expect(lines.map(\.isFailure) == [true, false, false])
        #expect(lines.first?.text.contains("a_b0.json: is there already") == true)
        #expect(tally.summary == "2 conversations: 1 new, 0 with more, 0 as before, 1 not written")
        #expect(tally.failure?.description.hasPrefix("1 conversation was not written") == true)
        #expect(tally.failure?.status == .failed)
    }

    @Test func `nothing in the way is no failure`() throws {
        let folder = try TemporaryFolder()
        var tally = FetchTally()
        for file in try FetchedConversations(in: folder.path).add([Self.row("c_b0")]) { _ = tally.take(file) }
        #expect(tally.failure == nil && tally.summary == "1 conversation: 1 new, 0 with more, 0 as before")
    }
}
