import BotSchema
import Synchronization

/// Gives out tokens and stream tickets and tells what a credential is worth.
///
/// Credentials are signed and not remembered: they cost no memory, and those of a server with a store stay good when it
/// starts again. They leave the server in answers only.
final class Gatekeeper: Sendable {
    /// What a request's credential permits.
    enum Bearer: Hashable, Sendable {
        /// Every conversation: the secret, or anybody on an open server.
        case everything
        /// One conversation, perhaps in the name of a fixed user.
        case token(Grant)
    }

    private struct State {
        /// When the last credential was issued; the next one is later.
        var lastIssue = Timestamp(milliseconds: 0)
        var hasIssuedToken = false
        /// Tokens issued until a time are good no longer than until another.
        var cutOff: (issue: Timestamp, expiry: Timestamp)?
        /// How long the next token really lives, whatever it says.
        var hiddenLifetime: Duration?
    }

    /// How long tokens are good, in seconds.
    let tokenLifetime: Int

    private let secret: String?
    private let clients: ServerClients
    private let key: ServerKey
    private let ticketLifetime: Duration
    private let identifiers: Identifiers
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// - Parameters:
    ///   - configuration: The secret, and how long credentials are good.
    ///   - key: The server's key. Credentials depend on the secret as well: another secret makes all of them void.
    ///   - identifiers: Makes two credentials for the same thing differ.
    init(_ configuration: ServerConfiguration, key: ServerKey, identifiers: Identifiers) {
        secret = configuration.secret
        clients = configuration.clients
        self.key = key.bound(to: configuration.secret ?? "")
        tokenLifetime = Int(configuration.tokenLifetime.components.seconds)
        ticketLifetime = configuration.streamURLLifetime
        now = configuration.now
        self.identifiers = identifiers
    }

    /// Makes a token for one conversation.
    func issueToken(for conversation: String, user: ChannelAccount?) -> String {
        let lifetime = state.withLock { state in
            state.hasIssuedToken = true
            return state.hiddenLifetime.take() ?? .seconds(tokenLifetime)
        }
        return issue(Grant(conversation: conversation, user: user), for: lifetime, .token)
    }

    /// Has the tokens given so far expire early; if there are none, the next one.
    func expireTokens(after lifetime: Duration) {
        let now = now()
        state.withLock { state in
            if state.hasIssuedToken {
                state.cutOff = (state.lastIssue, now.advanced(by: lifetime))
            } else {
                state.hiddenLifetime = lifetime
            }
        }
    }

    /// Makes the credential inside a stream URL.
    func issueTicket(for conversation: String) -> String {
        issue(Grant(conversation: conversation), for: ticketLifetime, .stream)
    }

    private func issue(_ grant: Grant, for lifetime: Duration, _ purpose: ServerKey.Purpose) -> String {
        let now = now()
        let issue = state.withLock { state in
            // So that what was issued before a cut-off can be told from what came after it in the same millisecond.
            state.lastIssue = max(now, Timestamp(milliseconds: state.lastIssue.milliseconds + 1))
            return state.lastIssue
        }
        return SignedCredential(grant, issue: issue, expiry: now.advanced(by: lifetime))
            .text(signedBy: key, purpose, nonce: identifiers.short())
    }

    /// Tells what an `Authorization` header permits.
    func bearer(_ authorization: String?) throws(HTTPFailure) -> Bearer {
        let credential = authorization.flatMap(Self.bearerCredential)
        if let credential, let token = SignedCredential(credential, signedBy: key, .token) {
            guard expiry(of: token) > now() else { throw .tokenExpired }
            return .token(token.grant)
        }
        guard let secret else { return .everything }
        guard let credential else { throw .noCredential(for: clients) }
        guard isEqual(credential, secret) else { throw .forbidden("this is no valid secret or token") }
        return .everything
    }

    private func expiry(of token: SignedCredential) -> Timestamp {
        guard let cutOff = state.withLock({ $0.cutOff }), token.issue <= cutOff.issue else { return token.expiry }
        return min(token.expiry, cutOff.expiry)
    }

    /// Tells what an `Authorization` header permits in one conversation.
    ///
    /// - Returns: The user whom the credential is bound to, if it is.
    func admit(_ authorization: String?, to conversation: String) throws(HTTPFailure) -> ChannelAccount? {
        guard case .token(let grant) = try bearer(authorization) else { return nil }
        guard grant.conversation == conversation else { throw .forbidden("the token is for another conversation") }
        return grant.user
    }

    /// Admits a reader of a conversation's own files: with a token for it, or with the secret.
    ///
    /// An open server lets any local client in, but not to what belongs to a conversation alone.
    func admitReader(_ authorization: String?, of conversation: String) throws(HTTPFailure) {
        switch try bearer(authorization) {
        case .token(let grant) where grant.conversation == conversation: return
        case .token: throw .forbidden("the token is for another conversation")
        case .everything: if secret == nil { throw .noCredential(for: clients) }
        }
    }

    /// Tells whether a stream may be opened.
    func admitStream(ticket: String?, to conversation: String) throws(HTTPFailure) {
        guard let ticket = ticket.flatMap({ SignedCredential($0, signedBy: key, .stream) }),
            ticket.grant.conversation == conversation
        else { throw .forbidden("the stream URL is not valid") }
        guard ticket.expiry > now() else { throw .tokenExpired }
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

extension Timestamp {
    func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
