import BotSchema
import ChatScreen
import Testing
import TranscriptRendering
import Transcripts

/// What the screen shows of a message is in every export and can be found.
struct ContentParityTests {
    /// One message for each element of Adaptive Cards and each kind of card and text.
    private static let samples: [(name: String, activity: String)] =
        adaptive.map {
            ($0.0, #"{"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":\#($0.1)}]}"#)
        }
        + cards.map {
            ($0.0, #"{"attachments":[{"contentType":"application/vnd.microsoft.card.\#($0.0)","content":\#($0.1)}]}"#)
        }
        + others

    private static let adaptive: [(String, String)] = [
        (
            "TextBlock",
            #"{"body":[{"type":"TextBlock","text":"Plain **strong** _soft_ word"},{"type":"TextBlock","weight":"Bolder","text":"Headline"}]}"#
        ),
        (
            "RichTextBlock",
            #"{"body":[{"type":"RichTextBlock","inlines":["first ",{"type":"TextRun","text":"second","italic":true,"selectAction":{"type":"Action.Submit","title":"Pick"}}]}]}"#
        ),
        (
            "Image",
            #"{"body":[{"type":"Image","url":"https://example.org/a.png","altText":"red parcel"},{"type":"Image","url":"https://example.org/b.png"}]}"#
        ),
        (
            "ImageSet",
            #"{"body":[{"type":"ImageSet","images":[{"url":"https://example.org/a.png","altText":"left"},{"url":"https://example.org/b.png","altText":"right"}]}]}"#
        ),
        (
            "Media",
            #"{"body":[{"type":"Media","altText":"tour","sources":[{"mimeType":"video/mp4","url":"https://example.org/a.mp4"}]}]}"#
        ),
        (
            "FactSet",
            #"{"body":[{"type":"FactSet","facts":[{"title":"Order","value":"**LH20817**"},{"title":"Seat","value":"window"}]}]}"#
        ),
        (
            "Container",
            #"{"body":[{"type":"Container","items":[{"type":"TextBlock","text":"inside"}],"selectAction":{"type":"Action.OpenUrl","title":"Open","url":"https://example.org/"}}]}"#
        ),
        (
            "ColumnSet",
            #"{"body":[{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"TextBlock","text":"west"}]},{"type":"Column","items":[{"type":"TextBlock","text":"east"}]}]}]}"#
        ),
        (
            "Table",
            #"{"body":[{"type":"Table","rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"TextBlock","text":"City"}]},{"type":"TableCell","items":[{"type":"TextBlock","text":"Zone"}]}]},{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"TextBlock","text":"Oslo"}]},{"type":"TableCell","items":[{"type":"TextBlock","text":"north"}]}]}]}]}"#
        ),
        (
            "ActionSet",
            #"{"body":[{"type":"ActionSet","actions":[{"type":"Action.Submit","title":"Send"},{"type":"Action.OpenUrl","title":"Read","url":"https://example.org/r"},{"type":"Action.Execute","title":"Run","isEnabled":false},{"type":"Action.Strange","title":"Odd"}]}]}"#
        ),
        (
            "ShowCard",
            #"{"body":[{"type":"TextBlock","text":"outer"}],"actions":[{"type":"Action.ShowCard","title":"More","card":{"body":[{"type":"TextBlock","text":"hidden"}]}}]}"#
        ),
        (
            "ToggleVisibility",
            #"{"body":[{"type":"TextBlock","text":"seen"},{"type":"TextBlock","id":"t","isVisible":false,"text":"unseen"}],"actions":[{"type":"Action.ToggleVisibility","title":"Toggle","targetElements":["t"]}]}"#
        ),
        (
            "Input.Text",
            #"{"body":[{"type":"Input.Text","id":"a","label":"Street","isRequired":true,"value":"Main"},{"type":"Input.Text","id":"b","placeholder":"Remark","isMultiline":true},{"type":"Input.Text","id":"c","label":"Pass","style":"password","value":"hunter"}]}"#
        ),
        ("Input.Number", #"{"body":[{"type":"Input.Number","id":"n","label":"Guests","value":3}]}"#),
        (
            "Input.Date",
            #"{"body":[{"type":"Input.Date","id":"d","label":"Day"},{"type":"Input.Time","id":"t","label":"Hour"}]}"#
        ),
        ("Input.Toggle", #"{"body":[{"type":"Input.Toggle","id":"g","title":"Agree","value":"true"}]}"#),
        (
            "Input.ChoiceSet",
            #"{"body":[{"type":"Input.ChoiceSet","id":"c","label":"Colour","value":"r","choices":[{"title":"Rouge","value":"r"},{"title":"Vert","value":"g"}]}]}"#
        ),
        (
            "unknown element",
            #"{"fallbackText":"instead","body":[{"type":"Hologram"},{"type":"TextBlock","text":"beside"}]}"#
        ),
        ("fallback", #"{"body":[{"type":"Hologram","fallback":{"type":"TextBlock","text":"substitute"}}]}"#),
        (
            "selectAction",
            #"{"body":[{"type":"Image","url":"https://example.org/a.png","altText":"map","selectAction":{"type":"Action.OpenUrl","url":"https://example.org/m"}},{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"TextBlock","text":"cell"}],"selectAction":{"type":"Action.Submit","title":"Choose"}}]}]}"#
        ),
        (
            "nested",
            #"{"body":[{"type":"Table","rows":[{"type":"TableRow","cells":[{"type":"TableCell","items":[{"type":"FactSet","facts":[{"title":"Weight","value":"9 kg"}]},{"type":"ActionSet","actions":[{"type":"Action.Submit","title":"Weigh"}]}]},{"type":"TableCell","items":[{"type":"Container","items":[{"type":"Image","url":"https://example.org/a.png","altText":"scale"},{"type":"Input.Toggle","id":"g","title":"Gross"}]}]}]}]},{"type":"ColumnSet","columns":[{"type":"Column","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"rich","strikethrough":true}]},{"type":"Media","sources":[{"mimeType":"audio/ogg","url":"https://example.org/a.ogg"},{"mimeType":"audio/mp3","url":"https://example.org/a.mp3"}]}]}]}]}"#
        ),
        (
            "several choices",
            #"{"body":[{"type":"Input.ChoiceSet","id":"c","style":"expanded","isMultiSelect":true,"value":"r,g","placeholder":"Any","choices":[{"title":"Rouge","value":"r"},{"title":"Vert","value":"g"},{"title":"Bleu","value":"b"}]},{"type":"Input.Time","id":"t","label":"Hour","value":"09:30"},{"type":"Input.Number","id":"n","placeholder":"How many","min":1,"max":9}]}"#
        ),
        (
            "Markdown in a card",
            #"{"body":[{"type":"TextBlock","text":"- one\r- **two**\n\n[three](https://example.org/3) and [four](javascript:a)"}]}"#
        ),
        (
            "invisible",
            #"{"body":[{"type":"Container","isVisible":false,"items":[{"type":"TextBlock","text":"ghost"}]},{"type":"TextBlock","text":"body","requires":{"adaptiveCards":"1.2"}}]}"#
        ),
        ("empty", #"{"body":[]}"#),
        ("dates", #"{"body":[{"type":"TextBlock","text":"{{DATE(2026-03-14T10:00:00Z,LONG)}}"}]}"#),
    ]

    private static let cards: [(String, String)] = [
        (
            "hero",
            #"{"title":"Parcel","subtitle":"today","text":"It **arrives** soon","images":[{"url":"https://example.org/a.png","alt":"box"}],"buttons":[{"type":"imBack","title":"Track","value":"t"}],"tap":{"type":"openUrl","value":"https://example.org/t"}}"#
        ),
        ("thumbnail", #"{"title":"Parcel","images":[{"url":"data:image/png;base64,iVBORw0KGgo="}]}"#),
        (
            "receipt",
            #"{"title":"Bill","facts":[{"key":"Paid","value":"cash"}],"items":[{"title":"Tea","subtitle":"green","text":"hot","price":"2 EUR","quantity":"3"}],"tax":"1 EUR","vat":"9 EUR","total":"7 EUR","buttons":[{"type":"openUrl","title":"Print","value":"https://example.org/p"}]}"#
        ),
        (
            "signin",
            #"{"text":"Please enter","buttons":[{"type":"signin","title":"Enter","value":"https://example.org/s"}]}"#
        ),
        (
            "oauth",
            #"{"connectionName":"graph","buttons":[{"type":"signin","title":"Allow","value":"https://example.org/s"}]}"#
        ),
        (
            "audio",
            #"{"title":"Song","duration":"PT1H4M12S","media":[{"url":"https://example.org/a.mp3"},{"url":"https://example.org/b.mp3"}]}"#
        ),
        (
            "video",
            #"{"title":"Film","image":{"url":"https://example.org/a.png","alt":"poster"},"media":[{"url":"https://example.org/a.mp4"}]}"#
        ),
        ("animation", #"{"title":"Dance","media":[{"url":"https://example.org/a.gif"}]}"#),
        ("unheardof", #"{"title":"Odd card","text":"all the same"}"#),
    ]

    private static let others: [(String, String)] = [
        (
            "markdown",
            ##"{"text":"# Title\n\nSome *soft* and **loud** `code` ~~gone~~ [link](https://example.org/l)\n\n- one\n- two\n\n> quoted\n\n| Head | Tail |\n|---|---|\n| left | right |\n\n```swift\nlet x = y\n```"}"##
        ),
        ("plain", #"{"textFormat":"plain","text":"**not** strong <b>nor</b> &amp; this\nsecond line"}"#),
        ("xml", #"{"textFormat":"xml","text":"<p>para</p>more &lt;words&gt;"}"#),
        ("speak", #"{"speak":"<speak>spoken</speak>"}"#),
        (
            "mention",
            #"{"text":"Hi <at>Bo</at>, see","entities":[{"type":"mention","text":"<at>Bo</at>","mentioned":{"id":"1","name":"Bo Lund"}}]}"#
        ),
        (
            "citation",
            #"{"text":"Says who","entities":[{"type":"https://schema.org/Message","citation":[{"position":1,"appearance":{"name":"Handbook","url":"https://example.org/h"}}]}]}"#
        ),
        (
            "suggested actions",
            #"{"text":"Choose","suggestedActions":{"actions":[{"type":"imBack","title":"Yes"},{"type":"openUrl","title":"Help","value":"https://example.org/"}]}}"#
        ),
        (
            "file",
            #"{"attachments":[{"contentType":"application/pdf","name":"bill.pdf","contentUrl":"https://example.org/bill.pdf"},{"contentType":"text/plain","name":"note.txt","content":"short note"}]}"#
        ),
        (
            "picture",
            #"{"attachments":[{"contentType":"image/png","name":"dot","contentUrl":"data:image/png;base64,iVBORw0KGgo="}]}"#
        ),
        (
            "card by contentUrl",
            #"{"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":"data:application/json,%7B%22body%22:%5B%7B%22type%22:%22TextBlock%22,%22text%22:%22linked%22%7D%5D%7D"}]}"#
        ),
        (
            "card elsewhere",
            #"{"attachments":[{"contentType":"application/vnd.microsoft.card.hero","contentUrl":"https://example.org/card"}]}"#
        ),
        (
            "teams card",
            #"{"attachments":[{"contentType":"application/vnd.microsoft.teams.card.o365connector","content":{"summary":"x"}}]}"#
        ),
        ("value", #"{"value":{"a":"seen"}}"#), ("important", #"{"importance":"high","text":"look"}"#),
        (
            "carousel",
            #"{"attachmentLayout":"carousel","attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"north"}},{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"south"}}]}"#
        ),
    ]

    @Test(arguments: samples.map(\.name), RenderedFormat.allCases)
    func `the words on the screen are those of every export`(name: String, format: RenderedFormat) throws {
        let activity = try Self.activity(name)
        let screen = Self.screen(activity)
        #expect(!screen.isEmpty)
        var text = String(decoding: Transcript(activities: [activity]).rendered(as: format, title: ""), as: UTF8.self)
        switch format {
        case .html:
            text = text.split(separator: "</header>", maxSplits: 1).last.map(String.init) ?? text
            text = text.replacing("<h2 class=\"hidden\" lang=\"en\">Conversation</h2>", with: "")
            text = text.replacing(/alt="([^"]*)"/) { ">" + $0.output.1 + "<" }
            text = text.replacing(/<[^>]*>/, with: " ")
            for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
                text = text.replacing(entity, with: sign)
            }
        case .markdown:
            text = text.replacing("&lt;", with: "<").replacing("&amp;", with: "&").replacing("<br>", with: " ")
        case .cast:
            let events = try text.split(separator: "\n").dropFirst().map { try JSONValue(parsing: String($0)) }
            text = events.compactMap { $0[2]?.string }.joined().replacing(/\u{1B}\[[0-9;]*m/, with: "")
        case .text: break
        }
        #expect(Self.words(text).subtracting(["robo"]) == screen, "\(text)")
    }

    @Test(arguments: samples.map(\.name))
    func `every word on the screen can be found`(name: String) throws {
        let activity = try Self.activity(name)
        for word in Self.screen(activity) {
            #expect(try !TranscriptSearch(word, ignoresCase: true).matches(in: activity).isEmpty, "\(word)")
        }
    }

    @Test func `the table has every element and action of Adaptive Cards, and every kind of card`() {
        let all = Self.samples.map(\.activity).joined()
        for element in [
            "TextBlock", "RichTextBlock", "TextRun", "Image", "ImageSet", "Media", "FactSet", "Container", "ColumnSet",
            "Column", "Table", "TableRow", "TableCell", "ActionSet", "Input.Text", "Input.Number", "Input.Date",
            "Input.Time", "Input.Toggle", "Input.ChoiceSet", "Action.OpenUrl", "Action.Submit", "Action.Execute",
            "Action.ShowCard", "Action.ToggleVisibility",
        ] { #expect(all.contains(#""type":"\#(element)""#), "\(element)") }
        for card in Attachment.CardType.all { #expect(all.contains(#""contentType":"\#(card)""#), "\(card)") }
    }

    private static func activity(_ name: String) throws -> Activity {
        let text = try #require(samples.first { $0.name == name }?.activity)
        var json = try #require(try JSONValue(parsing: text).object)
        json["type"] = "message"
        json["from"] = ["id": "b", "name": "Robo", "role": "bot"]
        return Activity(json: json)
    }

    private static func screen(_ activity: Activity) -> Set<String> {
        let renderer = ActivityRenderer(style: .plain, clockTime: { _ in "" })
        let lines = renderer.lines(
            of: activity,
            by: Speaker(of: activity),
            columns: 100_000,
            isNumbered: false
        )
        return words(lines.joined(separator: "\n")).subtracting(["robo", "bot"])
    }

    /// The words without addresses, which a page hides behind words.
    private static func words(_ text: String) -> Set<String> {
        let bare = text.replacing("\\", with: "").replacing(/<?https?:\/\/[^\s)>]*>?/, with: " ")
        return Set(bare.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() })
    }
}
