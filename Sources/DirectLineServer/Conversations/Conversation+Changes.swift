import BotSchema

/// A change that has been entered into a conversation and waits for the store.
struct PendingChange: Sendable {
    /// What changes.
    enum Entry: Sendable {
        /// What the store is to keep.
        case change(ConversationChange)
        /// An activity for the streams of this moment.
        case passing(SerializedActivity)
        /// Nothing; only the effect is to keep its place in the order.
        case nothing
    }

    /// What follows once it is applied.
    enum Effect: Sendable {
        case none
        case turns([Conversation.Turn])
        case observation(Conversation.Observation)
        case userTurn(Activity, Conversation.Turn)
    }

    let entry: Entry
    let effect: Effect
    /// Learns what has become of it, if somebody waits.
    let outcome: Reply<Result<Void, StoreError>>?

    /// Whether the store is asked.
    var isRecorded: Bool { if case .change = entry { true } else { false } }
}

extension Conversation {
    /// Enters a change behind all others and waits until it is applied.
    ///
    /// A cancelled caller waits no longer; the change goes its way.
    ///
    /// - Throws: Why the store has not kept it; then nothing of it is left.
    func enter(_ entry: PendingChange.Entry, then effect: PendingChange.Effect = .none) async throws(StoreError) {
        let outcome = Reply<Result<Void, StoreError>>()
        enter(PendingChange(entry: entry, effect: effect, outcome: outcome))
        if let known = outcome.settledValue { return try known.get() }
        let cancelled = StoreError(.failed, "the caller was cancelled before the store had answered")
        try await outcome.value(orIfCancelled: .failure(cancelled)).get()
    }

    /// Enters a change behind all others, for callers that enter another one after it and wait for that.
    func enterUnawaited(_ entry: PendingChange.Entry, then effect: PendingChange.Effect = .none) {
        enter(PendingChange(entry: entry, effect: effect, outcome: nil))
    }

    private func enter(_ change: PendingChange) {
        pending.append(change)
        if case .change(let recorded) = change.entry {
            surroundings.store.record(recorded, in: id) { [progress, scope = surroundings.scope] outcome in
                // A server that has stopped applies nothing; the store has it for the next run.
                if progress.settle(outcome) { _ = scope.add { await self.applySettled() } }
            }
        }
        applySettled()
    }

    /// Applies what the store has, in the order in which it was entered, and drops what it has refused.
    private func applySettled() {
        var outcomes: ArraySlice<Result<Int64, StoreError>> = []
        while let change = pending.first {
            var outcome = Result<Int64, StoreError>.success(0)
            if change.isRecorded {
                if outcomes.isEmpty { outcomes = progress.take()[...] }
                guard let next = outcomes.popFirst() else { return }
                outcome = next
            }
            pending.removeFirst()
            // What the store was not asked about tells nothing of it.
            if change.isRecorded { surroundings.storeHealth.note(outcome) }
            switch outcome {
            case .success(let row): apply(change, row: row)
            case .failure(let error): drop(change, because: error)
            }
            change.outcome?.settle(outcome.map { _ in })
        }
    }

    private func drop(_ change: PendingChange, because error: StoreError) {
        // Whoever waits for the turn of a line that was not kept is told by the failure of the post.
        if case .userTurn(_, let turn) = change.effect { waitingBytes -= turn.size }
    }
}
