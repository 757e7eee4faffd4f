import BotSchema
import TestSupport
import Testing

import Transcripts

/// What journals tell of a conversation that is resumed.
@Suite(.timeLimit(.minutes(20)))
struct JournaledConversationTests {
    private static let start = Timestamp(milliseconds: 1_767_323_045_000)

    private static func activity(
        _ text: String,
        id: String?,
        clientID: String? = nil,
        in conversation: String = "c-1",
        second: Int64 = 0
    ) -> Activity {
        var activity = Activity.message(text)
        activity.id = id
        activity.clientActivityID = clientID
        activity.conversation = ConversationAccount(id: conversation)
        activity.timestamp = Timestamp(milliseconds: start.milliseconds + second * 1000).text
        return activity
    }

    /// A folder with a journal for each list; those that are not cut off are ended.
    private static func conversation(
        _ journals: [(activities: [Activity], isFinished: Bool)]
    ) throws -> JournaledConversation {
        let home = try TemporaryFolder()
        let folder = JournalFolder(home.path)
        for (number, (activities, isFinished)) in journals.enumerated() {
            let instant = Timestamp(milliseconds: start.milliseconds + Int64(number) * 10)
            var journal = try TranscriptJournal(
                creating: folder.newPath(at: instant, tag: "\(9 - number)"),
                subject: "x",
                at: instant
            )
            for activity in activities { try journal.append(activity) }
            if isFinished { try journal.finish(at: instant) }
        }
        return withExtendedLifetime(home) { folder.conversation("c-1") }
    }

    @Test func `several journals tell one conversation, and nothing of another`() throws {
        let whole = try Self.conversation([
            ([Self.activity("one", id: "1"), Self.activity("other", id: "1", in: "c-2")], true),
            ([Self.activity("other", id: "2", in: "c-2")], true),
            ([Self.activity("two", id: "2")], false),
        ])
        #expect(whole.activities.compactMap(\.text) == ["one", "two"])
        #expect(whole.unsettled.isEmpty)
    }

    @Test func `lines that did not come back are unsettled where the chat was cut off`() throws {
        let line = Self.activity("lost", id: nil, clientID: "a")
        #expect(try Self.conversation([([line], false)]).unsettled == [line])
        #expect(try Self.conversation([([line], true)]).unsettled == [])
        let echo = Self.activity("lost", id: "5", clientID: "a")
        #expect(try Self.conversation([([line, echo], false)]).unsettled == [])
        #expect(try Self.conversation([([line], false), ([echo], false)]).unsettled == [])
    }

    @Test func `a line that was said again and came back is settled`() throws {
        let line = Self.activity("lost", id: nil, clientID: "a")
        let again = Self.activity("lost", id: "5", clientID: "b", second: 9)
        #expect(try Self.conversation([([line, again], false)]).unsettled == [])
        let earlier = Self.activity("lost", id: "5", clientID: "b", second: -9)
        #expect(try Self.conversation([([earlier, line], false)]).unsettled == [line])
    }

    @Test(arguments: [CardStep.Input.line("a\nb"), .secret, .sent])
    func `a step of a card is in the journal of its conversation, and in no transcript`(input: CardStep.Input) throws {
        let step = CardStep(messageId: "m", input: input)
        let traces = ["c-1", "c-2"].map { step.trace(in: $0, at: Self.start) }
        #expect(try Self.conversation([(traces, false)]).cardSteps == [step])
        let home = try TemporaryFolder()
        var journal = try TranscriptJournal(creating: home.file("a.jsonl"), subject: "x", at: Self.start)
        for trace in traces { try journal.append(trace) }
        try journal.append(Self.activity("one", id: "1"))
        #expect(try TranscriptJournal.recover(home.file("a.jsonl")).transcript.activities.count == 1)
    }

    @Test func `an id that lies across two blocks of a large file is found`() throws {
        let filler = (0..<1100).map { Self.activity(String(repeating: "x", count: 2000), id: "\($0)", in: "c-9") }
        let whole = try Self.conversation([(filler + [Self.activity("found", id: "z")], false)])
        #expect(whole.activities.compactMap(\.text) == ["found"])
    }

    @Test func `no folder and no id tell nothing`() {
        #expect(JournalFolder("/nowhere/at/all").conversation("c-1") == JournaledConversation())
        #expect(JournalFolder("/nowhere/at/all").conversation("") == JournaledConversation())
    }
}
