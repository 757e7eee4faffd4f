import BotSchema
import Bots
import Handoff

/// One handoff of one conversation, from the request until the bot has the user back.
///
/// One loop reads what the user says and what the hub reports from one mailbox, so neither overtakes the other. What
/// the user says is kept until somebody has taken it: an agent, the agent after that one, and whatever no agent got,
/// the bot.
actor HandoffSession {
    enum Letter: Sendable {
        case user(Activity)
        /// The user wants the bot back.
        case withdrawn
        case report(HubReport)
    }

    enum Phase { case waiting, live, returning, closed }

    /// An acceptance that a fault keeps back.
    struct KeptAcceptance {
        let agent: HubAgent
        /// When it comes after all, once the agent has spoken.
        var due: Duration?
    }

    /// Attempts to give the agent one line, and the pause after the first that fails (A21).
    static let attempts = 3
    static let firstPause = Duration.milliseconds(500)

    nonisolated let conversation: any ConversationChannel
    let request: Activity
    var initiation: HandoffInitiation
    let hub: any HubConnection
    let dialect: HandoffDialect
    let faults: Set<StatusFault>
    let clock: HubClock
    let liveConversations: LiveConversations
    let store: any WorkStore
    private let onStep: @Sendable (HandoffStep) -> Void
    let links: any TranscriptLinks
    /// Whether users whose clients draw no handoff events are told in words as well.
    let announces: Bool
    private let pause: RequestPace.Pause?
    /// The hub's ids of what agents have said, and those under which the user has it.
    var agentLines = AgentLines()
    let inbox = Mailbox<Letter>()
    var phase = Phase.waiting
    /// What a later run must know.
    var record: SessionRecord {
        didSet { if record != oldValue, phase != .closed { store.record(record.json, under: key) } }
    }
    /// What the user said and nobody has taken.
    var untaken: [Activity] = []
    var takenIds: Set<String> = []
    var keptAcceptance: KeptAcceptance?
    var isUserConnected = true
    /// Whether a notice has told the user of the end.
    var isEndTold = false
    /// Who has ended it, should the hub have to hear of it later.
    private var endedBy = ConversationSide.user

    init(
        _ conversation: any ConversationChannel,
        request: Activity,
        initiation: HandoffInitiation,
        hub: any HubConnection,
        dialect: HandoffDialect,
        faults: Set<StatusFault>,
        clock: HubClock,
        liveConversations: LiveConversations,
        store: any WorkStore,
        onStep: @escaping @Sendable (HandoffStep) -> Void,
        links: any TranscriptLinks,
        announces: Bool = false,
        after pause: RequestPace.Pause? = nil,
        resuming record: SessionRecord? = nil,
        untaken: [Activity] = []
    ) {
        self.store = store
        self.onStep = onStep
        self.links = links
        self.announces = announces
        self.pause = pause
        self.record = record ?? SessionRecord(request: request.id ?? "")
        self.untaken = untaken
        if let record { phase = record.isReturning ? .returning : record.agent == nil ? .waiting : .live }
        self.conversation = conversation
        self.request = request
        self.initiation = initiation
        self.hub = hub
        self.dialect = dialect
        self.faults = faults
        self.clock = clock
        self.liveConversations = liveConversations
    }

    /// How far it is, for whoever wants the next.
    enum Stage {
        case open
        /// Bot and user have been told that it is over, or are being told so.
        case ending
        /// The conversation is the bot's again.
        case closed
    }

    /// How far it is.
    var stage: Stage { phase == .closed ? .closed : record.isReturning ? .ending : .open }
    /// How it was over.
    var outcome = RequestPace.End.withdrawn

    nonisolated var key: String { SessionRecord.key(conversation.id) }
    var item: WorkItemID? { record.item }
    var wasAccepted: Bool { record.wasAccepted }

    func note(_ step: HandoffStep.Kind) { onStep(HandoffStep(conversation.id, step)) }

    func close() {
        phase = .closed
        store.record(nil, under: key)
        inbox.close()
    }

    /// The hub of an earlier run knew the item, and this one does not.
    func loseItem() {
        hear(
            wasAccepted
                ? .lost(nil, reason: "The agent was disconnected.")
                : .failed(.hubDown, reason: HubRefusal.hubDown.sentence)
        )
    }

    /// Hears what becomes of the item.
    nonisolated func hear(_ report: HubReport) { inbox.post(.report(report)) }

    /// Takes something that the user says; a line that comes again by its id is taken once.
    ///
    /// - Returns: False when the conversation is the bot's again.
    func take(_ activity: Activity) -> Bool {
        guard phase != .closed else { return false }
        if let id = activity.id, activity.isForAgents, !takenIds.insert(id).inserted { return true }
        inbox.post(.user(activity))
        return true
    }

    /// The user is gone, or the bot has ended the conversation.
    func close(endedBy side: ConversationSide) async {
        guard phase != .closed else { return }
        if phase != .returning { note(.failed(.aborted, by: nil, reason: "The conversation ended.")) }
        close()
        liveConversations.remove(conversation.id)
        endedBy = side
        if let item { await hub.close(item, endedBy: side) }
    }

    /// The user wants neither to wait nor to go on with the agent, and goes on with the bot.
    func withdraw() {
        if phase != .closed { inbox.post(.withdrawn) }
    }

    /// The user's client is there or not; whether for good only time tells.
    func connectionChanged(isOpen: Bool) async {
        isUserConnected = isOpen
        guard phase != .closed, let item else { return }
        await hub.userConnectionChanged(item, isConnected: isOpen)
    }

    /// Follows the hub until the handoff is over.
    func run() async {
        guard phase != .closed else { return }
        if let pause { await wait(for: pause) }
        let user = await conversation.user
        let linked = await readOwnLink()
        var request = WorkRequest(
            conversationId: conversation.id,
            user: user,
            request: request,
            initiation,
            log: await conversation.transcript()
        )
        request.linkedTranscript = linked
        request.keepFile = fileKeeper
        do throws(HubConnectionError) {
            guard item == nil, phase == .waiting else { return await follow() }
            let item = try await hub.open(request) { [self] in hear($0) }
            record.item = item
            // The user may have left while the hub was opening the item.
            guard phase != .closed else { return await hub.close(item, endedBy: endedBy) }
            if !isUserConnected { await hub.userConnectionChanged(item, isConnected: false) }
        } catch {
            inbox.post(.report(.failed(.hubDown, reason: error.description)))
        }
        await follow()
    }

    /// Keeps a file of an agent's in the user's conversation: the user may not reach the server of the desks.
    nonisolated var fileKeeper: @Sendable ([UInt8], String, String) async -> String? {
        { [conversation] bytes, name, type in await conversation.keep(bytes, name: name, contentType: type) }
    }

    /// Reads a linked transcript that the channel itself keeps, before anybody is rung; of any other, only says how.
    func readOwnLink() async -> LinkedTranscript? {
        guard initiation.transcript == nil, let address = initiation.transcriptURL else { return nil }
        if let bytes = await conversation.file(at: address) {
            initiation.take(linkedTranscript: bytes)
            if initiation.transcript != nil { return nil }
        }
        let (links, conversation, id) = (links, conversation, conversation.id)
        return LinkedTranscript(address: address) {
            do throws(TranscriptLinkError) {
                return .success(try await links.file(at: address, in: id))
            } catch {
                return .failure(error)
            }
        } check: { claimed in
            CheckedTranscript(claimed, log: await conversation.transcript(), user: await conversation.user).entries
        }
    }

    func follow() async {
        do {
            // What a run before this one has left.
            if phase == .live { try await deliverUntaken() }
            while phase == .waiting || phase == .live {
                switch await nextLetter() {
                case .user(let activity)?: try await pass(activity)
                case .report(let report)?: try await follow(report)
                case .withdrawn?: try await leaveHub()
                case nil where isAcceptanceDue: try await publishKeptAcceptance()
                case nil: return
                }
            }
        } catch {
            // Only a conversation that is gone refuses an activity; there is nobody left to tell.
            await close(endedBy: .user)
        }
        if phase == .returning { await returnToBot() }
    }

    /// What no agent got is the bot's, in order; meanwhile new lines queue up behind it.
    func returnToBot() async {
        while phase == .returning {
            // What a hub still reports comes too late, and must not stand before a line of the user.
            while let letter = inbox.poll() { if case .user(let activity) = letter { untaken.append(activity) } }
            // Nothing is suspended between this look and the closing, so no line falls in between.
            guard !untaken.isEmpty else { return close() }
            let activity = untaken.removeFirst()
            record.delivered = activity.id ?? record.delivered
            if activity.isForAgents { await conversation.deliverToBot(activity) }
        }
    }
}

// MARK: - Lines of the user

extension HandoffSession {
    private func pass(_ activity: Activity) async throws {
        guard activity.isForAgents else {
            // Typing is of this moment: nobody wants it later.
            if phase == .live, untaken.isEmpty, let item { _ = try? await hub.userSent(activity, to: item) }
            return
        }
        untaken.append(activity)
        try await deliverUntaken()
    }

    /// Gives the agent what is there, oldest first, until one line cannot be given.
    func deliverUntaken() async throws {
        while phase == .live, let item, let activity = untaken.first {
            // Whole until an agent has its beginning: the bot has no use for parts.
            let parts = agentLines.forHub(activity).parts(upTo: hub.messageLimit)
            switch await deliver(parts[0], to: item) {
            case true?:
                untaken.replaceSubrange(..<1, with: parts.dropFirst())
                record.delivered = activity.id ?? record.delivered
            case false?: return
            case nil:
                untaken.removeFirst()
                record.delivered = activity.id ?? record.delivered
                try await conversation.send(HubNotice.undelivered(activity.text).activity())
            }
        }
    }

    /// - Returns: Whether an agent has it; nil when the hub did not take it however often it was tried.
    private func deliver(_ activity: Activity, to item: WorkItemID) async -> Bool? {
        var pause = Self.firstPause
        for attempt in 1...Self.attempts {
            do throws(HubConnectionError) {
                return try await hub.userSent(activity, to: item)
            } catch {
                guard error.isTransient, attempt < Self.attempts, !Task.isCancelled else { return nil }
                await clock.sleep(for: pause)
                pause *= 2
            }
        }
        return nil
    }
}
