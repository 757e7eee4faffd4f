package import BotSchema
import Handoff

/// Who says an activity, as the screen tells it.
package enum Speaker: Hashable, Sendable {
    /// The person at this keyboard, or the user of a loaded transcript.
    case user(name: String?)
    /// The bot.
    case bot(name: String?)
    /// A human agent.
    case agent(name: String?)
    /// A user, as an agent sees one.
    case customer(name: String?)

    /// Tells the speaker of an activity.
    ///
    /// A service may replace the user's id, so an echo is told by the client and not by `from.id`; apart from it only
    /// an explicit role of `user` counts. Agents are marked by `channelData`, or known by their account's id.
    ///
    /// - Parameters:
    ///   - activity: What was said.
    ///   - isEcho: Whether the client recognised it as sent from here.
    ///   - agentIds: Account ids that have spoken as agents.
    package init(of activity: Activity, isEcho: Bool, agentIds: Set<String> = []) {
        let name = activity.from?.name
        if isEcho || activity.isFromUser {
            self = .user(name: name)
        } else if activity.humanAgent != nil || activity.from?.id.map(agentIds.contains) == true {
            self = .agent(name: name)
        } else {
            self = .bot(name: name)
        }
    }

    /// The word for the role, where drawing is off.
    package var role: String {
        switch self {
        case .user: "you"
        case .bot: "bot"
        case .agent: "agent"
        case .customer: "user"
        }
    }

    /// What stands before the speaker's words.
    package var label: String {
        switch self {
        case .user: "you"
        case .bot(let name): name ?? "bot"
        case .agent(let name): name ?? "agent"
        case .customer(let name): name ?? "user"
        }
    }

    var ink: Style.Ink {
        switch self {
        case .user: .user
        case .bot, .customer: .bot
        case .agent: .agent
        }
    }
}
