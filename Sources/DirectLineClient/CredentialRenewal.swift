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
            let info = try await service.refresh(bearer)
            tokens.take(token: info.token, expiresIn: info.expiresIn)
            return .renewed
        } catch let error as ClientError where [401, 403, 404].contains(error.status) {
            return await newCredential()
        } catch let error as ClientError {
            return .failed(error)
        } catch {
            return .failed(ClientError(.cancelled, "the conversation was left"))
        }
    }

    private func newCredential() async -> CredentialRenewal {
        guard let tokenEndpoint, let grant = try? await tokenEndpoint.token(),
            grant.conversationId == conversationId
        else { return .lost }
        tokens.take(token: grant.token, expiresIn: grant.expiresIn)
        return .renewed
    }

    /// Refreshes the token at half of its life, until it is refused or the task is cancelled.
    ///
    /// Failures that may pass are tried again in silence; the open stream does not need the token.
    func keepTokenFresh() async {
        var backoff = Backoff(seed: configuration.randomSeed ?? .random(in: .min ... .max))
        var failures = 0
        var delay = tokens.refreshDelay
        while let wait = delay, (try? await configuration.clock.sleep(for: wait)) != nil {
            switch await renewCredential() {
            case .renewed:
                failures = 0
                delay = tokens.refreshDelay
            case .failed(let error):
                failures += 1
                delay = backoff.delay(beforeRetry: failures, atLeast: error.retryAfter)
            case .lost:
                delay = nil
            }
        }
    }
}
