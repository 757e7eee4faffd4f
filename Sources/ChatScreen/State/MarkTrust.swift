package import BotSchema
package import DirectLineClient
package import Handoff

/// Whose word the marks of an activity are: `channelData.baton`, which says who an author is and what the hub tells, and
/// `channelData.desk`, which moves conversations at a desk.
///
/// Our own server takes these members from nobody, be it a user's client or a bot, so that there they are its own. It
/// says in the answer to the start that it is ours. A service could say so without being it; but it is the one that the
/// person has chosen to talk to, brings every line and every report of a handoff anyway, and with the marks can say no
/// more than sentences of our own. What must not be possible, and is not, is that a user or a bot *behind* the service
/// speaks in the hub's or an agent's name. Behind any other service they could, so there marks mean nothing.
///
/// ``ChatLoop`` passes everything that arrives through here before it is shown, journaled or kept, so that nothing after
/// it has to ask.
package enum MarkTrust: Sendable {
    /// The server is ours: the marks are its own.
    case ownServer
    /// The server is ours and has a hub, so that what anybody else reports of a handoff is not true.
    case ownHub
    /// Anybody may have written the marks.
    case foreign

    private static let marks = ["baton", "desk"]

    /// The trust in the service of a conversation.
    package init(in conversation: Conversation) {
        self = !conversation.keepsMarks ? .foreign : conversation.hasHub ? .ownHub : .ownServer
    }

    /// Whose reports of a handoff count.
    package var reports: ReportTrust { self == .ownHub ? .hub : .otherSide }

    /// An activity in which every mark can be believed.
    ///
    /// Others are kept for whoever looks at the raw activity, where they have no meaning: in `channelData.unverified`.
    package func accepted(_ activity: Activity) -> Activity {
        guard self == .foreign, var data = activity.channelData?.object else { return activity }
        let claims = Self.marks.compactMap { name in data[name].map { (name, $0) } }
        guard !claims.isEmpty else { return activity }
        var unverified = JSONObject()
        for (name, claim) in claims {
            unverified[name] = claim
            data[name] = nil
        }
        data["unverified"] = .object(unverified)
        var accepted = activity
        accepted.channelData = .object(data)
        return accepted
    }

    /// An event in which every mark can be believed.
    package func accepted(_ event: ClientEvent) -> ClientEvent {
        guard case .activity(let activity, let isEcho) = event else { return event }
        return .activity(accepted(activity), isEcho: isEcho)
    }
}
