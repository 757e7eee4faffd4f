import BotSchema
import NIOCore

/// A file that a user or a bot has sent.
struct StoredFile: Hashable, Sendable {
    let name: String
    let contentType: String
    let original: ByteBuffer
    var thumbnail: ByteBuffer?

    /// Whether the file is what was said before a handoff, by the name that such attachments have.
    ///
    /// Pictures are fetched without a credential; this is for the hub, the bot and the user of the conversation alone.
    var isTranscript: Bool { name.lowercased() == "transcript" }

    var size: Int { original.readableBytes + (thumbnail?.readableBytes ?? 0) }

    /// The content under the name of a view.
    func view(_ id: String) -> ByteBuffer? {
        switch id {
        case "original": original
        case "thumbnail": thumbnail
        default: nil
        }
    }
}

/// Keeps files for a time and within limits, in the server's store or, without one, in memory.
actor AttachmentStore {
    private struct Entry {
        let file: StoredFile
        let conversation: String
        let owner: FileOwner
        let expiry: Timestamp
    }

    private let limits: UploadLimits
    private let retention: Duration
    private let identifiers: Identifiers
    private let now: @Sendable () -> Timestamp
    private let store: any ConversationStore
    private let health: StoreHealth
    private var entries: [String: Entry] = [:]
    private var order: [String] = []

    init(
        _ limits: ServerLimits,
        identifiers: Identifiers,
        now: @escaping @Sendable () -> Timestamp,
        store: any ConversationStore = VolatileConversations(),
        health: StoreHealth
    ) {
        self.limits = UploadLimits(
            total: limits.storedFiles,
            perConversation: limits.conversationFiles,
            perOwner: limits.userFiles
        )
        retention = limits.fileRetention
        self.identifiers = identifiers
        self.now = now
        self.store = store
        self.health = health
    }

    /// The file of an id, nil when there is none or it is too old.
    ///
    /// - Throws: 503 when the store cannot give it back.
    func file(_ id: String) async throws(HTTPFailure) -> StoredFile? {
        if let entry = entries[id] { return entry.expiry > now() ? entry.file : nil }
        do throws(StoreError) {
            guard let upload = try await store.upload(id), upload.expiry > now() else { return nil }
            return StoredFile(
                name: upload.name,
                contentType: upload.contentType,
                original: ByteBuffer(bytes: upload.original),
                thumbnail: upload.thumbnail.map { ByteBuffer(bytes: $0) }
            )
        } catch {
            health.noteUnreadable(error)
            throw .store(error)
        }
    }

    /// Keeps a file.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - conversation: The conversation that it belongs to.
    ///   - owner: Who answers for its bytes.
    ///   - isPrivate: Whether members of the conversation alone may read it; else whoever knows its id.
    /// - Returns: Its id, which cannot be guessed.
    /// - Throws: 429 when the conversation or the account has too many bytes of files already, 503 when the store does
    ///   not take it.
    func keep(
        _ file: StoredFile,
        in conversation: String,
        by owner: FileOwner,
        isPrivate: Bool = false
    ) async throws(HTTPFailure) -> String {
        let id = (isPrivate ? conversation + "." : "") + identifiers.secret()
        let expiry = now().advanced(by: retention)
        guard store.isDurable else {
            try keep(Entry(file: file, conversation: conversation, owner: owner, expiry: expiry), as: id)
            return id
        }
        let upload = StoredUpload(
            id: id,
            conversation: conversation,
            owner: owner.text,
            name: file.name,
            contentType: file.contentType,
            original: Array(file.original.readableBytesView),
            thumbnail: file.thumbnail.map { Array($0.readableBytesView) },
            expiry: expiry
        )
        do throws(StoreError) {
            try await store.keep(upload, within: limits, now: now())
            health.note(Result<Void, StoreError>.success(()))
        } catch {
            guard error.code != .overQuota else { throw Self.tooMuch }
            health.note(Result<Void, StoreError>.failure(error))
            throw .store(error)
        }
        return id
    }

    private func keep(_ entry: Entry, as id: String) throws(HTTPFailure) {
        let now = now()
        order.removeAll { id in
            guard let old = entries[id], old.expiry <= now else { return false }
            entries[id] = nil
            return true
        }
        var (total, ofConversation, ofOwner) = (entry.file.size, entry.file.size, entry.file.size)
        for other in entries.values {
            total += other.file.size
            if other.conversation == entry.conversation { ofConversation += other.file.size }
            if other.owner == entry.owner { ofOwner += other.file.size }
        }
        guard ofConversation <= limits.perConversation, ofOwner <= limits.perOwner else { throw Self.tooMuch }
        while total > limits.total, !order.isEmpty {
            total -= entries.removeValue(forKey: order.removeFirst())?.file.size ?? 0
        }
        entries[id] = entry
        order.append(id)
    }

    private static var tooMuch: HTTPFailure {
        .tooMany("the conversation or its user has too many bytes of files here already", retryAfter: 3600)
    }
}
