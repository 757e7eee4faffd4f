import AgentHub
import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import Transcripts

/// Takes up an earlier conversation where it was left.
extension ChatStateMachine {
    /// Of what was said before, this many messages are shown again.
    private static let recalledLimit = 6

    /// Rebuilds everything that stands on what was said before, and says where the conversation stands.
    mutating func resumed(_ earlier: EarlierConversation, at now: Timestamp) -> [ChatAction] {
        for entry in earlier.entries { recall(entry, at: now) }
        // Nobody has been typing since, and no answer has been growing.
        (typist, growing, liveReplies) = (nil, nil, LiveReplies())
        remarks = RepeatedRemarks()
        var actions = showRecalled(earlier.entries)
        actions.append(.show(.notice(summary(of: earlier))))
        actions += recallUnsettled(earlier)
        return actions + refill(earlier.cardSteps, at: now)
    }

    /// Takes an activity as if it had just come, but shows nothing.
    private mutating func recall(_ entry: ConversationRecord.Entry, at now: Timestamp) {
        _ = arrived(entry.activity, isEcho: entry.isEcho, at: entry.activity.time ?? now)
        if entry.isEcho, entry.activity.answersChoices { choices = .none }
    }

    /// The last messages once more; a script has had them.
    private func showRecalled(_ entries: [ConversationRecord.Entry]) -> [ChatAction] {
        guard configuration.isInteractive else { return [] }
        return record.entries.filter { $0.isReadable && HubNotice($0.activity) == nil }.suffix(Self.recalledLimit)
            .map { entry in
                let speaker = Speaker(
                    of: entry.activity,
                    isEcho: entry.isEcho,
                    ownIds: ownIds,
                    agentIds: handoff.agentIds
                )
                // Not as an echo, which is not shown; the choices of the last are still to be taken.
                let isLast = entry.activity.id != nil && entry.activity.id == record.entries.last?.activity.id
                return .show(
                    .earlier(
                        .activity(
                            entry.activity,
                            speaker: speaker,
                            isEcho: false,
                            isNumbered: isLast && choices.count > 0
                        )
                    )
                )
            }
    }

    private func summary(of earlier: EarlierConversation) -> String {
        guard !earlier.entries.isEmpty else {
            return "Resumed the conversation; nothing is known of what was said before."
        }
        let count = earlier.entries.count.of("earlier activity", "earlier activities")
        let origin = earlier.isFromService ? "" : " from the journal"
        return "Resumed the conversation, \(handoffSummary); \(count)\(origin)."
    }

    /// Lines that were being sent when the chat was cut off.
    private mutating func recallUnsettled(_ earlier: EarlierConversation) -> [ChatAction] {
        var actions: [ChatAction] = []
        for activity in earlier.unsettled {
            var again = activity
            // Said once more it is another line of this client.
            (again.clientActivityID, again.timestamp, again.from, again.conversation) = (nil, nil, nil, nil)
            let words = again.spokenWords
            let fate = earlier.isFromService ? "was not delivered" : "may not have been delivered"
            actions.append(.show(.failure("“\(oneLine(words))” \(fate) before the chat was cut off.")))
            let line = Outbox.Outgoing(number: 0, activity: again, words: words, files: [])
            if earlier.isFromService { lost.add(undelivered: line) } else { lost.add(doubtfulBefore: line) }
        }
        if earlier.isFromService, !actions.isEmpty, configuration.isInteractive {
            actions.append(.show(.notice("/resend sends it again.")))
        }
        return actions
    }

    // MARK: - Cards

    /// Notes that something was done to the card on the screen.
    func keepCardStep(_ input: CardStep.Input) -> [ChatAction] {
        guard configuration.isInteractive, let id = shownMessage?.activity.id else { return [] }
        return [.keepCardStep(CardStep(messageId: id, input: input))]
    }

    /// Fills the card in as far as it had been, and asks what was being asked.
    private mutating func refill(_ steps: [CardStep], at now: Timestamp) -> [ChatAction] {
        guard let id = shownMessage?.activity.id else { return [] }
        let ofThis = steps.filter { $0.messageId == id }
        let begin = ofThis.lastIndex { $0.input == .sent }.map { $0 + 1 } ?? 0
        var actions: [ChatAction] = []
        for step in ofThis[begin...] {
            // Behind a secret nothing can be filled in again.
            guard case .line(let line) = step.input else { break }
            actions = enter(line, at: now)
            guard outbox.unsentCount == 0 else {
                outbox.clear()
                return []
            }
        }
        return actions.filter { action in
            switch action {
            case .keepCardStep, .show(.enteredCommand): false
            default: true
            }
        }
    }
}

extension Activity {
    /// Whether it is what a person says to what was offered: an event, an invoke or a file is no answer to it.
    var answersChoices: Bool { type == .message && attachments.isEmpty }
}
