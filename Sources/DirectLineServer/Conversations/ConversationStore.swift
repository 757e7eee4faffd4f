package import BotSchema

/// Where conversations are remembered beyond the server's run.
///
/// A conversation applies a change only when the store has it, so nobody is ever shown what a crash would take back.
package protocol ConversationStore: Sendable {
    /// Whether conversations can be brought back from here, so that neither they nor old activities need stay in memory.
    var isDurable: Bool { get }

    /// What is known to be wrong with what was stored earlier; what can be read still is.
    var damage: StoreError? { get }

    /// The server's key; the given one is kept if there is none yet.
    func key(orKeep new: ServerKey) async throws(StoreError) -> ServerKey

    /// Takes a change and returns at once.
    ///
    /// - Parameters:
    ///   - change: What happened. Changes of one conversation are kept in the order in which they are recorded.
    ///   - conversation: The conversation's id.
    ///   - settled: Called once, from any thread and perhaps before this returns, with the row by which the change can
    ///     be read, or with the reason why it was not kept. The calls come in the order of the changes.
    func record(
        _ change: ConversationChange,
        in conversation: String,
        settled: @escaping @Sendable (Result<Int64, StoreError>) -> Void
    )

    /// Everything kept of a conversation behind a row, without the content of activities: some thousand rows at a time.
    ///
    /// - Returns: No rows at the end, and for a conversation that the store does not know.
    func outline(of conversation: String, after row: Int64) async throws(StoreError) -> [StoredChange]

    /// The JSON of the activity in a row.
    func content(of row: Int64) async throws(StoreError) -> [UInt8]

    /// Keeps an uploaded file; it is safe when this returns.
    ///
    /// - Throws: `overQuota` when the conversation or the account has too many bytes already.
    func keep(_ upload: StoredUpload, within limits: UploadLimits, now: Timestamp) async throws(StoreError)

    /// The upload of an id, nil when the store does not know it.
    func upload(_ id: String) async throws(StoreError) -> StoredUpload?

    /// Finds out whether the store takes writes at the moment.
    func check() async throws(StoreError)

    /// Forgets what has been there for longer, or is more, than it should be.
    ///
    /// - Parameters:
    ///   - limits: How old conversations may be and how large the store.
    ///   - inUse: Conversations that must stay.
    ///   - now: The present time.
    /// - Throws: Why it could not forget.
    func sweep(_ limits: StoreLimits, keeping inUse: Set<String>, now: Timestamp) async throws(StoreError)
}

extension ConversationStore {
    /// A store worth the name is durable.
    package var isDurable: Bool { true }

    /// Nothing is known to be wrong.
    package var damage: StoreError? { nil }

    /// Always takes writes.
    package func check() async throws(StoreError) {}

    /// Keeps everything for ever.
    package func sweep(_ limits: StoreLimits, keeping inUse: Set<String>, now: Timestamp) async throws(StoreError) {}
}

/// One thing that happened to a conversation and must survive.
package enum ConversationChange: Hashable, Sendable {
    /// It began, or its user became known by another account.
    case user(ChannelAccount)
    /// An activity took the next number.
    case kept(SerializedActivity)
    /// An activity replaced the one with the same id.
    case replaced(SerializedActivity)
    /// An activity was deleted; this is the notice for clients, which carries its id.
    case deleted(SerializedActivity)
}

/// A change as a store gives it back, the content of activities left in the store.
package struct StoredChange: Hashable, Sendable {
    /// What kind of change it is.
    package enum Kind: Hashable, Sendable {
        case user(ChannelAccount)
        case kept, replaced, deleted
    }

    /// By which ``ConversationStore/content(of:)`` finds the content; greater than that of any earlier change.
    package let row: Int64
    /// What kind of change it is.
    package let kind: Kind
    /// The activity's id.
    package let id: String
    /// When the channel took it, in milliseconds since 1970; nil where that is not known.
    package let time: Timestamp?
    /// How many bytes its JSON has.
    package let size: Int

    /// A change in a row.
    package init(row: Int64, kind: Kind, id: String, time: Timestamp?, size: Int) {
        self.row = row
        self.kind = kind
        self.id = id
        self.time = time
        self.size = size
    }
}

/// How long and how much a store keeps of conversations.
package struct StoreLimits: Hashable, Sendable {
    /// How long a conversation is kept after the last change to it, nil for ever.
    package var age: Duration?
    /// How many bytes of activities are kept in all, nil for any number; the conversations unused for longest go first.
    package var bytes: Int?

    /// Limits; nil for none.
    package init(age: Duration?, bytes: Int?) {
        self.age = age
        self.bytes = bytes
    }
}

/// Remembers nothing: conversations live as long as the server runs.
package struct VolatileConversations: ConversationStore {
    /// A store that remembers nothing.
    package init() {}

    /// Nothing can be brought back.
    package var isDurable: Bool { false }

    /// A key for this run.
    package func key(orKeep new: ServerKey) async throws(StoreError) -> ServerKey { new }

    /// Settles the change at once, since it is as safe as it will be.
    package func record(
        _ change: ConversationChange,
        in conversation: String,
        settled: @escaping @Sendable (Result<Int64, StoreError>) -> Void
    ) { settled(.success(0)) }

    /// Knows no conversation.
    package func outline(of conversation: String, after row: Int64) async throws(StoreError) -> [StoredChange] { [] }

    /// Has no content.
    package func content(of row: Int64) async throws(StoreError) -> [UInt8] {
        throw StoreError(.failed, "nothing is stored")
    }

    /// Forgets the upload.
    package func keep(_ upload: StoredUpload, within limits: UploadLimits, now: Timestamp) async throws(StoreError) {}

    /// Knows no upload.
    package func upload(_ id: String) async throws(StoreError) -> StoredUpload? { nil }
}
