package import BotSchema
package import Handoff

/// Somebody who works at the embedded hub: a simulated agent, or a person at a console.
package protocol HubWorker: Sendable {
    /// Who it is.
    var agent: HubAgent { get }

    /// Takes offers and talks until the task is cancelled; returning earlier counts as going offline.
    func work(at desk: AgentDesk) async
}

/// What an agent sees and can do at the embedded hub; people and simulated agents have the same.
///
/// Nothing here waits for a person, and whatever cannot be done any more changes nothing.
package struct AgentDesk: Sendable {
    /// Something for the agent to see.
    package enum Event: Sendable {
        /// A conversation rings.
        case offered(item: WorkItemID, WorkRequest)
        /// It rings no more: too late, or the user left.
        case withdrawn(item: WorkItemID)
        /// The conversation is the agent's, after a ring or without one.
        case connected(item: WorkItemID, WorkRequest)
        /// The user says something.
        case userSent(item: WorkItemID, Activity)
        /// The user cannot be reached for now, or is back; what the agent says waits for them.
        case userConnectionChanged(item: WorkItemID, isConnected: Bool)
        /// The conversation is over, and the agent has not ended it: mostly the user is gone.
        case closed(item: WorkItemID, endedBy: ConversationSide)
        /// The conversation is with the agent no more: ended, passed on, or taken away while the line was down.
        case released(item: WorkItemID)
        /// Something that the agent asked for was not done.
        case rejected(item: WorkItemID, HubAction.Rejection)
        /// The hub has changed the agent's presence, such as after a ring that was not answered.
        case presenceChanged(AgentPresence)

        /// The item that it is about, if it is about one.
        package var item: WorkItemID? {
            switch self {
            case .offered(let item, _), .withdrawn(let item), .connected(let item, _), .userSent(let item, _),
                .userConnectionChanged(let item, _), .closed(let item, _), .released(let item), .rejected(let item, _):
                item
            case .presenceChanged: nil
            }
        }
    }

    /// Whose desk it is.
    package let agent: HubAgent
    /// What there is to see, in order.
    package let events: Mailbox<Event>

    let hub: EmbeddedHub
}

// MARK: - Conversations

extension AgentDesk {
    /// Takes an offered conversation, or one that waits in a pull queue.
    ///
    /// - Returns: False when it is gone or somebody else's.
    package func accept(_ item: WorkItemID) async -> Bool { await hub.accept(item, by: agent) }

    /// Refuses an offered conversation.
    package func decline(_ item: WorkItemID) async { await hub.receive(.declined(item: item, agent: agent.id)) }

    /// Shows the user that the agent is composing.
    package func showTyping(in item: WorkItemID) async { await hub.report(.typing(agent), from: agent, in: item) }

    /// Says something to the user.
    ///
    /// - Returns: False when the conversation is not the agent's.
    @discardableResult
    package func say(_ activity: Activity, in item: WorkItemID) async -> Bool {
        await hub.say(activity, from: agent, in: item)
    }

    /// Keeps a file where the user can get it, before a message links it.
    ///
    /// - Returns: Its address; nil when the conversation is not the agent's, or keeps no files.
    package func keep(_ bytes: [UInt8], name: String, contentType: String, in item: WorkItemID) async -> String? {
        await hub.keep(bytes, name: name, contentType: contentType, by: agent, in: item)
    }

    /// Writes something down for whoever takes the conversation over; the user never sees it.
    package func note(_ text: String, in item: WorkItemID) async { await hub.note(text, by: agent, in: item) }

    /// Lets the user wait, who is told.
    package func hold(_ item: WorkItemID) async { await hub.receive(.held(item: item, agent: agent.id)) }

    /// Goes on with a user who was on hold.
    package func resume(_ item: WorkItemID) async { await hub.receive(.resumed(item: item, agent: agent.id)) }

    /// Passes a conversation on, with its context, history and notes; the user is told.
    ///
    /// - Returns: False when the target cannot take it now; the conversation stays.
    package func transfer(_ item: WorkItemID, to target: TransferTarget) async -> Bool {
        await hub.transfer(item, by: agent, to: target)
    }

    /// Ends a conversation; the agent's capacity stays taken for the hub's time of wrap-up.
    ///
    /// - Parameters:
    ///   - item: Which.
    ///   - completion: How it ended.
    ///   - note: What the bot is to do next, for one that gets the user back.
    package func end(_ item: WorkItemID, _ completion: HandoffCompletion, note: String? = nil) async {
        await hub.end(item, by: agent, completion, note: note)
    }

    /// Frees the capacity that an ended conversation still holds.
    package func finishWrapUp(of item: WorkItemID) async {
        await hub.receive(.wrappedUp(item: item, agent: agent.id))
    }

    /// Context, transcript, history and notes of a conversation that is the agent's or rings, as text.
    package func brief(on item: WorkItemID) async -> AgentBrief? { await hub.brief(on: item, for: agent) }

    /// Reads a transcript that the request only links, for as long as that takes.
    ///
    /// The brief has it from then on.
    ///
    /// - Returns: The request with it; nil for what is neither the agent's nor rings.
    /// - Throws: ``TranscriptLinkError`` when it cannot be had.
    package func readTranscript(of item: WorkItemID) async throws(TranscriptLinkError) -> WorkRequest? {
        try await hub.readTranscript(of: item, for: agent)
    }

    /// The same as the hub has it; nil for what is neither the agent's nor rings.
    package func request(of item: WorkItemID) async -> WorkRequest? { await hub.request(of: item, for: agent) }
}

// MARK: - The working day

extension AgentDesk {
    /// Says whether the agent wants work; going offline gives up the agent's conversations.
    package func setPresence(_ presence: AgentPresence) async {
        await hub.receive(.presenceChanged(agent: agent.id, presence))
    }

    /// Who waits, what is the agent's own, who else works here.
    package var view: HubView { get async { await hub.view(for: agent) } }

    /// To be told when the line to the agent is down: rings stop, and the grace begins.
    package func loseConnection() async { await hub.receive(.connectionLost(agent: agent.id)) }

    /// To be told when the line is up again; within the grace the agent's conversations go on.
    package func restoreConnection() async { await hub.receive(.connectionRestored(agent: agent.id)) }
}
