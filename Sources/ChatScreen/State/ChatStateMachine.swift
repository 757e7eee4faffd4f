package import BotSchema
import DirectLineClient
package import Handoff
import LineEditing
package import Transcripts
package import MessageContent

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
        /// How long nothing must arrive after an answer for a turn of a script to be over.
        package var settle: Duration
        /// How long the first answer to a line of a script may take.
        package var answerWithin: Duration
        /// Whether all that the bot says to a line comes before the end of its post, so that silence after it is an
        /// answer: true of the built-in bot.
        package var answersWithinTurn: Bool
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
            answerWithin: Duration = .seconds(15),
            answersWithinTurn: Bool = false,
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
            self.answerWithin = answerWithin
            self.answersWithinTurn = answersWithinTurn
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
    /// How often a card was opened, changed or begun to be filled in.
    var cardStep = 0
    /// What the user is called at the service: as was asked for, and as echoes come back.
    var ownIds: Set<String> = []
    /// The newest request for an agent, live or loaded.
    var initiation: HandoffInitiation?
    var loaded: Loaded?
    /// What `/next` says.
    var loadedLines = LoadedLines()
    /// Who is composing an answer, as far as the last seconds tell.
    var typist: String?
    /// The agent who has taken over from the one who accepted.
    var joinedAgent: String?
    /// Whether the agent who has the conversation hears what the user writes.
    var agentPresence = AgentPresence.there
    var typingGeneration = 0
    /// Messages that wait for their pictures.
    var pictureWait = PictureWait()
    /// The answer that is growing, and whose it is.
    var liveReplies = LiveReplies()
    var growing: GrowingReply?
    /// The names of events of the bot that nobody here understands, each of which is told once.
    var toldEvents: Set<String?> = []
    var streamGeneration = 0

    var outbox = Outbox()
    var isComposingTold = false
    var hasFailed = false
    /// Whether a line of a script got no answer in time.
    var isUnanswered = false
    /// Lines that did not arrive, or of which nobody knows.
    var lost = LostLines()
    /// The last line that came back before its post had ended.
    var echoedNumber: Int?
    var latency = TurnLatency()

    var pacer: TurnPacer
    /// The words of the turn under way.
    var turnWords: String?
    /// Files that are being written or read; a pipe goes on when they are done.
    var filesUnderWay = 0
    /// Where to save as soon as the lines on their way have arrived.
    var awaitedSaves: [SaveWish] = []
    var waitingLines: [String] = []
    var hasInputEnded = false
    /// Whether another side has the rest of the script.
    var isAside = false
    /// How long it is until the start of a conversation is tried again.
    var secondsToStart: Int?
    var isLeaving = false
    var turn = 0
    private var shownPrompt: ChatPrompt?

    /// A reply that the bot is still writing, as far as it is known.
    struct GrowingReply: Sendable {
        let id: String
        let speaker: Speaker
        var text: String
    }

    /// Whether the agent who has the conversation hears what the user writes.
    enum AgentPresence: Sendable {
        case there
        /// The agent's connection is broken; what the user writes is kept.
        case cutOff
        /// The agent is gone, and the next one not there yet.
        case between
    }

    /// A transcript that `/load` brought, and whether `/save` still means it.
    struct Loaded: Sendable {
        var transcript: Transcript
        var path: String
        var isCurrent: Bool
    }

    /// A chat that has not begun.
    package init(configuration: Configuration) {
        self.configuration = configuration
        pacer = TurnPacer(settle: configuration.settle, answerWithin: configuration.answerWithin)
    }

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
        let waiting = pictureWait.length
        switch event {
        case .input(let input): actions += receive(input, at: now)
        case .opened(let id, let userId, let trust):
            actions += opened(id, trusting: trust)
            ownIds = userId.map { [$0] } ?? []
        case .resumed(let earlier): actions += resumed(earlier, at: now)
        case .client(let event): actions += receive(event, at: now)
        case .posted(let number, let result): actions += posted(number, result, at: now)
        case .saved(let path, let result): actions += saved(path, result) + fileDone(at: now)
        case .loaded(let path, let result): actions += showLoaded(path, result, at: now) + fileDone(at: now)
        case .invokeAnswered(let invoke, let answer): actions += invokeAnswered(invoke, answer, at: now)
        case .downloaded(let result): actions += [ReceivedFiles.told(result)] + fileDone(at: now)
        case .drawn(let number, let pictures): actions += pictureWait.end(number, with: pictures)
        case .settingKept(let result): actions += Self.settingKept(result)
        case .faultsListed(let result): actions += [.show(Self.item(result))] + fileDone(at: now)
        case .traced(let entry): actions.append(.show(.trace(entry)))
        case .fetched(let link, let result): actions += showFetched(link, result) + fileDone(at: now)
        case .timer(let timer): actions += fired(timer, at: now)
        case .startDelayed(let error, let delay): actions += startDelayed(error, delay)
        case .welcomeFailed(let reason, let isUnreachable):
            hasFailed = hasFailed || isUnreachable
            actions.append(.show(.failure("The bot was not told that you are here: \(oneLine(reason)).")))
        case .failedToOpen(let error):
            secondsToStart = nil
            guard conversationId != nil, configuration.isInteractive else {
                return [.show(.failure(error.message)), .leave(exitCode: ExitStatus.failed.rawValue)]
            }
            connection = .failed(error)
            actions.append(.show(.failure("No new conversation: \(error.message). /new tries again.")))
        }
        return pictureWait.ordered(actions, behind: waiting) + updatePrompt()
    }

    /// The actions with which a chat begins.
    package mutating func begin() -> [ChatAction] { updatePrompt() }

    // MARK: - Conversation

    private mutating func startDelayed(_ error: ClientError, _ delay: Duration) -> [ChatAction] {
        let seconds = max(1, Int((delay / .seconds(1)).rounded(.up)))
        let isCounting = secondsToStart != nil
        secondsToStart = seconds
        let notice = ChatAction.show(.notice("\(oneLine(error.message)); trying again in \(seconds) s."))
        return configuration.isInteractive && !isCounting ? [notice, .startTimer(.countdown, .seconds(1))] : [notice]
    }

    private mutating func opened(_ id: String, trusting trust: ReportTrust) -> [ChatAction] {
        let isFirst = conversationId == nil
        conversationId = id
        secondsToStart = nil
        handoff = HandoffLifecycle(trusting: trust)
        earlierActivities += record.transcript.activities
        record = ConversationRecord()
        choices = .none
        shownMessage = nil
        inputHint = nil
        form = nil
        initiation = nil
        latency = TurnLatency()
        typist = nil
        joinedAgent = nil
        agentPresence = .there
        growing = nil
        toldEvents = []
        liveReplies = LiveReplies()
        echoedNumber = nil
        // The opening is a turn as well, and a conversation that is resumed may open with a handoff that never ends.
        let loading = isFirst ? configuration.load.map { load($0) } ?? [] : []
        guard configuration.isInteractive else {
            return [.startTimer(.linger(turn: turn), configuration.linger)] + loading
        }
        return isFirst ? loading : [.show(.notice("A new conversation has begun."))]
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
        if let seconds = secondsToStart { return seconds > 0 ? "trying again in \(seconds) s" : "trying again…" }
        let trouble = connection?.trouble ?? ""
        if !trouble.isEmpty { return trouble }
        if handoff.state == .live, agentPresence == .cutOff { return "connection broken" }
        return typist.map { "\($0) is typing…" } ?? (inputHint == .ignoring ? "the bot expects no answer" : "")
    }

    /// What the agent is called who has the conversation, as far as known.
    var agentName: ShownName? {
        joinedAgent.map { ShownName($0, of: "agent") } ?? handoff.agent?.shownAgentName
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
        case .live where agentPresence == .between: return .waiting
        case .live: return .agent(name: agentName ?? ShownName(nil, of: "agent"))
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
