import BotSchema
import ChatScreen
import MessageContent
import Testing

struct CardFormTests {
    private func field(_ json: String) throws -> CardField { try #require(CardField(JSONValue(parsing: json))) }

    private func answer(_ json: String, _ line: String) throws -> String? {
        let field = try field(json)
        do throws(FieldFailure) {
            return try field.answer(to: line)
        } catch {
            return "! \(error.message)"
        }
    }

    @Test(arguments: [
        (#"{"type":"Input.Text","id":"a","maxLength":3}"#, "abcd", "! At most 3 characters; these are 4."),
        (#"{"type":"Input.Text","id":"a"}"#, " as is ", " as is "),
        (#"{"type":"Input.Text","id":"a","value":"x"}"#, "", "x"),
        (#"{"type":"Input.Text","id":"a"}"#, "", ""),
        (#"{"type":"Input.Text","id":"a","isRequired":true}"#, "", "! This has to be filled in."),
        (#"{"type":"Input.Text","id":"a","isRequired":true,"errorMessage":"Who?"}"#, "", "! Who?"),
        (#"{"type":"Input.Text","id":"a","regex":"^\\d+$","errorMessage":"Digits!"}"#, "x", "! Digits!"),
        (#"{"type":"Input.Text","id":"a","regex":"(broken"}"#, "x", "x"),
        (#"{"type":"Input.Number","min":1,"max":9.5}"#, "0", "! At least 1."),
        (#"{"type":"Input.Number","min":1,"max":9.5}"#, "10", "! At most 9.5."),
        (#"{"type":"Input.Number","min":1,"max":9.5}"#, "2.50", "2.50"),
        (#"{"type":"Input.Number"}"#, "two", "! A number, please, such as 5 or 2.5."),
        (#"{"type":"Input.Number"}"#, "1e999", "! A number, please, such as 5 or 2.5."),
        (#"{"type":"Input.Number"}"#, "nan", "! A number, please, such as 5 or 2.5."),
        (#"{"type":"Input.Date"}"#, "2026-2-3", "2026-02-03"),
        (#"{"type":"Input.Date"}"#, "2025-02-29", "! A day, please, as year-month-day: 2026-01-31."),
        (#"{"type":"Input.Date"}"#, "2024-02-29", "2024-02-29"),
        (#"{"type":"Input.Date","min":"2026-01-01"}"#, "2025-12-31", "! Not before 2026-01-01."),
        (#"{"type":"Input.Time","max":"20:00"}"#, "20:01", "! Not after 20:00."),
        (#"{"type":"Input.Time"}"#, "9:05", "09:05"),
        (#"{"type":"Input.Time"}"#, "24:00", "! A time of day, please, as hours:minutes, 00:00 to 23:59."),
        (#"{"type":"Input.Toggle","valueOn":"Y","valueOff":"N"}"#, "yes", "Y"),
        (#"{"type":"Input.Toggle","valueOn":"Y","valueOff":"N"}"#, "", "N"),
        (#"{"type":"Input.Toggle","value":"true"}"#, "", "true"),
        (#"{"type":"Input.Toggle","isRequired":true}"#, "no", "! This has to be agreed to: answer yes."),
        (#"{"type":"Input.Toggle","isRequired":true}"#, "", "! This has to be agreed to: answer yes."),
        (#"{"type":"Input.Toggle"}"#, "maybe", "! Yes or no, please."),
    ])
    func `an answer is taken or refused as the field says`(json: String, line: String, result: String) throws {
        #expect(try answer(json, line) == result)
    }

    @Test(arguments: [
        ("2", "b"), ("red", "r"), ("B", "b"), ("", "r"), ("3", "! A number from 1 to 2, please, or its words."),
        ("1,2", "! A number from 1 to 2, please, or its words."),
    ])
    func `one of several is told by number, words or value`(line: String, result: String) throws {
        let json = """
            {"type":"Input.ChoiceSet","id":"c","value":"r","choices":[{"title":"Red","value":"r"},{"title":"Blue","value":
            "b"}]}
            """
        #expect(try answer(json, line) == result)
    }

    @Test(arguments: [
        ("2,1", "r,b"), ("2 1", "r,b"), ("Blue, red", "r,b"), ("1", "r"), ("", nil), ("1,,2", "r,b"),
        ("1,9", "! Numbers from 1 to 2, please, with commas between them."),
    ])
    func `several go in the order of the card`(line: String, result: String?) throws {
        let json = """
            {"type":"Input.ChoiceSet","id":"c","isMultiSelect":true,"choices":[{"title":"Red","value":"r"},{"title":
            "Blue","value":"b"}]}
            """
        #expect(try answer(json, line) == result)
    }

    private func form(_ actions: [CardAction]? = nil) throws -> CardForm {
        CardForm(
            fields: [
                try field(#"{"type":"Input.Text","id":"name","isRequired":true}"#),
                try field(#"{"type":"Input.Number","id":"n","value":2}"#),
                try field(#"{"type":"Input.Text","label":"no id"}"#),
            ],
            actions: try actions ?? [#require(CardAction(["type": "Action.Submit", "title": "Send"]))]
        )
    }

    private func isAsking(_ action: CardForm.Action, number: Int, present: String?) -> Bool {
        guard case .ask(_, let asked, 3, let value) = action else { return false }
        return asked == number && value == present
    }

    @Test func `fields are asked in order and sent by their ids`() throws {
        var form = try form()
        #expect(isAsking(form.begin(), number: 1, present: ""))
        #expect(form.handle(.line("")) == .refuse("This has to be filled in."))
        #expect(isAsking(form.handle(.line("Ana")), number: 2, present: "2"))
        #expect(isAsking(form.handle(.line("")), number: 3, present: ""))
        let send = try #require(CardAction(["type": "Action.Submit", "title": "Send"]))
        #expect(
            form.handle(.line("x")) == .submit(send, [.init(id: "name", value: "Ana"), .init(id: "n", value: "2")])
        )
    }

    @Test func `one can go back, and finds what one wrote`() throws {
        var form = try form()
        _ = form.begin()
        #expect(form.handle(.back) == .refuse("This is the first field."))
        _ = form.handle(.line("Ana"))
        _ = form.handle(.line("5"))
        #expect(isAsking(form.handle(.back), number: 2, present: "5"))
        #expect(isAsking(form.handle(.back), number: 1, present: "Ana"))
        #expect(isAsking(form.handle(.line("")), number: 2, present: "5"))
        #expect(isAsking(form.handle(.line("")), number: 3, present: ""))
        #expect(isAsking(form.handle(.back), number: 2, present: "5"))
        #expect(isAsking(form.handle(.clear), number: 3, present: ""))
        guard case .submit(_, let answers) = form.handle(.line("")) else {
            Issue.record("not sent")
            return
        }
        #expect(answers == [.init(id: "name", value: "Ana"), .init(id: "n", value: "")])
    }

    @Test func `with several buttons one is chosen at the end`() throws {
        let actions = try ["Send", "Keep"].map {
            try #require(CardAction(["type": "Action.Submit", "title": .string($0)]))
        }
        var form = try form(actions)
        _ = form.begin()
        for line in ["Ana", "", ""] { _ = form.handle(.line(line)) }
        #expect(form.handle(.line("3")) == .refuse("A number from 1 to 2, please."))
        guard case .submit(let action, _) = form.handle(.line("keep")) else {
            Issue.record("not sent")
            return
        }
        #expect(action.title == "Keep")
        #expect(form.handle(.cancel) == .cancelled)
    }

    // MARK: - What is sent

    @Test(arguments: [
        (#"{"data":{"a":1,"name":"old"}}"#, #"{"a":1,"name":"Ana"}"#), (#"{}"#, #"{"name":"Ana"}"#),
        (#"{"data":null}"#, #"{"name":"Ana"}"#), (#"{"data":"text"}"#, #"{"name":"Ana"}"#),
        (#"{"data":{"a":1},"associatedInputs":"none"}"#, #"{"a":1}"#),
    ])
    func `a submission holds data and answers, the answer over the data`(members: String, value: String) throws {
        var object = try #require(try JSONValue(parsing: members).object)
        object["type"] = "Action.Submit"
        let activity = CardSubmission.activity(
            for: CardAction(json: object),
            answers: [CardForm.Answer(id: "name", value: "Ana")]
        )
        #expect(activity.value == (try JSONValue(parsing: value)))
        #expect(activity.type == .message)
        #expect(activity.text == nil)
        #expect(activity.channelData == ["postBack": true])
    }

    @Test func `data that is a string is said where nothing was asked`() throws {
        let action = try #require(CardAction(["type": "Action.Submit", "title": "Yes", "data": "yes please"]))
        let activity = CardSubmission.activity(for: action, answers: [])
        #expect(activity.text == "yes please")
        #expect(activity.value == nil)
    }

    @Test func `Action Execute is an invoke, and a message where the bot does not know it`() throws {
        let action = try #require(
            CardAction(["type": "Action.Execute", "title": "Go", "verb": "go", "id": "x", "data": ["a": 1]])
        )
        let activity = CardSubmission.activity(for: action, answers: [CardForm.Answer(id: "name", value: "Ana")])
        #expect(activity.type == .invoke)
        #expect(activity.name == "adaptiveCard/action")
        #expect(
            activity.value == [
                "action": ["type": "Action.Execute", "id": "x", "verb": "go", "data": ["a": 1, "name": "Ana"]],
                "trigger": "manual",
            ]
        )
        let message = CardSubmission.message(insteadOf: activity)
        #expect(message.type == .message)
        #expect(message.value == ["a": 1, "name": "Ana"])
    }
}
