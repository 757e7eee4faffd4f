package import BotSchema

/// The numbered choices that the newest message of the bot offers: card buttons first, then suggested actions.
///
/// They are gone once the user says anything (Web Chat's practice, rule A7700).
package struct Choices: Sendable, Equatable {
    /// The actions; the first has number 1.
    package private(set) var actions: [CardAction]

    /// No choices.
    package static let none = Choices(actions: [])

    private init(actions: [CardAction]) { self.actions = actions }

    /// The choices of a message, empty when it offers none.
    package init(of activity: Activity) {
        var actions = activity.attachments.flatMap(\.choosableActions)
        // A service may have replaced our user id, and ids that nobody knows are to be ignored (A7711): in a
        // conversation of two, whatever is suggested is suggested to us.
        actions += activity.suggestedActions?.actions ?? []
        self.actions = actions
    }

    /// The action of a number, nil outside the list.
    package subscript(number: Int) -> CardAction? {
        actions.indices.contains(number - 1) ? actions[number - 1] : nil
    }

    /// How many there are.
    package var count: Int { actions.count }
}

extension Attachment {
    /// What can be chosen in a card: its buttons, and for an Adaptive Card its top-level actions.
    var choosableActions: [CardAction] {
        if contentType?.lowercased() == CardType.adaptive {
            return (content?["actions"]?.array ?? []).compactMap { CardAction($0) }
        }
        return buttons
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
        switch action.type?.lowercased() {
        case "imback":
            // Web Chat sends the value where the specification says the title; SDKs set both alike.
            let text = action.value?.string.flatMap { $0.isEmpty ? nil : $0 } ?? title
            self = .post(.message(text), shownAs: text)
        case "postback":
            var activity = Activity(type: .message)
            if let text = action.value?.string { activity.text = text } else { activity.value = action.value }
            activity.channelData = ["postBack": true]
            self = .post(activity, shownAs: "(chose \(title))")
        case "messageback":
            var activity = Activity(type: .message)
            activity.text = action.text
            activity.value = action.value
            let shown = action.displayText ?? action.text ?? title
            activity.channelData = ["messageBack": ["displayText": .string(shown)]]
            self = .post(activity, shownAs: shown)
        case "action.submit":
            var activity = Activity(type: .message)
            switch action.json["data"] {
            case .string(let text): activity.text = text
            case let data: activity.value = data ?? .object(JSONObject())
            }
            activity.channelData = ["postBack": true]
            self = .post(activity, shownAs: "(chose \(title))")
        case "openurl", "signin", "downloadfile", "showimage", "playaudio", "playvideo", "call", "action.openurl":
            let link = action.value?.string ?? action.json["url"]?.string
            guard let link else {
                self = .unsupported("“\(title)” has no link")
                return
            }
            self = .link(link)
        case let type:
            self = .unsupported("“\(title)” is a \(type ?? "nameless") action, which a terminal cannot do")
        }
    }
}
