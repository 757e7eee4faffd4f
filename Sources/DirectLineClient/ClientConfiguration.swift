public import BotSchema

/// Whom to talk to, as whom, and how patiently.
public struct ClientConfiguration: Sendable {
    /// How activities are to arrive.
    public enum Transport: Hashable, Sendable {
        /// By WebSocket, by polling once WebSocket has been refused three times.
        case automatic
        /// By WebSocket only.
        case webSocket
        /// By asking again and again; `typing` does not arrive this way.
        case polling
    }

    /// The service.
    ///
    /// With a token endpoint, ``DirectLineEndpoint/global`` stands for "where its region is".
    public var endpoint: DirectLineEndpoint
    /// What admits the client.
    public var credential: DirectLineCredential
    /// Who speaks; a token may bind the conversation to another id, which the service then puts in.
    public var user: ChannelAccount
    /// The language of the user, a BCP 47 tag, sent with the start and with every activity.
    public var locale: String?
    /// How activities are to arrive.
    public var transport: Transport
    /// The time between two polls while there is something to hear; five times that after a minute of silence.
    public var pollInterval: Duration
    /// How long a request may take; a post is answered after the bot's turn, which may last 15 seconds.
    public var requestTimeout: Duration
    /// For how long a start is tried again that fails with 429, a 5xx or no answer in time; zero tries once.
    public var startLimit: Duration
    /// Told before each further try of the start: why, and after how long.
    ///
    /// Called from any task; must return at once.
    public var onStartDelay: (@Sendable (ClientError, Duration) -> Void)?
    /// How often a silent socket is probed; it counts as dead when two probes went unanswered.
    public var pingInterval: Duration
    /// How many events may wait for their reader before the socket is no longer read.
    public var eventCapacity: Int
    /// An earlier conversation to go on with instead of starting one.
    ///
    /// Needs the secret, a token for this conversation, or a service that asks for nothing: what a token endpoint
    /// gives usually is for new conversations only.
    public var resume: Resumption?
    /// How many bytes the files of an upload may have together; the service takes no more than 4 MiB (measured).
    public var uploadLimit: Int
    /// How many bytes a file may have that is downloaded.
    public var downloadLimit: Int
    /// Which hosts are reached through a proxy.
    public var proxies: ProxySettings
    /// Whether secrets and tokens may be sent over plain `http` to another machine, where all in between can read them.
    ///
    /// Without it such a call fails with the code `notEncrypted` before anything is sent. This machine itself is
    /// reached over `http` in any case.
    public var allowsClearText: Bool
    /// PEM files with certificates to be trusted besides the system's, such as that of a company's own authority.
    public var trustedCertificates: [String]
    /// Hears of all that goes over the wire, with credentials masked; nil costs nothing.
    ///
    /// Called from many tasks; must return at once.
    public var onTrace: (@Sendable (TraceEntry) -> Void)?
    /// Whether ``onTrace`` wants to hear at present; while it does not, nothing is prepared for it.
    public var isTraced: @Sendable () -> Bool = { true }
    /// What waiting is measured by.
    public var clock: any Clock<Duration>
    /// The time of day, for the local timestamps of activities.
    public var now: @Sendable () -> Timestamp
    /// Where the jitter of waiting and the ids of activities start from, the system's randomness when nil.
    public var randomSeed: UInt64?

    /// A configuration with the defaults of interactive use.
    ///
    /// - Parameters:
    ///   - endpoint: The service.
    ///   - credential: What admits the client.
    ///   - user: Who speaks.
    ///   - locale: The language of the user.
    ///   - transport: How activities are to arrive.
    public init(
        endpoint: DirectLineEndpoint = .global,
        credential: DirectLineCredential,
        user: ChannelAccount,
        locale: String? = nil,
        transport: Transport = .automatic
    ) {
        self.endpoint = endpoint
        self.credential = credential
        self.user = user
        self.locale = locale
        self.transport = transport
        pollInterval = .seconds(1)
        requestTimeout = .seconds(20)
        startLimit = .zero
        onStartDelay = nil
        pingInterval = .seconds(15)
        eventCapacity = 256
        resume = nil
        uploadLimit = 4 << 20
        downloadLimit = 64 << 20
        proxies = .none
        allowsClearText = false
        trustedCertificates = []
        onTrace = nil
        clock = ContinuousClock()
        now = { .now }
        randomSeed = nil
    }
}
