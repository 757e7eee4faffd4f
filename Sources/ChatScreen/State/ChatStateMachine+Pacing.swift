import BotSchema
import Handoff
import LineEditing

/// Lets a script's lines follow each other, and ends it.
extension ChatStateMachine {
    mutating func fired(_ timer: ChatTimer, at now: Timestamp) -> [ChatAction] {
        switch timer {
        case .settle(let generation):
            return pace(pacer.settleTimerFired(generation: generation, in: situation), at: now)
        case .countdown:
            guard let left = secondsToStart else { return [] }
            secondsToStart = max(0, left - 1)
            return [.startTimer(.countdown, .seconds(1))]
        case .typing(let generation):
            guard generation == typingGeneration else { return [] }
            typist = nil
            return pace(pacer.somethingHappened())
        case .stream(let generation):
            guard generation == streamGeneration else { return [] }
            return abandonGrowingReply(at: now)
        case .pictures(let number): return pictureWait.end(number)
        case .composing:
            isComposingTold = false
            return []
        case .answer(let turn):
            guard turn == self.turn else { return [] }
            return pace(pacer.answerTimeIsUp(in: situation), at: now)
        case .leave: return isLeaving ? [.leave(exitCode: exitCode)] : []
        case .signIn: return []
        case .linger(let turn):
            guard turn == self.turn else { return [] }
            if hasInputEnded, waitingLines.isEmpty, !pacer.isTurnOpen { return leaveAfterPipe(isBound: true) }
            return pace(pacer.boundReached(in: situation), at: now)
        }
    }

    mutating func pace(_ decision: TurnPacer.Decision, at now: Timestamp? = nil) -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        switch decision {
        case .nothing, .startSettleTimer, .catchUp: return decision.waiting
        case .settled: return nextTurn(at: now)
        case .unanswered: return tellUnanswered(within: configuration.answerWithin) + nextTurn(at: now)
        case .settledByBound where outbox.unsentCount > 0:
            return tellUndelivered() + nextTurn(at: now)
        case .settledByBound(.withoutAnswer):
            return tellUnanswered(within: configuration.linger) + nextTurn(at: now)
        case .settledByBound(.withoutAgent) where turnWords != nil:
            isUnanswered = true
            let words = "No agent accepted the handoff within \(configuration.linger.seconds) s."
            return [.show(.failure(words))] + nextTurn(at: now)
        case .settledByBound:
            let words = "The turn was not over within \(configuration.linger.seconds) s; going on."
            return [.show(.notice(words))] + nextTurn(at: now)
        }
    }

    /// A script learns that a line got no answer, or that nothing came at the opening.
    private mutating func tellUnanswered(within time: Duration) -> [ChatAction] {
        guard let words = turnWords else { return [] }
        isUnanswered = true
        latency.giveUp()
        return [.show(.failure("No answer to \(quoted(words)) within \(time.seconds) s."))]
    }

    /// A script learns that the bound came before a line was delivered.
    private mutating func tellUndelivered() -> [ChatAction] {
        guard let line = outbox.inFlight ?? outbox.waiting.first else { return [] }
        hasFailed = true
        let outcome =
            outbox.inFlight == nil
            ? "was not delivered: not connected" : "may not have been delivered: the service has not answered"
        return [.show(.failure("\(quoted(line.words)) \(outcome) within \(configuration.linger.seconds) s."))]
    }

    /// What the pacer has to know at present.
    var situation: TurnPacer.Situation {
        TurnPacer.Situation(
            isOnline: connection?.isDelivering == true,
            isOver: connection?.isOver == true,
            isPosting: outbox.unsentCount > 0 && connection?.hasFailed != true,
            isWaitingForAgent: handoff.state.isWaiting && !isHubPlayedNext,
            isLive: handoff.state == .live && !isHubPlayedNext,
            isTyping: typist != nil || growing != nil
        )
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
        var actions: [ChatAction] = []
        if isPending {
            isUnanswered = true
            let words = "Left after \(configuration.linger.seconds) s with the handoff still open: \(handoffSummary)."
            actions.append(.show(.failure(words)))
        }
        if lost.isInDoubt { hasFailed = true }
        return actions + [.leave(exitCode: exitCode)]
    }

    /// A pipe's turn begins: nothing else is sent until it has settled.
    mutating func startTurn(
        _ words: String? = nil,
        expecting expected: TurnPacer.Expectation = .perhapsAnAnswer
    ) -> [ChatAction] {
        guard !configuration.isInteractive else { return [] }
        // An agent's answer is the pacer's own matter, and a bot that speaks within its turn is heard by then.
        let isBotHeard = configuration.answersWithinTurn || ![.bot, .ended, .closed].contains(handoff.state)
        pacer.turnStarted(expecting: isBotHeard ? .nothing : expected)
        turnWords = words
        turn += 1
        let answer: [ChatAction] =
            isBotHeard || expected != .anAnswer ? [] : [.startTimer(.answer(turn: turn), configuration.answerWithin)]
        return [.startTimer(.linger(turn: turn), configuration.linger)] + answer
    }
}
