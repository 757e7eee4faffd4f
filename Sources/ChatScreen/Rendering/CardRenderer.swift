package import BotSchema
import LineEditing

/// Turns attachments into lines of text (`direct-line.md` 4.6).
///
/// Everything from the wire passes through ``DisplayText/neutralised(_:keepingNewlines:)`` here.
package struct CardRenderer: Sendable {
    /// The look of the lines.
    package let style: Style
    private var nextNumber: Int

    /// A renderer whose first numbered button is number 1; nil leaves buttons without numbers, in old messages.
    package init(style: Style, isNumbered: Bool) {
        self.style = style
        nextNumber = isNumbered ? 1 : 0
    }

    /// The lines of an attachment, not wrapped.
    package mutating func lines(of attachment: Attachment) -> [String] {
        let content = attachment.content
        switch attachment.contentType?.lowercased() {
        case Attachment.CardType.hero, Attachment.CardType.thumbnail:
            return heading(content) + pictures(content) + numbered(attachment.choosableActions)
        case Attachment.CardType.signin, Attachment.CardType.oauth:
            let words = clean(content?["text"]) ?? "Sign-in is needed."
            return [words] + numbered(attachment.choosableActions)
        case Attachment.CardType.receipt:
            return heading(content) + receiptRows(content) + numbered(attachment.choosableActions)
        case Attachment.CardType.adaptive:
            var lines = adaptive(content?["body"]?.array ?? [])
            if lines.isEmpty, let fallback = clean(content?["fallbackText"] ?? content?["speak"]) { lines = [fallback] }
            return (lines.isEmpty ? [style.paint("[Adaptive Card]", .faint)] : lines)
                + numbered(attachment.choosableActions)
        case let type where content?["title"] != nil || content?["media"] != nil:
            _ = type
            return heading(content) + media(content) + numbered(attachment.choosableActions)
        default:
            return [style.paint(fileLine(attachment), .faint)]
        }
    }

    /// The lines of choices, each with its number.
    package mutating func numbered(_ actions: [CardAction]) -> [String] {
        actions.map { action in
            let title = DisplayText.neutralised(action.title, keepingNewlines: false)
            let isLink = ["openurl", "signin"].contains(action.type?.lowercased())
            let link = isLink ? action.value?.string : nil
            let target =
                link.map { style.paint(" " + DisplayText.neutralised($0, keepingNewlines: false), .faint) } ?? ""
            guard nextNumber > 0 else { return (style.isDrawn ? "• " : "- ") + title + target }
            defer { nextNumber += 1 }
            return style.paint("[\(nextNumber)]", .strong) + " " + title + target
        }
    }

    private func heading(_ content: JSONValue?) -> [String] {
        [
            clean(content?["title"]).map { style.paint($0, .strong) },
            clean(content?["subtitle"]),
            clean(content?["text"]),
        ].compactMap { $0 }
    }

    private func pictures(_ content: JSONValue?) -> [String] {
        (content?["images"]?.array ?? []).map { image in
            let name = clean(image["alt"]) ?? clean(image["url"]) ?? ""
            return style.paint("[image: \(name)]", .faint)
        }
    }

    private func media(_ content: JSONValue?) -> [String] {
        (content?["media"]?.array ?? []).compactMap { clean($0["url"]) }.map { style.paint("[media: \($0)]", .faint) }
    }

    private func receiptRows(_ content: JSONValue?) -> [String] {
        var rows: [(String, String)] = []
        for fact in content?["facts"]?.array ?? [] {
            rows.append((clean(fact["key"]) ?? "", clean(fact["value"]) ?? ""))
        }
        for item in content?["items"]?.array ?? [] {
            let quantity = item["quantity"]?.string.flatMap { $0 == "1" || $0.isEmpty ? nil : "\($0) × " } ?? ""
            rows.append((quantity + (clean(item["title"]) ?? ""), clean(item["price"]) ?? ""))
        }
        for (key, label) in [("tax", "Tax"), ("vat", "VAT"), ("total", "Total")] {
            if let amount = clean(content?[key]) { rows.append((label, amount)) }
        }
        return aligned(rows)
    }

    private func aligned(_ rows: [(String, String)]) -> [String] {
        let width = min(rows.map { DisplayText.columns($0.0) }.max() ?? 0, 30)
        return rows.map { title, value in
            title + String(repeating: " ", count: max(0, width - DisplayText.columns(title))) + "  " + value
        }
    }

    private func adaptive(_ elements: [JSONValue]) -> [String] {
        elements.flatMap { element -> [String] in
            if element["isVisible"]?.bool == false { return [] }
            switch element["type"]?.string {
            case "TextBlock":
                guard let text = clean(element["text"]) else { return [] }
                let isHeading = element["weight"]?.string == "Bolder" || element["style"]?.string == "heading"
                return [isHeading ? style.paint(text, .strong) : text]
            case "RichTextBlock":
                let runs = (element["inlines"]?.array ?? []).compactMap { clean($0["text"]) ?? clean($0) }
                return runs.isEmpty ? [] : [runs.joined()]
            case "Image":
                return [style.paint("[image: \(clean(element["altText"]) ?? clean(element["url"]) ?? "")]", .faint)]
            case "ImageSet": return adaptive(element["images"]?.array ?? [])
            case "FactSet":
                return aligned(
                    (element["facts"]?.array ?? []).map { (clean($0["title"]) ?? "", clean($0["value"]) ?? "") }
                )
            case "Container", "Column": return adaptive(element["items"]?.array ?? [])
            case "ColumnSet": return adaptive(element["columns"]?.array ?? [])
            case .some(let type) where type.hasPrefix("Input."):
                let label = clean(element["label"] ?? element["placeholder"] ?? element["id"]) ?? ""
                return [style.paint("[field: \(label)]", .faint)]
            default:
                return adaptive(element["items"]?.array ?? [])
            }
        }
    }

    private func fileLine(_ attachment: Attachment) -> String {
        let parts = [
            attachment.name ?? "attachment",
            attachment.contentType,
            // A data URI is the file itself, not something to read.
            attachment.contentURL.flatMap { $0.hasPrefix("data:") ? "inline data" : $0 },
        ]
        return "["
            + parts.compactMap { $0 }.map { DisplayText.neutralised($0, keepingNewlines: false) }
            .joined(separator: ", ") + "]"
    }

    private func clean(_ value: JSONValue?) -> String? {
        guard let text = value?.string, !text.isEmpty else { return nil }
        return DisplayText.neutralised(text)
    }
}
