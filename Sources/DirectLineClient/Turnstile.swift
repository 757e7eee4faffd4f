import Synchronization

/// Lets one caller through at a time, in the order of arrival.
final class Turnstile: Sendable {
    private struct State {
        var isBusy = false
        var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Waits for its turn, then runs an operation.
    ///
    /// - Throws: What the operation throws, or `CancellationError` when the task was cancelled while it waited.
    func pass<Value>(_ operation: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await operation()
    }

    private func enter() async throws {
        let id = state.withLock {
            $0.nextID += 1
            return $0.nextID
        }
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock {
                    if Task.isCancelled { return false }
                    if $0.isBusy {
                        $0.waiting.append((id, continuation))
                        return nil
                    }
                    $0.isBusy = true
                    return true
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
        guard isAdmitted else { throw CancellationError() }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.isBusy = false
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
