extension CardField {
    /// What its present value is called; a secret is not told.
    package func shown(_ value: String?) -> String {
        guard let value, !value.isEmpty else { return "" }
        switch kind {
        case .text(_, isSecret: true, _, _): return "•••"
        case .toggle(_, let on, _): return value == on ? "yes" : "no"
        case .choice(let choices, let allowsSeveral):
            let values = allowsSeveral ? value.split(separator: ",").map(String.init) : [value]
            return values.map { value in choices.first { $0.value == value }?.title ?? value }.joined(separator: ", ")
        default: return value
        }
    }

    /// What kind of answer it wants; empty for words.
    package var kindDescription: String {
        switch kind {
        case .text(isMultiline: true, _, _, _): "several lines"
        case .text(_, isSecret: true, _, _): "secret"
        case .text: ""
        case .number: "number"
        case .date: "date, year-month-day"
        case .time: "time, hours:minutes"
        case .toggle: "yes or no"
        case .choice(_, allowsSeveral: true): "any of"
        case .choice: "one of"
        }
    }

    /// The answers that can be chosen, joined by bars.
    package var choiceTitles: String {
        guard case .choice(let choices, _) = kind else { return "" }
        return choices.map(\.title).joined(separator: " | ")
    }

    /// The kind and the answers, as they stand behind the field; empty where there is nothing to say.
    package var hint: String { [kindDescription, choiceTitles].filter { !$0.isEmpty }.joined(separator: ", ") }

    /// The whole field on one line.
    package var line: String {
        var words = "[field] " + name
        if isRequired { words += " (required)" }
        let value = shown(preset)
        if !value.isEmpty { words += ": " + value }
        return hint.isEmpty ? words : words + " <\(hint)>"
    }
}
