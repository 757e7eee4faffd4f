import BotSchema

/// The only two functions in the texts of an Adaptive Card: `{{DATE(…)}}` and `{{TIME(…)}}`.
package enum CardDates {
    /// A text with its dates in words; what is no valid function stays as it is.
    ///
    /// The time is told as it was written, with its zone unless that is where it was written: a card does not know
    /// where its reader is, and a time that silently moved would be wrong on a ticket.
    package static func resolved(_ text: String) -> String {
        guard text.contains("{{") else { return text }
        var result = ""
        var rest = text[...]
        while let place = rest.firstRange(of: "{{") {
            result += rest[..<place.lowerBound]
            let inner = rest[place.upperBound...].prefix(80)
            if let end = inner.firstRange(of: "}}"), let words = words(for: inner[..<end.lowerBound]) {
                result += words
                rest = rest[end.upperBound...]
            } else {
                result += "{{"
                rest = rest[place.upperBound...]
            }
        }
        return result + rest
    }

    private static func words(for call: Substring) -> String? {
        guard call.hasSuffix(")"), let open = call.firstIndex(of: "(") else { return nil }
        let arguments = call[call.index(after: open)...].dropLast().split(separator: ",").map { String($0).trimmed }
        guard let instant = arguments.first, Timestamp(instant) != nil, let date = CalendarDate(instant) else {
            return nil
        }
        switch String(call[..<open]).trimmed {
        case "DATE":
            return switch arguments.dropFirst().first {
            case "SHORT"?: date.shortWords
            case "LONG"?: date.words
            default: date.text
            }
        case "TIME":
            let clock = instant.dropFirst(11).prefix(5)
            let zone = instant.hasSuffix("Z") ? " UTC" : " " + instant.suffix(6)
            return clock + zone
        default: return nil
        }
    }
}
