/// An earlier conversation to go on with, and what was seen of it.
public struct Resumption: Hashable, Sendable {
    /// The conversation's id, as ``Conversation/conversationId`` gave it.
    public var conversationId: String
    /// The position behind the last activity seen, as ``Conversation/watermark`` gave it; nil to see everything again.
    public var watermark: String?

    /// A conversation and a position in it.
    public init(conversationId: String, watermark: String? = nil) {
        self.conversationId = conversationId
        self.watermark = watermark
    }
}
