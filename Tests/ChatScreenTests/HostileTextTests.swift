import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import LineEditing
import TestSupport
import Testing
import Transcripts

@testable import ChatScreen

/// Hostile strings in every place that a screen prints: nothing acts, and something is seen.
struct HostileTextTests {
    /// Members whose words steer what is shown, rather than being shown.
    private static let structure: Set<String> = [
        "type", "contentType", "role", "weight", "style", "attachmentLayout", "textFormat", "width", "spacing",
        "timestamp",
    ]

    private static func spoilt(_ value: JSONValue, _ hostile: String, key: String = "") -> JSONValue {
        switch value {
        case .string(let text): .string(structure.contains(key) ? text : text + hostile)
        case .array(let list): .array(list.map { spoilt($0, hostile, key: key) })
        case .object(let object):
            .object(
                JSONObject(
                    entries: object.entries.map {
                        JSONObject.Entry(key: $0.key, value: spoilt($0.value, hostile, key: $0.key))
                    }
                )
            )
        default: value
        }
    }

    private static let samples: [(name: String, json: String)] =
        CardSamples.adaptive.map { name, json in
            (
                name,
                """
                {"type":"message","from":{"role":"bot","name":"R"},"attachments":[{"contentType":
                "application/vnd.microsoft.card.adaptive","content":{\(json)}}]}
                """
            )
        }
        + CardSamples.attachments.map { name, json in
            (name, #"{"type":"message","from":{"role":"bot","name":"R"},"attachments":[\#(json)]}"#)
        } + CardSamples.activities
        + [
            (
                "suggestions",
                """
                {"type":"message","text":"x","from":{"name":"R"},"suggestedActions":{"actions":["a",{"type":"openUrl","title":
                "t","value":"https://example.com/"},{"type":"dance","title":"d"}]}}
                """
            ),
            ("request", Fixture.initiate),
            ("accepted", Fixture.accepted),
            ("an agent", Fixture.agentSays),
            ("value", #"{"type":"message","value":{"k":"v"},"from":{"name":"R"}}"#),
            (
                "refused",
                #"{"type":"event","name":"handoff.status","value":{"state":"failed","message":"m"},"from":{"name":"R"}}"#
            ),
        ]

    @Test(arguments: HostileTextTests.samples.map(\.name))
    func `C39 whatever place it stands in, nothing hostile reaches the terminal`(name: String) throws {
        let sample = try #require(Self.samples.first { $0.name == name })
        let list = try #require(try JSONValue(parsing: "[\(sample.json)]").array)
        let text = try CardGoldenTests.screen(
            list.map { Self.spoilt($0, HostileStrings.joined).compactText }.joined(separator: ","),
            columns: 80
        )
        #expect(HostileStrings.fault(in: text) == nil, "\(name)")
    }

    @Test func `C39 nor does it in plain output`() throws {
        let json = Self.samples.map(\.json).joined(separator: ",")
        let list = try #require(try JSONValue(parsing: "[\(json)]").array)
        let hostile = HostileStrings.oneOfEachFamily
        let text = try CardGoldenTests.screen(
            list.map { Self.spoilt($0, hostile).compactText }.joined(separator: ","),
            columns: 80,
            style: .plain
        )
        #expect(HostileStrings.fault(in: text) == nil)
    }

    @Test func `C39 with colour and links the only sequences are our own`() throws {
        let json = Self.samples.map(\.json).joined(separator: ",")
        let list = try #require(try JSONValue(parsing: "[\(json)]").array)
        let text = try CardGoldenTests.screen(
            list.map { Self.spoilt($0, HostileStrings.oneOfEachFamily).compactText }.joined(separator: ","),
            columns: 80,
            style: Style(isColored: true, isDrawn: true, hasHyperlinks: true)
        )
        var rest = text
        // Our own: SGR of known numbers, and links to printable addresses of the known kinds.
        rest.replace(/\u{1b}\[[0-9;]*m/, with: "")
        rest.replace(/\u{1b}\]8;;((https?:\/\/|mailto:|tel:)[!-~]*)?\u{1b}\\/, with: "")
        #expect(HostileStrings.fault(in: rest) == nil)
    }

    @Test func `C39 a growing answer, a typist and the prompt are harmless`() throws {
        for hostile in HostileStrings.all {
            var script = ChatScript()
            _ = script.open()
            let style = Style(isColored: false, isDrawn: true)
            let output = ScreenOutput(
                style: style,
                activities: ActivityRenderer(style: style, clockTime: { _ in "" }),
                now: { "" }
            )
            let speaker = Speaker.agent(name: hostile.text)
            let preview = ChatPrompt.Preview(speaker: speaker, text: hostile.text)
            let agent = ShownName(hostile.text, of: "agent")
            let prompt = ChatPrompt(listener: .agent(name: agent), preview: preview)
            #expect(HostileStrings.fault(in: output.prompt(prompt, columns: 60).text) == nil, "\(hostile.name)")
            for listener in [
                ChatPrompt.Listener.field(name: hostile.text, isSecret: false),
                .user(name: ShownName(hostile.text, of: "user"), number: 1),
            ] {
                let text = output.prompt(ChatPrompt(listener: listener), columns: 60).text
                #expect(HostileStrings.fault(in: text) == nil, "\(hostile.name)")
            }
            let typing: JSONValue = ["type": "typing", "from": ["name": .string(hostile.text)]]
            _ = script.arrive(typing.compactText)
            #expect(HostileStrings.fault(in: script.notes.joined()) == nil, "\(hostile.name)")
        }
    }

    @Test func `C39 forms, errors and JSON views are harmless`() throws {
        let hostile = HostileStrings.joined
        let card: JSONValue = [
            "type": "message", "from": ["name": .string(hostile)], "text": .string(hostile),
            "attachments": [
                [
                    "contentType": .string(Attachment.CardType.adaptive),
                    "content": [
                        "body": [
                            [
                                "type": "Input.Text", "id": .string(hostile), "label": .string(hostile), "regex": "^x$",
                                "errorMessage": .string(hostile), "placeholder": .string(hostile),
                            ],
                            [
                                "type": "Input.ChoiceSet", "label": .string(hostile), "value": .string(hostile),
                                "choices": [["title": .string(hostile), "value": .string(hostile)]],
                            ],
                        ],
                        "actions": [
                            ["type": "Action.Submit", "title": .string(hostile)],
                            ["type": "Action.Submit", "title": .string(hostile)],
                            ["type": "Action.OpenUrl", "url": .string(hostile), "title": .string(hostile)],
                        ],
                    ],
                ]
            ],
        ]
        var script = ChatScript()
        _ = script.open()
        var shown = script.arrive(card.compactText)
        for line in ["/raw", "3", "/card", "y", "x", "", "1", "/nonsense\(hostile.replacing("\n", with: " "))"] {
            shown += script.enter(line)
        }
        shown += script.take(
            .loaded(path: hostile, .failure(TranscriptError(.inputOutput, file: hostile, reason: hostile)))
        )
        shown += script.take(.posted(number: 1, .failure(ClientError(.unreachable, hostile))))
        // The words of the script's own actions are not printed.
        for text in shown where !text.hasPrefix("post ") && !text.hasPrefix("prompt ") {
            #expect(HostileStrings.fault(in: text) == nil, "\(text.prefix(200).debugDescription)")
        }
    }

    @Test func `C39 a desk's users, reasons and briefings are harmless`() {
        let hostile = HostileStrings.joined
        var script = DeskScript()
        var shown = script.begin()
        shown += script.hear(.offered(DeskScript.briefing("item-1", hostile), rings: .seconds(20)))
        shown += script.enter("/accept")
        shown += script.hear(.connected(DeskScript.briefing("item-1", hostile)))
        shown += script.say(hostile, in: "item-1", as: hostile)
        for line in ["/brief", "/list", "/raw", "/status", "/nonsense \u{1b}[2J"] { shown += script.enter(line) }
        shown += script.hear(.rejected("item-1", .alreadyTaken))
        shown += script.hear(.userLeft("item-1"))
        shown += script.hear(.failure(hostile))
        shown += script.hear(.signedOut(reason: hostile))
        for text in shown where !text.hasPrefix("post ") && !text.hasPrefix("prompt ") {
            #expect(HostileStrings.fault(in: text) == nil, "\(text.prefix(200).debugDescription)")
        }
    }

    @Test func `C39 JSON lines hold the same values and nothing that acts`() throws {
        for hostile in HostileStrings.all {
            let activity = Activity.message(hostile.text)
            let item = ChatItem.activity(activity, speaker: .bot(name: nil), isEcho: false, isNumbered: false)
            let line = JSONLinesOutput().text(of: item, columns: 80)
            let clean = line.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint && $0.value >= 0xa0 }
            #expect(line.unicodeScalars.allSatisfy { (0x20..<0x7f).contains($0.value) || clean.contains($0) })
            #expect(try JSONValue(parsing: line)["activity"]?["text"]?.string == hostile.text, "\(hostile.name)")
        }
    }

    @Test func `C39 characters that JSON names but no text has are seen as replaced, or refused`() throws {
        for fragment in HostileStrings.jsonFragments {
            guard let value = try? JSONValue(parsing: #"{"type":"message","text":"a\#(fragment)b"}"#) else { continue }
            let shown = try CardGoldenTests.screen(value.compactText, columns: 80)
            #expect(HostileStrings.fault(in: shown) == nil, "\(fragment)")
            #expect(!shown.contains("ab"), "\(fragment)")
        }
    }

    @Test func `C39 bytes that are no text are seen as replaced, or refused`() throws {
        for bytes in HostileStrings.bytes {
            let json = Array(#"[{"type":"message","text":"a"#.utf8) + bytes + Array(#"b","from":{"role":"bot"}}]"#.utf8)
            let result = Result { () throws(TranscriptError) in try Transcript(parsing: json, name: "bytes") }
            var script = ChatScript()
            _ = script.open()
            let shown = script.take(.loaded(path: "bytes", result)).joined(separator: "\n")
            #expect(HostileStrings.fault(in: shown) == nil, "\(bytes)")
            #expect(!shown.contains("ab"), "\(bytes)")
        }
    }
}
