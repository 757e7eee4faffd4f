package import BotSchema

/// A field of a card that a person fills in (Adaptive Cards 1.5, `Input.*`).
package struct CardField: Hashable, Sendable {
    /// What is asked for.
    package enum Kind: Hashable, Sendable {
        case text(isMultiline: Bool, isSecret: Bool, pattern: String?, maximumLength: Int?)
        case number(minimum: Double?, maximum: Double?)
        /// ISO 8601, such as `2026-01-02`; so are the bounds.
        case date(minimum: String?, maximum: String?)
        /// Hours and minutes, such as `09:30`; so are the bounds.
        case time(minimum: String?, maximum: String?)
        case toggle(title: String, on: String, off: String)
        case choice([Choice], allowsSeveral: Bool)
    }

    /// One of several answers.
    package struct Choice: Hashable, Sendable {
        /// What is shown.
        package var title: String
        /// What is sent.
        package var value: String
    }

    /// What is asked for.
    package var kind: Kind
    /// The name under which the bot gets the answer, nil when it does not want one.
    package var id: String?
    /// The author's words above the field.
    package var label: String?
    /// The author's words inside the empty field.
    package var placeholder: String?
    /// What is in it already, as it would be sent.
    package var preset: String?
    /// Whether it must not stay empty.
    package var isRequired: Bool
    /// The author's words for an answer that does not fit.
    package var errorMessage: String?

    /// Whether nobody but the bot is to see the answer.
    package var isSecret: Bool {
        if case .text(_, isSecret: true, _, _) = kind { true } else { false }
    }

    /// Reads an element, nil when it is no field.
    package init?(_ json: JSONValue) {
        switch json["type"]?.string?.lowercased() {
        case "input.text":
            kind = .text(
                isMultiline: json["isMultiline"]?.bool == true,
                isSecret: json["style"]?.string?.lowercased() == "password",
                pattern: json["regex"]?.words,
                maximumLength: json["maxLength"].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
            )
        case "input.number":
            let bound = { (key: String) in json[key].flatMap { $0.double ?? $0.string.flatMap { Double($0) } } }
            kind = .number(minimum: bound("min"), maximum: bound("max"))
        case "input.date": kind = .date(minimum: json["min"]?.words, maximum: json["max"]?.words)
        case "input.time": kind = .time(minimum: json["min"]?.words, maximum: json["max"]?.words)
        case "input.toggle":
            kind = .toggle(
                title: json["title"]?.words ?? "",
                on: json["valueOn"]?.words ?? "true",
                off: json["valueOff"]?.words ?? "false"
            )
        case "input.choiceset":
            let choices = (json["choices"]?.array ?? []).compactMap { choice -> Choice? in
                guard let value = choice["value"]?.words ?? choice["title"]?.words else { return nil }
                return Choice(title: choice["title"]?.words ?? value, value: value)
            }
            kind = .choice(choices, allowsSeveral: json["isMultiSelect"]?.bool == true)
        default: return nil
        }
        id = json["id"]?.words
        label = json["label"]?.words
        placeholder = json["placeholder"]?.words
        preset = json["value"]?.words
        isRequired = json["isRequired"]?.bool == true
        errorMessage = json["errorMessage"]?.words
    }

    /// What to call the field.
    package var name: String {
        if let label { return label }
        if case .toggle(let title, _, _) = kind, !title.isEmpty { return title }
        return placeholder ?? id ?? "field"
    }

    /// What is sent when the person leaves it alone; nil sends nothing.
    ///
    /// An empty text is sent as such, as Web Chat's card renderer does; a choice that was not made is not sent.
    package var untouched: String? {
        switch kind {
        case .toggle(_, let on, let off): preset == on ? on : off
        case .choice: preset
        case .text, .number, .date, .time: preset ?? ""
        }
    }
}
