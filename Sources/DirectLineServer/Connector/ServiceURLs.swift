import BotSchema

/// The service URLs that bots are given, one for each conversation.
///
/// Whoever knows one speaks as the bot of that conversation, and in no other but those that this bot has begun.
struct ServiceURLs: Sendable {
    /// The first segment of the paths below which bots call.
    static let root = "bot"

    let key: ServerKey
    /// Where bots reach the server, ending in a slash.
    let base: String
    /// Where clients reach it, ending in a slash.
    let publicURL: String

    /// The service URL of a conversation's bot, ending in a slash.
    func url(of conversation: String) -> String {
        "\(base)\(Self.root)/\(conversation)/\(key.connectorCapability(of: conversation))/"
    }

    /// What keeps the service URLs out of what the clients of a conversation are sent.
    func filter(for conversation: String) -> ServiceURLFilter {
        ServiceURLFilter(self, conversation: conversation)
    }
}
