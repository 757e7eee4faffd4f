import Synchronization

/// Holds the credential that requests carry at present.
final class TokenStore: Sendable {
    private struct State {
        var bearer: String?
        var expiresIn: Int?
        /// Whether the token endpoint has been asked for another in vain.
        var isLost = false
    }

    /// Whether the credential is a secret, which neither expires nor is replaced.
    let isSecret: Bool
    private let state: Mutex<State>

    /// Learns every token, so that the trace shows none.
    private let mask: SecretMask?

    init(bearer: String?, isSecret: Bool, mask: SecretMask? = nil) {
        self.isSecret = isSecret
        self.mask = mask
        mask?.learn(bearer)
        state = Mutex(State(bearer: bearer))
    }

    var bearer: String? { state.withLock { $0.bearer } }

    /// Takes a token that the service gave; a secret stays, since it can do all that a token can and does not expire.
    func take(token: String?, expiresIn: Int?) {
        mask?.learn(token)
        guard !isSecret, let token, !token.isEmpty else { return }
        state.withLock {
            $0.bearer = token
            $0.isLost = false
            if let expiresIn { $0.expiresIn = expiresIn }
        }
    }

    /// The token was refused.
    ///
    /// - Returns: Whether that is news.
    func markLost() -> Bool {
        state.withLock { state in
            defer { state.isLost = true }
            return !state.isLost
        }
    }

    /// It could not be found out whether there is another.
    func unmarkLost() { state.withLock { $0.isLost = false } }

    /// When the token should be refreshed: after half of its life, 1 second at least and 12 hours at most; nil when it
    /// never needs to be.
    ///
    /// Emulator's tokens live 2,147,483,647 seconds, documentation says 1,800 and the service means 3,600.
    var refreshDelay: Duration? {
        state.withLock {
            guard !isSecret, $0.bearer != nil, let lifetime = $0.expiresIn else { return nil }
            return .milliseconds(min(max(lifetime, 2), 86_400) * 500)
        }
    }
}
