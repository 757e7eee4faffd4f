package import BotSchema
import DirectLineClient
package import Handoff
import LineEditing
package import Transcripts

/// The chat as a pure state machine: an event goes in, actions come out, nothing is done.
///
/// It decides what is sent when (one post at a time, so that a bot sees turns in order), what is shown, who listens,
/// and when a pipe is done. `ChatLoop` performs the actions.
package struct ChatStateMachine: Sendable {
    /// A file that is to be shown, and perhaps said again.
    package struct FileToLoad: Hashable, Sendable {
        /// Where it is.
        package var path: String
        /// Whether `/next` says its lines.
        package var isContext: Bool

        /// A file.
        package init(path: String, isContext: Bool = false) {
            self.path = path
            self.isContext = isContext
        }
    }

    /// What stays the same during a chat.
    package struct Configuration: Sendable {
        /// Whether a person types, so that lines go out at once and the chat stays until it is left.
        package var isInteractive: Bool
        /// How long nothing must arrive for a turn of a pipe to have settled.
        package var settle: Duration
        /// The bound on the wait for a turn of a pipe, and for a handoff that is pending at its end.
        package var linger: Duration
        /// The look of command answers.
        package var style: Style

        /// How `/handoff` spells what it sends; nil for as the bot asked.
        package var dialect: HandoffDialect?
        /// What is loaded when the first conversation opens.
        package var load: FileToLoad?
        /// Whether pictures are drawn below the messages that they came with.
        package var drawsPictures: Bool
        /// The day at the person's place, by which days are told apart.
        package var day: @Sendable (Timestamp) -> CalendarDate?
        /// An instant as people read it at the person's place.
        package var clockTime: @Sendable (Timestamp) -> String

        /// A configuration.
        package init(
            isInteractive: Bool,
            settle: Duration,
            linger: Duration,
            style: Style,
            dialect: HandoffDialect? = nil,
            load: FileToLoad? = nil,
            drawsPictures: Bool = false,
            day: @escaping @Sendable (Timestamp) -> CalendarDate? = CalendarDate.init(utc:),
            clockTime: @escaping @Sendable (Timestamp) -> String = \.text
        ) {
            self.clockTime = clockTime
            self.day = day
            self.dialect = dialect
            self.load = load
            self.drawsPictures = drawsPictures
            self.isInteractive = isInteractive
            self.settle = settle
            self.linger = linger
            self.style = style
        }
    }

    let configuration: Configuration
    var conversationId: String?
    var connection: ConnectionState?
    var handoff = HandoffLifecycle()
    var record = ConversationRecord()
    /// What the conversations before this one held.
    private var earlierActivities: [Activity] = []
    /// The day of the last line that has one.
    var lastDay: CalendarDate?
    var choices = Choices.none
    var shownMessage: ShownMessage?
    /// Whether the person has been told once how a card is filled in.
    var isFormHintGiven = false
    /// What the newest message expects.
    var inputHint: InputHint?
    /// The card that is being filled in.
    var form: CardForm?
    /// What the user is called at the service: as was asked for, and as echoes come back.
    var ownIds: Set<String> = []
    /// The newest request for an agent, live or loaded.
    var initiation: HandoffInitiation?
    /// Reports of the hub that the bot answered with an error.
    var rejections: [HandoffFinding] = []
    var loaded: Loaded?
    /// What `/next` says.
    var loadedLines = LoadedLines()
    /// Who is composing an answer, as far as the last seconds tell.
    var typist: String?
    /// The agent who has taken over from the one who accepted.
    var joinedAgent: String?
    /// Whether the agent is gone and the next one not there yet.
    var isBetweenAgents = false
    var typingGeneration = 0
    /// The answer that is growing, and whose it is.
    var liveReplies = LiveReplies()
    var growing: GrowingReply?
    var streamGeneration = 0

    var outbox = Outbox()
    var isComposingTold = false
    var hasFailed = false
    /// Lines that certainly did not reach the service, for `/resend`.
    var undelivered: [Outbox.Outgoing] = []
    var latency = TurnLatency()

    var pacer = TurnPacer()
    /// Files that are being written or read; a pipe goes on when they are done.
    var filesUnderWay = 0
    /// Where to save as soon as the lines on their way have arrived.
    var awaitedSaves: [SaveWish] = []
    var waitingLines: [String] = []
    var hasInputEnded = false
    /// Whether another side has the rest of the script.
    var isAside = false
    var isLeaving = false
    var turn = 0
    private var shownPrompt: ChatPrompt?

    /// A reply that the bot is still writing, as far as it is known.
    struct GrowingReply: Sendable {
        let id: String
        let speaker: Speaker
        var text: String
    }

    /// Where to save, and what is to be left out or masked.
    struct SaveWish: Sendable {
        var path = ""
        var isPublic = false
        var isRedacted = false
    }

    /// A transcript that `/load` brought, and whether `/save` still means it.
    struct Loaded: Sendable {
        var transcript: Transcript
        var path: String
        var isCurrent: Bool
    }

    /// A chat that has not begun.
    package init(configuration: Configuration) { self.configuration = configuration }

    /// Whether the lines are answers to the fields of a card.
    package var isFillingIn: Bool { form != nil }

    /// Where the handoff stands.
    package var handoffState: HandoffState { handoff.state }

    /// Every conversation of this chat, one after the other, for a record of it all.
    package var wholeTranscript: Transcript {
        Transcript(activities: earlierActivities + record.transcript.activities)
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When.
    /// - Returns: What to do, in order.
    package mutating func handle(_ event: ChatEvent, at now: Timestamp) -> [ChatAction] {
        var actions: [ChatAction] = []
        switch event {
        case .input(let input): actions += receive(input, at: now)
        case .opened(let id, let userId):
            actions += opened(id)
            ownIds = userId.map { [$0] } ?? []
        case .client(let event): actions += receive(event, at: now)
        case .posted(let number, let result): actions += posted(number, result, at: now)
        case .saved(let path, let result): actions += saved(path, result) + fileDone(at: now)
        case .loaded(let path, let result): actions += showLoaded(path, result, at: now) + fileDone(at: now)
        case .invokeAnswered(let invoke, let answer): actions += invokeAnswered(invoke, answer, at: now)
        case .downloaded(let result): actions += downloaded(result) + fileDone(at: now)
        case .settingKept(let result): actions += Self.settingKept(result)
        case .faultsListed(let result): actions.append(.show(Self.item(result)))
        case .traced(let entry): actions.append(.show(.trace(entry)))
        case .fetched(let link, let result): actions += showFetched(link, result) + fileDone(at: now)
        case .timer(let timer): actions += fired(timer, at: now)
        case .failedToOpen(let error):
            guard conversationId != nil, configuration.isInteractive else {
                return [.show(.failure(error.message)), .leave(exitCode: 1)]
            }
            connection = .failed(error)
            actions.append(.show(.failure("No new conversation: \(error.message). /new tries again.")))
        }
        actions += updatePrompt()
        return actions
    }

    /// The actions with which a chat begins.
    package mutating func begin() -> [ChatAction] { updatePrompt() }

    // MARK: - Conversation

    private mutating func opened(_ id: String) -> [ChatAction] {
        let isFirst = conversationId == nil
        conversationId = id
        handoff = HandoffLifecycle()
        earlierActivities += record.transcript.activities
        record = ConversationRecord()
        choices = .none
        shownMessage = nil
        inputHint = nil
        form = nil
        initiation = nil
        rejections = []
        latency = TurnLatency()
        typist = nil
        joinedAgent = nil
        isBetweenAgents = false
        // The opening is a turn as well, and a conversation that is resumed may open with a handoff that never ends.
        let loading = isFirst ? configuration.load.map { load($0) } ?? [] : []
        guard configuration.isInteractive else {
            return [.startTimer(.linger(turn: turn), configuration.linger)] + loading
        }
        return isFirst ? loading : [.show(.notice("A new conversation has begun."))]
    }

    // MARK: - Pacing of a pipe

    private mutating func fired(_ timer: ChatTimer, at now: Timestamp) -> [ChatAction] {
        switch timer {
        case .settle(let generation):
            let situation = TurnPacer.Situation(
                isOnline: connection?.canSend == true,
                isPosting: outbox.unsentCount > 0,
                isWaitingForAgent: handoff.state.isWaiting && !isHubPlayedNext,
                isLive: handoff.state == .live && !isHubPlayedNext,
                isTyping: typist != nil || growing != nil
            )
            return pace(pacer.settleTimerFired(generation: generation, in: situation), at: now)
        case .typing(let generation):
            guard generation == typingGeneration else { return [] }
            typist = nil
            return pace(pacer.somethingHappened())
        case .stream(let generation):
            guard generation == streamGeneration else { return [] }
            return abandonGrowingReply(at: now)
        case .composing:
            isComposingTold = false
            return []
        case .leave: return isLeaving ? [.leave(exitCode: exitCode)] : []
        case .linger(let turn):
            guard turn == self.turn else { return [] }
            if hasInputEnded, waitingLines.isEmpty, !pacer.isTurnOpen { return leaveAfterPipe(isBound: true) }
            return pace(pacer.boundReached(), at: now)
        }
    }

    mutating func pace(_ decision: TurnPacer.Decision, at now: Timestamp? = nil) -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        switch decision {
        case .nothing: return []
        case .startSettleTimer(let generation):
            return [.startTimer(.settle(generation: generation), configuration.settle)]
        case .settled: return nextTurn(at: now)
        case .settledByBound:
            return [.show(.notice("No answer within \(configuration.linger.seconds) s; going on."))] + nextTurn(at: now)
        }
    }

    /// Whether the next line of a pipe does what an agent would do, so that waiting for one would be in vain.
    private var isHubPlayedNext: Bool {
        guard let line = waitingLines.first, case .command(let command, _) = EnteredLine(line) else { return false }
        return ["as", "event", "handoff", "withdraw"].contains(command.name)
    }

    /// Whether a pipe's next line may be followed.
    var isIdle: Bool { !pacer.isTurnOpen && filesUnderWay == 0 }

    /// A file was written or read.
    mutating func fileDone(at now: Timestamp) -> [ChatAction] {
        filesUnderWay -= 1
        return configuration.isInteractive ? [] : nextTurn(at: now)
    }

    private mutating func nextTurn(at now: Timestamp?) -> [ChatAction] {
        guard let now else { return [] }
        var actions: [ChatAction] = []
        while isIdle, !waitingLines.isEmpty, !isAside {
            actions += enter(waitingLines.removeFirst(), at: now)
        }
        if isIdle, waitingLines.isEmpty, hasInputEnded, !isAside { actions += leaveAfterPipe(isBound: false) }
        return actions
    }

    /// Leaves a pipe's chat, but for a handoff that is pending: that has until the bound.
    mutating func leaveAfterPipe(isBound: Bool) -> [ChatAction] {
        let isPending = handoff.state.isOpen
        if isPending, !isBound {
            turn += 1
            return [.startTimer(.linger(turn: turn), configuration.linger)]
        }
        let notice: [ChatAction] =
            isPending
            ? [.show(.notice("Left after \(configuration.linger.seconds) s with the handoff still open."))] : []
        return notice + [.leave(exitCode: exitCode)]
    }

    /// A pipe's turn begins: nothing else is sent until it has settled.
    mutating func startTurn() -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        pacer.turnStarted()
        turn += 1
        return [.startTimer(.linger(turn: turn), configuration.linger)]
    }

    // MARK: - Prompt

    private mutating func updatePrompt() -> [ChatAction] {
        guard configuration.isInteractive else { return [] }
        let preview = growing.map { ChatPrompt.Preview(speaker: $0.speaker, text: $0.text) }
        let prompt = ChatPrompt(listener: listener, note: note, preview: preview)
        guard prompt != shownPrompt else { return [] }
        shownPrompt = prompt
        return [.setPrompt(prompt)]
    }

    private var note: String {
        let trouble = connection?.trouble ?? ""
        if !trouble.isEmpty { return trouble }
        return typist.map { "\($0) is typing…" } ?? (inputHint == .ignoring ? "the bot expects no answer" : "")
    }

    private var listener: ChatPrompt.Listener {
        if let form { return .field(name: form.field?.name ?? "send", isSecret: form.field?.isSecret ?? false) }
        guard let connection else { return .connecting }
        if connection.isOver { return .closed }
        switch handoff.state {
        // After an end the bot hears the next line, which starts over.
        case .bot, .ended: return .bot
        case .requested: return .waiting
        case .queued: return .queue(position: handoff.attempt?.queuePosition)
        case .live where isBetweenAgents: return .waiting
        case .live: return .agent(name: joinedAgent ?? handoff.agent?.name ?? "agent")
        case .closed: return .closed
        }
    }
}

extension Duration {
    /// The duration in milliseconds, rounded down.
    var wholeMilliseconds: Int64 { Int64(self / .milliseconds(1)) }

    /// The duration as seconds with at most one decimal, such as `2.1` or `34`.
    var seconds: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension Int {
    /// The number with its noun, such as `1 activity` or `3 activities`.
    func of(_ singular: String, _ plural: String) -> String { "\(self) \(self == 1 ? singular : plural)" }
}
