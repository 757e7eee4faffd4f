import AsyncHTTPClient
import BotSchema

/// A client of Direct Line 3.0.
public enum DirectLineClient {
    /// Starts a conversation, runs a closure with it, and leaves it.
    ///
    /// Everything that the conversation needs lives inside: connections, the stream, the refreshing of its token. When
    /// the closure returns or throws, the socket is closed with 1000 and nothing stays behind; cancelling closes at
    /// once. The service keeps the conversation.
    ///
    /// - Parameters:
    ///   - configuration: Whom to talk to, as whom, and how patiently.
    ///   - body: Uses the conversation; it should read ``Conversation/events`` for as long as it runs.
    /// - Returns: What the closure returned.
    /// - Throws: ``ClientError`` when the conversation could not be started, which is tried once; what the closure
    ///   threw; `CancellationError`.
    public static func withConversation<Result>(
        _ configuration: ClientConfiguration,
        body: (Conversation) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPExchange.configuration(timeout: configuration.requestTimeout)
        )
        let result: Result
        do {
            result = try await run(configuration, HTTPExchange(client: client, timeout: configuration.requestTimeout), body)
        } catch {
            try? await client.shutdown()
            throw error
        }
        // Connections that do not close cleanly at the end harm nobody.
        try? await client.shutdown()
        return result
    }

    private static func run<Result>(
        _ configuration: ClientConfiguration,
        _ exchange: HTTPExchange,
        _ body: (Conversation) async throws -> Result
    ) async throws -> Result {
        let start = try await ConversationStart(configuration, exchange).begin()
        let conversation = start.conversation
        if let notice = start.notice { await conversation.queue.push(.notice(notice)) }

        async let stream: Void = withTaskGroup { group in
            group.addTask { await conversation.keepTokenFresh() }
            await ActivityStream(of: conversation).run(from: start.streamURL)
            group.cancelAll()
        }
        let result: Result
        do {
            result = try await body(conversation)
        } catch {
            conversation.leave()
            await stream
            throw error
        }
        conversation.leave()
        await stream
        return result
    }
}

/// The way from a credential to a conversation.
struct ConversationStart {
    /// A conversation that the service knows, whose stream is not open yet.
    struct Started {
        let conversation: Conversation
        let streamURL: String?
        /// What went less well than hoped.
        let notice: String?
    }

    private let configuration: ClientConfiguration
    private let exchange: HTTPExchange

    init(_ configuration: ClientConfiguration, _ exchange: HTTPExchange) {
        self.configuration = configuration
        self.exchange = exchange
    }

    func begin() async throws -> Started {
        switch configuration.credential {
        case .secret(let secret): try await start(bearer: secret, isSecret: true)
        case .token(let token): try await start(bearer: token)
        case .none: try await start(bearer: nil)
        case .tokenEndpoint(let url): try await start(with: TokenEndpoint(exchange, url))
        }
    }

    private func start(with tokenEndpoint: TokenEndpoint) async throws -> Started {
        let isRegionKnown = configuration.endpoint != .global
        async let region = isRegionKnown ? nil : tokenEndpoint.region()
        var grant = try await tokenEndpoint.token()
        var endpoint = configuration.endpoint
        var notice: String?
        do {
            endpoint = try await region ?? endpoint
        } catch let error as ClientError {
            notice = "\(error.message); using \(endpoint.authority)"
        }
        do {
            return try await start(at: endpoint, grant, tokenEndpoint, notice)
        } catch let error as ClientError where error.status == 401 || error.status == 403 {
            // A token from a cache may have run out; one more is asked for, and no third.
            grant = try await tokenEndpoint.token()
            return try await start(at: endpoint, grant, tokenEndpoint, notice)
        }
    }

    private func start(
        at endpoint: DirectLineEndpoint,
        _ grant: TokenEndpoint.Grant,
        _ tokenEndpoint: TokenEndpoint,
        _ notice: String?
    ) async throws -> Started {
        try await start(
            at: endpoint,
            bearer: grant.token,
            expiresIn: grant.expiresIn,
            tokenEndpoint: tokenEndpoint,
            notice: notice
        )
    }

    private func start(
        at endpoint: DirectLineEndpoint? = nil,
        bearer: String?,
        isSecret: Bool = false,
        expiresIn: Int? = nil,
        tokenEndpoint: TokenEndpoint? = nil,
        notice: String? = nil
    ) async throws -> Started {
        let endpoint = endpoint ?? configuration.endpoint
        let service = DirectLineService(exchange, at: endpoint)
        let info = try await service.start(bearer, user: configuration.user, locale: configuration.locale)
        guard let id = info.conversationId, !id.isEmpty else {
            throw ClientError(.protocolViolation, "\(endpoint.authority) started a conversation without an id")
        }
        let tokens = TokenStore(bearer: bearer, isSecret: isSecret)
        tokens.take(token: bearer, expiresIn: expiresIn)
        tokens.take(token: info.token, expiresIn: info.expiresIn)
        let conversation = Conversation(
            id: id,
            configuration: configuration,
            service: service,
            tokens: tokens,
            tokenEndpoint: tokenEndpoint
        )
        return Started(conversation: conversation, streamURL: info.streamURL, notice: notice)
    }
}
