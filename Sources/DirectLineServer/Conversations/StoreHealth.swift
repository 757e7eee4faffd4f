import Synchronization

/// Whether the store of a server takes writes, as far as is known, and who is to hear when that changes.
final class StoreHealth: Sendable {
    private let failure = Mutex<StoreError?>(nil)
    private let found = Mutex<StoreError?>(nil)
    private let report: @Sendable (ServerEvent) -> Void
    private let onFailure: @Sendable () -> Void

    /// Health that is good.
    ///
    /// - Parameters:
    ///   - report: Hears of a failure and of its end, once each.
    ///   - onFailure: Called when writes begin to fail; must return at once.
    init(report: @escaping @Sendable (ServerEvent) -> Void, onFailure: @escaping @Sendable () -> Void) {
        self.report = report
        self.onFailure = onFailure
    }

    /// Why the last write failed; nil while all is well.
    var error: StoreError? { failure.withLock { $0 } }

    /// What was found damaged last, in this run; it does not heal by itself.
    var damage: StoreError? { found.withLock { $0 } }

    /// Notes how a write ended.
    func note<Value>(_ outcome: Result<Value, StoreError>) {
        switch outcome {
        case .success:
            guard failure.withLock({ $0.take() }) != nil else { return }
            report(.storeRecovered)
        case .failure(let error) where error.code == .damaged:
            // A damaged page concerns what is on it; the others may go on.
            noteUnreadable(error)
        case .failure(let error):
            let isNew = failure.withLock { failure in
                defer { failure = error }
                return failure == nil
            }
            guard isNew else { return }
            report(.storeFailed(error.description))
            onFailure()
        }
    }

    /// Notes that something stored could not be given back, or added to; each time is news, since each time somebody
    /// misses something.
    func noteUnreadable(_ error: StoreError) {
        if error.code == .damaged { found.withLock { $0 = error } }
        report(.storeDamaged(error.description))
    }

    /// Finds out whether a store that has failed takes writes again.
    ///
    /// - Throws: Why it does not.
    func check(_ store: any ConversationStore) async throws(StoreError) {
        if error != nil { try await probe(store) }
    }

    /// Finds out whether a store takes writes.
    ///
    /// - Throws: Why it does not.
    func probe(_ store: any ConversationStore) async throws(StoreError) {
        do throws(StoreError) {
            try await store.check()
            note(Result<Void, StoreError>.success(()))
        } catch {
            note(Result<Void, StoreError>.failure(error))
            throw error
        }
    }
}
