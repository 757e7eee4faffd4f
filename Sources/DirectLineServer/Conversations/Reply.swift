import Synchronization

/// A value that one task will have later and others wait for; the first to settle it wins.
final class Reply<Value: Sendable>: Sendable {
    private enum State {
        case open([Int: CheckedContinuation<Value, Never>], lastKey: Int)
        case settled(Value)
    }

    private let state = Mutex(State.open([:], lastKey: 0))

    /// Sets the value and wakes whoever waits; later calls are ignored.
    func settle(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .open(let waiting, _) = state else { return [] }
            state = .settled(value)
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    /// The value, nil while there is none.
    var settledValue: Value? {
        state.withLock { if case .settled(let value) = $0 { value } else { nil } }
    }

    /// Waits for the value, or for the cancellation of the calling task, which is nobody else's concern.
    func value(orIfCancelled cancelled: Value) async -> Value {
        let key: Int
        switch begin() {
        case .settled(let value): return value
        case .waits(let number): key = number
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    switch state {
                    case .settled(let value): return value
                    case .open(var waiting, let lastKey):
                        // The cancellation handler may already have run and found nobody to wake.
                        if Task.isCancelled { return cancelled }
                        waiting[key] = continuation
                        state = .open(waiting, lastKey: lastKey)
                        return nil
                    }
                }
                if let value { continuation.resume(returning: value) }
            }
        } onCancel: {
            let continuation = state.withLock { state -> CheckedContinuation<Value, Never>? in
                guard case .open(var waiting, let lastKey) = state else { return nil }
                let continuation = waiting.removeValue(forKey: key)
                state = .open(waiting, lastKey: lastKey)
                return continuation
            }
            continuation?.resume(returning: cancelled)
        }
    }

    private enum Beginning {
        case settled(Value)
        case waits(Int)
    }

    private func begin() -> Beginning {
        state.withLock { state in
            switch state {
            case .settled(let value): return .settled(value)
            case .open(let waiting, let lastKey):
                state = .open(waiting, lastKey: lastKey + 1)
                return .waits(lastKey + 1)
            }
        }
    }
}
