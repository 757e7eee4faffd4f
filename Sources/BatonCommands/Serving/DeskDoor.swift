import AgentHub
import BotSchema
import Desk
import DirectLineServer
import Synchronization

/// The way to the desks of a hub: a Direct Line server of its own, which starts when the first agent asks for it.
///
/// It has its own secret, so that no user's credential opens a desk and no agent's a user's conversation.
final class DeskDoor: Sendable {
    private enum State {
        case closed([CheckedContinuation<Result<ServerAddress, any Error>, Never>])
        case open(ServerAddress)
        case failed(any Error)
    }

    /// What admits agents.
    let secret: String
    private let port: Int
    private let hub: EmbeddedHub
    private let configure: @Sendable (inout ServerConfiguration) -> Void
    private let onEvent: @Sendable (ServerEvent) -> Void
    private let state = Mutex(State.closed([]))
    private let asked: AsyncStream<Void>
    private let asker: AsyncStream<Void>.Continuation

    /// The door of a hub, closed until somebody asks for its address.
    init(
        to hub: EmbeddedHub,
        port: Int,
        secret: String,
        configure: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in },
        onEvent: @escaping @Sendable (ServerEvent) -> Void = { _ in }
    ) {
        self.hub = hub
        self.port = port
        self.secret = secret
        self.configure = configure
        self.onEvent = onEvent
        (asked, asker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Where the desks are, from now on at the latest.
    ///
    /// - Throws: ``ServerError`` when the server cannot listen.
    func address() async throws -> ServerAddress {
        asker.yield()
        return try await withCheckedContinuation { continuation in
            let known: Result<ServerAddress, any Error>? = state.withLock { state in
                switch state {
                case .open(let address): return .success(address)
                case .failed(let error): return .failure(error)
                case .closed(let waiting):
                    state = .closed(waiting + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }.get()
    }

    /// Serves desks from the moment somebody asks, until the task is cancelled.
    func run() async {
        for await _ in asked {
            await serve()
            break
        }
        settle(.failure(CommandError("the hub has stopped")))
    }

    private func serve() async {
        let bot = DeskBot(hub: hub)
        var configuration = ServerConfiguration(port: port, secret: secret)
        configure(&configuration)
        configuration.botAccount = .agentHub
        configuration.clients = .agents
        // A desk that hangs or has lost its network must be known to be gone before a ring is over: the ring is then
        // taken back, and not counted as one that the agent did not answer.
        configuration.keepAliveInterval = .seconds(4)
        configuration.onEvent = { [onEvent] event in
            switch event {
            case .streamOpened(let id): bot.noteStream(of: id, isOpen: true)
            case .streamClosed(let id): bot.noteStream(of: id, isOpen: false)
            default: break
            }
            onEvent(event)
        }
        let server = EmbeddedServer(configuration: configuration, bot: bot)
        await withDiscardingTaskGroup { group in
            group.addTask { await bot.run() }
            do {
                try await server.run { self.settle(.success($0)) }
            } catch {
                settle(.failure(error))
            }
            group.cancelAll()
        }
    }

    private func settle(_ result: Result<ServerAddress, any Error>) {
        let waiting = state.withLock { state in
            guard case .closed(let waiting) = state else {
                return [CheckedContinuation<Result<ServerAddress, any Error>, Never>]()
            }
            switch result {
            case .success(let address): state = .open(address)
            case .failure(let error): state = .failed(error)
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
