import BotSchema
import Transcripts
import Testing
import Transcripts

@testable import ChatScreen

/// A record of any length, of which only the newest part is in memory.
struct ConversationEntriesTests {
    private static func message(_ number: Int) -> Activity {
        Activity(
            json: [
                "type": "message", "id": .string("c|\(number)"),
                "text": .string("text \(number) 你好 \u{1f469}\u{200d}\u{1f467}"),
                "channelData": ["exact": .number(JSONNumber(number)), "z": 1, "a": [true, nil]],
            ]
        )
    }

    @Test func `every entry comes back as it was, however old`() {
        var record = ConversationRecord()
        for number in 1...5000 { record.append(Self.message(number), isEcho: number % 3 == 0) }
        #expect(record.entries.count == 5000)
        for number in [1, 2, 256, 257, 2500, 4999, 5000] {
            let entry = record.entries[number - 1]
            #expect(entry.activity.jsonValue.compactText == Self.message(number).jsonValue.compactText)
            #expect(entry.isEcho == (number % 3 == 0))
        }
        #expect(record.activity(fromEnd: 5000)?.id == "c|1")
        #expect(record.transcript.activities.map(\.id) == (1...5000).map { "c|\($0)" })
    }

    @Test func `a change finds its place, also among what was put away`() {
        var record = ConversationRecord()
        for number in 1...3000 { record.append(Self.message(number), isEcho: false) }
        for number in [10, 2999] {
            var changed = Self.message(number)
            changed.text = "changed"
            let isChange = record.append(changed, isEcho: false)
            #expect(isChange)
            #expect(record.entries[number - 1].activity.text == "changed")
        }
        #expect(record.entries.count == 3000)
    }

    @Test func `a copy goes its own way`() {
        var record = ConversationRecord()
        for number in 1...2000 { record.append(Self.message(number), isEcho: false) }
        var copy = record
        for number in 2001...3000 { record.append(Self.message(number), isEcho: false) }
        for number in 9001...10_000 { copy.append(Self.message(number), isEcho: false) }
        #expect(record.entries.last?.activity.id == "c|3000" && record.entries[2000].activity.id == "c|2001")
        #expect(copy.entries.last?.activity.id == "c|10000" && copy.entries[2000].activity.id == "c|9001")
        #expect(copy.entries[0].activity.id == "c|1")
    }

    @Test func `without a file the bytes stay in memory`() {
        var entries = ConversationEntries(file: nil)
        for number in 1...3000 {
            entries.append(ConversationRecord.Entry(activity: Self.message(number), isEcho: false))
        }
        #expect(entries.map(\.activity.id) == (1...3000).map { "c|\($0)" })
    }
}
