public import BotSchema

/// A part of a message as people see it, whatever card it comes from.
public enum MessageBlock: Hashable, Sendable {
    /// Words.
    case text(String)
    /// The title of a card.
    case heading(String)
    /// A name and what it is, such as an item of a receipt and its price.
    case fact(name: String, value: String)
    /// A picture.
    case image(description: String, url: String)
    /// A file, a film or a sound.
    case file(name: String, type: String, url: String?)
    /// A field of a form.
    case field(String)
    /// A choice, with the link that it opens.
    case choice(title: String, url: String?)
    /// A value that was sent without words, as JSON.
    case value(String)

    /// The parts of a message in reading order.
    public static func blocks(of activity: Activity) -> [MessageBlock] {
        var blocks: [MessageBlock] = []
        if let text = activity.text, !text.isEmpty {
            blocks.append(.text(PlainText.lines(text)))
        } else if activity.attachments.isEmpty, let speak = activity.speak, !speak.isEmpty {
            blocks.append(.text(PlainText.lines(speak)))
        }
        for attachment in activity.attachments { blocks += self.blocks(of: attachment) }
        blocks += (activity.suggestedActions?.actions ?? []).map(choice)
        if blocks.isEmpty, activity.type == .message, let value = activity.value, !value.isNull {
            blocks.append(.value(PlainText.line(value.compactText)))
        }
        return blocks
    }

    private static func blocks(of attachment: Attachment) -> [MessageBlock] {
        let content = attachment.content
        let buttons = attachment.buttons.map(choice)
        switch attachment.contentType?.lowercased() {
        case Attachment.CardType.adaptive:
            let blocks = adaptive(content?["body"]?.array ?? [], depth: 0)
            let actions = (content?["actions"]?.array ?? []).map { action in
                choice(title: action["title"], link: action["type"]?.string == "Action.OpenUrl" ? action["url"] : nil)
            }
            let fallback = words(content?["fallbackText"] ?? content?["speak"]).map { [MessageBlock.text($0)] } ?? []
            return (blocks.isEmpty && actions.isEmpty ? fallback + [.heading("Adaptive Card")] : blocks) + actions
        case Attachment.CardType.receipt: return heading(content) + receipt(content) + buttons
        case let type?
        where type.hasPrefix("application/vnd.microsoft.card.") || content?["title"] != nil || content?["media"] != nil:
            return heading(content) + pictures(content) + media(content, type) + buttons
        default:
            let url = attachment.contentURL.map(PlainText.line)
            let type = PlainText.line(attachment.contentType ?? "")
            let name = PlainText.line(attachment.name ?? "")
            if type.lowercased().hasPrefix("image/"), let url { return [.image(description: name, url: url)] }
            return [.file(name: name.isEmpty ? "attachment" : name, type: type, url: url)]
        }
    }

    private static func heading(_ content: JSONValue?) -> [MessageBlock] {
        [
            words(content?["title"]).map(MessageBlock.heading),
            words(content?["subtitle"]).map(MessageBlock.text),
            words(content?["text"]).map(MessageBlock.text),
        ].compactMap(\.self)
    }

    private static func pictures(_ content: JSONValue?) -> [MessageBlock] {
        let images = (content?["images"]?.array ?? []) + [content?["image"]].compactMap(\.self)
        return images.compactMap { image in
            words(image["url"]).map { .image(description: words(image["alt"]) ?? "", url: PlainText.line($0)) }
        }
    }

    private static func media(_ content: JSONValue?, _ type: String) -> [MessageBlock] {
        (content?["media"]?.array ?? []).compactMap { words($0["url"]) }
            .map { .file(name: "media", type: PlainText.line(type), url: PlainText.line($0)) }
    }

    private static func receipt(_ content: JSONValue?) -> [MessageBlock] {
        var blocks: [MessageBlock] = []
        func fact(_ name: String?, _ value: String?) {
            if name != nil || value != nil { blocks.append(.fact(name: name ?? "", value: value ?? "")) }
        }
        for row in content?["facts"]?.array ?? [] { fact(words(row["key"]), words(row["value"])) }
        for item in content?["items"]?.array ?? [] {
            let quantity = words(item["quantity"]).flatMap { $0 == "1" ? nil : "\($0) × " } ?? ""
            fact(quantity + (words(item["title"]) ?? ""), words(item["price"]))
        }
        for (key, label) in [("tax", "Tax"), ("vat", "VAT"), ("total", "Total")] {
            if let amount = words(content?[key]) { fact(label, amount) }
        }
        return blocks
    }

    /// Cards nest as deep as their sender likes; what is deeper than any real card is left out.
    private static func adaptive(_ elements: [JSONValue], depth: Int) -> [MessageBlock] {
        guard depth < 32 else { return [] }
        return elements.flatMap { element -> [MessageBlock] in
            if element["isVisible"]?.bool == false { return [] }
            switch element["type"]?.string {
            case "TextBlock":
                let isHeading = element["weight"]?.string == "Bolder" || element["style"]?.string == "heading"
                return words(element["text"]).map { [isHeading ? .heading($0) : .text($0)] } ?? []
            case "RichTextBlock":
                let runs = (element["inlines"]?.array ?? []).compactMap { words($0["text"]) ?? words($0) }
                return runs.isEmpty ? [] : [.text(runs.joined())]
            case "Image":
                return words(element["url"]).map {
                    [.image(description: words(element["altText"]) ?? "", url: PlainText.line($0))]
                } ?? []
            case "FactSet":
                return (element["facts"]?.array ?? []).map {
                    .fact(name: words($0["title"]) ?? "", value: words($0["value"]) ?? "")
                }
            case let type? where type.hasPrefix("Input."):
                let choices = (element["choices"]?.array ?? []).map { choice(title: $0["title"], link: nil) }
                let label = words(element["label"]) ?? words(element["placeholder"]) ?? words(element["id"]) ?? ""
                return [.field(PlainText.line(label))] + choices
            case "ActionSet":
                return (element["actions"]?.array ?? []).map { action in
                    choice(
                        title: action["title"],
                        link: action["type"]?.string == "Action.OpenUrl" ? action["url"] : nil
                    )
                }
            default:
                let children = ["items", "columns", "images"].flatMap { element[$0]?.array ?? [] }
                return adaptive(children, depth: depth + 1)
            }
        }
    }

    private static func choice(_ action: CardAction) -> MessageBlock {
        let isLink = ["openurl", "signin"].contains(action.type?.lowercased())
        return .choice(
            title: PlainText.line(action.title),
            url: isLink ? action.value?.string.map(PlainText.line) : nil
        )
    }

    private static func choice(title: JSONValue?, link: JSONValue?) -> MessageBlock {
        .choice(title: PlainText.line(title?.string ?? ""), url: link?.string.map(PlainText.line))
    }

    private static func words(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text.isEmpty ? nil : PlainText.lines(text)
        case .number(let number)?: number.literal
        default: nil
        }
    }
}
