import Synchronization

/// Letters from many senders to one reader, in order.
///
/// Unbounded on purpose: what comes in is typed by people or simulated at their pace, and dropping a letter could
/// strand a user between bot and agent.
package final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var reader: CheckedContinuation<Letter?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// An empty mailbox.
    package init() {}

    /// Puts a letter behind the others; once closed, letters are dropped.
    package func post(_ letter: Letter) {
        let reader = state.withLock { state -> CheckedContinuation<Letter?, Never>? in
            guard !state.isClosed else { return nil }
            if let reader = state.reader.take() { return reader }
            state.letters.append(letter)
            return nil
        }
        reader?.resume(returning: letter)
    }

    /// Lets the reader take what is there and then end.
    package func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            return state.reader.take()
        }
        reader?.resume(returning: nil)
    }

    /// Whether there is a letter to take.
    package var hasLetters: Bool { state.withLock { !$0.letters.isEmpty } }

    /// Whether there is a letter of a kind to take.
    package func contains(_ isMeant: (Letter) -> Bool) -> Bool {
        state.withLock { $0.letters.contains(where: isMeant) }
    }

    /// Whether no more letters come.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Takes all letters of a kind, in order, and leaves the others.
    package func remove(_ isMeant: (Letter) -> Bool) -> [Letter] {
        state.withLock { state in
            let letters = state.letters.filter(isMeant)
            state.letters.removeAll(where: isMeant)
            return letters
        }
    }

    /// Takes the oldest letter if there is one.
    package func poll() -> Letter? {
        state.withLock { $0.letters.isEmpty ? nil : $0.letters.removeFirst() }
    }

    /// Takes the oldest letter, waiting for one if need be.
    ///
    /// There may be one reader at a time.
    ///
    /// - Returns: Nil when the mailbox is closed and empty, or the task is cancelled.
    package func next() async -> Letter? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Letter?? in
                    if !state.letters.isEmpty { return .some(state.letters.removeFirst()) }
                    if state.isClosed || Task.isCancelled { return .some(nil) }
                    state.reader = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume(returning: nil)
        }
    }

    /// Takes the oldest letter, waiting no longer than a while.
    ///
    /// - Returns: Nil when none came in time, the mailbox is closed and empty, or the task is cancelled.
    package func next(within patience: Duration, on clock: HubClock) async -> Letter? {
        if hasLetters { return await next() }
        return await withTaskGroup(of: Letter?.self) { group in
            group.addTask { await self.next() }
            group.addTask {
                await clock.sleep(for: patience)
                return nil
            }
            var letter = await group.next() ?? nil
            group.cancelAll()
            // The letter may have come in the moment in which time ran out; it must not be lost.
            for await late in group { letter = letter ?? late }
            return letter
        }
    }
}
