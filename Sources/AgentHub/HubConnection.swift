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
    /// - Throws: ``HubConnectionError`` when the hub cannot be reached; nothing was opened.
    func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async throws(HubConnectionError) -> WorkItemID

    /// Gives the agent something from the user.
    ///
    /// - Returns: False when no agent can be reached about the item, and the activity is still the caller's to deliver:
    ///   to the next agent that is reported, or else to the bot.
    /// - Throws: ``HubConnectionError`` when the hub did not take it.
    func userSent(_ activity: Activity, to item: WorkItemID) async throws(HubConnectionError) -> Bool

    /// Tells the hub that a conversation is over before its agent has ended it, waiting or talking.
    func close(_ item: WorkItemID, endedBy side: ConversationSide) async

    /// How many characters one message to an agent may have, any number when nil; longer ones come in parts.
    var messageLimit: Int? { get }

    /// Tells the hub that the user cannot be reached for now, or is back.
    func userConnectionChanged(_ item: WorkItemID, isConnected: Bool) async

    /// Goes on with items of an earlier run; to be called before ``open(_:report:)``.
    ///
    /// - Returns: Those that the hub still has.
    /// - Throws: Why the hub cannot know.
    func resume(_ items: [ResumedItem]) async throws -> Set<WorkItemID>

    /// Does the hub's own work until the task is cancelled.
    func run() async
}

extension HubConnection {
    /// Any number.
    package var messageLimit: Int? { nil }

    /// Has nothing of an earlier run.
    package func resume(_ items: [ResumedItem]) async throws -> Set<WorkItemID> { [] }

    /// Does nothing.
    package func userConnectionChanged(_ item: WorkItemID, isConnected: Bool) async {}
}

/// An item of an earlier run, as the adapter remembers it.
package struct ResumedItem: Sendable {
    /// The hub's id of the item.
    package let item: WorkItemID
    /// Who asked for what, with everything that was said since.
    package let request: WorkRequest
    /// Told what becomes of the item.
    package let report: @Sendable (HubReport) -> Void

    /// An item.
    package init(item: WorkItemID, request: WorkRequest, report: @escaping @Sendable (HubReport) -> Void) {
        self.item = item
        self.request = request
        self.report = report
    }
}

/// Why a hub did not do what it was asked.
package struct HubConnectionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the same call may well succeed a little later.
    package let isTransient: Bool
    /// One sentence for people.
    package let description: String

    /// A failure.
    package init(_ description: String, isTransient: Bool = true) {
        self.description = description
        self.isTransient = isTransient
    }
}

/// What the hub is asked for.
package struct WorkRequest: Sendable {
    /// The conversation on the user's side.
    package var conversationId: String
    /// The user's account.
    package var user: ChannelAccount
    /// Context and transcript.
    package var initiation: HandoffInitiation
    /// The bot's request as it came, nil where there is none to show.
    package var activity: Activity?
    /// What the server saw in the conversation before the request, oldest first; for agents whom the bot gives no
    /// transcript.
    package var observed: [Activity] = []
    /// What the request only links, for an agent who wants to read it; nil where there is nothing more to read.
    package var linkedTranscript: LinkedTranscript?
    /// Keeps a file of an agent's where the user can get it, and gives its address; nil where nothing is kept.
    package var keepFile: (@Sendable (_ bytes: [UInt8], _ name: String, _ contentType: String) async -> String?)?
    /// The skills that were asked for and that the agent does not have: nobody who is asked has them, or a colleague
    /// has passed the user on.
    package var droppedSkills: [String] = []
    /// What user and agents have said since, for the agent who takes over; oldest first.
    package var history: [Activity] = []
    /// What agents have noted for one another; never for the user.
    package var notes: [AgentNote] = []

    /// A request.
    package init(
        conversationId: String,
        user: ChannelAccount,
        initiation: HandoffInitiation,
        activity: Activity? = nil
    ) {
        self.conversationId = conversationId
        self.user = user
        self.initiation = initiation
        self.activity = activity
    }

    /// What the request asks of the hub.
    package var need: WorkNeed { WorkNeed(skill: initiation.context.skill, customer: user.id) }
}

/// A private note of an agent about a conversation.
package struct AgentNote: Hashable, Sendable {
    /// The name of the agent who wrote it.
    package let author: String
    /// What it says.
    package let text: String

    /// A note.
    package init(author: String, text: String) {
        self.author = author
        self.text = text
    }
}

/// Who has ended a conversation in place of its agent.
package enum ConversationSide: String, Hashable, Sendable {
    /// The user, by leaving or by not wanting an agent any more.
    case user
    /// The bot, by an end of the conversation.
    case bot
}

/// The hub's id of one unit of work: a conversation with a human agent, from the request on.
package typealias WorkItemID = String

/// What a hub tells about an item.
package enum HubReport: Sendable {
    /// The user waits in the queue.
    case queued(position: Int, estimatedWait: Duration?)
    /// An agent has the conversation: the first one.
    case accepted(HubAgent)
    /// Another agent has the conversation.
    case joined(HubAgent)
    /// The agent is composing.
    case typing(HubAgent)
    /// The agent says something, or reacts to, changes or deletes what was said; with the hub's id, where it has one.
    case message(Activity, HubAgent)
    /// The agent lets the user wait.
    case held(HubAgent)
    /// The agent goes on.
    case resumed(HubAgent)
    /// The agent passes the conversation on.
    case transferring(from: HubAgent, to: String)
    /// The agent is gone, and a colleague is looked for.
    case reassigning(HubAgent)
    /// The agent's connection is broken and may come back; lines are to be kept.
    case interrupted(HubAgent)
    /// The agent's connection had been gone, and lines may be sent again.
    case reachable(HubAgent)
    /// Nobody has spoken for long, and the conversation will be over so soon unless somebody does.
    case idle(HubAgent, endsIn: Duration?)
    /// Nobody has spoken for so long that the conversation is over; the last report but for the completion.
    case expired(HubAgent, after: Duration)
    /// The user has been away for so long that the item is closed; the last report.
    case abandoned(HubAgent?, after: Duration)
    /// The agent is done; the last report, with what the user said and the agent did not look at, and what the agent
    /// wrote for the bot.
    case completed(HandoffCompletion, HubAgent, unread: [Activity] = [], note: String? = nil)
    /// Nobody takes the conversation; the last report.
    case failed(HubRefusal = .noAgents, reason: String)
    /// Nobody took the conversation in time; the last report.
    case timedOut(reason: String)
    /// The agent is gone; the last report, with what the user said and the agent did not look at.
    case lost(HubAgent?, reason: String, unread: [Activity] = [])
}
