public import BotSchema

/// How an embedded Direct Line server listens, whom it admits and what it takes.
public struct ServerConfiguration: Sendable {
    /// The address to listen at; anything but a loopback address needs a ``secret``.
    public var host: String
    /// The port to listen at; 0 takes a free one, which ``ServerAddress`` tells.
    public var port: Int
    /// The credential for starting conversations.
    ///
    /// Without one the server is open: any bearer or none is taken, as Emulator does.
    public var secret: String?
    /// The bot as the conversation's members and the recipient of activities.
    public var botAccount = ChannelAccount(id: "bot", name: "Bot", role: "bot")
    /// Who the clients are, which decides what they may mark in `channelData`.
    package var clients = ServerClients.users
    /// The channel that bots see; it changes what SDKs send, `emulator` turns on traces.
    public var channelId = "directline"
    /// How long a token is good.
    public var tokenLifetime = Duration.seconds(3600)
    /// How long a stream URL is good, for as many connects as one likes.
    public var streamURLLifetime = Duration.seconds(60)
    /// How often an open stream carries a sign of life.
    public var keepAliveInterval = Duration.seconds(25)
    /// What is too large, too slow or too many.
    public var limits = ServerLimits()
    /// How a bot hears that somebody is there.
    public var welcome = Welcome.together
    /// Who may stream a conversation that is streamed already.
    public var streams = StreamSharing.shared
    /// What goes wrong on purpose from the start; ``EmbeddedServer/faults`` changes it later.
    public var faults: [ServerFault] = []
    /// Where the chance in faults starts from.
    public var faultSeed: UInt64 = 1
    /// Origins of web pages that may use the server, besides pages that this machine serves.
    ///
    /// Pages opened from a file have the origin `null`, as has a sandboxed frame of any foreign page. What is no origin
    /// allows nobody.
    public var allowedOrigins: [String] = []
    /// Names in `Host` under which a server on a loopback address is reached, besides the usual ones.
    public var allowedHosts: [String] = []
    /// Where clients reach the server, if that is not where it listens: behind a proxy that ends TLS.
    ///
    /// Stream URLs and the links of uploads and attachments begin with it. Its host need not be in ``allowedHosts`` nor
    /// its origin in ``allowedOrigins``.
    public var publicURL: PublicURL?
    /// Proxies whose `Forwarded` and `X-Forwarded-` headers tell under which URL a client reaches the server.
    ///
    /// From any other address those headers mean nothing.
    public var trustedProxies: [NetworkRange] = []
    /// What `/health` asks besides the store.
    package var healthChecks: [HealthCheck] = []
    /// Measures limits and intervals.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Tells the time for activities and for the life of credentials.
    public var now: @Sendable () -> Timestamp = { .now }
    /// Makes ids and credentials.
    public var generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    /// Hears of everything worth a line in a log, without any secret.
    ///
    /// Called from many tasks; must return at once.
    public var onEvent: @Sendable (ServerEvent) -> Void = { _ in }

    /// A server on the loopback address, open and on a free port unless said otherwise.
    public init(host: String = "127.0.0.1", port: Int = 0, secret: String? = nil) {
        self.host = host
        self.port = port
        self.secret = secret
    }
}

/// Who the clients of a server are.
package enum ServerClients: Hashable, Sendable {
    /// Users, who mark nothing that this program gives a meaning.
    case users
    /// Agents at their desks, who name the work item of what they say; the bot is this program's own and calls nobody.
    case agents
}

/// How a bot hears that somebody is there, which is when most bots greet.
public enum Welcome: Hashable, Sendable {
    /// One `conversationUpdate` with bot and user when the conversation starts, as Direct Line does for tokens that
    /// name a user, and as Emulator does.
    case together
    /// One with the bot at the start and one with the user before the user's first activity, as Direct Line does for
    /// users it does not know yet.
    case split
    /// None.
    case none
}

/// Who may stream a conversation that is streamed already.
public enum StreamSharing: Hashable, Sendable {
    /// Everybody: each socket gets every activity.
    ///
    /// DirectLineJS may hold several sockets; closing one would make it reconnect and drive out the other for ever.
    case shared
    /// The newest: the one before is closed with the reason `collision`, as the service may do.
    case newest
}

/// Where a running server listens.
public struct ServerAddress: Hashable, Sendable {
    /// The address it listens at, as configured.
    public let host: String
    /// The port, never 0.
    public let port: Int

    /// An address with its port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The server as a URL without a path, such as `http://127.0.0.1:4000`.
    public var url: String {
        switch host {
        case "0.0.0.0", "::": "http://127.0.0.1:\(port)"
        case _ where host.contains(":"): "http://[\(host)]:\(port)"
        default: "http://\(host):\(port)"
        }
    }

    /// The base of Direct Line calls, what clients call the domain.
    public var directLineURL: String { url + "/v3/directline" }

    /// The server's own address as the base of what clients are given.
    var ownURL: PublicURL {
        PublicURL(url) ?? PublicURL(isSecure: false, authority: .localhost.at(port: port))
    }
}
