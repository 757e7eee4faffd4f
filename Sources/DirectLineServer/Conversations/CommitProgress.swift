import Synchronization

/// How far the store is with the changes of one conversation, told from any thread.
final class CommitProgress: Sendable {
    private struct State {
        var outcomes: [Result<Int64, StoreError>] = []
        var isAwaited = false
    }

    private let state = Mutex(State())

    /// Notes what has become of the next change.
    ///
    /// - Returns: Whether the conversation is to look, because it waits.
    func settle(_ outcome: Result<Int64, StoreError>) -> Bool {
        state.withLock { state in
            state.outcomes.append(outcome)
            defer { state.isAwaited = false }
            return state.isAwaited
        }
    }

    /// Takes the outcomes that have come, in the order of the changes; if there are none, the next is awaited.
    func take() -> [Result<Int64, StoreError>] {
        state.withLock { state in
            state.isAwaited = state.outcomes.isEmpty
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }
}
