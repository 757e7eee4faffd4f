public import BotSchema

/// An earlier conversation to go on with, and what was seen of it.
public struct Resumption: Hashable, Sendable {
    /// The conversation's id, as ``Conversation/conversationId`` gave it.
    public var conversationId: String
    /// The position behind the last activity seen, as ``Conversation/watermark`` gave it; nil to see everything again.
    public var watermark: String?
    /// What is known of the conversation, oldest first, such as from a record of it; own activities that may never have
    /// arrived have no id.
    ///
    /// With it, even when it is empty, the client asks the service for what was said before, which
    /// ``Conversation/earlier`` then tells. What is known is not brought again.
    public var known: [Activity]?

    /// A conversation and a position in it.
    public init(conversationId: String, watermark: String? = nil, known: [Activity]? = nil) {
        self.conversationId = conversationId
        self.watermark = watermark
        self.known = known
    }
}

/// What was said in a conversation before it was resumed.
public struct EarlierActivities: Hashable, Sendable {
    /// Those that have been seen, oldest first, each once.
    public var seen: [Activity] = []
    /// Own activities that were being sent when the conversation was left, and that nothing shows to have arrived.
    public var unsettled: [Activity] = []
    /// Whether the service has told it; else the record alone did, and ``unsettled`` may have arrived.
    public var isFromService = false

    /// Nothing was said.
    public init() {}
}
