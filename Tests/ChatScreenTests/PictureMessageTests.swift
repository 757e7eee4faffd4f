import BotSchema
import LineEditing
import TestSupport
import Testing

@testable import ChatScreen
@testable import Pictures

/// Messages that wait a moment for their pictures.
struct PictureMessageTests {
    private static let card = """
        {"type":"message","id":"m-1","text":"Look","from":{"id":"bot","name":"Fern","role":"bot"},"attachments":[
        {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Two lamps","images":[{"url":"data:,a",
        "alt":"a lamp"},{"url":"data:,b"}],"buttons":[{"type":"imBack","title":"Take it","value":"take"}]}},
        {"contentType":"image/png","name":"c.png","contentUrl":"data:,c"}]}
        """

    private static func drawn(_ text: String) throws -> DrawnPicture {
        try #require(DrawnPicture(Array(text.utf8), format: .symbols))
    }

    private static func script() -> ChatScript {
        var script = ChatScript(drawsPictures: true)
        _ = script.open()
        return script
    }

    @Test func `the message is shown when its pictures are there, each at its place`() throws {
        var script = Self.script()
        let held = script.arrive(Self.card)
        #expect(held.contains("draw data:,a data:,b data:,c") && held.contains("pictures 1"))
        #expect(!held.joined().contains("Look"))
        let pictures = try ["data:,a": Self.drawn("▄▄\n▀▀\n"), "data:,c": Self.drawn("ccc\n")]
        let shown = script.take(.drawn(number: 1, pictures)).joined(separator: "\n")
        #expect(
            shown == """
                bot Fern: Look
                  Two lamps
                  [image: a lamp] (inline data)
                  ▄▄
                  ▀▀
                  [image] (inline data)
                  [1] Take it
                  [image: c.png, image/png] (inline data)
                  ccc
                """
        )
        #expect(script.take(.timer(.pictures(number: 1))) == [])
    }

    @Test(arguments: [80, 40]) func `a picture in a card stands behind its bar`(columns: Int) throws {
        let activity = try #require(Activity(try JSONValue(parsing: Self.card)))
        let pictures = try ["data:,a": Self.drawn("▗▄▄▖\n▐██▌\n▝▀▀▘\n"), "data:,c": Self.drawn("▞▚\n")]
        let item = ChatItem.activity(activity, speaker: .bot(name: "Fern"), isEcho: false, isNumbered: true)
        let style = Style(isColored: false, isDrawn: true)
        let text = ScreenOutput.text(of: [.show(.pictured(item, pictures))], columns: columns, style: style)
        try Golden.expect(text, equals: "picture-in-card-\(columns).txt")
    }

    @Test(arguments: ["timer", "line", "state"])
    func `nothing waits behind it, and pictures that come late say whose they are`(cause: String) throws {
        var script = Self.script()
        _ = script.arrive(Self.card)
        let shown =
            switch cause {
            case "timer": script.take(.timer(.pictures(number: 1)))
            case "line": script.enter("hello")
            default: script.arrive(Fixture.initiate)
            }
        #expect(shown.first?.hasPrefix("bot Fern: Look") == true, "\(shown)")
        #expect(!script.arrive(Fixture.answer).joined().contains("Look"))
        let late = script.take(.drawn(number: 1, ["data:,a": try Self.drawn("▄▄\n")]))
        #expect(late == ["Pictures in the message of Fern:\n▄▄"])
    }

    @Test func `of two such messages the first is shown first, and pictures that cannot be drawn are named`() {
        var script = Self.script()
        _ = script.arrive(Self.card)
        let second = script.arrive(Self.card.replacing("m-1", with: "m-2").replacing("Look", with: "And"))
        #expect(!second.joined().contains("Look") && !second.joined().contains("And"))
        #expect(script.take(.drawn(number: 2, [:])) == [])
        let shown = script.take(.drawn(number: 1, [:]))
        #expect(shown.map { $0.prefix(14) } == ["bot Fern: Look", "bot Fern: And\n"])
    }

    @Test func `messages that follow stand behind it`() throws {
        var script = Self.script()
        _ = script.arrive(Self.card)
        #expect(!script.arrive(Fixture.answer).joined().contains("An answer"))
        let shown = script.take(.drawn(number: 1, ["data:,c": try Self.drawn("ccc\n")]))
        #expect(shown.count == 2 && shown[0].hasSuffix("ccc") && shown[1] == "bot: An answer")
    }

    @Test func `leaving shows what waits`() {
        var script = Self.script()
        _ = script.arrive(Self.card)
        let left = script.enter("/quit")
        #expect(left.contains { $0.hasPrefix("bot Fern: Look") } && left.last == "leave 0")
    }
}
