import AgentHub
package import BotSchema
import Desk
import DirectLineClient
import LineEditing
import MessageContent
import Handoff

/// An agent's desk as a pure state machine: an event goes in, actions come out, nothing is done.
///
/// It knows which conversation the agent talks in, what rings, and what each command means for the hub.
package struct DeskStateMachine: Sendable {
    /// What stays the same during a working day.
    package struct Configuration: Sendable {
        /// The agent's name, as users see it.
        package var name: String
        /// What the agent can do, with levels from 1 to 10.
        package var skills: [String: Int]
        /// How many conversations the agent takes at once.
        package var capacity: Int
        /// Whether a person types, and not a script.
        package var isInteractive: Bool
        /// How long a script waits for a ring, or for the hub.
        package var linger: Duration
        /// How long nothing must arrive after a user's answer for a turn of a script to be over.
        package var settle: Duration
        /// How long a user's first answer to a line of a script may take; nil where the script is the user as well, for
        /// whom nobody waits.
        package var answerWithin: Duration?
        /// The look of command answers.
        package var style: Style

        /// A configuration.
        package init(
            name: String,
            skills: [String: Int] = [:],
            capacity: Int = 1,
            isInteractive: Bool = true,
            linger: Duration = .seconds(60),
            settle: Duration = .milliseconds(500),
            answerWithin: Duration? = .seconds(15),
            style: Style
        ) {
            self.settle = settle
            self.answerWithin = answerWithin
            self.name = name
            self.skills = skills
            self.capacity = capacity
            self.isInteractive = isInteractive
            self.linger = linger
            self.style = style
        }
    }

    let configuration: Configuration
    var conversationId: String?
    var connection: ConnectionState?
    var isSignedIn = false
    var agentId: String?
    var presence = AgentPresence.available
    var cannedReplies = CannedReplies.usual
    var view: DeskView?
    /// How many views were asked for to be shown.
    var awaitedViews = 0
    /// Whether it was said that this is no address of a hub.
    var isToldOfAddress = false
    /// To whom users were to be passed on, by item and in the order in which the hub answers.
    var transfers: [WorkItemID: [(target: TransferTarget, words: String)]] = [:]
    /// Where new views are shown without being asked for: once, at the start.
    var hasBegun = false
    /// Whether the hub tells what an earlier desk of this agent left, which it does between the sign-in and the view.
    ///
    /// Until then nobody knows which users there are, and what was being typed to them is kept.
    var isTakingOver = true
    var conversations: [DeskConversation] = []
    /// The item in which the agent talks.
    var currentItem: WorkItemID?
    var record = ConversationRecord()
    /// Conversations that the agent is done with and that may still hold capacity.
    var endedItems: [WorkItemID] = []
    var typingCount = 0

    var outbox = Outbox()
    /// Lines to users that did not arrive, or of which nobody knows.
    var lost = LostLines()
    /// The last line that came back before its post had ended.
    var echoedNumber: Int?
    var hasFailed = false
    /// Whether a line of a script got no answer in time.
    var isUnanswered = false
    /// The last conversation that was open and left the desk, which can still be saved.
    var lastConversation: DeskConversation?
    /// Files that are being written or read; a script goes on when they are done.
    var filesUnderWay = 0
    /// What to save as soon as the lines on their way have arrived.
    var awaitedSaves: [(item: WorkItemID, wish: SaveWish)] = []
    var pacer: TurnPacer
    /// The words of a script's turn under way, and whose answer it waits for.
    var pacedLine: (words: String, item: WorkItemID)?
    var isComposingTold = false
    var waitingLines: [String] = []
    var hasInputEnded = false
    var isAside = false
    var isLeaving = false
    var isWarnedOfLeaving = false
    var turn = 0
    var lingeringTurn: Int?
    /// Whose line was entered, where that is nobody who could get it.
    var lostAddressee: String?
    private var shownPrompt: ChatPrompt?
    private var shownDrafts: DraftSlots?
    private var shownCommands: CommandSet?

    /// A desk at which nobody has signed in yet.
    package init(configuration: Configuration) {
        self.configuration = configuration
        // The ring is what a script waits for at its beginning, and not a greeting.
        pacer = TurnPacer(
            settle: configuration.settle,
            answerWithin: configuration.answerWithin ?? .zero,
            hasOpening: false
        )
    }

    /// The actions with which a desk begins.
    package mutating func begin() -> [ChatAction] { refresh() }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened; files and saving are no business of a desk.
    ///   - now: When.
    /// - Returns: What to do, in order.
    package mutating func handle(_ event: ChatEvent, at now: Timestamp) -> [ChatAction] {
        var actions: [ChatAction] = []
        switch event {
        case .input(let input): actions += receive(input)
        case .opened(let id, _, _): actions += opened(id)
        case .client(.connection(let state)): actions += connectionChanged(to: state)
        case .client(.activity(let activity, let isEcho)): actions += arrived(activity, isEcho: isEcho)
        case .client(.notice(let text)): actions.append(.show(.notice(oneLine(text))))
        case .client(.caughtUp(let generation, let isCertain)):
            actions += pace(pacer.caughtUp(generation: generation, isCertain: isCertain, in: situation))
        case .posted(let number, let result): actions += posted(number, result, at: now)
        case .timer(let timer): actions += fired(timer)
        case .failedToOpen(let error):
            guard conversationId != nil, configuration.isInteractive else {
                return [
                    .show(.failure("No desk at the hub: \(error.message)")),
                    .leave(exitCode: ExitStatus.failed.rawValue),
                ]
            }
            connection = .failed(error)
            actions.append(.show(.failure("The hub cannot be reached: \(error.message). /reconnect tries again.")))
        case .traced(let entry): actions.append(.show(.trace(entry)))
        case .settingKept(let result): actions += ChatStateMachine.settingKept(result)
        case .startDelayed(let error, let delay):
            actions.append(.show(.notice("\(oneLine(error.message)); trying again in \(delay.seconds) s.")))
        case .welcomeFailed: break
        case .saved(let path, let result):
            filesUnderWay -= 1
            if case .failure = result { hasFailed = true }
            actions.append(SaveWish.told(path, result))
        case .downloaded(let result):
            filesUnderWay -= 1
            if case .failure = result { hasFailed = true }
            actions.append(ReceivedFiles.told(result))
        case .resumed, .loaded, .fetched, .faultsListed, .invokeAnswered, .drawn: break
        }
        if !configuration.isInteractive { actions += followScript() }
        return actions + refresh()
    }

    // MARK: - The connection

    private mutating func opened(_ id: String) -> [ChatAction] {
        let isFirst = conversationId == nil
        conversationId = id
        isSignedIn = false
        isTakingOver = true
        conversations = []
        currentItem = nil
        record = ConversationRecord()
        return handOver() + (isFirst ? [] : [.show(.notice("Reconnected with a new desk session."))])
            + tell(
                .signIn(name: configuration.name, skills: configuration.skills, capacity: configuration.capacity),
                words: "signing in"
            )
    }

    private mutating func connectionChanged(to state: ConnectionState) -> [ChatAction] {
        var actions: [ChatAction] = [.show(.connection(state))]
        if case .reconnecting? = connection, state == .online, configuration.isInteractive {
            actions.append(.show(.notice("Connected again.")))
        }
        connection = state
        if state.canSend { actions += postNext() }
        actions += pace(pacer.somethingHappened())
        // A hub that was restarted knows the agent by name and the users by its store, and this desk not.
        if case .failed(let error) = state, error.code == .notFound, isSignedIn {
            isSignedIn = false
            return actions + [.show(.notice("The hub has started again; signing in there.")), .startConversation]
        }
        if state.isOver {
            actions.append(.show(.failure("The hub is gone. /reconnect tries it again, Ctrl-D leaves.")))
            if !configuration.isInteractive { actions.append(.leave(exitCode: ExitStatus.failed.rawValue)) }
        }
        return actions
    }

    // MARK: - Posting

    /// Tells the hub something, after what was told before.
    mutating func tell(_ command: DeskCommand, words: String) -> [ChatAction] { post(command.activity, words: words) }

    mutating func post(_ activity: Activity, words: String, files: [String] = []) -> [ChatAction] {
        outbox.add(activity, words: words, files: files)
        return postNext()
    }

    private mutating func postNext() -> [ChatAction] {
        guard connection?.canSend == true, let next = outbox.takeNext() else { return [] }
        return [next.action]
    }

    private mutating func posted(
        _ number: Int,
        _ result: Result<String?, ClientError>,
        at now: Timestamp
    ) -> [ChatAction] {
        guard let sent = outbox.finish(number) else { return [] }
        if isSigningIn(sent.activity) { return signInPosted(result) + postNext() }
        if case .success(let id) = result { pacer.lineHasId(id, isEcho: false) }
        // The agent may change a line before the stream brings it back.
        if case .success(let id?) = result, sent.activity.isForAgents { record.accept(sent.activity, as: id, at: now) }
        var actions: [ChatAction] = []
        if case .failure(let error) = result { actions += failed(sent, error) }
        actions += postNext()
        if outbox.inFlight == nil { actions += saveAwaited() }
        if isLeaving, outbox.unsentCount == 0 { actions.append(.leave(exitCode: exitCode)) }
        return actions + pace(pacer.somethingHappened())
    }

    var exitCode: Int32 {
        guard !configuration.isInteractive else { return ExitStatus.done.rawValue }
        return (hasFailed || lost.isInDoubt ? ExitStatus.failed : isUnanswered ? .noAnswer : .done).rawValue
    }

    private mutating func fired(_ timer: ChatTimer) -> [ChatAction] {
        switch timer {
        case .typing(let generation):
            for index in conversations.indices where conversations[index].typingGeneration == generation {
                conversations[index].isTyping = false
            }
            return pace(pacer.somethingHappened())
        case .composing:
            isComposingTold = false
            return []
        case .leave: return isLeaving ? [.leave(exitCode: exitCode)] : []
        case .settle(let generation): return pace(pacer.settleTimerFired(generation: generation, in: situation))
        case .answer(let turn): return turn == self.turn ? pace(pacer.answerTimeIsUp(in: situation)) : []
        case .linger(let turn):
            guard turn == self.turn else { return [] }
            guard !pacer.isTurnOpen else { return pace(pacer.boundReached(in: situation)) }
            guard !waitingLines.isEmpty else { return [] }
            let words = "Nothing came within \(configuration.linger.seconds) s for \(waitingLines[0].quotedBeginning)."
            return [.show(.failure(words)), .leave(exitCode: ExitStatus.noAnswer.rawValue)]
        case .signIn: return isSignedIn ? [] : connection?.canSend == true ? tellOfAddress() : [awaitSignIn]
        case .stream, .countdown, .pictures, .remarks: return []
        }
    }

    // MARK: - Conversations

    /// The conversation in which the agent talks.
    var current: DeskConversation? { conversations.first { $0.item == currentItem } }

    func index(of item: WorkItemID) -> Int? { conversations.firstIndex { $0.item == item } }

    /// The smallest number that no conversation has.
    var nextNumber: Int { (1...).first { number in !conversations.contains { $0.number == number } } ?? 1 }

    /// How a conversation is called: its user, with its number where there are several.
    func title(of conversation: DeskConversation) -> ShownName {
        conversations.count > 1 ? conversation.shownName.numbered(conversation.number) : conversation.shownName
    }

    /// The agents whose names users must not seem to have.
    var agentNames: [String] { [configuration.name] + (view?.colleagues.map(\.name) ?? []) }

    mutating func remove(_ item: WorkItemID) {
        if let removed = conversations.first(where: { $0.item == item }), !removed.isRinging {
            lastConversation = removed
        }
        conversations.removeAll { $0.item == item }
        // Nobody is left who could answer.
        if pacedLine?.item == item { pacer.lineFailed() }
        if currentItem == item { currentItem = conversations.first(where: \.isOpen)?.item }
        if let currentItem, let index = index(of: currentItem) { conversations[index].unreadCount = 0 }
    }

    // MARK: - Prompt and completion

    /// Prompt and completions, where they have changed.
    private mutating func refresh() -> [ChatAction] {
        guard configuration.isInteractive else { return [] }
        var actions: [ChatAction] = []
        let prompt = ChatPrompt(listener: listener, note: note)
        if prompt != shownPrompt {
            shownPrompt = prompt
            actions.append(.setPrompt(prompt))
        }
        // A desk that is taken over knows its users only when the hub has told all of them.
        if !isTakingOver, drafts != shownDrafts {
            shownDrafts = drafts
            actions.append(.setDrafts(drafts))
        }
        let commands = CommandSet(table: SlashCommand.desk, words: words)
        if commands != shownCommands {
            shownCommands = commands
            actions.append(.setCommands(commands))
        }
        return actions
    }

    /// A line for each user, which Alt and the user's number go to.
    private var drafts: DraftSlots {
        let open = conversations.filter(\.isOpen).map { ($0.number, $0.lineName) }
        return DraftSlots(
            current: current?.lineName ?? DraftSlots.nobody,
            numbered: Dictionary(open) { first, _ in first },
            kept: Set(conversations.filter { !$0.isRinging }.map(\.lineName))
        )
    }

    private var listener: ChatPrompt.Listener {
        guard let connection, isSignedIn || connection.isOver else { return .connecting }
        if connection.isOver { return .closed }
        guard let current else { return .desk }
        return .user(name: current.shownName, number: conversations.count > 1 ? current.number : nil)
    }

    private var note: String {
        if let trouble = connection?.trouble, !trouble.isEmpty { return trouble }
        var parts: [String] = []
        if let current, current.isTyping { parts.append("\(oneLine(current.name)) is typing…") }
        if current?.phase == .onHold { parts.append("on hold") }
        let ringing = conversations.filter { $0.phase == .ringing }
        if !ringing.isEmpty { parts.append("\(ringing.map { oneLine($0.name) }.joined(separator: ", ")) rings") }
        for other in conversations where other.item != currentItem && other.unreadCount > 0 {
            parts.append("/\(other.number) \(oneLine(other.name)): \(other.unreadCount) new")
        }
        if presence != .available { parts.append(presence.rawValue) }
        return parts.joined(separator: " · ")
    }

    private var words: [String: [String]] {
        let ringing = conversations.filter(\.isRinging).map { "\($0.number)" }
        let all = conversations.map { "\($0.number)" }
        let colleagues = (view?.colleagues ?? []).filter { $0.id != agentId && $0.presence != .offline }.map(\.name)
        let queues = (view?.queues ?? []).map { "queue \($0.id)" }
        let skills = Set((view?.colleagues ?? []).flatMap(\.skills.keys)).sorted().map { "skill \($0)" }
        return [
            "accept": ringing + (view?.waiting ?? []).map(\.item), "decline": ringing, "brief": all, "request": all,
            "transcript": all,
            "canned": cannedReplies.replies.map(\.shortcut), "transfer": colleagues + queues + skills,
            "filter": Self.filterKinds + Set(conversations.map(\.name)).sorted(),
        ]
    }

    /// Foreign words for the middle of a sentence.
    func oneLine(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}
