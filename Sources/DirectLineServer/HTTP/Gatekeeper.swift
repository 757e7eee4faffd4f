import BotSchema
import Synchronization

/// Gives out tokens and stream tickets and tells what a credential is worth.
///
/// Tokens are opaque: random text whose meaning stays in a table. Credentials leave the server in answers only.
final class Gatekeeper: Sendable {
    /// What a request's credential permits.
    enum Bearer: Hashable, Sendable {
        /// Every conversation: the secret, or anybody on an open server.
        case everything
        /// One conversation, perhaps in the name of a fixed user.
        case token(Grant)
    }

    /// What a token or ticket is for.
    struct Grant: Hashable, Sendable {
        let conversation: String
        var user: ChannelAccount?
        fileprivate var expiry = Timestamp(milliseconds: 0)
    }

    private struct State {
        var tokens: GrantTable
        var tickets: GrantTable
        /// How long the next token really lives, whatever it says.
        var hiddenLifetime: Duration?
    }

    /// How long tokens are good, in seconds.
    let tokenLifetime: Int

    private let secret: String?
    private let ticketLifetime: Duration
    private let identifiers: Identifiers
    private let now: @Sendable () -> Timestamp
    private let state: Mutex<State>

    init(_ configuration: ServerConfiguration, identifiers: Identifiers) {
        secret = configuration.secret
        tokenLifetime = Int(configuration.tokenLifetime.components.seconds)
        ticketLifetime = configuration.streamURLLifetime
        now = configuration.now
        self.identifiers = identifiers
        let capacity = configuration.limits.credentials
        state = Mutex(State(tokens: GrantTable(capacity: capacity), tickets: GrantTable(capacity: capacity)))
    }

    /// Makes a token for one conversation.
    func issueToken(for conversation: String, user: ChannelAccount?) -> String {
        let token = identifiers.secret()
        state.withLock { state in
            let lifetime = state.hiddenLifetime.take() ?? .seconds(tokenLifetime)
            let grant = Grant(conversation: conversation, user: user, expiry: now().advanced(by: lifetime))
            state.tokens.insert(grant, for: token, now: now())
        }
        return token
    }

    /// Has the tokens given so far expire early; if there are none, the next one.
    func expireTokens(after lifetime: Duration) {
        state.withLock { state in
            if !state.tokens.expire(by: now().advanced(by: lifetime), now: now()) { state.hiddenLifetime = lifetime }
        }
    }

    /// Makes the credential inside a stream URL.
    func issueTicket(for conversation: String) -> String {
        let ticket = identifiers.secret()
        let grant = Grant(conversation: conversation, expiry: now().advanced(by: ticketLifetime))
        state.withLock { $0.tickets.insert(grant, for: ticket, now: now()) }
        return ticket
    }

    /// Tells what an `Authorization` header permits.
    func bearer(_ authorization: String?) throws(HTTPFailure) -> Bearer {
        let credential = authorization.flatMap(Self.bearerCredential)
        if let credential, let grant = state.withLock({ $0.tokens[credential] }) {
            guard grant.expiry > now() else { throw .tokenExpired }
            return .token(grant)
        }
        guard let secret else { return .everything }
        guard let credential else { throw .noCredential }
        guard isEqual(credential, secret) else { throw .forbidden("this is no valid secret or token") }
        return .everything
    }

    /// Tells what an `Authorization` header permits in one conversation.
    ///
    /// - Returns: The user whom the credential is bound to, if it is.
    func admit(_ authorization: String?, to conversation: String) throws(HTTPFailure) -> ChannelAccount? {
        guard case .token(let grant) = try bearer(authorization) else { return nil }
        guard grant.conversation == conversation else { throw .forbidden("the token is for another conversation") }
        return grant.user
    }

    /// Tells whether a stream may be opened.
    func admitStream(ticket: String?, to conversation: String) throws(HTTPFailure) {
        guard let ticket, let grant = state.withLock({ $0.tickets[ticket] }), grant.conversation == conversation else {
            throw .forbidden("the stream URL is not valid")
        }
        guard grant.expiry > now() else { throw .tokenExpired }
    }

    private static func bearerCredential(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].split(separator: " ").first.map(String.init)
    }

    /// Compares in a time that does not tell where the first difference is.
    private func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Credentials and what they are for; expired ones stay for a while, to be told from wrong ones.
private struct GrantTable: Sendable {
    private var grants: [String: Gatekeeper.Grant] = [:]
    private var sweepAt = 1024
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(16, capacity) }

    subscript(credential: String) -> Gatekeeper.Grant? { grants[credential] }

    /// Lets what is still good expire at a time, if it would later.
    ///
    /// - Returns: Whether anything was still good.
    mutating func expire(by time: Timestamp, now: Timestamp) -> Bool {
        var wasAny = false
        for (credential, grant) in grants where grant.expiry > now {
            wasAny = true
            grants[credential]?.expiry = min(grant.expiry, time)
        }
        return wasAny
    }

    mutating func insert(_ grant: Gatekeeper.Grant, for credential: String, now: Timestamp) {
        if grants.count >= sweepAt {
            grants = grants.filter { $0.value.expiry > now }
            sweepAt = max(1024, 2 * grants.count)
        }
        if grants.count >= capacity {
            grants = grants.filter { $0.value.expiry > now }
            // A tenth at a time, so that finding the first to expire costs little each.
            let spare = max(0, grants.count - capacity * 9 / 10)
            for (old, _) in grants.sorted(by: { $0.value.expiry < $1.value.expiry }).prefix(spare) { grants[old] = nil }
        }
        grants[credential] = grant
    }
}

extension Timestamp {
    func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
