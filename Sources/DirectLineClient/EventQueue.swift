import Synchronization

/// Hands events from the stream to its one reader, holding a bounded number of them.
///
/// A writer waits while the queue is full, and thereby the socket; nothing is dropped before ``finish()``. Between
/// events lie positions of the conversation: one counts when the reader asks for what is behind it, since it is done
/// then with all that is before.
final class EventQueue: Sendable {
    private enum Entry {
        case event(ClientEvent)
        case position(String)
    }

    private struct State {
        var entries: [Entry] = []
        /// The first entry not read yet; the array is shifted only now and then.
        var head = 0
        /// How many of the entries not read yet are events.
        var count = 0
        var position: String?
        var isFinished = false
        var reader: CheckedContinuation<ClientEvent?, Never>?
        var writers: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var nextWriter = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Appends an event, waiting while the queue is full.
    ///
    /// After ``finish()`` and on cancellation it returns at once and the event is dropped.
    func push(_ event: ClientEvent) async {
        guard !offer(event) else { return }
        let id = state.withLock {
            $0.nextWriter += 1
            return $0.nextWriter
        }
        repeat {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let mustWait = state.withLock {
                        guard $0.count >= capacity, !$0.isFinished, !Task.isCancelled else { return false }
                        $0.writers.append((id, continuation))
                        return true
                    }
                    if !mustWait { continuation.resume() }
                }
            } onCancel: {
                let writer = state.withLock { state in
                    state.writers.firstIndex { $0.id == id }.map { state.writers.remove(at: $0) }
                }
                writer?.continuation.resume()
            }
        } while !Task.isCancelled && !offer(event)
    }

    /// The last position that the reader has left behind.
    var position: String? { state.withLock { $0.position } }

    /// Lays a position behind the events so far; it never waits.
    func mark(_ position: String) {
        state.withLock { state in
            // Who waits for more is done with everything.
            if state.reader != nil {
                state.position = position
            } else if state.head < state.entries.count, case .position = state.entries.last {
                state.entries[state.entries.count - 1] = .position(position)
            } else {
                state.entries.append(.position(position))
            }
        }
    }

    /// The next event, nil at the end and on cancellation.
    func next() async -> ClientEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (result, writer) = state.withLock { state -> (ClientEvent??, CheckedContinuation<Void, Never>?) in
                    if let event = take(&state) { return (event, Self.popWriter(&state)) }
                    if state.isFinished || Task.isCancelled || state.reader != nil { return (.some(nil), nil) }
                    state.reader = continuation
                    return (nil, nil)
                }
                writer?.resume()
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume(returning: nil)
        }
    }

    /// Ends the queue: the reader gets what is left, writers are let go.
    func finish() {
        let (reader, writers) = state.withLock { state in
            state.isFinished = true
            let waiting = (state.reader.take(), state.writers)
            state.writers = []
            return waiting
        }
        reader?.resume(returning: nil)
        for writer in writers { writer.continuation.resume() }
    }

    /// Appends an event or hands it over; false when there is no room.
    private func offer(_ event: ClientEvent) -> Bool {
        var reader: CheckedContinuation<ClientEvent?, Never>?
        let isDone = state.withLock { state in
            if state.isFinished { return true }
            reader = state.reader.take()
            if reader != nil { return true }
            guard state.count < capacity else { return false }
            state.entries.append(.event(event))
            state.count += 1
            return true
        }
        reader?.resume(returning: event)
        return isDone
    }

    private func take(_ state: inout State) -> ClientEvent? {
        defer {
            if state.head == state.entries.count || state.head > capacity {
                state.entries.removeFirst(state.head)
                state.head = 0
            }
        }
        while state.head < state.entries.count {
            defer { state.head += 1 }
            switch state.entries[state.head] {
            case .position(let position): state.position = position
            case .event(let event):
                state.count -= 1
                return event
            }
        }
        return nil
    }

    private static func popWriter(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        state.writers.isEmpty ? nil : state.writers.removeFirst().continuation
    }
}

/// The events of one conversation, in order; for one reader.
///
/// The sequence ends when the conversation is left and when the reading task is cancelled. Reading slowly slows the
/// service down; nothing is lost.
public struct ClientEvents: AsyncSequence, Sendable {
    /// What the conversation brought.
    public typealias Element = ClientEvent
    /// Reading does not fail: failures of the connection are events.
    public typealias Failure = Never

    let queue: EventQueue

    /// Reads the events; iterators share one position.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: queue) }

    /// Waits for one event after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: EventQueue

        /// The next event, nil at the end.
        public mutating func next() async -> ClientEvent? { await queue.next() }

        /// The next event, nil at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> ClientEvent? { await queue.next() }
    }
}
