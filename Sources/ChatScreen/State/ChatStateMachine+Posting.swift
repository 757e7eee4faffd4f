import BotSchema
import DirectLineClient
import Handoff
import LineEditing

/// Sends what the person says, one activity at a time.
extension ChatStateMachine {
    /// Queues an activity and posts it when nothing else is under way.
    mutating func send(_ activity: Activity, words: String, files: [String] = []) -> [ChatAction] {
        outbox.add(activity, words: words, files: files)
        choices = .none
        loaded?.isCurrent = false
        return postNext()
    }

    /// Posts the next of the queue when it may.
    mutating func postNext() -> [ChatAction] {
        guard connection?.canSend == true, let next = outbox.takeNext() else { return [] }
        return [
            next.files.isEmpty
                ? .post(next.activity, number: next.number)
                : .upload(next.files, next.activity, number: next.number)
        ]
    }

    /// Tells how posting ended, keeps what was delivered, and goes on.
    mutating func posted(
        _ number: Int,
        _ result: Result<String?, ClientError>,
        at now: Timestamp
    ) -> [ChatAction] {
        guard let sent = outbox.finish(number) else { return [] }
        if case .success(let id?) = result { record.accept(sent.activity, as: id, at: now) }
        var actions: [ChatAction] = []
        if case .failure(let error) = result {
            hasFailed = true
            let words = DisplayText.neutralised(sent.words, keepingNewlines: false)
            actions.append(.show(.failure("“\(words)” \(error.fate): \(error.message)")))
            if error.isCertainlyUndelivered {
                undelivered.append(sent)
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
    var exitCode: Int32 { hasFailed && !configuration.isInteractive ? 1 : 0 }
}

extension ClientError {
    /// Whether nothing of a post can have arrived, so that sending it again cannot say it twice.
    fileprivate var isCertainlyUndelivered: Bool {
        switch code {
        case .botFailed, .interrupted, .timedOut, .tooLarge, .serviceFailed, .protocolViolation: false
        default: true
        }
    }

    /// What is known of an activity whose post failed so.
    fileprivate var fate: String {
        switch code {
        case .botFailed: "was delivered, but not answered"
        case .interrupted, .timedOut: "may not have been delivered"
        default: "was not delivered"
        }
    }
}
