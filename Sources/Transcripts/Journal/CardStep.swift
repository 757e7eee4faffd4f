public import BotSchema

/// A step of filling in a card: what nobody but the person at the keyboard knows until the card is sent.
public struct CardStep: Hashable, Sendable {
    /// What was done.
    public enum Input: Hashable, Sendable {
        /// A line was entered, such as a value of a field or the choice of a button.
        case line(String)
        /// A secret was entered, which no journal holds.
        case secret
        /// The card was sent, so that nothing is left of the steps before.
        case sent
    }

    /// The id of the message with the card.
    public let messageId: String
    /// What was done.
    public let input: Input

    /// A step.
    public init(messageId: String, input: Input) {
        self.messageId = messageId
        self.input = input
    }

    /// The trace that holds a step in a journal; nil for other activities.
    init?(_ activity: Activity) {
        guard activity.type == .trace, activity.name == TranscriptJournal.Mark.card.rawValue,
            let message = activity.value?["message"]?.string
        else { return nil }
        if let line = activity.value?["line"]?.string {
            self.init(messageId: message, input: .line(line))
        } else {
            self.init(messageId: message, input: activity.value?["sent"]?.bool == true ? .sent : .secret)
        }
    }

    /// The step as a trace of a journal.
    public func trace(in conversationId: String?, at instant: Timestamp) -> Activity {
        var value: JSONObject = ["message": .string(messageId)]
        switch input {
        case .line(let line): value["line"] = .string(line)
        case .secret: break
        case .sent: value["sent"] = true
        }
        var trace = TranscriptJournal.mark(.card, value, at: instant)
        trace.conversation = conversationId.map { ConversationAccount(id: $0) }
        return trace
    }
}
