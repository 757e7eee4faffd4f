import ArgumentParser
import DirectLineServer

/// Where the server listens, whom it takes and how much.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to listen.", valueName: "address"))
    var host: String = "127.0.0.1"

    @Option(help: ArgumentHelp("The port; 0 takes a free one.", valueName: "n"))
    var port: Int = 0

    @Option(
        name: .customLong("allow-origin"),
        help: .detail(
            "A web site whose pages may use the server, or null for pages opened from files; repeatable.",
            valueName: "origin"
        )
    )
    var origins: [String] = []

    @Option(
        name: .customLong("allow-host"),
        help: .detail("A name, such as a tunnel's, by which it is reached; repeatable.", valueName: "name")
    )
    var hosts: [String] = []

    @Option(
        help: .detail("The URL under which clients reach the server through a proxy.", valueName: "url"),
        transform: { try PublicURL(option: "--public-url", $0) }
    )
    var publicURL: PublicURL?

    @Option(
        name: .customLong("trusted-proxy"),
        help: .detail("A proxy whose forwarded headers are believed; repeatable.", valueName: "address")
    )
    var proxies: [String] = []

    @Option(
        help: .detail(
            "How the bot hears of a user: with itself, apart from itself at the first line, or not.",
            valueName: "how"
        )
    )
    var welcome: WelcomeOption = .together

    @Option(help: .detail("Who streams a conversation: all sockets alike, or only the newest.", valueName: "who"))
    var streams: StreamsOption = .shared

    @Option(
        name: .customLong("limit"),
        help: .detail("How much or how long something may be; repeatable.", valueName: "name=n|help"),
        completion: .list(LimitOption.completions),
        transform: LimitOption.init(parsing:)
    )
    var limits: [LimitOption] = []

    func validate() throws {
        if limits.contains(.help) { throw CleanExit.message(LimitOption.list) }
        if !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
        if host.isEmpty { throw ValidationError("--host takes an address, such as 127.0.0.1, ::1 or 0.0.0.0.") }
        for origin in bareOrigins where WebOrigin(origin) == nil {
            throw ValidationError("--allow-origin takes a scheme and a host, such as https://shop.example, or null.")
        }
        for proxy in proxies where NetworkRange(proxy) == nil {
            throw ValidationError("--trusted-proxy takes an address or a range, such as 127.0.0.1 or 10.0.0.0/8.")
        }
    }

    /// The origins as browsers write them.
    private var bareOrigins: [String] { origins.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } }

    /// Has a configuration say what the options say.
    func apply(to configuration: inout ServerConfiguration) {
        configuration.host = host
        configuration.port = port
        configuration.allowedOrigins = bareOrigins
        configuration.publicURL = publicURL
        applyProxies(to: &configuration)
        configuration.welcome = welcome.welcome
        configuration.streams = streams.sharing
        for limit in limits { limit.apply(to: &configuration.limits) }
    }
}

extension ServerOptions {
    /// Has a configuration say by which names and proxies the machine is reached.
    func applyProxies(to configuration: inout ServerConfiguration) {
        configuration.allowedHosts = hosts.map { $0.lowercased() }
        configuration.trustedProxies = proxies.compactMap(NetworkRange.init)
    }
}

extension PublicURL {
    /// Reads the value of an option.
    ///
    /// - Throws: `ValidationError` that says what the option takes.
    init(option: String, _ text: String) throws {
        guard let url = Self(text) else {
            throw ValidationError("\(option) takes an http or https URL, such as https://chat.example.")
        }
        self = url
    }
}

/// The words of `--welcome`.
enum WelcomeOption: String, ExpressibleByArgument, CaseIterable {
    case together, split, none

    var welcome: Welcome {
        switch self {
        case .together: .together
        case .split: .split
        case .none: .none
        }
    }
}

/// The words of `--streams`.
enum StreamsOption: String, ExpressibleByArgument, CaseIterable {
    case shared, newest

    var sharing: StreamSharing { self == .newest ? .newest : .shared }
}

/// One of `--limit`: a limit of the server and its value, or the wish to see the list.
enum LimitOption: Hashable {
    case limit(name: String, value: Int)
    case help

    /// A limit as people know it.
    private struct Entry: Sendable {
        let name: String
        let summary: String
        /// What it is when nothing else is said.
        let usual: String
        /// The smallest value that leaves the server usable.
        var least = 1
        let set: @Sendable (inout ServerLimits, Int) -> Void

        /// A number of bytes or of things.
        init(_ name: String, _ path: any WritableKeyPath<ServerLimits, Int> & Sendable, _ summary: String) {
            self.name = name
            self.summary = summary
            usual = String(ServerLimits()[keyPath: path])
            set = { $0[keyPath: path] = $1 }
        }

        /// A time in seconds.
        init(_ name: String, seconds path: any WritableKeyPath<ServerLimits, Duration> & Sendable, _ summary: String) {
            self.name = name
            self.summary = summary
            usual = "\(ServerLimits()[keyPath: path].components.seconds) s"
            set = { $0[keyPath: path] = .seconds($1) }
        }

        /// A time in seconds, or for ever when 0.
        init(
            _ name: String,
            optionalSeconds path: any WritableKeyPath<ServerLimits, Duration?> & Sendable,
            _ summary: String
        ) {
            self.name = name
            self.summary = summary + "; 0 for ever"
            usual = ServerLimits()[keyPath: path].map { "\($0.components.seconds) s" } ?? "0"
            least = 0
            set = { $0[keyPath: path] = $1 == 0 ? nil : .seconds($1) }
        }

        /// A number of things, or of any number of them when 0.
        init(_ name: String, optional path: any WritableKeyPath<ServerLimits, Int?> & Sendable, _ summary: String) {
            self.name = name
            self.summary = summary + "; 0 for any number"
            usual = ServerLimits()[keyPath: path].map { "\($0)" } ?? "0"
            least = 0
            set = { $0[keyPath: path] = $1 == 0 ? nil : $1 }
        }
    }

    private static let all = [
        Entry("activity", \.clientActivity, "bytes of an activity of a client"),
        Entry("upload", \.upload, "bytes of an upload, all its files together"),
        Entry("bot-body", \.botBody, "bytes of a body that a bot sends"),
        Entry("files", \.storedFiles, "bytes of files that are kept; the oldest go"),
        Entry("conversation-files", \.conversationFiles, "bytes of files of one conversation"),
        Entry("user-files", \.userFiles, "bytes of files of one user"),
        Entry("file-time", seconds: \.fileRetention, "how long files are kept"),
        Entry("turn", seconds: \.turn, "how long a client waits for the bot"),
        Entry("waiting", \.waitingTurns, "turns that wait in one conversation"),
        Entry("waiting-bytes", \.waitingBytes, "bytes of activities that wait in one conversation"),
        Entry("rate", optional: \.activitiesPerSecond, "activities a second of one user"),
        Entry("history", \.activitiesInMemory, "activities that are held of one conversation"),
        Entry("conversation", \.conversationBytes, "bytes of one conversation without --store"),
        Entry("memory", \.memory, "bytes of all conversations in memory"),
        Entry("page", \.pageActivities, "activities in one answer to a poll"),
        Entry("page-bytes", \.pageBytes, "bytes of activities in one answer to a poll"),
        Entry("store-time", optionalSeconds: \.storedAge, "how long --store keeps an unused conversation"),
        Entry("store-bytes", optional: \.storedBytes, "bytes of activities in --store; unused conversations go"),
        Entry("conversations", \.conversations, "conversations in memory"),
        Entry("idle", seconds: \.idleConversation, "how long a conversation stays that nobody uses"),
        Entry("connections", \.connections, "open connections"),
        Entry("idle-connection", seconds: \.idleConnection, "how long a connection may be open without a request"),
    ]

    /// Reads what the option was given.
    ///
    /// - Throws: `ValidationError` that says what a limit is, or which values the named one takes.
    init(parsing argument: String) throws {
        if argument == "help" {
            self = .help
            return
        }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let entry = Self.all.first(where: { $0.name == name }) else {
            throw ValidationError("--limit knows no \(name.isEmpty ? "limit without a name" : name); see --limit help.")
        }
        guard parts.count == 2, let value = Int(parts[1]), (entry.least...Int(Int32.max)).contains(value) else {
            throw ValidationError("--limit \(name) takes a whole number from \(entry.least), such as \(name)=100.")
        }
        self = .limit(name: name, value: value)
    }

    /// What a shell offers.
    static var completions: [String] { ["help"] + all.map { $0.name + "=" } }

    /// What `--limit help` prints: a name, what it is and what it is limited to on each line.
    static var list: String {
        let width = all.map(\.name.count).max() ?? 0
        return all.map { entry in
            entry.name + String(repeating: " ", count: width - entry.name.count + 2)
                + "\(entry.summary) (\(entry.usual))"
        }.joined(separator: "\n")
    }

    func apply(to limits: inout ServerLimits) {
        guard case .limit(let name, let value) = self else { return }
        Self.all.first { $0.name == name }?.set(&limits, value)
    }
}
