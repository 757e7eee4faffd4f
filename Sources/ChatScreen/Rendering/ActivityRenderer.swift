import AgentHub
package import BotSchema
import Handoff
import LineEditing

/// Turns an activity into the lines that a person reads; activities that people are not meant to see have none.
package struct ActivityRenderer: Sendable {
    /// The look of the lines.
    package let style: Style
    /// Reads an activity's time as hours and minutes at the person's place; empty when it has none.
    private let clockTime: @Sendable (Activity) -> String

    /// A renderer.
    ///
    /// - Parameters:
    ///   - style: The look of the lines.
    ///   - clockTime: Reads an activity's time as hours and minutes at the person's place.
    package init(style: Style, clockTime: @escaping @Sendable (Activity) -> String) {
        self.style = style
        self.clockTime = clockTime
    }

    /// The lines of an activity.
    ///
    /// - Parameters:
    ///   - activity: What was said.
    ///   - speaker: By whom.
    ///   - columns: The width of the terminal.
    ///   - isNumbered: Whether its choices can still be taken, and so carry numbers.
    /// - Returns: Lines without control characters but our own colours; none for what is not shown, such as events.
    package func lines(of activity: Activity, by speaker: Speaker, columns: Int, isNumbered: Bool) -> [String] {
        // What a service tags so is for itself.
        if activity.isTaggedHidden { return [] }
        if let notice = HubNotice(activity) {
            return HandoffLine(style: style, columns: columns).lines(of: [notice.text])
        }
        let layout = MessageLayout(style: style, columns: columns)
        let time = clockTime(activity)
        switch activity.type {
        case ActivityType.message?, ActivityType.messageUpdate?:
            var body = messageBody(activity, isNumbered: isNumbered)
            if activity.type == .messageUpdate { body.append(style.paint("(edited)", .faint)) }
            return body.isEmpty ? [] : layout.lines(speaker: speaker, time: time, body: body)
        case ActivityType.messageDelete?:
            return layout.lines(speaker: speaker, time: time, body: [style.paint("(deleted a message)", .faint)])
        case ActivityType.messageReaction?:
            let reactions = (activity.json["reactionsAdded"]?.array ?? []).compactMap { $0["type"]?.string }
            guard !reactions.isEmpty else { return [] }
            let text = "(reacted: " + DisplayText.neutralised(reactions.joined(separator: ", ")) + ")"
            return layout.lines(speaker: speaker, time: time, body: [style.paint(text, .faint)])
        default:
            return []
        }
    }

    private func messageBody(_ activity: Activity, isNumbered: Bool) -> [String] {
        var body: [String] = []
        if let text = activity.text, !text.isEmpty {
            body.append(DisplayText.neutralised(text))
        } else if activity.attachments.isEmpty, let speak = activity.speak, !speak.isEmpty {
            body.append(DisplayText.neutralised(speak))
        }
        var cards = CardRenderer(style: style, isNumbered: isNumbered)
        for attachment in activity.attachments { body += cards.lines(of: attachment) }
        body += cards.numbered(activity.suggestedActions?.actions ?? [])
        if body.isEmpty, let value = activity.value {
            body.append(style.paint("(sent \(DisplayText.neutralised(value.compactText)))", .faint))
        }
        return body
    }
}
