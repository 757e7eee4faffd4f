package import BotSchema
package import Handoff

/// An agent hub as the handoff adapter uses one.
///
/// The embedded hub is the first; another system is plugged in by another type of this kind.
package protocol HubConnection: Sendable {
    /// Asks for an agent.
    ///
    /// - Parameters:
    ///   - request: Who asks for what.
    ///   - report: Told what becomes of the item, in order, from any task; the first report may come before the id.
    /// - Returns: The hub's id of the item.
    func open(_ request: WorkRequest, report: @escaping @Sendable (HubReport) -> Void) async -> WorkItemID

    /// Gives the agent something from the user.
    ///
    /// - Returns: False when no agent has the item any more, and the activity is still the caller's to deliver.
    func userSent(_ activity: Activity, to item: WorkItemID) async -> Bool

    /// Tells the hub that the user is gone, waiting or talking.
    func userLeft(_ item: WorkItemID) async

    /// Does the hub's own work until the task is cancelled.
    func run() async
}

/// What the hub is asked for.
package struct WorkRequest: Sendable {
    /// The conversation on the user's side.
    package var conversationId: String
    /// The user's account.
    package var user: ChannelAccount
    /// Context and transcript.
    package var initiation: HandoffInitiation

    /// A request.
    package init(conversationId: String, user: ChannelAccount, initiation: HandoffInitiation) {
        self.conversationId = conversationId
        self.user = user
        self.initiation = initiation
    }
}

/// The hub's id of one unit of work: a conversation with a human agent, from the request on.
package typealias WorkItemID = String

/// What a hub tells about an item.
package enum HubReport: Sendable {
    /// The user waits in the queue.
    case queued(position: Int, estimatedWait: Duration?)
    /// An agent has the conversation.
    case accepted(HubAgent)
    /// The agent is composing.
    case typing(HubAgent)
    /// The agent says something.
    case message(Activity, HubAgent)
    /// The agent is done; the last report.
    case completed(HandoffCompletion, HubAgent)
    /// Nobody takes the conversation; the last report.
    case failed(reason: String)
    /// Nobody took the conversation in time; the last report.
    case timedOut(reason: String)
    /// The agent is gone; the last report.
    case lost(HubAgent?, reason: String)
}
