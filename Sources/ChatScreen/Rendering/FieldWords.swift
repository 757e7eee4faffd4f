import BotSchema
import LineEditing
import MessageContent

/// Tells of a field of a card, in the card and when it is asked for.
struct FieldWords {
    private let field: CardField

    init(_ field: CardField) { self.field = field }

    /// The field as it stands in the card, one line: name, what is in it, and what it wants.
    func line(in style: Style) -> String {
        var words = style.paint("[field]", .faint) + " " + clean(field.name)
        if field.isRequired { words += style.paint(" (required)", .faint) }
        let value = shown(field.preset)
        if !value.isEmpty { words += ": " + value }
        return field.hint.isEmpty ? words : words + style.paint(" <\(clean(field.hint))>", .faint)
    }

    /// The question for it, line by line.
    func question(number: Int, of count: Int, present: String?, in style: Style) -> [String] {
        var head = style.paint("\(number)/\(count)", .faint) + " " + style.paint(clean(field.name), .strong)
        if field.isRequired { head += style.paint(" (required)", .faint) }
        var lines = [head]
        if let hint = hint { lines.append(style.paint(hint, .faint)) }
        if case .choice(let choices, _) = field.kind {
            let chosen = Set((present ?? "").split(separator: ",").map(String.init))
            lines += choices.enumerated().map { index, choice in
                let mark = chosen.contains(choice.value) ? "*" : " "
                return "\(mark) \(index + 1)  " + clean(choice.title)
            }
        }
        let value = shown(present)
        if !value.isEmpty { lines.append(style.paint("Enter keeps: \(value)", .faint)) }
        return lines
    }

    /// What a value is called on the screen.
    func shown(_ value: String?) -> String {
        clean(field.shown(value))
    }

    /// What was entered, as it is shown behind the field's name.
    func shownEntry(_ line: String) -> String {
        if case .text(_, isSecret: true, _, _) = field.kind { return line.isEmpty ? "" : "•••" }
        return clean(line)
    }

    private var hint: String? {
        let parts = [clean(field.placeholder ?? ""), field.kindDescription, bounds].filter {
            !$0.isEmpty && $0 != clean(field.name)
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private var bounds: String {
        let (least, most): (String?, String?) =
            switch field.kind {
            case .text(_, _, _, let maximumLength): (nil, maximumLength.map { $0.of("character", "characters") })
            case .number(let minimum, let maximum): (minimum.map(CardField.words), maximum.map(CardField.words))
            case .date(let minimum, let maximum), .time(let minimum, let maximum): (minimum, maximum)
            default: (nil, nil)
            }
        return [least.map { "from \(clean($0))" }, most.map { "at most \(clean($0))" }].compactMap { $0 }
            .joined(separator: ", ")
    }

    private func clean(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}
