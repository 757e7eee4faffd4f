import AgentHub
package import BotSchema
import Handoff
import LineEditing
import MessageContent
package import Pictures

/// Turns an activity into the lines that a person reads; activities that people are not meant to see have none.
package struct ActivityRenderer: Sendable {
    /// How a text is to be read.
    package enum TextFormat: String, Sendable {
        case plain, markdown, xml
    }

    /// The look of the lines.
    package let style: Style
    /// What a bot's or an agent's text is when its message does not say.
    private let defaultFormat: TextFormat
    /// Reads an activity's time as hours and minutes at the person's place; empty when it has none.
    private let clockTime: @Sendable (Activity) -> String

    /// A renderer.
    ///
    /// - Parameters:
    ///   - style: The look of the lines.
    ///   - defaultFormat: What a text is when its message does not say. The specification says plain (A3012); bots
    ///     and Web Chat mean Markdown.
    ///   - clockTime: Reads an activity's time as hours and minutes at the person's place.
    package init(
        style: Style,
        defaultFormat: TextFormat = .markdown,
        clockTime: @escaping @Sendable (Activity) -> String
    ) {
        self.style = style
        self.defaultFormat = defaultFormat
        self.clockTime = clockTime
    }

    /// The same renderer with another look.
    func restyled(_ style: Style) -> ActivityRenderer {
        ActivityRenderer(style: style, defaultFormat: defaultFormat, clockTime: clockTime)
    }

    /// The lines of an activity.
    ///
    /// - Parameters:
    ///   - activity: What was said.
    ///   - speaker: By whom.
    ///   - columns: The width of the terminal.
    ///   - isNumbered: Whether its choices can still be taken, and so carry numbers.
    ///   - earlier: The message that it changes, ends or reacts to, as it was.
    ///   - pictures: Its pictures by their addresses, as far as they can be drawn.
    /// - Returns: Lines without control characters but our own colours; none for what is not shown, such as events.
    package func lines(
        of activity: Activity,
        by speaker: Speaker,
        columns: Int,
        isNumbered: Bool,
        earlier: Activity? = nil,
        pictures: [String: DrawnPicture] = [:]
    ) -> [String] {
        // What a service tags so is for itself.
        if activity.isTaggedHidden { return [] }
        if let notice = HubNotice(activity) {
            return HandoffLine(style: style, columns: columns).lines(of: [notice.text])
        }
        let layout = MessageLayout(style: style, columns: columns)
        let time = clockTime(activity)
        switch activity.type {
        case ActivityType.message?, ActivityType.messageUpdate?, ActivityType.suggestion?:
            var body = messageBody(activity, by: speaker, layout.bodyColumns, isNumbered: isNumbered, pictures)
            if activity.type == .messageUpdate {
                // Cards change without their words.
                let before = earlier?.text == activity.text ? "" : Self.quotation(earlier)
                body.append(style.paint(before.isEmpty ? "(edited)" : "(edited, was: \(before))", .faint))
            }
            return body.isEmpty ? [] : layout.lines(speaker: speaker, time: time, body: body)
        case ActivityType.messageDelete?:
            return layout.lines(speaker: speaker, time: time, body: [deletion(earlier)])
        case ActivityType.messageReaction?:
            let body = reactions(of: activity, to: Self.quotation(earlier)).map { style.paint($0, .faint) }
            return body.isEmpty ? [] : layout.lines(speaker: speaker, time: time, body: body)
        case ActivityType.endOfConversation? where activity.name == nil:
            let body = farewell(activity)
            return body.isEmpty ? [] : layout.lines(speaker: speaker, time: time, body: body)
        default:
            return []
        }
    }

    // MARK: - Messages

    private func messageBody(
        _ activity: Activity,
        by speaker: Speaker,
        _ columns: Int,
        isNumbered: Bool,
        _ pictures: [String: DrawnPicture]
    ) -> [String] {
        var body: [String] = []
        if activity.isImportant {
            body.append(style.paint("! important", .strong))
        }
        if let text = activity.textWithMentions {
            body += lines(of: text, format(of: activity, by: speaker), columns)
        } else if activity.attachments.isEmpty, let speak = activity.speak, !speak.isEmpty {
            body += lines(of: speak, .xml, columns)
        }
        var cards = CardRenderer(style: style, columns: columns, isNumbered: isNumbered, pictures: pictures)
        body += cards.lines(of: activity)
        body += citations(of: activity)
        body += cards.numbered(activity.suggestedActions?.actions ?? [])
        if body.isEmpty, let value = activity.value {
            body.append(style.paint("(sent \(DisplayText.neutralised(value.compactText)))", .faint))
        }
        return body
    }

    /// A text as its format says.
    func lines(of text: String, _ format: TextFormat, _ columns: Int) -> [String] {
        let renderer = MarkupRenderer(style: style, columns: columns)
        return switch format {
        case .plain: renderer.lines(ofPlainText: text)
        case .markdown: renderer.lines(ofMessage: text)
        case .xml: renderer.lines(ofPlainText: TaggedText.words(of: text))
        }
    }

    /// People do not type Markdown: only what comes from the other end is taken for it unasked.
    func format(of activity: Activity, by speaker: Speaker) -> TextFormat {
        activity.textFormat.flatMap { TextFormat(rawValue: $0.lowercased()) } ?? format(of: speaker)
    }

    /// The format of what somebody says without naming one.
    func format(of speaker: Speaker) -> TextFormat {
        switch speaker {
        case .user, .elsewhere, .customer: .plain
        case .bot, .agent: defaultFormat
        case .imported(let speaker): format(of: speaker)
        }
    }

    /// The sources of an answer, which Copilot Studio and the Agents SDK send as an entity.
    private func citations(of activity: Activity) -> [String] {
        let messages = activity.entities.filter { $0["citation"]?.array != nil }
        return messages.flatMap { $0["citation"]?.array ?? [] }.enumerated().compactMap { index, citation in
            let source = citation["appearance"] ?? citation
            let name = source["name"]?.string ?? source["text"]?.string ?? ""
            let place = source["url"]?.string ?? citation["url"]?.string
            let position = citation["position"]?.int ?? index + 1
            let words = DisplayText.neutralised(name, keepingNewlines: false)
            guard !words.isEmpty || place != nil else { return nil }
            let link = place.map { Hyperlink($0).text(for: words, in: style, [.faint]) }
            return style.paint("(\(position))", .faint) + " " + (link ?? style.paint(words, .faint))
        }
    }

    // MARK: - What is about an earlier message

    /// Why a conversation ended, where the bot says so; that it ended, and its words, are told as a step of the handoff.
    private func farewell(_ activity: Activity) -> [String] {
        // That all went well goes without saying.
        let code = activity.json["code"]?.string.flatMap { ["", "completedSuccessfully"].contains($0) ? nil : $0 }
        let reason = code.map { style.paint("(ended: \(DisplayText.neutralised($0, keepingNewlines: false)))", .faint) }
        return [reason].compactMap { $0 }
    }

    private func deletion(_ earlier: Activity?) -> String {
        let words = Self.quotation(earlier)
        return style.paint(words.isEmpty ? "(deleted a message)" : "(deleted: \(words))", .faint)
    }

    /// The beginning of a message, by which one knows it again.
    static func quotation(_ activity: Activity?) -> String {
        guard let text = activity?.text.flatMap({ $0.isEmpty ? nil : $0 }) else { return "" }
        let words = DisplayText.neutralised(String(text.prefix(200)), keepingNewlines: false)
        return "“" + (words.count > 60 ? words.prefix(59) + "…" : words) + "”"
    }

    private func reactions(of activity: Activity, to quotation: String) -> [String] {
        let object = quotation.isEmpty ? "" : " to \(quotation)"
        let names = { (key: String) -> String in
            let types = (activity.json[key]?.array ?? []).compactMap { $0["type"]?.string }
            return DisplayText.neutralised(types.joined(separator: ", "), keepingNewlines: false)
        }
        let (added, removed) = (names("reactionsAdded"), names("reactionsRemoved"))
        return (added.isEmpty ? [] : ["(reacted\(object): \(added))"])
            + (removed.isEmpty ? [] : ["(took back the reaction\(object): \(removed))"])
    }
}

extension ActivityType {
    /// A message that only its recipient is to see (A6100).
    fileprivate static let suggestion = ActivityType(rawValue: "suggestion")
}
