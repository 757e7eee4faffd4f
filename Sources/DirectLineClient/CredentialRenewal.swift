import BotSchema

/// What became of the attempt to get another token.
enum CredentialRenewal: Hashable, Sendable {
    /// Requests carry a new token now.
    case renewed
    /// There is none to be had for this conversation.
    case lost
    /// Nobody answered; it may work later.
    case failed(ClientError)
}

extension Conversation {
    /// Gets another token: from the old one while the service accepts that, else from the token endpoint.
    ///
    /// An endpoint's new token usually is for a new conversation and of no use to this one.
    func renewCredential() async -> CredentialRenewal {
        guard !tokens.isSecret, let bearer = tokens.bearer else { return .lost }
        do {
            return try await renewals.pass {
                // The stream and what is being sent find out together that a token is dead; one of them renews it.
                tokens.bearer == bearer ? await renew(bearer) : .renewed
            }
        } catch {
            return .failed(ClientError(.cancelled, "the conversation was left"))
        }
    }

    private func renew(_ bearer: String) async -> CredentialRenewal {
        do {
            let info = try await service.refresh(bearer)
            tokens.take(token: info.token, expiresIn: info.expiresIn)
            requests.post(.accepted)
            return .renewed
        } catch let error as ClientError where error.isRefusal {
            return await newCredential()
        } catch let error as ClientError {
            return .failed(error)
        } catch {
            return .failed(ClientError(.cancelled, "the conversation was left"))
        }
    }

    private func newCredential() async -> CredentialRenewal {
        // What was refused once is not asked for again (C03).
        guard let tokenEndpoint, tokens.markLost() else { return .lost }
        do {
            let grant = try await tokenEndpoint.token()
            guard grant.conversationId == conversationId else { return .lost }
            tokens.take(token: grant.token, expiresIn: grant.expiresIn)
            requests.post(.accepted)
            return .renewed
        } catch let error as ClientError where error.isRefusal {
            return .lost
        } catch {
            // Nobody has said no, least of all when it was the asking that was left half-way.
            tokens.unmarkLost()
            return .failed(error as? ClientError ?? ClientError(.cancelled, "the conversation was left"))
        }
    }

    /// Refreshes the token at half of its life for as long as the task runs.
    ///
    /// Failures that may pass are tried again in silence; the open stream does not need the token. When a token cannot
    /// be renewed, the user is told once; resuming may bring another.
    func keepTokenFresh() async {
        guard !tokens.isSecret else { return }
        var backoff = Backoff(seed: configuration.randomSeed ?? .random(in: .min ... .max))
        var failures = 0
        var delay = tokens.refreshDelay
        var lost: String?
        while (try? await configuration.clock.sleep(for: delay ?? Self.tokenLookInterval)) != nil {
            guard delay != nil else {
                if tokens.bearer != lost { delay = tokens.refreshDelay }
                continue
            }
            let bearer = tokens.bearer
            switch await renewCredential() {
            case .renewed:
                failures = 0
                delay = tokens.refreshDelay
            case .failed(let error):
                failures += 1
                delay = backoff.delay(beforeRetry: failures, atLeast: error.retryAfter)
            case .lost:
                (delay, lost) = (nil, bearer)
                await queue.push(
                    .notice(
                        "the token cannot be renewed: once it has expired, this conversation ends with its connection"
                    )
                )
            }
        }
    }

    /// How often to look whether there is a token whose life is known.
    private static let tokenLookInterval = Duration.seconds(60)
}

extension ClientError {
    /// Whether this is a clear no; anything else may pass, gateways that fail and networks that want a login included.
    fileprivate var isRefusal: Bool {
        [.unauthorized, .tokenExpired, .notFound, .rejected, .invalidURL].contains(code)
    }
}
