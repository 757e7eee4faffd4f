import BotSchema
import NIOCore

/// A file that a user or a bot has sent.
struct StoredFile: Hashable, Sendable {
    let name: String
    let contentType: String
    let original: ByteBuffer
    var thumbnail: ByteBuffer?

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

/// Keeps the files of a run in memory, for a day and within a size; the oldest go first.
actor FileShelf {
    private struct Entry {
        let file: StoredFile
        let expiry: Timestamp
    }

    private let capacity: Int
    private let retention: Duration
    private let identifiers: Identifiers
    private let now: @Sendable () -> Timestamp
    private let store: any ConversationStore
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var size = 0

    init(
        capacity: Int,
        retention: Duration,
        identifiers: Identifiers,
        now: @escaping @Sendable () -> Timestamp,
        store: any ConversationStore = VolatileConversations()
    ) {
        self.store = store
        self.capacity = capacity
        self.retention = retention
        self.identifiers = identifiers
        self.now = now
    }

    /// The file of an id, nil when there is none or it is too old.
    func file(_ id: String) async -> StoredFile? {
        if let entry = entries[id] { return entry.expiry > now() ? entry.file : nil }
        guard let upload = await store.upload(id), upload.expiry > now() else { return nil }
        return StoredFile(
            name: upload.name,
            contentType: upload.contentType,
            original: ByteBuffer(bytes: upload.original),
            thumbnail: upload.thumbnail.map { ByteBuffer(bytes: $0) }
        )
    }

    /// Keeps a file.
    ///
    /// - Returns: Its id, which is all that is needed to read it and cannot be guessed.
    func keep(_ file: StoredFile) -> String {
        let id = identifiers.secret()
        entries[id] = Entry(file: file, expiry: now().advanced(by: retention))
        order.append(id)
        if store.isDurable {
            store.keep(
                StoredUpload(
                    id: id,
                    name: file.name,
                    contentType: file.contentType,
                    original: Array(file.original.readableBytesView),
                    thumbnail: file.thumbnail.map { Array($0.readableBytesView) },
                    expiry: now().advanced(by: retention)
                )
            )
        }
        size += file.size
        while let oldest = order.first, oldest != id,
            size > capacity || entries[oldest].map({ $0.expiry <= now() }) == true
        {
            order.removeFirst()
            size -= entries.removeValue(forKey: oldest)?.file.size ?? 0
        }
        return id
    }
}
