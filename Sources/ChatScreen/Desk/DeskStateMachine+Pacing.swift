import AgentHub
import BotSchema
import LineEditing

/// Lets a script's lines follow each other: a line to a user is followed by the next when the user has answered.
extension DeskStateMachine {
    /// Gives up what a script has left to say, and whether it has said all: another side is to say it.
    mutating func takeWaitingLines() -> (lines: [String], hasEnded: Bool) {
        defer {
            waitingLines = []
            hasInputEnded = false
        }
        return (waitingLines, hasInputEnded)
    }

    /// Follows the lines of a script as far as there is somebody to say them to.
    mutating func followScript() -> [ChatAction] {
        var actions: [ChatAction] = []
        while isSignedIn, !isAside, !isLeaving, isIdle, let line = waitingLines.first, isReady(for: line) {
            turn += 1
            actions += enter(waitingLines.removeFirst())
        }
        if waitingLines.isEmpty, hasInputEnded, isSignedIn, isIdle, !isAside, !isLeaving { return actions + leave() }
        // One timer for each line that waits; the ones of earlier lines are void.
        if !waitingLines.isEmpty, lingeringTurn != turn {
            lingeringTurn = turn
            actions.append(.startTimer(.linger(turn: turn), configuration.linger))
        }
        return actions
    }

    /// Whether a script's next line may be followed.
    private var isIdle: Bool { outbox.unsentCount == 0 && !pacer.isTurnOpen && filesUnderWay == 0 }

    private func isReady(for line: String) -> Bool {
        switch EnteredLine(line, commands: SlashCommand.desk) {
        case .message: current?.isOpen == true
        case .command(let command, let argument):
            switch command.name {
            case "accept", "decline": argument.hasPrefix("item-") || conversations.contains { $0.phase == .ringing }
            case "correct", "delete", "react": LineChange(command, argument).map(hasLine) ?? true
            case let name where Self.commandsInConversation.contains(name): current?.isOpen == true
            case "brief", "request", "transcript": !conversations.isEmpty
            case "open", "save": !conversations.isEmpty || lastConversation != nil
            default: true
            }
        case .blank, .unknownCommand: true
        }
    }

    /// A script's turn begins with a line to a user.
    mutating func startTurn(_ words: String, in item: WorkItemID) -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        pacer.turnStarted(expecting: configuration.answerWithin == nil ? .nothing : .anAnswer)
        pacedLine = (words, item)
        lingeringTurn = turn
        let answer = configuration.answerWithin.map { ChatAction.startTimer(.answer(turn: turn), $0) }
        return [.startTimer(.linger(turn: turn), configuration.linger)] + (answer.map { [$0] } ?? [])
    }

    /// A user has said something, which answers the line before; what other users say answers nothing.
    mutating func noteArrival(in item: WorkItemID, isMessage: Bool) -> [ChatAction] {
        guard item == pacedLine?.item else { return [] }
        if isMessage { pacer.answerCame() }
        return pace(pacer.somethingHappened())
    }

    mutating func pace(_ decision: TurnPacer.Decision) -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        switch decision {
        case .nothing, .startSettleTimer, .catchUp: return decision.waiting
        case .settled: return endTurn()
        case .unanswered: return tellUnanswered(within: configuration.answerWithin ?? .zero) + endTurn()
        case .settledByBound where outbox.unsentCount > 0: return tellUndelivered() + endTurn()
        case .settledByBound(.withoutAnswer): return tellUnanswered(within: configuration.linger) + endTurn()
        case .settledByBound:
            let words = "The turn was not over within \(configuration.linger.seconds) s; going on."
            return [.show(.notice(words))] + endTurn()
        }
    }

    /// What the pacer has to know at present.
    var situation: TurnPacer.Situation {
        TurnPacer.Situation(
            isOnline: connection?.isDelivering == true,
            isOver: connection?.isOver == true,
            isPosting: outbox.unsentCount > 0,
            isWaitingForAgent: false,
            isLive: false,
            isTyping: conversations.contains { $0.item == pacedLine?.item && $0.isTyping }
        )
    }

    /// The wait for what the next line needs is another one.
    private mutating func endTurn() -> [ChatAction] {
        turn += 1
        pacedLine = nil
        return []
    }

    private mutating func tellUnanswered(within time: Duration) -> [ChatAction] {
        guard let pacedLine else { return [] }
        isUnanswered = true
        let words = "No answer to \(pacedLine.words.quotedBeginning) within \(time.seconds) s."
        return [.show(.failure(words))]
    }

    private mutating func tellUndelivered() -> [ChatAction] {
        guard let line = outbox.inFlight ?? outbox.waiting.first else { return [] }
        hasFailed = true
        let outcome =
            outbox.inFlight == nil
            ? "was not delivered: not connected" : "may not have been delivered: the hub has not answered"
        return [
            .show(.failure("\(line.words.quotedBeginning) \(outcome) within \(configuration.linger.seconds) s."))
        ]
    }
}
