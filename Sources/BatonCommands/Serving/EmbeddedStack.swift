import AgentHub
import BotSchema
import Bots
import DirectLineServer
import Handoff

/// Which bot the embedded server stands in front of.
enum BotChoice: Hashable, Sendable {
    /// The built-in one.
    case demo
    /// One behind a messaging endpoint.
    case remote(String)
}

/// The whole story on this machine: Direct Line server, handoff adapter, agent hub and a bot.
struct EmbeddedStack: Sendable {
    /// The bot.
    let bot: BotChoice
    /// The port to listen on, 0 for a free one.
    let port: Int
    /// What clients must show, nil to let any local client in.
    let secret: String?
    /// How fast simulated agents act.
    let pace: SimulatedPace

    /// Runs server, hub and bot while the body runs, and stops them when it returns.
    ///
    /// - Throws: What the body throws; ``ServerError`` when the server cannot listen.
    func withRunning<Result: Sendable>(
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        switch bot {
        case .demo: return try await withServer(DemoBot(), body)
        case .remote(let url):
            return try await RemoteBot.withBot(at: url) { bot in try await withServer(bot, body) }
        }
    }

    private func withServer<Result: Sendable>(
        _ bot: any Bot,
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        let hub = AgentHub.Hub(pace: pace)
        let adapter = HandoffAdapter(hub: hub)
        let server = DirectLineServer(
            configuration: ServerConfiguration(port: port, secret: secret),
            bot: bot,
            adapter: adapter
        )
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run { ready.yield($0) }
                return nil
            }
            group.addTask {
                await hub.run()
                return nil
            }
            group.addTask {
                await adapter.run()
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
            throw CommandError("the embedded server stopped before the chat began")
        }
    }
}
