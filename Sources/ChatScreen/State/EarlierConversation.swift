package import BotSchema
import DirectLineClient
import Handoff
package import Transcripts

/// What is known of a conversation that is resumed: from the service where it tells, else from the journal.
package struct EarlierConversation: Sendable {
    /// What was seen, oldest first.
    package var entries: [ConversationRecord.Entry]
    /// Own activities that were being sent and of which nothing came back.
    package var unsettled: [Activity]
    /// Whether the service said so; else it is not known whether ``unsettled`` has arrived.
    package var isFromService: Bool
    /// How far cards were filled in.
    package var cardSteps: [CardStep]

    /// An earlier conversation of these parts.
    package init(
        entries: [ConversationRecord.Entry],
        unsettled: [Activity] = [],
        isFromService: Bool = true,
        cardSteps: [CardStep] = []
    ) {
        self.entries = entries
        self.unsettled = unsettled
        self.isFromService = isFromService
        self.cardSteps = cardSteps
    }

    /// What a client and a journal know of a conversation.
    ///
    /// - Parameters:
    ///   - earlier: What the client has found out.
    ///   - userId: What the user is called at the service.
    ///   - cardSteps: What the journal has of cards.
    init(_ earlier: EarlierActivities, userId: String?, cardSteps: [CardStep]) {
        let entries = AuthorEvidence.resolved(earlier.seen).map { activity in
            // What a bot has imported nobody has said here.
            let isUsers = activity.isFromUser && !activity.isImported
            let isOwn = isUsers || activity.from?.role == nil && activity.from?.id == userId
            return ConversationRecord.Entry(activity: activity, isEcho: isOwn && activity.from?.id != nil)
        }
        self.init(
            entries: entries,
            unsettled: earlier.unsettled,
            isFromService: earlier.isFromService,
            cardSteps: cardSteps
        )
    }
}
