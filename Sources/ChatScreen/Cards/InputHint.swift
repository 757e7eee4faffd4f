package import BotSchema

/// What a bot expects after its message.
package enum InputHint: Hashable, Sendable {
    /// The user may answer.
    case accepting
    /// The user is to answer.
    case expecting
    /// The bot does not listen now.
    case ignoring

    /// Reads the hint of a message, in the words of the specification or in those that SDKs send.
    package init?(of activity: Activity) {
        switch activity.inputHint?.lowercased() {
        case "accepting", "acceptinginput": self = .accepting
        case "expecting", "expectinginput": self = .expecting
        case "ignoring", "ignoringinput": self = .ignoring
        default: return nil
        }
    }
}
