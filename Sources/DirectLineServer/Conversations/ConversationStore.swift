package import BotSchema

/// Where conversations are remembered beyond the server's run.
///
/// The log in memory stays the one that is read; a store only follows it and gives it back after a restart.
package protocol ConversationStore: Sendable {
    /// Whether conversations can be brought back from here, so that idle ones need not stay in memory.
    var isDurable: Bool { get }

    /// Takes note of a change. Called in the order of the log while the conversation waits: hand over and return.
    func record(_ change: ConversationChange, in conversation: String)

    /// Takes note of an uploaded file, in the same way.
    func keep(_ upload: StoredUpload)

    /// Returns when everything recorded until now is safe; nothing is acknowledged or streamed before.
    ///
    /// - Throws: Why it is not, in one sentence.
    func settled() async throws

    /// The upload of an id, nil when the store does not know it.
    func upload(_ id: String) async -> StoredUpload?

    /// Everything recorded of a conversation in that order, empty when the store does not know it.
    func changes(in conversation: String) async -> [ConversationChange]
}

extension ConversationStore {
    /// A store worth the name is durable.
    package var isDurable: Bool { true }

    /// Forgets the upload.
    package func keep(_ upload: StoredUpload) {}

    /// Everything is as safe as it will be.
    package func settled() async throws {}

    /// Knows no upload.
    package func upload(_ id: String) async -> StoredUpload? { nil }
}

/// An uploaded file as a store keeps it.
package struct StoredUpload: Hashable, Sendable {
    /// The id by which it is read, which cannot be guessed.
    package let id: String
    /// The name that came with it.
    package let name: String
    /// The media type that came with it.
    package let contentType: String
    /// The content.
    package let original: [UInt8]
    /// The content of its small view, if one came along.
    package let thumbnail: [UInt8]?
    /// When it may be forgotten.
    package let expiry: Timestamp

    /// A file.
    package init(
        id: String,
        name: String,
        contentType: String,
        original: [UInt8],
        thumbnail: [UInt8]?,
        expiry: Timestamp
    ) {
        self.id = id
        self.name = name
        self.contentType = contentType
        self.original = original
        self.thumbnail = thumbnail
        self.expiry = expiry
    }
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
