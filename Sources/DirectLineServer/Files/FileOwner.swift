import BotSchema

/// Who answers for the bytes of a file: what the quotas of users count.
///
/// Made from what the server knows and never from what a sender says of itself.
enum FileOwner: Hashable, Sendable {
    /// The user whom a token or a conversation is bound to, over all conversations.
    case user(String)
    /// Whoever posts in a conversation of nobody in particular.
    case client(ofConversation: String)
    /// The bot, in one conversation.
    case bot(ofConversation: String)
    /// The hub, for transcripts that travel by link.
    case hub(ofConversation: String)

    /// The owner as stores keep it.
    var text: String {
        switch self {
        case .user(let id): "user \(id)"
        case .client(let conversation): "client \(conversation)"
        case .bot(let conversation): "bot \(conversation)"
        case .hub(let conversation): "handoff \(conversation)"
        }
    }
}

extension Conversation {
    /// Who answers for what a client uploads.
    ///
    /// - Parameter bound: The user whom the client's token is for, if it is for one.
    /// - Returns: That user, the user of the conversation, or whoever it is.
    func uploader(boundTo bound: ChannelAccount?) -> FileOwner {
        let account = bound ?? (user.isBound ? user : nil)
        return account?.id.map(FileOwner.user) ?? .client(ofConversation: id)
    }
}
