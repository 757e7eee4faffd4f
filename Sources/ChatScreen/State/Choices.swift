package import BotSchema
package import MessageContent

/// The numbered choices that the newest message of the bot offers: card buttons first, then suggested actions.
///
/// They are gone once the user says anything (Web Chat's practice, rule A7700).
package struct Choices: Sendable, Equatable {
    /// Something that can be chosen.
    package struct Choice: Sendable, Equatable {
        /// What choosing it does.
        package let action: CardAction
        /// The attachment that it belongs to, nil for a suggested action.
        package let attachment: Int?
        /// The fields that are sent along.
        package let fields: [CardField]
    }

    /// What there is; the first has number 1.
    package private(set) var all: [Choice]

    /// No choices.
    package static let none = Choices(all: [])

    private init(all: [Choice]) { self.all = all }

    /// The choices of a message, empty when it offers none.
    package init(of activity: Activity) {
        all = activity.attachments.enumerated().flatMap { index, attachment in
            attachment.choices.map { Choice(action: $0.action, attachment: index, fields: $0.fields) }
        }
        for action in activity.suggestedActions?.actions ?? [] {
            all.append(Choice(action: action, attachment: nil, fields: []))
        }
    }

    /// The actions; the first has number 1.
    package var actions: [CardAction] { all.map(\.action) }

    /// The action of a number, nil outside the list.
    package subscript(number: Int) -> CardAction? { choice(number)?.action }

    /// The choice of a number, nil outside the list.
    package func choice(_ number: Int) -> Choice? { all.indices.contains(number - 1) ? all[number - 1] : nil }

    /// How many there are.
    package var count: Int { all.count }
}

extension SuggestedActions {
    /// Whether they are meant for somebody who goes by any of these ids (A7710).
    ///
    /// Ids that nobody knows are no reason to withhold them (A7711), so without an id of our own everything is ours.
    func areFor(_ ids: Set<String>) -> Bool { to.isEmpty || ids.isEmpty || to.contains(where: ids.contains) }
}

extension Attachment {
    /// What can be chosen in a card, with the fields that go along, in the order in which it is shown.
    var choices: [(action: CardAction, fields: [CardField])] {
        if contentType?.lowercased() == CardType.adaptive { return AdaptiveCard(content).choices }
        return choosableActions.map { ($0, []) }
    }
}

/// What activating a choice means for the conversation.
package enum ChoiceOutcome: Equatable, Sendable {
    /// An activity to post, and the words that stand on the screen for it.
    case post(Activity, shownAs: String)
    /// A link for the person to open.
    case link(String)
    /// Nothing that a terminal can do, with the reason.
    case unsupported(String)

    /// Follows a card action (activity specification A7350 to A7440, and what Web Chat does where that differs).
    package init(activating action: CardAction) {
        let title = action.title
        guard action.isEnabled else {
            self = .unsupported("“\(title)” cannot be chosen now")
            return
        }
        switch CardActionKind(action) {
        case .imBack:
            // Web Chat sends the value where the specification says the title; SDKs set both alike.
            let text = action.value?.words ?? title
            self = .post(.message(text), shownAs: text)
        case .postBack:
            var activity = Activity(type: .message)
            if let text = action.value?.string { activity.text = text } else { activity.value = action.value }
            activity.channelData = ["postBack": true]
            self = .post(activity, shownAs: "(chose \(title))")
        case .messageBack:
            var activity = Activity(type: .message)
            activity.text = action.text
            activity.value = action.value
            let shown = action.displayText ?? action.text
            activity.channelData = ["messageBack": shown.map { ["displayText": .string($0)] } ?? [:]]
            // Where nothing is to be shown the person still wants to know that it was taken.
            self = .post(activity, shownAs: shown ?? "(chose \(title))")
        case .submit, .execute:
            let activity = CardSubmission.activity(for: action, answers: [])
            self = .post(activity, shownAs: activity.text ?? "(chose \(title))")
        case .link: self = Self.link(of: action)
        case .showCard, .toggleVisibility, nil:
            self = .unsupported("“\(title)” is a \(action.type ?? "nameless") action, which a terminal cannot do")
        }
    }

    /// A document inside an address must not be opened (A7382), and of the kinds of addresses only these lead to
    /// somewhere that a reader expects.
    private static func link(of action: CardAction) -> ChoiceOutcome {
        guard let link = action.link else { return .unsupported("“\(action.title)” has no link") }
        let scheme = link.prefix { $0 != ":" }.lowercased()
        if scheme == "data" { return .unsupported("“\(action.title)” holds a document instead of a link") }
        guard ["https", "http", "mailto", "tel"].contains(scheme) else {
            return .unsupported("“\(action.title)” leads to \(link), which is no address to open")
        }
        return .link(link)
    }
}
