package import BotSchema
import Handoff

/// Who says an activity, as the screen tells it.
package enum Speaker: Hashable, Sendable {
    /// The person at this keyboard, or the user of a loaded transcript.
    case user(name: String?)
    /// The same user by another client, such as a second window, or somebody who has the user's token.
    case elsewhere(name: String?)
    /// The bot.
    case bot(name: String?)
    /// A human agent.
    case agent(name: String?)
    /// A user, as an agent sees one, or another user than the person at this keyboard.
    case customer(name: ShownName?)
    /// What the speaker of such an activity has said at an earlier time, as far as a bot can be believed.
    indirect case imported(Speaker)

    /// Tells the speaker of an activity in a file, in which the user is who has recorded it.
    ///
    /// Only an explicit role of `user` counts. Agents are marked by `channelData`, or known by their account's id.
    ///
    /// - Parameters:
    ///   - activity: What was said.
    ///   - agentIds: Account ids that have spoken as agents.
    package init(of activity: Activity, agentIds: Set<String> = []) {
        let speaker = Speaker(of: activity, isEcho: activity.isFromUser, ownIds: [], agentIds: agentIds)
        // Where nothing tells who speaks, the account is all that there is to say.
        let isUnknown = activity.from?.role == nil && activity.author == nil
        if isUnknown, case .bot(name: nil) = speaker { self = .bot(name: activity.from?.id) } else { self = speaker }
    }

    /// Tells the speaker of an activity in a live conversation.
    ///
    /// A service may replace the user's id, so what was said here is told by the client, which recognises its own echo,
    /// and neither by `from.id` nor by a role: whoever else writes as the user is not the person at this keyboard.
    ///
    /// - Parameters:
    ///   - activity: What was said.
    ///   - isEcho: Whether the client recognised it as sent from here.
    ///   - ownIds: Account ids of the user.
    ///   - agentIds: Account ids that have spoken as agents.
    package init(of activity: Activity, isEcho: Bool, ownIds: Set<String>, agentIds: Set<String>) {
        let name = activity.from?.name
        if activity.isImported {
            let isUsers = activity.isFromUser
            self = .imported(isUsers ? .customer(name: ShownName(name, of: "user")) : .bot(name: name))
        } else if isEcho {
            self = .user(name: name)
        } else if activity.isFromUser {
            let isOwn = activity.from?.id.map(ownIds.contains) ?? true
            // An agent's name is as good as any for a stranger, and which agents there are nobody here knows.
            let stranger = ShownName.marking(name ?? activity.from?.id, of: "user")
            self = isOwn ? .elsewhere(name: name) : .customer(name: stranger)
        } else if activity.humanAgent != nil || activity.from?.id.map(agentIds.contains) == true {
            self = .agent(name: name)
        } else {
            self = .bot(name: name)
        }
    }

    /// Tells the speaker of an entry of a bot's own transcript, which is no more than what the bot says.
    package init(claimed activity: Activity) {
        let doubted = { (role: String) in "\(activity.from?.name ?? role) (unverified)" }
        self =
            switch Speaker(of: activity) {
            case .user, .elsewhere, .customer: .customer(name: ShownName(doubted("user"), of: "user"))
            case .agent: .agent(name: doubted("agent"))
            case .bot, .imported: .bot(name: doubted("bot"))
            }
    }

    /// The word for the role, where drawing is off.
    package var role: String {
        switch self {
        case .user: "you"
        case .elsewhere: "you (elsewhere)"
        case .bot: "bot"
        case .agent: "agent"
        case .customer: "user"
        case .imported(let speaker): speaker.role
        }
    }

    /// What stands before the speaker's words.
    package var label: String {
        switch self {
        case .user: "you"
        case .elsewhere: "you (elsewhere)"
        case .bot(let name): ShownName(name, of: "bot").text
        case .agent(let name): ShownName(name, of: "agent").text
        case .customer(let name): name?.text ?? "user"
        case .imported(let speaker): "\(speaker.label) (imported)"
        }
    }

    var ink: Style.Ink {
        switch self {
        case .user, .elsewhere: .user
        case .bot, .customer: .bot
        case .agent: .agent
        case .imported(let speaker): speaker.ink
        }
    }
}
