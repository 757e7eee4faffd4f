package import BotSchema

extension Activity {
    /// The activity as a human agent reads it at a desk: words and titles, never raw JSON; nil when there is nothing.
    ///
    /// Suggested actions and the buttons of cards become numbered titles, an Adaptive Card its spoken or fallback text,
    /// other attachments their name and link. Channel data and entities are private and stay out. Control characters
    /// are replaced, since an agent's terminal obeys them.
    package var agentText: String? {
        guard type == .message else { return nil }
        var lines = text.map { [textFormat?.lowercased() == "xml" ? Markup.stripped($0) : $0] } ?? []
        lines.removeAll(where: \.isEmpty)
        for attachment in attachments { lines += attachment.agentLines }
        lines += numbered(suggestedActions?.actions ?? [])
        if lines.isEmpty, let said = value?.string ?? speak.map(Markup.stripped), !said.isEmpty { lines = [said] }
        return lines.isEmpty ? nil : Printable.text(lines.joined(separator: "\n"))
    }
}

extension Attachment {
    fileprivate var agentLines: [String] {
        switch contentType?.lowercased() {
        case CardType.adaptive: return [(spokenText.map { "\($0) " } ?? "") + "[card]"] + cardButtons
        case let type? where type.hasPrefix("application/vnd.microsoft.card."):
            let words = ["title", "subtitle", "text"].compactMap { content?[$0]?.string }.filter { !$0.isEmpty }
            return (words.isEmpty ? ["[card]"] : words) + numbered(buttons)
        default:
            let name = name.flatMap { $0.isEmpty ? nil : $0 } ?? contentType ?? "attachment"
            // A data URI is the file itself, which nobody wants to read.
            let link = contentURL.flatMap { $0.lowercased().hasPrefix("data:") ? nil : " (\($0))" } ?? ""
            return ["[\(name)]\(link)"]
        }
    }

    private var spokenText: String? {
        [content?["speak"]?.string.map(Markup.stripped), content?["fallbackText"]?.string]
            .compactMap { $0 }.first { !$0.isEmpty }
    }

    private var cardButtons: [String] {
        numbered((content?["actions"]?.array ?? []).compactMap(CardAction.init(lenient:)))
    }
}

private func numbered(_ actions: [CardAction]) -> [String] {
    actions.map(\.title).filter { !$0.isEmpty }.enumerated().map { "\($0.offset + 1). \($0.element)" }
}

/// Tags and entities of HTML and SSML, which hubs and bots send and people do not read.
enum Markup {
    private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " "]
    private static let breaks: Set<String> = ["br", "br/", "/p", "/div", "/li", "/tr"]

    /// The words without tags and with entities decoded; breaks and ends of blocks begin a new line.
    static func stripped(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.first {
            rest.removeFirst()
            switch character {
            case "<":
                // A sign that begins no tag is a sign: "2 < 3".
                guard let next = rest.first, next.isLetter || next == "/" || next == "!",
                    let end = rest.firstIndex(of: ">")
                else {
                    result.append(character)
                    continue
                }
                let name = rest[..<end].lowercased().prefix { !$0.isWhitespace }
                if breaks.contains(String(name)) { result.append("\n") }
                rest = rest[rest.index(after: end)...]
            case "&":
                guard let end = rest.prefix(10).firstIndex(of: ";"), let decoded = decode(rest[..<end]) else {
                    result.append(character)
                    continue
                }
                result += decoded
                rest = rest[rest.index(after: end)...]
            default: result.append(character)
            }
        }
        while result.last?.isNewline == true { result.removeLast() }
        return result
    }

    private static func decode(_ name: Substring) -> String? {
        if let text = entities[name.lowercased()] { return text }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let isHex = digits.first?.lowercased() == "x"
        let code = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return code.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
}

/// What a terminal can be given without obeying it.
enum Printable {
    /// Control characters become spaces; line breaks stay.
    static func text(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar != "\n" && scalar.properties.generalCategory == .control ? " " : scalar
                }
            )
        )
    }
}
