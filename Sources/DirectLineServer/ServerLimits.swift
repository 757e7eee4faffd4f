/// What is too large, too slow or too many for a server.
///
/// Together the limits bound what one client or bot can cost the others.
public struct ServerLimits: Hashable, Sendable {
    /// The largest activity that a client may send, in bytes; more is answered 413.
    public var clientActivity = 262_144
    /// The largest upload, in bytes, all its files together; more is answered 413.
    public var upload = 4 << 20
    /// The largest body that a bot may send, in bytes; a transcript of a long conversation must fit.
    public var botBody = 16 << 20
    /// How many bytes of files are kept; the oldest make room for new ones.
    public var storedFiles = 256 << 20
    /// How long files are kept.
    public var fileRetention = Duration.seconds(86_400)
    /// How long a client's request waits for the bot; the bot may go on, the client is told that it was too slow.
    public var turn = Duration.seconds(15)
    /// How many turns of one conversation may wait; more is answered 429.
    public var waitingTurns = 256
    /// How many activities a second the user of one conversation may send in the long run, nil for any number.
    ///
    /// Twice as many may come at once; more is answered 429.
    public var activitiesPerSecond: Int? = 1_000
    /// How many activities of one conversation are held; the oldest cannot be read any more.
    public var activitiesInMemory = 100_000
    /// How many bytes of activities may wait for the bot in one conversation; more is answered 429.
    public var waitingBytes = 4 << 20
    /// How many bytes one conversation may have without a store; more is answered 429.
    ///
    /// With a store, old activities leave memory and no number of bytes is refused.
    public var conversationBytes = 96 << 20
    /// How many bytes all conversations together may take in memory; without a store, more is answered 429.
    public var memory = 512 << 20
    /// How many bytes of activities one answer to a poll may have; the next poll gets the rest.
    public var pageBytes = 4 << 20
    /// How many activities one answer to a poll may have.
    public var pageActivities = 2_000
    /// How many bytes of files one conversation may have; more is answered 429.
    public var conversationFiles = 64 << 20
    /// How many bytes of files one user may have over all conversations; more is answered 429.
    public var userFiles = 128 << 20
    /// How long a store keeps a conversation after the last change to it, nil for ever.
    public var storedAge: Duration?
    /// How many bytes of activities a store keeps, nil for any number; the conversations unused for longest go first.
    public var storedBytes: Int?
    /// How many conversations may be in memory; beyond them a new one is answered 429 unless an idle one can go.
    public var conversations = 20_000
    /// How long a conversation stays in memory that nobody uses, streams or writes to.
    ///
    /// A store brings it back; without one it is gone then.
    public var idleConversation = Duration.seconds(86_400)
    /// How many connections may be open; others wait to be accepted.
    ///
    /// Never more than the process may have files.
    public var connections = 16_384
    /// How long a connection may be open before its first request has begun.
    public var firstRequest = Duration.seconds(10)
    /// How long a connection may be open without a request after that.
    public var idleConnection = Duration.seconds(75)
    /// How long a request may take to arrive, body and all.
    public var requestArrival = Duration.seconds(30)
    /// How long an answer may take to be read.
    public var answerDeparture = Duration.seconds(120)

    /// The limits of the real service, where they are known.
    public init() {}
}
