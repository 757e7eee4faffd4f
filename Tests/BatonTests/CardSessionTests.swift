import BotSchema
import Bots
import TestSupport
import Testing

/// Cards in the real program: what the person types, and what the bot receives.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct CardSessionTests {
    private nonisolated static func card(_ content: String) -> Activity {
        var activity = Activity.message("Please fill this in.")
        let content = try? JSONValue(parsing: #"{"type":"AdaptiveCard","version":"1.5",\#(content)}"#)
        activity.attachments = [Attachment(contentType: Attachment.CardType.adaptive, content: content ?? .null)]
        return activity
    }

    private nonisolated static let order = """
        "body":[{"type":"Input.Text","id":"name","label":"Name","isRequired":true,"regex":"^[A-Za-z ]+$","errorMessage":
        "Letters only, please."},{"type":"Input.Number","id":"count","label":"How many","value":1,"min":1,"max":5}],
        "actions":[{"type":"Action.Submit","title":"Order","data":{"kind":"order"}}]
        """
    private nonisolated static let survey = """
        "body":[{"type":"Input.ChoiceSet","id":"colour","label":"Colour","value":"b","choices":[{"title":"Red","value":
        "r"},{"title":"Blue","value":"b"}]},{"type":"Input.ChoiceSet","id":"days","label":"Days","isMultiSelect":true,
        "choices":[{"title":"Monday","value":"1"},{"title":"Tuesday","value":"2"},{"title":"Friday","value":"5"}]},
        {"type":"Input.Toggle","id":"mail","title":"Send me mail","valueOn":"yes","valueOff":"no"}],"actions":[{"type":
        "Action.Submit","title":"Send"},{"type":"Action.Submit","title":"Send without","associatedInputs":"none","data":
        {"kind":"empty"}}]
        """
    private nonisolated static let visit = """
        "body":[{"type":"Input.Date","id":"day","label":"Day","min":"2026-01-01"},{"type":"Input.Time","id":"time","label":
        "Time","value":"10:00"},{"type":"Input.Text","id":"note","label":"Note","value":"bring a bag","isMultiline":true}],
        "actions":[{"type":"Action.Execute","title":"Book","verb":"book","data":{"kind":"visit"}}]
        """

    @Test func `a form with validation is filled in and sent as a message`() async throws {
        let bot = RecordingBot { $0.text == "form" ? [Self.card(Self.order)] : [] }
        try await withServer(of: bot) { address in
            let chat = try startChat(at: address, home: try TemporaryFolder())
            try chat.wait(for: "bot>")
            chat.enter("form")
            try chat.wait(for: "[1] Order")
            chat.enter("/card")
            try chat.wait(for: "1/2 Name (required)")
            try chat.waitForDraft("Name>")
            chat.enter("")
            try chat.wait(for: "Letters only, please.")
            chat.enter("A1")
            try chat.wait(for: "a second refusal") { $0.count(of: "Letters only, please.") == 2 }
            chat.enter("Ana Alm")
            try chat.wait(for: "2/2 How many")
            chat.enter("6")
            try chat.wait(for: "At most 5.")
            chat.enter("/back")
            try chat.wait(for: "Enter keeps: Ana Alm")
            chat.enter("")
            chat.enter("3")
            try chat.wait(for: "(chose Order)")
            try chat.wait(for: "the bot to hear of it") { _ in bot.activities.count == 2 }
            let sent = try #require(bot.activities.last)
            #expect(sent.type == .message)
            #expect(sent.value == ["kind": "order", "name": "Ana Alm", "count": "3"])
            #expect(sent.channelData?["postBack"] == true)
            #expect(sent.text == nil)
            try chat.waitForDraft("bot>")
        }
    }

    @Test func `choices, a switch and one of two buttons`() async throws {
        let bot = RecordingBot { $0.text == "form" ? [Self.card(Self.survey)] : [] }
        try await withServer(of: bot) { address in
            let chat = try startChat(at: address, home: try TemporaryFolder())
            try chat.wait(for: "bot>")
            chat.enter("form")
            try chat.wait(for: "[2] Send without")
            chat.enter("/card 1")
            try chat.wait(for: "* 2  Blue")
            chat.enter("")
            try chat.wait(for: "3  Friday")
            chat.enter("3,1")
            try chat.wait(for: "3/3 Send me mail")
            chat.enter("perhaps")
            try chat.wait(for: "Yes or no, please.")
            chat.enter("yes")
            try chat.wait(for: "the bot to hear of it") { _ in bot.activities.count == 2 }
            #expect(bot.activities.last?.value == ["colour": "b", "days": "1,5", "mail": "yes"])
            chat.enter("form")
            try chat.wait(for: "the card again") { $0.count(of: "[2] Send without") == 2 }
            chat.enter("2")
            try chat.wait(for: "the bot to hear of the second") { _ in bot.activities.count == 4 }
            #expect(bot.activities.last?.value == ["kind": "empty"])
        }
    }

    @Test(arguments: [true, false])
    func `a form is sent as an invoke where the bot knows it`(isKnown: Bool) async throws {
        let done: JSONValue = [
            "statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "See you then.",
        ]
        let bot = RecordingBot(
            invokeAnswer: { _ in isKnown ? InvokeResponse(status: 200, body: done) : InvokeResponse(status: 501) },
            answer: { activity in
                guard activity.type == .message else { return [] }
                return activity.text == "form" ? [Self.card(Self.visit)] : [.message("Got it.")]
            }
        )
        try await withServer(of: bot) { address in
            let chat = try startChat(at: address, home: try TemporaryFolder(), columns: 40)
            try chat.wait(for: "bot>")
            chat.enter("form")
            try chat.wait(for: "[1] Book")
            chat.enter("1")
            try chat.wait(for: "1/3 Day")
            chat.enter("2026-02-30")
            try chat.wait(for: "A day, please")
            chat.enter("2026-3-1")
            try chat.wait(for: "2/3 Time")
            chat.enter("9:30")
            try chat.wait(for: "3/3 Note")
            chat.enter("/clear")
            let data: JSONValue = ["kind": "visit", "day": "2026-03-01", "time": "09:30", "note": ""]
            try chat.wait(for: isKnown ? "See you then." : "Got it.")
            let invoke = try #require(bot.activities.first { $0.type == .invoke })
            #expect(invoke.name == "adaptiveCard/action")
            #expect(
                invoke.value == [
                    "action": ["type": "Action.Execute", "verb": "book", "data": data], "trigger": "manual",
                ]
            )
            guard !isKnown else { return }
            #expect(bot.activities.last?.type == .message)
            #expect(bot.activities.last?.value == data)
        }
    }

    @Test func `the demo bot's form is filled in by whoever tries it`() throws {
        let chat = try startChat(home: try TemporaryFolder())
        try chat.wait(for: "[1]")
        chat.enter("I need an appointment")
        try chat.wait(for: "[1] Book")
        chat.enter("1")
        for (question, answer) in [
            ("1/7", "Ana"), ("2/7", "2026-05-01"), ("3/7", ""), ("4/7", "2"), ("5/7", "1"), ("6/7", "1,2"),
            ("7/7", "yes"),
        ] {
            try chat.wait(for: question)
            chat.enter(answer)
        }
        try chat.wait(for: "You are welcome, Ana, on 2026-05-01 at 10:00.")
    }
}
