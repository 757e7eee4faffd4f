import Synchronization
package import Testing

/// Lets so many tests of the suites that have it run at once that each of them gets its share of the machine.
///
/// Hundreds of servers and clients that start in the same moment on two processors make one another wait for minutes,
/// until connections that nobody was slow with are given up.
package struct TurnTaking: SuiteTrait, TestTrait, TestScoping {
    private static let turns = Turns(8)

    package var isRecursive: Bool { true }

    @concurrent package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.turns.take()
        defer { Self.turns.giveBack() }
        try await function()
    }

    /// So many turns, which go to those who wait in the order in which they came.
    private final class Turns: Sendable {
        private struct State {
            var free: Int
            var waiting: [CheckedContinuation<Void, Never>] = []
        }

        private let state: Mutex<State>

        init(_ count: Int) { state = Mutex(State(free: count)) }

        func take() async {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append(continuation)
                    return false
                }
                if isFree { continuation.resume() }
            }
        }

        func giveBack() {
            let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.free += 1
                return nil
            }
            next?.resume()
        }
    }
}

extension Trait where Self == TurnTaking {
    /// The tests talk over the network within this process, and take turns with others that do.
    package static var takesTurns: Self { TurnTaking() }
}
