/// Decides how activities keep arriving, without any I/O: sockets, resuming, waiting, polling, and when to give up.
///
/// One thing is done at a time: every event is the outcome of the last action or a request of the owner, and is
/// answered with the next action.
struct StreamStateMachine: Sendable {
    /// What to do next.
    enum Action: Equatable, Sendable {
        /// Connect to this address, which is good for a minute and one use, and read until it closes.
        case openSocket(url: String)
        /// Keep reading the socket that is open.
        case keepReading
        /// Let time pass.
        case wait(Duration)
        /// Ask for a new stream address with the last watermark (E4).
        case renew
        /// Ask for activities behind the last watermark (E5).
        case poll
        /// Get another token.
        case renewCredential
        /// Do nothing until the owner asks for something.
        case rest
    }

    /// The next action, and what to tell the owner before it, if anything changed.
    struct Step: Equatable, Sendable {
        var report: ConnectionState?
        var action: Action
    }

    /// What happened.
    enum Event: Equatable, Sendable {
        case started(streamURL: String?)
        case socketOpened
        /// The service names a stream that must not be opened.
        case streamForbidden(ClientError)
        /// No upgrade came about.
        case socketRefused(reason: String)
        /// `hasDelivered` says that something new had come by the socket.
        case socketClosed(reason: String, lifetime: Duration, hasDelivered: Bool = false)
        case waited
        case renewed(streamURL: String?)
        case polled(isEmpty: Bool)
        /// A poll brought something new and moved the position: a page, behind which there may be another.
        case polledPage
        /// A renewal or a poll failed.
        case requestFailed(ClientError)
        case credentialRenewed
        case credentialLost
        /// An `endOfConversation` arrived.
        case conversationEnded
        case reconnectRequested
        /// This machine was asleep, so whatever was open is dead by now.
        case woke
        /// The user says something, so the conversation goes on.
        case sent
        /// The bot has had something to answer.
        case answered
        /// The service has accepted something, so neither it nor the credential is lost.
        case accepted
    }

    private enum Phase {
        case idle, opening, online, waiting, renewing, polling, waitingToPoll, renewingCredential, resting
    }

    private let transport: ClientConfiguration.Transport
    private let pollInterval: Duration
    private var backoff: Backoff
    private var phase = Phase.idle
    /// Attempts since the stream was last healthy.
    private var attempt = 0
    /// Upgrades refused in a row.
    private var refusals = 0
    private var isPolling: Bool
    /// For how long polling has stood in for sockets.
    private var pollingTime = Duration.zero
    /// Whether a socket is being tried although polling works.
    private var isTrial = false
    /// How long polls have brought nothing.
    private var silence = Duration.zero
    /// Whether the credential is fresh, so that a refusal of it is another than that of the one before.
    private var hasNewCredential = false
    /// Fresh credentials refused in a row.
    private var freshRefusals = 0
    private var hasConversationEnded = false
    /// Whether the service named a stream that must not be opened: only a person asks it for another.
    private var isStreamForbidden = false
    private let canRenewCredential: Bool
    private var reported: ConnectionState?

    /// The lifetime from which a socket counts as healthy, so that its loss is no sign of trouble.
    static let healthyLifetime = Duration.seconds(60)
    /// The wait after another client has taken the conversation over.
    static let collisionDelay = Duration.seconds(30)
    private static let refusalLimit = 3
    /// So many fresh credentials are tried before they are taken for wrong: one may die on its way, or too early.
    private static let freshCredentialLimit = 3
    /// Whether what is waited for is the time of the next poll, which a post may bring forward.
    var isBetweenPolls: Bool { phase == .waitingToPoll }
    /// After so much polling a socket is tried again: the proxy in between may have been another network's.
    private static let trialInterval = Duration.seconds(300)

    init(
        transport: ClientConfiguration.Transport,
        pollInterval: Duration,
        canRenewCredential: Bool,
        seed: UInt64
    ) {
        self.canRenewCredential = canRenewCredential
        self.transport = transport
        self.pollInterval = pollInterval
        backoff = Backoff(seed: seed)
        isPolling = transport == .polling
    }

    /// Takes an event and answers what to do.
    mutating func handle(_ event: Event) -> Step {
        switch event {
        case .started(let url), .renewed(let url): return haveAddress(url)
        case .socketOpened:
            phase = .online
            refusals = 0
            isTrial = false
            return step(.online, .keepReading)
        case .socketRefused(let reason): return refused(reason)
        case .socketClosed(let reason, let lifetime, let hasDelivered):
            if hasDelivered || lifetime >= Self.healthyLifetime { attempt = 0 }
            return closed(reason)
        case .waited: return isPolling ? poll() : renew()
        case .polled(let isEmpty): return polled(isEmpty)
        case .polledPage: return polledPage()
        case .streamForbidden(let error):
            isStreamForbidden = true
            return rest(.failed(error))
        case .requestFailed(let error): return failed(error)
        case .credentialRenewed:
            hasNewCredential = true
            return isPolling ? poll() : renew()
        case .credentialLost: return rest(.expired)
        case .conversationEnded:
            hasConversationEnded = true
            return Step(report: nil, action: .keepReading)
        case .reconnectRequested: return reconnect()
        case .woke: return woke()
        case .sent: return sent()
        case .answered: return goOn()
        case .accepted: return accepted()
        }
    }
}

// MARK: - Sockets

extension StreamStateMachine {
    private mutating func haveAddress(_ url: String?) -> Step {
        forgetRefusals()
        guard !isPolling else { return poll() }
        guard let url else {
            isTrial = false
            // A service without streams; asking again would not change that.
            guard transport == .automatic else {
                return rest(.failed(ClientError(.protocolViolation, "the service offers no WebSocket stream")))
            }
            isPolling = true
            return poll()
        }
        let isFirst = phase == .idle
        phase = .opening
        return step(isFirst ? .connecting(attempt: 1) : nil, .openSocket(url: url))
    }

    private mutating func refused(_ reason: String) -> Step {
        refusals += 1
        if isTrial { return endTrial() }
        if transport == .automatic, refusals >= Self.refusalLimit {
            isPolling = true
            return poll()
        }
        return retry(reason, isImmediate: refusals == 1)
    }

    private mutating func closed(_ reason: String) -> Step {
        if hasConversationEnded { return rest(.ended(reason: "the bot ended the conversation")) }
        if reason.contains("collision") {
            attempt += 1
            phase = .waiting
            let reason = "another client has taken over this conversation"
            let delay = backoff.delay(beforeRetry: attempt, atLeast: Self.collisionDelay)
            return step(.reconnecting(attempt: attempt, after: delay, reason: reason), .wait(delay))
        }
        return retry(reason, isImmediate: attempt == 0)
    }

    private mutating func endTrial() -> Step {
        (isPolling, isTrial) = (true, false)
        return poll()
    }

    private mutating func renew() -> Step {
        phase = .renewing
        return Step(report: nil, action: .renew)
    }

    private mutating func reconnect(_ reason: String = "asked for") -> Step {
        attempt = 1
        refusals = 0
        forgetRefusals()
        isStreamForbidden = false
        hasConversationEnded = false
        isPolling = transport == .polling
        if isPolling { return poll() }
        phase = .renewing
        return step(.reconnecting(attempt: 1, after: .zero, reason: reason), .renew)
    }

    private mutating func forgetRefusals() { (hasNewCredential, freshRefusals) = (false, 0) }
}

extension StreamStateMachine {
    private mutating func woke() -> Step {
        // What has ended or failed is not brought back by that.
        guard phase != .resting else { return Step(report: nil, action: .rest) }
        if isPolling { return poll() }
        attempt = 1
        phase = .renewing
        return step(.reconnecting(attempt: 1, after: .zero, reason: "this machine was asleep"), .renew)
    }
}

// MARK: - Polling

extension StreamStateMachine {
    private mutating func poll() -> Step {
        phase = .polling
        return Step(report: nil, action: .poll)
    }

    private mutating func polled(_ isEmpty: Bool) -> Step {
        attempt = 0
        forgetRefusals()
        if hasConversationEnded, isEmpty { return rest(.ended(reason: "the bot ended the conversation")) }
        silence = isEmpty ? silence + pollInterval : .zero
        pollingTime += silence >= .seconds(60) ? pollInterval * 5 : pollInterval
        if transport == .automatic, refusals >= Self.refusalLimit, pollingTime >= Self.trialInterval {
            pollingTime = .zero
            (isPolling, isTrial) = (false, true)
            return renew()
        }
        phase = .waitingToPoll
        return step(.polling, .wait(silence >= .seconds(60) ? pollInterval * 5 : pollInterval))
    }

    private mutating func polledPage() -> Step {
        attempt = 0
        forgetRefusals()
        silence = .zero
        phase = .polling
        return step(.polling, .poll)
    }

    private mutating func sent() -> Step {
        silence = .zero
        let hadEnded = hasConversationEnded
        hasConversationEnded = false
        switch phase {
        case .resting where hadEnded: return reconnect()
        default: return goOn()
        }
    }

    private mutating func accepted() -> Step {
        // The last post of a conversation that the bot has ended is often answered after that end.
        phase == .resting && !hasConversationEnded && !isStreamForbidden ? reconnect("the service answers") : goOn()
    }

    /// What is under way goes on; there is always something, or the stream would be lost for ever.
    private mutating func goOn() -> Step {
        switch phase {
        case .waitingToPoll: poll()
        case .waiting: renew()
        case .resting: Step(report: nil, action: .rest)
        default: Step(report: nil, action: .keepReading)
        }
    }
}

// MARK: - Failures

extension StreamStateMachine {
    private mutating func failed(_ error: ClientError) -> Step {
        switch error.code {
        case .notFound: return rest(.ended(reason: error.message))
        case .tokenExpired, .unauthorized:
            guard canRenewCredential else {
                return rest(error.code == .tokenExpired ? .expired : .failed(error))
            }
            guard !hasNewCredential else { return freshOneRefused(error) }
            phase = .renewingCredential
            return Step(report: nil, action: .renewCredential)
        case .rejected, .invalidURL: return rest(.failed(error))
        default:
            // The credential was not what was wrong; should it be so again, that is another failure.
            forgetRefusals()
            if isTrial { return endTrial() }
            return retry(error.message, isImmediate: false, atLeast: error.retryAfter)
        }
    }

    private mutating func freshOneRefused(_ error: ClientError) -> Step {
        hasNewCredential = false
        freshRefusals += 1
        return freshRefusals < Self.freshCredentialLimit
            ? retry(error.message, isImmediate: false, atLeast: error.retryAfter) : rest(.expired)
    }

    private mutating func retry(_ reason: String, isImmediate: Bool, atLeast floor: Duration? = nil) -> Step {
        attempt += 1
        if isImmediate {
            phase = .renewing
            return step(.reconnecting(attempt: attempt, after: .zero, reason: reason), .renew)
        }
        phase = .waiting
        // The first retry may have been immediate; the first wait is a second either way.
        let delay = backoff.delay(beforeRetry: max(1, attempt - 1), atLeast: floor)
        return step(.reconnecting(attempt: attempt, after: delay, reason: reason), .wait(delay))
    }

    private mutating func rest(_ state: ConnectionState) -> Step {
        phase = .resting
        return step(state, .rest)
    }

    /// Reports a state only when it is news.
    private mutating func step(_ state: ConnectionState?, _ action: Action) -> Step {
        guard let state, state != reported else { return Step(report: nil, action: action) }
        reported = state
        return Step(report: state, action: action)
    }
}
