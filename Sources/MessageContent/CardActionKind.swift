package import BotSchema

/// What a button does, told leniently: the spelling of `type` differs in the wild.
package enum CardActionKind: Hashable, Sendable {
    case imBack, postBack, messageBack
    /// Opens an address: a page, a file, a picture, a sign-in, a call.
    case link
    case submit, execute, showCard, toggleVisibility

    /// The kind of an action, nil when a terminal cannot do it.
    package init?(_ action: CardAction) {
        switch action.type?.lowercased() {
        case "imback": self = .imBack
        case "postback": self = .postBack
        case "messageback": self = .messageBack
        case "openurl", "signin", "downloadfile", "showimage", "playaudio", "playvideo", "call", "action.openurl":
            self = .link
        case "action.submit": self = .submit
        case "action.execute": self = .execute
        case "action.showcard": self = .showCard
        case "action.togglevisibility": self = .toggleVisibility
        default: return nil
        }
    }
}

extension CardAction {
    /// The address behind a link, as it came.
    package var link: String? {
        guard CardActionKind(self) == .link else { return nil }
        return (value?.string ?? json["url"]?.string).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the author says that it can be taken now.
    package var isEnabled: Bool { json["isEnabled"]?.bool != false }
}
