import BotSchema

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

    /// Starts the conversation, again for as long as the configuration allows when the service fails or asks to wait.
    func begin() async throws -> Started {
        var backoff = Backoff(seed: configuration.randomSeed ?? .random(in: .min ... .max))
        var waited = Duration.zero
        var retry = 0
        while true {
            do {
                return try await beginOnce()
            } catch let error as ClientError where error.isWorthAnotherStart {
                retry += 1
                let delay = backoff.delay(beforeRetry: retry, atLeast: error.retryAfter)
                // A try that was not answered in time counts with the time it took.
                waited += delay + (error.code == .timedOut ? configuration.requestTimeout : .zero)
                guard waited <= configuration.startLimit else { throw error }
                configuration.onStartDelay?(error, delay)
                try await configuration.clock.sleep(for: delay)
            }
        }
    }

    private func beginOnce() async throws -> Started {
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
        if let earlier = configuration.resume, grant.conversationId != earlier.conversationId {
            throw ClientError(
                .unauthorized,
                "the token endpoint gives tokens for new conversations only, not for an earlier one"
            )
        }
        var endpoint = configuration.endpoint
        var notice: String?
        do {
            endpoint = try await region ?? endpoint
        } catch let error as ClientError {
            notice = Self.notice(of: error, using: endpoint)
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

    /// What the user is told when the region could not be found out.
    static func notice(of error: ClientError, using endpoint: DirectLineEndpoint) -> String {
        "\(error.message); using \(endpoint.authority)"
    }

    /// Starts a conversation (E3), or takes up an earlier one where it was left (E4).
    private func begin(at service: DirectLineService, _ bearer: String?) async throws -> ConversationInfo {
        guard let earlier = configuration.resume else {
            return try await service.start(bearer, user: configuration.user, locale: configuration.locale)
        }
        return try await service.reconnect(
            bearer,
            conversation: earlier.conversationId,
            watermark: earlier.watermark
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
        let info = try await begin(at: service, bearer)
        guard let id = configuration.resume?.conversationId ?? info.conversationId, !id.isEmpty else {
            throw ClientError(.protocolViolation, "\(endpoint.authority) started a conversation without an id")
        }
        let tokens = TokenStore(bearer: bearer, isSecret: isSecret, mask: exchange.tracer.mask)
        tokens.take(token: bearer, expiresIn: expiresIn)
        tokens.take(token: info.token, expiresIn: info.expiresIn)
        let conversation = Conversation(
            id: id,
            configuration: configuration,
            service: service,
            tokens: tokens,
            tokenEndpoint: tokenEndpoint,
            watermark: configuration.resume?.watermark,
            keepsMarks: info.keepsMarks,
            hasHub: info.hasHub
        )
        return Started(conversation: conversation, streamURL: info.streamURL, notice: notice)
    }
}

extension ClientError {
    /// Whether the service may well take the next try.
    fileprivate var isWorthAnotherStart: Bool {
        switch code {
        case .throttled, .timedOut, .interrupted: true
        default: status.map { (500...599).contains($0) } ?? false
        }
    }
}
