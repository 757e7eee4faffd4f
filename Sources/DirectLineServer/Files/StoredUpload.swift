package import BotSchema

/// An uploaded file as a store keeps it.
package struct StoredUpload: Hashable, Sendable {
    /// The id by which it is read, which cannot be guessed.
    package let id: String
    /// The conversation that it belongs to.
    package let conversation: String
    /// The account that sent it.
    package let owner: String
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
        conversation: String,
        owner: String,
        name: String,
        contentType: String,
        original: [UInt8],
        thumbnail: [UInt8]?,
        expiry: Timestamp
    ) {
        self.id = id
        self.conversation = conversation
        self.owner = owner
        self.name = name
        self.contentType = contentType
        self.original = original
        self.thumbnail = thumbnail
        self.expiry = expiry
    }

    /// How many bytes count against the limits.
    package var size: Int { original.count + (thumbnail?.count ?? 0) }
}

/// How many bytes of files may be kept, in all and of one conversation or account.
package struct UploadLimits: Hashable, Sendable {
    /// Of all; the oldest make room for new ones.
    package var total: Int
    /// Of one conversation; more is refused.
    package var perConversation: Int
    /// Of one account over all its conversations; more is refused.
    package var perOwner: Int

    /// Limits in bytes.
    package init(total: Int, perConversation: Int, perOwner: Int) {
        self.total = total
        self.perConversation = perConversation
        self.perOwner = perOwner
    }
}
