import BotSchema
import Testing

@testable import Transcripts

struct TranscriptDiffTests {
    private static func user(_ text: String, id: String = "1") -> Activity {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: "u\(id)", name: "Mina \(id)", role: "user")
        activity.id = id
        activity.timestamp = "2026-01-01T00:00:0\(id)Z"
        return activity
    }

    private static func bot(_ text: String, id: String = "2", name: String = "Robin") -> Activity {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: "b\(id)", name: name, role: "bot")
        activity.id = id
        activity.replyToId = id
        activity.conversation = ConversationAccount(id: "c\(id)")
        activity.clientActivityID = id
        return activity
    }

    private static func lines(_ expected: [Activity], _ actual: [Activity]) -> [String] {
        TranscriptDiff(expected: expected, actual: actual).lines.map(\.text)
    }

    @Test func `ids, times and addresses do not count, in a carried transcript neither`() {
        func talk(_ id: String) -> [Activity] {
            var initiate = Activity.event("handoff.initiate", value: ["Skill": "x", "n": id == "1" ? 1.0 : 1])
            let carried: JSONValue = ["activities": [Self.user("hi", id: id).jsonValue]]
            initiate.attachments = [Attachment(contentType: "application/json", content: carried, name: "Transcript")]
            return [Self.user("hi", id: id), Self.bot("hello", id: id), .typing, initiate]
        }
        let diff = TranscriptDiff(expected: talk("1"), actual: talk("2").filter { $0.type != .typing })
        #expect(diff.isEqual && diff.turnCount == 2 && diff.lines.isEmpty)
        #expect(diff.json["equal"] == true)
    }

    @Test func `an answer that changed is told in its turn, and later turns stay paired`() {
        let expected = [
            Self.user("hi"), Self.bot("hello"), Self.user("hours"), Self.bot("9 to 8"), Self.user("bye"),
            Self.bot("bye"),
        ]
        var actual = expected
        actual[3] = Self.bot("9 to 6")
        #expect(
            Self.lines(expected, actual) == [
                "turn 2, after “hours”", "expected    Robin: 9 to 8", "came        Robin: 9 to 6",
            ]
        )
    }

    @Test func `a turn that is missing, new or other is told`() {
        let talk = [Self.user("a"), Self.bot("A"), Self.user("b"), Self.bot("B"), Self.user("c"), Self.bot("C")]
        #expect(
            Self.lines(talk, Array(talk[..<2] + talk[4...])) == [
                "turn 2, after “b”", "missing     you: b", "missing     Robin: B",
            ]
        )
        #expect(
            Self.lines(Array(talk[..<2] + talk[4...]), talk) == [
                "turn 2, after “b”", "unexpected  you: b", "unexpected  Robin: B",
            ]
        )
        var other = talk
        other[2] = Self.user("x")
        #expect(Self.lines(talk, other) == ["turn 2, after “b”", "expected    you: b", "came        you: x"])
    }

    @Test func `members that differ are told by path`() {
        var (expected, actual) = (Self.bot("pick"), Self.bot("pick"))
        expected.attachments = [Attachment(contentType: "x", content: ["title": "A", "n": 1])]
        actual.attachments = [Attachment(contentType: "x", content: ["title": "B", "n": 1, "m": true])]
        let diff = TranscriptDiff(expected: [expected], actual: [actual])
        #expect(
            diff.lines.dropFirst(2).map(\.text) == [
                #"$.attachments[0].content.title: expected "A", came "B""#,
                "$.attachments[0].content.m: expected nothing, came true",
            ]
        )
        #expect(diff.turns[0].userText == nil)
        for ignored in ["$.attachments[0].content", "attachments[].content"] {
            let comparison = ActivityComparison(ignoredPaths: [ignored])
            #expect(TranscriptDiff(expected: [expected], actual: [actual], comparison: comparison).isEqual)
        }
        expected.channelData = ["baton": ["ignore": ["$.attachments"]]]
        #expect(TranscriptDiff(expected: [expected], actual: [actual]).isEqual)
    }

    @Test(arguments: [
        ("Your case is <([A-Z]{2}-\\d+)>.", "Your case is AB-1234.", true),
        ("Your case is <([A-Z]{2}-\\d+)>.", "Your case is AB-12345x", false),
        ("Hello <*>, it is <*> o'clock", "Hello Mina, it is 7 o'clock", true),
        ("Hello <*>, it is <*> o'clock", "Hello Mina, it was 7 o'clock", false),
        ("<*>", "anything\nat all", true), ("a<*>a", "a", false), ("1 + 1 (<*>)", "1 + 1 (2)", true),
        ("(1+1)? <(\\d)>", "(1+1)? 2", true), ("broken <([)>", "broken x", false), ("<( )", "<( )", true),
    ])
    func `marked parts of a text may differ`(expected: String, actual: String, isSame: Bool) {
        #expect(TranscriptDiff(expected: [Self.bot(expected)], actual: [Self.bot(actual)]).isEqual == isSame)
        #expect(TranscriptDiff(expected: [Self.user(expected)], actual: [Self.user(actual)]).isEqual == isSame)
    }

    @Test func `a wildcard stands for a value that is no text too`() {
        let (expected, actual) = (Activity.event("x", value: ["n": "<*>"]), Activity.event("x", value: ["n": 7]))
        #expect(TranscriptDiff(expected: [expected], actual: [actual]).isEqual)
        #expect(!TranscriptDiff(expected: [expected], actual: [.event("x", value: [:])]).isEqual)
    }

    @Test func `of what another program recorded only the members count that it has`() {
        var (recorded, came) = (Activity.message("pick"), Self.bot("pick"))
        recorded.from = ChannelAccount(id: "x", role: "bot")
        came.attachments = [Attachment(contentType: "x", content: ["title": "A"])]
        came.inputHint = "expectingInput"
        var comparison = ActivityComparison()
        func isEqual(_ expected: [Activity], _ actual: [Activity]) -> Bool {
            TranscriptDiff(expected: expected, actual: actual, comparison: comparison).isEqual
        }
        #expect(!isEqual([recorded], [came]))
        comparison.extent = .expected
        #expect(isEqual([recorded], [came]))
        #expect(isEqual([recorded], [came, .event("x")]), "a kind of activity that the file has none of")
        #expect(!isEqual([recorded, .event("y")], [came, .event("x")]))
        #expect(!isEqual([recorded], [came, Self.bot("more")]))
        #expect(!isEqual([came], [recorded]), "what the file has counts")
        recorded.attachments = [Attachment(contentType: "x", content: ["title": "B"])]
        #expect(!isEqual([recorded], [came]))
        comparison.extent = .text
        #expect(isEqual([recorded], [came]))
        #expect(isEqual([recorded, .event("y")], [came]))
        #expect(!isEqual([recorded], [Self.bot("choose")]))
        #expect(!isEqual([recorded], [Self.user("pick")]))
    }

    @Test func `what is accepted of another program's recording keeps to its members`() {
        let recorded = Transcript(activities: [Self.user("hi"), .message("old")])
        for (extent, keys) in [(ActivityComparison.Extent.expected, 2), (.text, 2)] {
            var comparison = ActivityComparison()
            comparison.extent = extent
            let actual = [Self.user("hi"), Self.bot("new")]
            let diff = TranscriptDiff(expected: recorded.activities, actual: actual, comparison: comparison)
            let accepted = recorded.accepting(actual, as: diff, comparison: comparison)
            #expect(accepted.activities[1].text == "new")
            #expect(accepted.activities[1].json.keys.filter { $0 != "from" }.count == keys, "\(accepted.activities[1])")
        }
    }

    @Test func `the counts add up, whatever differs`() {
        let talk = [Self.user("a"), Self.bot("A"), Self.user("b"), Self.bot("B")]
        let other = [Self.bot("Welcome"), Self.user("a"), Self.bot("X"), Self.user("c"), Self.user("b"), Self.bot("Y")]
        let diff = TranscriptDiff(expected: talk, actual: other)
        #expect(diff.turnCount >= diff.turns.count)
        #expect(diff.spokenTurnCount == 3)
        #expect(diff.summary == "3 of 3 turns differ, and what comes before the user speaks differs")
        #expect(
            TranscriptDiff(expected: talk, actual: [Self.bot("!")] + talk).summary
                == "what comes before the user speaks differs"
        )
        #expect(TranscriptDiff(expected: talk, actual: Array(talk[..<3])).summary == "1 of 2 turns differs")
        #expect(TranscriptDiff(expected: talk, actual: talk).summary == nil)
    }

    @Test func `another speaker is another answer`() {
        #expect(!TranscriptDiff(expected: [Self.bot("hi")], actual: [Self.bot("hi", name: "Ana")]).isEqual)
        #expect(!TranscriptDiff(expected: [Self.bot("hi")], actual: [Self.user("hi")]).isEqual)
    }

    @Test(.timeLimit(.minutes(20)))
    func `long conversations that have nothing in common are compared all the same`() {
        let left = (0..<3000).map { Self.user("l\($0)") }
        let right = (0..<3000).map { Self.user("r\($0)") }
        #expect(TranscriptDiff(expected: left, actual: right).turns.count == 3000)
    }

    @Test func `what two say at the same time is in any order, what one says is not`() {
        func said(_ lines: [(String, String)]) -> [Activity] {
            lines.map { name, text in
                var activity = Activity.message(text)
                activity.from = ChannelAccount(id: name, name: name, role: "bot")
                return activity
            }
        }
        let expected = [Self.user("x")] + said([("Ana", "1"), ("Robin", "a"), ("Ana", "2"), ("Robin", "b")])
        let other = [Self.user("x")] + said([("Robin", "a"), ("Ana", "1"), ("Robin", "b"), ("Ana", "2")])
        let wrong = [Self.user("x")] + said([("Ana", "2"), ("Robin", "a"), ("Ana", "1"), ("Robin", "b")])
        var comparison = ActivityComparison()
        #expect(!TranscriptDiff(expected: expected, actual: other, comparison: comparison).isEqual)
        comparison.ignoresOrderOfSpeakers = true
        let diff = TranscriptDiff(expected: expected, actual: other, comparison: comparison)
        #expect(diff.isEqual)
        #expect(diff.pairs.compactMap(\.expected) == [0, 1, 2, 3, 4])
        #expect(Set(diff.pairs.compactMap(\.actual)) == [0, 1, 2, 3, 4])
        #expect(!TranscriptDiff(expected: expected, actual: wrong, comparison: comparison).isEqual)
    }
}
