import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import MessageContent

/// Sends what the person says, one activity at a time.
extension ChatStateMachine {
    /// Queues an activity and posts it when nothing else is under way.
    mutating func send(
        _ activity: Activity,
        words: String,
        files: [String] = [],
        enteredAt now: Timestamp? = nil
    ) -> [ChatAction] {
        let number = outbox.add(activity, words: words, files: files)
        if let now { latency.lineEntered(number, at: now) }
        if activity.answersChoices, files.isEmpty { choices = .none }
        loaded?.isCurrent = false
        return postNext()
    }

    /// Posts the next of the queue when it may.
    mutating func postNext() -> [ChatAction] {
        guard connection?.canSend == true, let next = outbox.takeNext() else { return [] }
        return [next.action]
    }

    /// Tells how posting ended, keeps what was delivered, and goes on.
    mutating func posted(
        _ number: Int,
        _ result: Result<String?, ClientError>,
        at now: Timestamp
    ) -> [ChatAction] {
        guard let sent = outbox.finish(number) else { return [] }
        if case .success(let id) = result {
            pacer.lineHasId(id, isEcho: false)
            latency.line(number, hasId: id)
        }
        if case .success(let id?) = result { record.accept(sent.activity, as: id, at: now) }
        var actions: [ChatAction] = []
        if case .failure(let error) = result {
            let cause = oneLine(error.cause)
            let outcome = latency.isAnswered(number) ? "was answered, but then the bot failed" : error.delivery.words
            actions.append(.show(.failure("\(quoted(sent.words)) \(outcome): \(cause)")))
            switch error.delivery {
            case .unknown where echoedNumber != sent.number: lost.add(doubtful: sent)
            case .unknown: actions.append(.show(.notice("\(quoted(sent.words)) was delivered.")))
            case .delivered, .notDelivered:
                hasFailed = true
                // A bot that took too long may still answer.
                if error.botStatus != 504 { pacer.lineFailed() }
            }
            if error.delivery == .notDelivered {
                lost.add(undelivered: sent)
                if configuration.isInteractive { actions.append(.show(.notice("/resend sends it again."))) }
            }
            if error.code == .botFailed, let rejection = RejectedReport(of: sent.activity) {
                actions += rejected(rejection, at: now)
            }
        }
        actions += postNext()
        if outbox.inFlight == nil { actions += saveAwaited() }
        if isLeaving, outbox.inFlight == nil { return actions + [.leave(exitCode: exitCode)] }
        return actions + pace(pacer.somethingHappened())
    }

    /// The bot has rejected a report that was sent by hand: that is told and kept as of a report of the hub.
    private mutating func rejected(_ rejection: RejectedReport, at now: Timestamp) -> [ChatAction] {
        var activity = rejection.activity
        activity.from = .agentHub
        activity.timestamp = now.text
        activity.conversation = conversationId.map { ConversationAccount(id: $0) }
        return receive(.activity(activity, isEcho: false), at: now)
    }

    /// A script wants to know of any failure; a person has seen it.
    var exitCode: Int32 {
        guard !configuration.isInteractive else { return ExitStatus.done.rawValue }
        return (hasFailed ? ExitStatus.failed : isUnanswered ? .noAnswer : .done).rawValue
    }
}

extension ClientError {
    /// Why a line got no answer, in one sentence that names the bot where the service says which.
    fileprivate var cause: String {
        guard code == .botFailed, let detail else { return message }
        let lead = "Failed to send activity: "
        return detail.hasPrefix(lead) ? String(detail.dropFirst(lead.count)) : detail
    }
}

extension ClientError.Delivery {
    /// What became of a line, in the words of a sentence about it.
    fileprivate var words: String {
        switch self {
        case .delivered: "was not answered"
        case .notDelivered: "was not delivered"
        case .unknown: "may not have been delivered"
        }
    }
}
