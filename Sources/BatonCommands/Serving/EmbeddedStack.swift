import AgentHub
import BotSchema
import Bots
import ConversationFile
import DirectLineClient
import DirectLineServer
import Handoff
import LineEditing

/// Which bot the embedded server stands in front of.
enum BotChoice: Hashable, Sendable {
    /// The built-in one.
    case demo
    /// One behind a messaging endpoint.
    case remote(String)
    /// One behind another Direct Line service.
    case upstream(DirectLineEndpoint, DirectLineCredential)

    /// What `--bot` says; nothing means the demo.
    ///
    /// - Throws: ``CommandError`` when the address is none.
    init(url: String?) throws(CommandError) {
        let example = "http://127.0.0.1:3978/api/messages"
        self = if let url { .remote(try HTTPAddress.checked(url, option: "--bot", example: example)) } else { .demo }
    }

    /// The bot as its conversations know it.
    var account: ChannelAccount {
        switch self {
        case .demo: ChannelAccount(id: "robin", name: "Robin", role: "bot")
        case .remote: ChannelAccount(id: "bot", name: "Bot", role: "bot")
        // Without a name it may keep the one that it has upstream.
        case .upstream: ChannelAccount(id: "bot", role: "bot")
        }
    }

    /// The bot in a sentence, safe for a terminal.
    var name: String {
        switch self {
        case .demo: "the demo bot"
        case .remote(let url): "the bot at " + DisplayText.neutralised(url, keepingNewlines: false)
        case .upstream(let endpoint, _): "the bot behind " + endpoint.authority
        }
    }
}

/// The whole story on this machine: Direct Line server, handoff adapter, agent hub and a bot.
struct EmbeddedStack: Sendable {
    /// The bot.
    let bot: BotChoice
    /// The port to listen on, 0 for a free one.
    let port: Int
    /// What clients must show, nil to let any local client in.
    let secret: String?
    /// The way to the agent hub; nil when nobody answers a handoff.
    let adapter: HandoffAdapter?
    /// The way from the hub to people at desks; nil when there is no hub.
    var desks: DeskDoor?
    /// How the demo bot asks for an agent; nil for its usual way.
    var dialect: HandoffDialect?
    /// What reads linked transcripts, told of the service behind which the bot runs.
    var links: LinkedTranscripts?
    /// What the bot is to do wrong.
    var botFaults: Set<BotFault> = []
    /// Whether a service upstream may be reached over `http` on another machine.
    var allowsClearText = false
    /// Where conversations outlive the server; nil keeps them in memory.
    var store: ConversationFile?
    /// What the server is to do wrong from the start.
    var serverFaults: [ServerFault] = []
    /// Gets what makes the server go wrong later, before the body runs.
    var onFaultControl: @Sendable (FaultControl) -> Void = { _ in }
    /// Says how else the server listens and what it takes.
    var configure: @Sendable (inout ServerConfiguration) -> Void = { _ in }
    /// Hears of what happens at the server.
    var onEvent: @Sendable (ServerEvent) -> Void = { _ in }

    /// Runs server, hub and bot while the body runs, and stops them when it returns.
    ///
    /// - Throws: What the body throws; ``ServerError`` when the server cannot listen.
    func withRunning<Result: Sendable>(
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await run(body))
        } catch {
            result = .failure(error)
        }
        await store?.finish()
        return try result.get()
    }

    private func run<Result: Sendable>(
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        switch bot {
        case .demo: try await withServer(DemoBot(dialect: dialect ?? .sdk), body)
        case .remote(let url): try await RemoteBot.withBot(at: url) { try await withServer($0, body) }
        case .upstream(let endpoint, let credential):
            try await withUpstream(
                UpstreamBot(endpoint: endpoint, credential: credential, allowsClearText: allowsClearText),
                body
            )
        }
    }

    private func withUpstream<Result: Sendable>(
        _ bot: UpstreamBot,
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        links?.connect(to: bot)
        // Not awaited: leaving the scope cancels the conversations upstream and waits for their end.
        async let _ = bot.run()
        return try await withServer(bot, body)
    }

    private func withServer<Result: Sendable>(
        _ bot: any Bot,
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        var configuration = ServerConfiguration(port: port, secret: secret)
        configuration.botAccount = self.bot.account
        configuration.onEvent = onEvent
        configuration.faults = serverFaults
        configure(&configuration)
        let bot = botFaults.isEmpty ? bot : FaultyBot(bot, faults: botFaults)
        let server = EmbeddedServer(
            configuration: configuration,
            bot: bot,
            adapter: adapter,
            store: store ?? VolatileConversations()
        )
        onFaultControl(server.faults)
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run { ready.yield($0) }
                return nil
            }
            group.addTask {
                await adapter?.run()
                return nil
            }
            group.addTask {
                await desks?.run()
                return nil
            }
            group.addTask {
                for await address in addresses { return try await body(address) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CommandError("the embedded server stopped")
        }
    }
}
