package import BotSchema
package import Markup

/// What people see of a message, part by part, whatever it is made of: words, cards, files and choices.
///
/// The screen and every export read a message through this value, so that none of them shows less than another. Texts
/// are as they came; whoever prints them makes them safe for the place.
package struct MessageContent: Hashable, Sendable {
    /// One part.
    package indirect enum Part: Hashable, Sendable {
        /// Words, read as Markdown or left alone as the message asks.
        case text([MarkupBlock])
        /// Words that stand above others.
        case heading([MarkupBlock])
        /// A name and what it is, such as an item of a receipt and its price.
        case fact(name: String, value: [MarkupInline])
        /// A picture by the words that stand for it, and where it is, which is told besides or not.
        case image(description: String?, address: String?, isAddressShown: Bool)
        /// A film or a sound, with what kind it is and how long it takes.
        case media(words: String, address: String, others: Int)
        /// A file, with what it says where that is a short text.
        case file(name: String, type: String, size: String, address: String?, text: [MarkupBlock])
        /// A field of a form.
        case field(CardField)
        /// Something to choose.
        case choice(CardAction)
        /// Cells in rows.
        case table(header: [[Part]], rows: [[[Part]]])
        /// A source of the words: its number, its name and where it is.
        case source(position: Int, name: String, address: String?)
        /// Something about the message, in our words.
        case note(String)
    }

    /// How the words of a message are read where it does not say.
    package enum TextFormat: String, Hashable, Sendable {
        case plain, markdown, xml
    }

    /// The parts in reading order.
    package var parts: [Part]

    /// Whether there is nothing to see.
    package var isEmpty: Bool { parts.isEmpty }

    /// The content of a message.
    ///
    /// - Parameters:
    ///   - activity: The message.
    ///   - format: What its words are where it does not say; people do not type Markdown, bots mean it.
    package init(of activity: Activity, else format: TextFormat) {
        var parts: [Part] = []
        if activity.isImportant { parts.append(.note("! important")) }
        if let text = activity.textWithMentions {
            let format = activity.textFormat.flatMap { TextFormat(rawValue: $0.lowercased()) } ?? format
            parts.append(.text(Self.blocks(of: text, format)))
        } else if let speech = activity.spokenAlone {
            parts.append(.text(Self.blocks(of: speech, .xml)))
        }
        let attachments = activity.attachments
        let isCarousel = activity.attachmentLayout?.lowercased() == "carousel" && attachments.count > 1
        for (index, attachment) in attachments.enumerated() {
            if isCarousel { parts.append(.note("\(index + 1)/\(attachments.count)")) }
            parts += Self.parts(of: attachment.resolved, size: activity.size(ofAttachment: index))
        }
        parts += activity.citedSources
        parts += (activity.suggestedActions?.actions ?? []).map(Part.choice)
        let isMessage = activity.type == .message || activity.type == .messageUpdate
        if isMessage, parts.isEmpty, let value = activity.value, !value.isNull {
            parts.append(.note("(sent \(value.compactText))"))
        }
        self.parts = parts
    }

    /// A text as blocks.
    static func blocks(of text: String, _ format: TextFormat) -> [MarkupBlock] {
        switch format {
        case .markdown: return MarkupDocument(commonMark: text).blocks
        case .plain: return plainBlocks(of: text)
        case .xml: return plainBlocks(of: TaggedText.words(of: text))
        }
    }

    private static func plainBlocks(of text: String) -> [MarkupBlock] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return [.paragraph(lines.map { [MarkupInline.text(String($0))] }.joined(separator: [.hardBreak]).map(\.self))]
    }

    /// Markdown that has to do with one line.
    static func inlines(of text: String) -> [MarkupInline] {
        let text = CardDates.resolved(text)
        let blocks = MarkupDocument(commonMark: text).blocks
        guard blocks.count == 1, case .paragraph(let inlines)? = blocks.first else { return [.text(text)] }
        return inlines
    }

    /// What an address is called where it is shown: a document inside it is not something to read.
    package static func shown(_ address: String) -> String {
        guard address.prefix(5).lowercased() == "data:" else { return address }
        let kind = address.dropFirst(5).prefix { $0 != "," && $0 != ";" }.prefix(60)
        return "(inline data\(kind.isEmpty ? "" : ", " + kind))"
    }
}

extension Activity {
    /// Whether its sender marks it as more important than others.
    package var isImportant: Bool { json["importance"]?.string?.lowercased() == "high" }

    /// What is said of it where there are no words and nothing else to see.
    fileprivate var spokenAlone: String? {
        attachments.isEmpty ? speak.flatMap { $0.isEmpty ? nil : $0 } : nil
    }

    fileprivate func size(ofAttachment index: Int) -> Int? { channelData?["attachmentSizes"]?[index]?.int }

    /// The words with the names of those whom they mention in place of tags; nil without words.
    package var textWithMentions: String? {
        guard var text, !text.isEmpty else { return nil }
        guard text.contains("<at") else { return text }
        for entity in entities where entity["type"]?.string?.lowercased() == "mention" {
            guard let tag = entity["text"]?.string, !tag.isEmpty, tag.hasPrefix("<at") else { continue }
            let name = entity["mentioned"]?["name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            text = text.replacing(tag, with: "@" + (name ?? TaggedText.words(of: tag)))
        }
        // A tag that no entity explains holds the name itself.
        return text.replacing(/<at(?: id="[^"<>]*")?>([^<>]*)<\/at>/) { "@" + $0.output.1 }
    }

    /// The sources of an answer, which Copilot Studio and the Agents SDK send as an entity.
    fileprivate var citedSources: [MessageContent.Part] {
        entities.flatMap { $0["citation"]?.array ?? [] }.enumerated().compactMap { index, citation in
            let source = citation["appearance"] ?? citation
            let name = source["name"]?.string ?? source["text"]?.string ?? ""
            let address = source["url"]?.string ?? citation["url"]?.string
            guard !name.isEmpty || address != nil else { return nil }
            return .source(position: citation["position"]?.int ?? index + 1, name: name, address: address)
        }
    }
}

extension CardAction {
    /// Why it cannot be taken, in brackets behind its title; nil where it can.
    package var remark: String? {
        if CardActionKind(self) == nil { return "(not supported here)" }
        return isEnabled ? nil : "(not available now)"
    }
}
