public import BotSchema

/// What a conversation brings.
public enum ClientEvent: Hashable, Sendable {
    /// An activity arrived, each once.
    ///
    /// An activity that a bot has changed since comes again, under the same id.
    ///
    /// `isEcho` says that it is one of our own come back: by the id that the post returned, else by its
    /// `clientActivityID`, and never by `from.id`, which the service may have replaced.
    case activity(Activity, isEcho: Bool)
    /// The connection changed.
    case connection(ConnectionState)
    /// Something a person may want to know, one sentence without content of the conversation.
    case notice(String)
    /// ``Conversation/catchUp(_:)`` of this number is done: what the service had then has been delivered before this.
    ///
    /// `isCertain` is false when the service did not answer.
    case caughtUp(_ number: Int, isCertain: Bool)
}

/// How activities arrive at present.
public enum ConnectionState: Hashable, Sendable {
    /// The first socket is being opened.
    case connecting(attempt: Int)
    /// Activities arrive by WebSocket.
    case online
    /// The stream was lost; the next attempt follows after a while.
    case reconnecting(attempt: Int, after: Duration, reason: String)
    /// Activities arrive by asking for them.
    case polling
    /// The token is no longer valid and could not be renewed.
    case expired
    /// The conversation is over, or the service has forgotten it.
    case ended(reason: String)
    /// The stream cannot be resumed.
    case failed(ClientError)
}

/// What became of an activity that was sent.
public struct SendReceipt: Hashable, Sendable {
    /// The id that the service gave it, nil when the service told none.
    public let id: String?
    /// The id by which its echo can be recognised in any case.
    public let clientActivityID: String
}
