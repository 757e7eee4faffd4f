import BotSchema
import Handoff
import Testing

struct ContextTests {
    @Test func `known variables are read under all their names`() {
        let context = HandoffContext(value: [
            "skill": "Credit Cards", "va_Topics": ["a", "b"], "va_LastPhrases": "my card", "va_AgentMessage": "",
            "MessageToAgent": "vip", "va_BotName": "Robin", "va_Language": "En-US",
        ])
        #expect(context.skill == "Credit Cards")
        #expect(context.topic == "b")
        #expect(context.topics == ["a", "b"])
        #expect(context.lastPhrase == "my card")
        #expect(context.agentMessage == "vip")
        #expect(context.botName == "Robin")
        #expect(context.language == "En-US")
    }

    @Test func `all variables are shown in their order`() {
        let context = HandoffContext(value: [
            "z": 1.0, "a": [1, "x"], "option": ["$kind": "OptionDataValue", "value": "Gold"], "o": ["k": true],
        ])
        #expect(context.variables.map(\.name) == ["z", "a", "option", "o"])
        #expect(context.variables.map(\.text) == ["1.0", "1, x", "Gold", #"{"k":true}"#])
    }

    @Test(
        arguments: [
            (JSONValue.string(#"{"Skill":"x"}"#), "Skill: x"),
            ("a summary", "value: a summary"),
            (["a", 2], "value: a, 2"),
            (7, "value: 7"),
            (nil, ""),
            (["handoffContext": ["Skill": "y"], "transcript": ["activities": []]], "Skill: y"),
            (#"{"Skill":"#, #"value: {"Skill":"#),
        ] as [(JSONValue, String)]
    )
    func `V21 every shape of the value has a reading`(value: JSONValue, shown: String) {
        let context = HandoffContext(value: value)
        #expect(context.variables.map { "\($0.name): \($0.text)" }.joined(separator: "; ") == shown)
        #expect(context.isEmpty == shown.isEmpty)
    }

    @Test func `a summary in words is what the agent is told`() {
        #expect(HandoffInitiation(Wire.initiate(value: "card was lost")).summary == "card was lost")
        #expect(HandoffInitiation(Wire.initiate(value: nil)).summary == nil)
    }
}

struct TranscriptAttachmentTests {
    private static let list: JSONValue = ["activities": [["type": "message", "text": "hi"]]]

    @Test(arguments: ["Transcript", "transcript", "TRANSCRIPT", "Trasnscript", nil])
    func `V22 a transcript is found under every name it has had, and without one by its shape`(name: String?) {
        var event = Wire.initiate()
        event.attachments = [
            Attachment(contentType: "image/png", content: "x", name: "Logo"),
            Attachment(contentType: "application/json", content: Self.list, name: name),
        ]
        #expect(HandoffInitiation(event).transcript?.map(\.text) == ["hi"])
    }

    @Test(
        arguments: [
            list, ["transcript": [["type": "message", "text": "hi"]]], [["type": "message", "text": "hi"]],
            #"{"activities":[{"type":"message","text":"hi"}]}"#,
        ] as [JSONValue]
    )
    func `V23 every shape of the content has a reading`(content: JSONValue) {
        var event = Wire.initiate()
        event.attachments = [Attachment(contentType: "application/json", content: content, name: "Transcript")]
        #expect(HandoffInitiation(event).transcript?.map(\.text) == ["hi"])
    }

    @Test func `of several transcripts the first counts, whatever stands before and behind it`() {
        var event = Wire.initiate()
        let other: JSONValue = ["activities": [["type": "message", "text": "second"]]]
        event.attachments = [
            Attachment(contentType: "application/json", content: ["a": 1], name: "Notes"),
            Attachment(contentType: "application/json", content: Self.list, name: "TRANSCRIPT"),
            Attachment(contentType: "application/json", content: other, name: "Transcript"),
        ]
        #expect(HandoffInitiation(event).transcript?.map(\.text) == ["hi"])
        // The bot's factory attaches one and no more.
        let sent = Activity.handoffInitiate(
            context: HandoffContext(["Skill": "billing"]),
            transcript: [.message("hi")],
            replyingTo: .message("human")
        )
        #expect(sent.attachments.map(\.name) == ["Transcript"])
    }

    @Test func `V23 a broken transcript is a problem with its place, and the request stands`() {
        var event = Wire.initiate()
        event.attachments = [
            Attachment(contentType: "application/json", content: #"{"activities":[}"#, name: "Transcript")
        ]
        let initiation = HandoffInitiation(event)
        #expect(initiation.transcript == nil)
        #expect(initiation.transcriptProblem?.contains("byte 15") == true)
        #expect(initiation.context.skill == "billing")
    }

    @Test func `V24 a transcript elsewhere is a link and is not fetched`() {
        var event = Wire.initiate()
        let link: JSONObject = ["name": "Transcript", "contentUrl": "https://example.com/t"]
        event.attachments = [Attachment(json: link)]
        #expect(HandoffInitiation(event).transcriptURL == "https://example.com/t")
        #expect(HandoffInitiation(event).transcript == nil)
    }

    @Test(
        arguments: [
            "data:application/json,%7B%22activities%22:[%7B%22type%22:%22message%22,%22text%22:%22hi%22%7D]%7D",
            "data:application/json;charset=utf-8;base64,"
                + "eyJhY3Rpdml0aWVzIjpbeyJ0eXBlIjoibWVzc2FnZSIsInRleHQiOiJoaSJ9XX0=",
        ]
    )
    func `V24 a transcript within its link is read`(link: String) {
        var event = Wire.initiate()
        event.attachments = [Attachment(json: ["name": "Transcript", "contentUrl": .string(link)])]
        #expect(HandoffInitiation(event).transcript?.map(\.text) == ["hi"])
        #expect(HandoffInitiation(event).transcriptURL == nil)
    }

    @Test(arguments: ["data:", "data:,", "data:;base64,%%%", "data:application/json;base64,e", "data:,%7", "data:,%FF"])
    func `V24 a broken link is a problem or a link, and the request stands`(link: String) {
        var event = Wire.initiate()
        event.attachments = [Attachment(json: ["name": "Transcript", "contentUrl": .string(link)])]
        let initiation = HandoffInitiation(event)
        #expect(initiation.transcript == nil)
        #expect((initiation.transcriptURL ?? initiation.transcriptProblem) != nil)
        #expect(initiation.context.skill == "billing")
    }
}
