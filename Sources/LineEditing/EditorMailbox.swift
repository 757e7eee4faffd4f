import Synchronization

/// What the rest of the program and the editing thread tell each other.
final class EditorMailbox: Sendable {
    /// What waits for the editing thread.
    struct Delivery {
        var lines: [String]
        var prompt: Prompt
        var isClosing: Bool
        var rings: Bool
    }

    private struct State {
        var lines: [String] = []
        var prompt: Prompt
        var isClosing = false
        var rings = false
        /// Whether the thread has been woken and has not taken its mail yet.
        var isWoken = false
        var hasEnded = false
        var draft = ""
        var terminationSignal: Int32?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let wakePipe: WakePipe
    private let state: Mutex<State>

    init(wakePipe: WakePipe, prompt: Prompt) {
        self.wakePipe = wakePipe
        state = Mutex(State(prompt: prompt))
    }

    // MARK: - The program's side

    /// Answers false when the editing thread has ended and will not print it.
    func post(_ lines: String) -> Bool {
        tell { $0.lines.append(lines) }
    }

    func setPrompt(_ prompt: Prompt) {
        _ = tell { $0.prompt = prompt }
    }

    func ring() {
        _ = tell { $0.rings = true }
    }

    func requestClose() {
        _ = tell { $0.isClosing = true }
    }

    /// Waits until the editing thread has given the terminal back.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    var draft: String { state.withLock { $0.draft } }
    var terminationSignal: Int32? { state.withLock { $0.terminationSignal } }

    private func tell(_ change: (inout State) -> Void) -> Bool {
        let (hasEnded, needsWaking) = state.withLock { state in
            if state.hasEnded { return (true, false) }
            change(&state)
            defer { state.isWoken = true }
            return (false, !state.isWoken)
        }
        if needsWaking { wakePipe.wake() }
        return !hasEnded
    }

    // MARK: - The editing thread's side

    /// Everything that has been told since the last time.
    ///
    /// To be called after the wake pipe has been drained.
    func take() -> Delivery {
        state.withLock { state in
            state.isWoken = false
            defer {
                state.lines.removeAll()
                state.rings = false
            }
            return Delivery(
                lines: state.lines,
                prompt: state.prompt,
                isClosing: state.isClosing,
                rings: state.rings
            )
        }
    }

    func note(draft: String) { state.withLock { $0.draft = draft } }

    func note(terminationSignal: Int32) { state.withLock { $0.terminationSignal = terminationSignal } }

    /// Marks the end, unless lines have come since the last delivery.
    func endUnlessLinesWait() -> Bool {
        let waiters: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.lines.isEmpty else { return nil }
            state.hasEnded = true
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume() }
        return true
    }
}
