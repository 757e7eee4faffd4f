package import BotSchema

/// Where conversations are remembered beyond the server's run.
///
/// The log in memory stays the one that is read; a store only follows it and gives it back after a restart.
package protocol ConversationStore: Sendable {
    /// Whether conversations can be brought back from here, so that idle ones need not stay in memory.
    var isDurable: Bool { get }

    /// Takes note of a change. Called in the order of the log while the conversation waits: hand over and return.
    func record(_ change: ConversationChange, in conversation: String)

    /// Everything recorded of a conversation in that order, empty when the store does not know it.
    func changes(in conversation: String) async -> [ConversationChange]
}

extension ConversationStore {
    /// A store worth the name is durable.
    package var isDurable: Bool { true }
}

/// One thing that happened to a conversation and must survive.
package enum ConversationChange: Hashable, Sendable {
    /// It began, or its user became known by another account.
    case user(ChannelAccount)
    /// An activity took the next number.
    case kept(Activity)
    /// An activity replaced the one with the same id.
    case replaced(Activity)
    /// The activity of an id was deleted.
    case deleted(id: String)
}

/// Remembers nothing: conversations live as long as the server runs.
package struct VolatileConversations: ConversationStore {
    /// A store that remembers nothing.
    package init() {}

    /// Nothing can be brought back.
    package var isDurable: Bool { false }

    /// Ignores the change.
    package func record(_ change: ConversationChange, in conversation: String) {}

    /// Answers that nothing is known.
    package func changes(in conversation: String) async -> [ConversationChange] { [] }
}
