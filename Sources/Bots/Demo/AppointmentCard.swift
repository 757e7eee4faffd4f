import BotSchema

/// The demo bot's form: a card with a field of each kind, and what comes of it.
enum AppointmentCard {
    /// What its answers are told by among a user's messages.
    private static let name = "appointment"
    /// What the button that asks without booking is called on the wire.
    static let verb = "checkAppointment"

    /// The card, empty.
    static var attachment: Attachment {
        let subjects: [JSONValue] = [
            ["title": "My credit card", "value": "card"], ["title": "An order", "value": "order"],
            ["title": "Something else", "value": "other"],
        ]
        let reminders: [JSONValue] = [
            ["title": "By mail", "value": "mail"], ["title": "By message", "value": "message"],
        ]
        let body: [JSONValue] = [
            ["type": "TextBlock", "text": "An appointment at Larkhill Stores", "style": "heading"],
            [
                "type": "Input.Text", "id": "name", "label": "Your name", "isRequired": true, "maxLength": 40,
                "regex": "^[^0-9]+$", "errorMessage": "A name, please, without digits and of at most 40 letters.",
            ],
            ["type": "Input.Date", "id": "day", "label": "Day", "isRequired": true, "min": "2026-01-01"],
            ["type": "Input.Time", "id": "time", "label": "Time", "value": "10:00", "min": "09:00", "max": "20:00"],
            ["type": "Input.Number", "id": "persons", "label": "How many come", "value": 1, "min": 1, "max": 6],
            [
                "type": "Input.ChoiceSet", "id": "subject", "label": "About", "value": "other",
                "choices": .array(subjects),
            ],
            [
                "type": "Input.ChoiceSet", "id": "reminders", "label": "Remind me", "isMultiSelect": true,
                "choices": .array(reminders),
            ],
            ["type": "Input.Toggle", "id": "terms", "title": "I agree that this is kept", "isRequired": true],
        ]
        let data: JSONValue = ["form": .string(name)]
        let actions: [JSONValue] = [
            ["type": "Action.Submit", "title": "Book", "data": data],
            ["type": "Action.Execute", "title": "Only check", "verb": .string(verb), "data": data],
        ]
        let card: JSONValue = [
            "type": "AdaptiveCard", "version": "1.5", "fallbackText": "Call us for an appointment.",
            "body": .array(body), "actions": .array(actions),
        ]
        return Attachment(contentType: Attachment.CardType.adaptive, content: card)
    }

    /// What the bot says to a form that was sent, nil when a message brings none.
    static func answer(to value: JSONValue?) -> String? {
        guard value?["form"]?.string == name else { return nil }
        return "You are welcome, \(said(value, "name")), on \(said(value, "day")) at \(said(value, "time"))."
    }

    /// The answer to the button that asks without booking.
    static func answer(toInvoke value: JSONValue?) -> InvokeResponse? {
        guard value?["action"]?["verb"]?.string == verb else { return nil }
        let data = value?["action"]?["data"]
        let words = "\(said(data, "day")) at \(said(data, "time")) is free, \(said(data, "name"))."
        return InvokeResponse(
            status: 200,
            body: ["statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": .string(words)]
        )
    }

    private static func said(_ value: JSONValue?, _ field: String) -> String {
        let words = value?[field]?.string ?? ""
        return words.isEmpty ? "…" : words
    }
}
