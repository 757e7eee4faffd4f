import BotSchema
import DirectLineClient
import MessageContent
import LineEditing
import TestSupport
import Testing

@testable import ChatScreen

/// How each kind of card, element and activity looks, one file a kind and width.
struct CardGoldenTests {
    private static let widths = [80, 40]

    /// The screen after some activities have arrived in a chat.
    static func screen(
        _ json: String,
        columns: Int,
        style: Style = Style(isColored: false, isDrawn: true)
    ) throws -> String {
        var machine = ChatStateMachine.atTerminal(style: style)
        let now = Timestamp(milliseconds: 0)
        _ = machine.handle(.opened(conversationId: "c"), at: now)
        let list = try JSONValue(parsing: "[\(json)]").array ?? []
        let actions = list.compactMap { Activity($0) }.flatMap { activity in
            machine.handle(.client(.activity(activity, isEcho: false)), at: now)
        }
        return ScreenOutput.text(of: actions, columns: columns, style: style)
    }

    private func expectGolden(_ json: String, _ name: String) throws {
        var differences: [any Error] = []
        for columns in Self.widths {
            let text = try Self.screen(json, columns: columns)
            for line in text.split(separator: "\n") { #expect(DisplayText.columns(String(line)) <= columns) }
            do {
                try Golden.expect(text, equals: "\(name)-\(columns).txt")
            } catch {
                differences.append(error)
            }
        }
        if let first = differences.first { throw first }
    }

    @Test(arguments: CardSamples.adaptive.map(\.name))
    func `each element of an Adaptive Card`(name: String) throws {
        let card = try #require(CardSamples.adaptive.first { $0.name == name }).json
        let json = """
            {"type":"message","from":{"role":"bot"},"attachments":[{"contentType":
            "application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5",\(card)}}]}
            """
        try expectGolden(json, "adaptive-\(name)")
    }

    @Test(arguments: CardSamples.attachments.map(\.name))
    func `each kind of card`(name: String) throws {
        let attachments = try #require(CardSamples.attachments.first { $0.name == name }).json
        try expectGolden(#"{"type":"message","from":{"role":"bot"},"attachments":[\#(attachments)]}"#, "card-\(name)")
    }

    @Test(arguments: CardSamples.activities.map(\.name))
    func `each kind of activity`(name: String) throws {
        try expectGolden(try #require(CardSamples.activities.first { $0.name == name }).json, "activity-\(name)")
    }

    @Test(.timeLimit(.minutes(20)), arguments: [10, 100])
    func `a card that was made to be slow is set all the same`(depth: Int) throws {
        var element = #"{"type":"TextBlock","text":"deep"}"#
        for _ in 0..<depth {
            element =
                #"{"type":"ColumnSet","columns":[{"items":[\#(element)]},{"items":[{"type":"TextBlock","text":"x"}]}]}"#
        }
        let json = """
            {"type":"message","from":{"role":"bot"},"attachments":[{"contentType":
            "application/vnd.microsoft.card.adaptive","content":{"body":[\(element)]}}]}
            """
        // A document deeper than the parser takes is refused before it gets here.
        let text = (try? Self.screen(json, columns: 80)) ?? "x"
        #expect(text.contains("x"))
    }

    @Test(arguments: [20, 21, 24, 30, 41, 60])
    func `no line of any sample is wider than the screen`(columns: Int) throws {
        let cards = CardSamples.adaptive.map {
            #"{"contentType":"application/vnd.microsoft.card.adaptive","content":{\#($0.json)}}"#
        }
        let attachments = (CardSamples.attachments.map(\.json) + cards).joined(separator: ",")
        let json = #"{"type":"message","from":{"role":"bot"},"attachments":[\#(attachments)]},"#
        let text = try Self.screen(
            json + CardSamples.activities.map(\.json).joined(separator: ","),
            columns: columns,
            style: Style(isColored: true, isDrawn: true, hasHyperlinks: true)
        )
        for line in text.split(separator: "\n") {
            #expect(DisplayText.columns(String(line)) <= columns, "\(line.debugDescription)")
        }
    }
}
