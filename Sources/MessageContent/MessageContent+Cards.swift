package import BotSchema
package import Markup

extension Attachment {
    /// Whether it is something to read and to press, and not a file.
    package var isCard: Bool {
        guard let type = contentType?.lowercased() else { return content?["title"] != nil }
        if CardType.all.contains(type) { return content?.object != nil }
        return content?["title"]?.string != nil && !type.hasPrefix("text/") && type != "application/json"
            && contentURL == nil && !type.hasPrefix("application/vnd.microsoft.teams")
    }

    /// The buttons of a card that is no Adaptive Card.
    package var choosableActions: [CardAction] {
        guard isCard, contentType?.lowercased() != CardType.adaptive else { return [] }
        let tap = CardAction(content?["tap"])
        // A tap usually does what one of the buttons does; only a tap of its own is offered (C5500).
        guard var tap, CardActionKind(tap) != nil, !buttons.contains(where: { $0.value == tap.value }) else {
            return buttons
        }
        if tap.json["title"] == nil { tap.json["title"] = "Open the card" }
        return buttons + [tap]
    }

    /// The attachment with a card that came as text, or inside its address, as the object that it is.
    package var resolved: Attachment {
        guard let type = contentType?.lowercased(), CardType.all.contains(type), content?.object == nil else {
            return self
        }
        let text = content?.string ?? contentURL.flatMap { $0.utf8.count < 1 << 20 ? DataURI($0)?.text : nil }
        guard let text, let card = try? JSONValue(parsing: text), card.object != nil else { return self }
        var attachment = self
        attachment.content = card
        return attachment
    }
}

extension MessageContent {
    static func parts(of attachment: Attachment, size: Int?) -> [Part] {
        guard attachment.isCard else { return file(attachment, size: size) }
        let content = attachment.content
        let parts: [Part]
        switch attachment.contentType?.lowercased() {
        case Attachment.CardType.adaptive: return self.parts(of: AdaptiveCard(content))
        case Attachment.CardType.signin: parts = paragraph(content?["text"]) ?? [.note("Sign-in is needed.")]
        case Attachment.CardType.oauth:
            let connection = content?["connectionName"]?.words.map { " (\($0))" } ?? ""
            parts = paragraph(content?["text"]) ?? [.note("Sign-in is needed\(connection).")]
        case Attachment.CardType.receipt: parts = heading(content) + receipt(content)
        case Attachment.CardType.audio: parts = heading(content) + pictures(content) + media(content, "audio")
        case Attachment.CardType.video: parts = heading(content) + pictures(content) + media(content, "video")
        case Attachment.CardType.animation: parts = heading(content) + pictures(content) + media(content, "animation")
        case Attachment.CardType.hero, Attachment.CardType.thumbnail: parts = heading(content) + pictures(content)
        default: parts = heading(content) + pictures(content) + media(content, "media")
        }
        return parts + attachment.choosableActions.map(Part.choice)
    }

    // MARK: - Cards before Adaptive Cards

    private static func line(_ text: String) -> [MarkupBlock] { [.paragraph([.text(text)])] }

    private static func paragraph(_ value: JSONValue?) -> [Part]? {
        value?.words.map { [.text(blocks(of: $0, .markdown))] }
    }

    private static func heading(_ content: JSONValue?) -> [Part] {
        let title = content?["title"]?.words.map { Part.heading(line($0)) }
        let subtitle = content?["subtitle"]?.words.map { Part.text(line($0)) }
        return [title, subtitle].compactMap(\.self) + (paragraph(content?["text"]) ?? [])
    }

    private static func pictures(_ content: JSONValue?) -> [Part] {
        let images = (content?["images"]?.array ?? []) + [content?["image"]].compactMap(\.self)
        return images.map {
            .image(description: $0["alt"]?.words, address: $0["url"]?.words ?? $0.words, isAddressShown: true)
        }
    }

    private static func media(_ content: JSONValue?, _ kind: String) -> [Part] {
        let forms = (content?["media"]?.array ?? []).compactMap { $0["url"]?.words }
        guard let first = forms.first else { return [] }
        let duration = content?["duration"]?.words.map { ", " + PlayingTime.words($0) } ?? ""
        return [.media(words: kind + duration, address: first, others: forms.count - 1)]
    }

    private static func receipt(_ content: JSONValue?) -> [Part] {
        var parts: [Part] = []
        func fact(_ name: String, _ value: String?) {
            guard !name.isEmpty || value != nil else { return }
            parts.append(.fact(name: name, value: value.map { [.text($0)] } ?? []))
        }
        for row in content?["facts"]?.array ?? [] { fact(row["key"]?.words ?? "", row["value"]?.words) }
        for item in content?["items"]?.array ?? [] {
            let quantity = item["quantity"]?.words.flatMap { $0 == "1" ? nil : "\($0) × " } ?? ""
            fact(quantity + (item["title"]?.words ?? item["image"]?["alt"]?.words ?? ""), item["price"]?.words)
            for more in [item["subtitle"]?.words, item["text"]?.words].compactMap(\.self) {
                parts.append(.text(line(more)))
            }
        }
        for (key, label) in [("tax", "Tax"), ("vat", "VAT"), ("total", "Total")] {
            if let amount = content?[key]?.words { fact(label, amount) }
        }
        return parts
    }

    // MARK: - Files

    /// Of a text that comes along, so many characters are read at once.
    private static let inlineLimit = 2000

    private static func file(_ attachment: Attachment, size: Int?) -> [Part] {
        let isImage = attachment.contentType?.lowercased().hasPrefix("image/") == true
        let size = (size ?? attachment.knownSize).map(FileSize.words) ?? ""
        let type = attachment.contentType ?? "unknown kind"
        if isImage {
            let words = [attachment.name ?? "", type, size].filter { !$0.isEmpty }.joined(separator: ", ")
            return [.image(description: words, address: attachment.contentURL, isAddressShown: true)]
        }
        return [
            .file(
                name: attachment.name ?? "",
                type: type,
                size: size,
                address: attachment.contentURL,
                text: text(of: attachment)
            )
        ]
    }

    /// What a small text that comes along says; none for others.
    package static func text(of attachment: Attachment) -> [MarkupBlock] {
        let type = attachment.contentType?.lowercased().prefix { $0 != ";" }
        guard let type, ["text/plain", "text/markdown", "application/json"].contains(String(type)) else { return [] }
        let text: String
        switch attachment.content {
        case .string(let words)?: text = words
        case .object?, .array?: text = attachment.content?.prettyText ?? ""
        default:
            guard let address = attachment.contentURL, address.utf8.count < 4 * inlineLimit,
                let document = DataURI(address)
            else { return [] }
            text = document.text
        }
        guard text.utf8.count <= inlineLimit else { return [] }
        return blocks(of: text, type == "text/markdown" ? .markdown : .plain)
    }

    // MARK: - Adaptive Cards

    private static func parts(of card: AdaptiveCard) -> [Part] {
        var parts: [Part] = []
        if card.hasUnsupported, let words = card.fallbackText { parts.append(markup(words)) }
        parts += card.elements.flatMap(self.parts)
        if parts.isEmpty, card.actions.isEmpty || card.speech != nil {
            let spoken = card.speech.map { Part.text(blocks(of: $0, .xml)) }
            parts = [card.fallbackText.map(markup) ?? spoken ?? .note("[Adaptive Card]")]
        }
        return parts + card.actions.map(Part.choice)
    }

    private static func markup(_ text: String) -> Part { .text(blocks(of: CardDates.resolved(text), .markdown)) }

    private static func parts(of element: AdaptiveElement) -> [Part] {
        switch element.kind {
        case .text(let text, let isStrong, _):
            let blocks = blocks(of: CardDates.resolved(text), .markdown)
            return blocks.isEmpty ? [] : [isStrong ? .heading(blocks) : .text(blocks)]
        case .richText(let runs):
            let actions = runs.compactMap(\.button)
            return [.text([.paragraph(runs.map(inline))])] + actions.map(Part.choice)
        case .image(let alternative, let address):
            let address = address.isEmpty ? nil : address
            return [.image(description: alternative ?? address.map(shown), address: address, isAddressShown: false)]
        case .media(let name, let address, let type):
            let words = ["media", name ?? type ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
            return [.media(words: words, address: address, others: 0)]
        case .facts(let facts): return facts.map { .fact(name: $0.title, value: inlines(of: $0.value)) }
        case .container(let elements): return elements.flatMap(parts)
        case .columns(let columns): return columns.flatMap { $0.elements.flatMap(parts) }
        case .table(let table):
            var rows = table.rows.map { $0.map { $0.flatMap(parts) } }
            let header = table.hasHeader && rows.count > 1 ? rows.removeFirst() : []
            return [.table(header: header, rows: rows)]
        case .actions(let actions): return actions.map(Part.choice)
        case .field(let field): return [.field(field)]
        case .card(let card): return parts(of: card)
        case .unsupported(let type): return [.note("(unsupported element: \(type))")]
        }
    }

    private static func inline(_ run: AdaptiveElement.Run) -> MarkupInline {
        var inline = MarkupInline.text(CardDates.resolved(run.text))
        if run.isStruck { inline = .strikethrough([inline]) }
        if run.isItalic { inline = .emphasis([inline]) }
        if run.isStrong { inline = .strong([inline]) }
        return inline
    }
}

extension AdaptiveElement.Run {
    /// What activating the words does, called after the words where it has no title.
    package var button: CardAction? {
        guard var action else { return nil }
        if action.title.isEmpty { action.json["title"] = .string(text.trimmed) }
        return action
    }
}

/// ISO 8601's durations as players show them.
package enum PlayingTime {
    /// `PT1H4M12S` as `1:04:12`; anything else as it came.
    package static func words(_ text: String) -> String {
        var (seconds, digits) = (0, "")
        guard text.hasPrefix("PT"), text.count > 2, text.utf8.count < 20 else { return text }
        for character in text.dropFirst(2) {
            if character.isASCII, character.isNumber || character == "." {
                digits.append(character)
                continue
            }
            guard let number = Double(digits), let factor = ["H": 3600.0, "M": 60, "S": 1][character],
                number < 1_000_000
            else { return text }
            seconds += Int(number * factor)
            digits = ""
        }
        guard digits.isEmpty else { return text }
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let hours = seconds / 3600
        let rest = "\(hours > 0 ? two(seconds / 60 % 60) : "\(seconds / 60)"):\(two(seconds % 60))"
        return hours > 0 ? "\(hours):\(rest)" : rest
    }
}

/// Sizes of files as people read them.
package enum FileSize {
    /// `512 B`, `1.5 KB`, `12 MB`.
    package static func words(_ bytes: Int) -> String {
        var (value, unit) = (Double(bytes), "B")
        for next in ["KB", "MB", "GB", "TB"] where value >= 1000 {
            value /= 1000
            unit = next
        }
        let tenths = Int((value * 10).rounded())
        return unit == "B" || tenths >= 100 || tenths % 10 == 0
            ? "\((tenths + 5) / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}

extension Attachment {
    /// The bytes of a file that comes inside its address.
    package var knownSize: Int? {
        guard let address = contentURL, address.prefix(5).lowercased() == "data:",
            let comma = address.firstIndex(of: ",")
        else { return nil }
        let data = address[address.index(after: comma)...]
        guard address[..<comma].lowercased().hasSuffix(";base64") else { return nil }
        let padding = data.reversed().prefix(2).count { $0 == "=" }
        return max(0, data.utf8.count / 4 * 3 - padding)
    }
}
