import BotSchema
import Handoff
import Testing

@testable import AgentHub

/// Duty A20: what is too long for a hub comes in parts, in order, with nothing lost.
struct MessagePartsTests {
    private static func parts(_ text: String, _ limit: Int) -> [String] { MessageParts(of: text, upTo: limit).texts }

    @Test(
        arguments: [
            ("", 3, [""]),
            ("abc", 3, ["abc"]),
            ("one two", 3, ["one", "two"]),
            ("one two three", 8, ["one two", "three"]),
            ("one  two", 4, ["one", "two"]),
            ("abcdefgh", 3, ["abc", "def", "gh"]),
            ("a abcdefgh", 4, ["a", "abcd", "efgh"]),
            ("one\ntwo three", 9, ["one", "two three"]),
            ("one two\n\nthree\nfour", 14, ["one two", "three\nfour"]),
            ("one two\r\n\r\nthree", 10, ["one two", "three"]),
            ("p1\n\np2\n\np3", 6, ["p1\n\np2", "p3"]),
            ("let x = 1\n    indented", 12, ["let x = 1", "    indented"]),
            ("\n\nabc def", 5, ["\n\nabc", "def"]),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]),
            ("信用卡丢了怎么办", 3, ["信用卡", "丢了怎", "么办"]),
            ("abc   ", 3, ["abc"]),
        ] as [(String, Int, [String])]
    )
    func `A20 a text is cut between paragraphs, else lines, else words`(text: String, limit: Int, parts: [String]) {
        #expect(Self.parts(text, limit) == parts)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func `A20 whatever the text, parts fit and no word is lost`(
        seed: UInt64
    ) {
        var generator = SplitMix64(seed: seed)
        let pieces = ["a", "word", " ", "  ", "\n", "\n\n", "\r\n", "🇩🇪", "é", "漢字", "longer-word-than-most", "\t"]
        for _ in 0..<50 {
            let count = Int.random(in: 0...40, using: &generator)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            let limit = Int.random(in: 1...30, using: &generator)
            let parts = Self.parts(text, limit)
            #expect(parts.allSatisfy { $0.count <= limit })
            #expect(parts.joined().filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
            #expect(text.isEmpty || parts.allSatisfy { !$0.isEmpty })
        }
    }

    @Test func `A20 what comes with a message rides with its first part`() throws {
        var message = Activity.message("one two three")
        message.id = "m-1"
        message.from = ChannelAccount(id: "u1", name: "Sam", role: "user")
        message.attachments = [Attachment(contentType: "image/png", content: ["x": 1])]
        let parts = message.parts(upTo: 8)
        #expect(parts.map(\.text) == ["one two", "three"])
        #expect(parts.map(\.attachments.count) == [1, 0])
        #expect(parts.map(\.id) == ["m-1", nil])
        #expect(parts.map(\.from?.id) == ["u1", "u1"])
        #expect(message.parts(upTo: nil) == [message])
        #expect(Activity.typing.parts(upTo: 1) == [.typing])
    }

    @Test func `A20 a user's long line reaches the agent in parts, between its neighbours`() {
        let bench = Bench(messageLimit: 8)
        bench.botSends(initiate())
        bench.userSays("one two three")
        bench.reports(.accepted(bench.ana))
        bench.userSays("four")
        #expect(bench.hub.heard == ["one two", "three", "four"])
    }

    @Test func `A20 a line of which an agent has nothing goes to the bot in one piece`() {
        let bench = Bench(messageLimit: 8)
        bench.botSends(initiate())
        bench.hub.listen(false)
        bench.reports(.accepted(bench.ana))
        bench.userSays("one two three")
        bench.reports(.lost(bench.ana, reason: "gone"))
        #expect(bench.conversation.toBot.last?.text == "one two three")
    }

    @Test func `A20 an agent's words that no channel takes in one activity come in several`() throws {
        let bench = Bench()
        bench.botSends(initiate())
        let words = String(repeating: "\u{1}\"é ", count: 60_000)
        bench.reports(.accepted(bench.ana), .message(.message(words), bench.ana))
        let parts = bench.conversation.stream.filter { $0.type == .message }
        #expect(parts.count == 3)
        #expect(parts.allSatisfy { $0.jsonValue.serialized().count <= 262_144 && $0.humanAgent?.name == "Ana" })
        let isWhole = parts.compactMap(\.text).joined(separator: " ") == words
        #expect(isWhole)
    }
}
