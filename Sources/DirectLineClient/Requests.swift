import Synchronization

/// What the owner of a conversation asks of its stream, from any task.
struct Requests: OptionSet, Sendable {
    let rawValue: UInt8

    /// Drop the connection and resume.
    static let reconnect = Requests(rawValue: 1)
    /// Something is being sent, so the user wants the conversation to go on.
    static let sent = Requests(rawValue: 2)
    /// A post was answered, so the bot's answers wait to be polled.
    static let answered = Requests(rawValue: 4)
    /// The service has accepted something, so neither it nor the credential is lost.
    static let accepted = Requests(rawValue: 32)
    /// This machine has been asleep; goes with ``reconnect``.
    static let wake = Requests(rawValue: 16)
    /// Something new has come by the socket.
    static let delivered = Requests(rawValue: 64)
    /// End for good.
    static let leave = Requests(rawValue: 8)
}

/// Keeps requests until they are taken, and wakes those who wait for some of them.
final class RequestBox: Sendable {
    private struct Waiter {
        let id: Int
        let interests: Requests
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var pending: Requests = []
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    var isLeaving: Bool { state.withLock { $0.pending.contains(.leave) } }

    /// Makes a request; making it again before it is taken changes nothing.
    func post(_ request: Requests) {
        let woken = state.withLock { state in
            state.pending.formUnion(request)
            let woken = state.waiters.filter { !$0.interests.isDisjoint(with: request) }
            state.waiters.removeAll { !$0.interests.isDisjoint(with: request) }
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Removes a request; true when it was there.
    @discardableResult
    func take(_ request: Requests) -> Bool { state.withLock { $0.pending.remove(request) != nil } }

    /// Returns once one of some requests is there, without taking it, or on cancellation.
    func wait(for interests: Requests) async {
        let id = state.withLock {
            $0.nextID += 1
            return $0.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock {
                    guard $0.pending.isDisjoint(with: interests), !Task.isCancelled else { return false }
                    $0.waiters.append(Waiter(id: id, interests: interests, continuation: continuation))
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}
