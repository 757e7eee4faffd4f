package import BotSchema
package import Handoff

/// Somebody who works at the embedded hub: a simulated agent, or a person at a console.
package protocol HubWorker: Sendable {
    /// Who it is.
    var agent: HubAgent { get }

    /// Takes offers and talks until the task is cancelled; returning earlier counts as going offline.
    func work(at desk: AgentDesk) async
}

/// What an agent sees and can do at the embedded hub.
package struct AgentDesk: Sendable {
    /// Something for the agent to see.
    package enum Event: Sendable {
        /// A conversation rings.
        case offered(item: WorkItemID, WorkRequest)
        /// It rings no more: too late, or the user left.
        case withdrawn(item: WorkItemID)
        /// The user says something.
        case userSent(item: WorkItemID, Activity)
        /// The user is gone, and with them the conversation.
        case userLeft(item: WorkItemID)
    }

    /// Whose desk it is.
    package let agent: HubAgent
    /// What there is to see, in order.
    package let events: Mailbox<Event>

    let hub: EmbeddedHub

    /// Takes an offered conversation.
    ///
    /// - Returns: False when it is gone.
    package func accept(_ item: WorkItemID) async -> Bool { await hub.accept(item, by: agent) }

    /// Refuses an offered conversation.
    package func decline(_ item: WorkItemID) async { await hub.decline(item, by: agent) }

    /// Shows the user that the agent is composing.
    package func showTyping(in item: WorkItemID) async { await hub.report(.typing(agent), from: agent, in: item) }

    /// Says something to the user.
    package func say(_ activity: Activity, in item: WorkItemID) async {
        await hub.report(.message(activity, agent), from: agent, in: item)
    }

    /// Ends a conversation.
    package func end(_ item: WorkItemID, _ completion: HandoffCompletion) async {
        await hub.end(item, by: agent, completion)
    }
}
