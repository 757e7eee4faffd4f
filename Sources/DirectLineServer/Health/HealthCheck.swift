/// A part of a running server of which ``/health`` tells whether it works.
package struct HealthCheck: Sendable {
    /// The part, as the answer names it.
    package let name: String
    /// Returns when the part works; nil for a part that this server does not have.
    package let run: (@Sendable () async throws -> Void)?

    /// A check of a part.
    package init(_ name: String, _ run: (@Sendable () async throws -> Void)?) {
        self.name = name
        self.run = run
    }
}

/// Asks the parts of a server whether they work.
///
/// A part that hangs is asked once and not again by every caller, and no caller waits longer than the limit.
actor HealthMonitor {
    /// What became of a part.
    enum State: String, Sendable {
        case ok
        /// The server has no such part.
        case none
        case failing
        /// The part works as far as it goes, but has lost something.
        case damaged

        /// What an error of a check says.
        init(_ error: any Error) { self = (error as? StoreError)?.code == .damaged ? .damaged : .failing }

        /// Whether somebody has to do something.
        var isWell: Bool { self == .ok || self == .none }
    }

    private let checks: [HealthCheck]
    private let scope: TaskScope
    private let clock: any Clock<Duration>
    private let limit: Duration
    private var waiting: [String: [Reply<State>]] = [:]

    /// Parts of a server; one that does not answer within the limit counts as failing.
    init(_ checks: [HealthCheck], scope: TaskScope, clock: any Clock<Duration>, limit: Duration = .seconds(5)) {
        self.checks = checks
        self.scope = scope
        self.clock = clock
        self.limit = limit
    }

    /// What the parts are now, in their order.
    func states() async -> [(name: String, state: State)] {
        await withTaskGroup(of: (Int, State).self) { group in
            for (index, check) in checks.enumerated() { group.addTask { (index, await self.state(of: check)) } }
            var states = checks.map { (name: $0.name, state: State.none) }
            for await (index, state) in group { states[index].state = state }
            return states
        }
    }

    private func state(of check: HealthCheck) async -> State {
        guard let run = check.run else { return .none }
        let reply = Reply<State>()
        let isAsked = waiting[check.name] != nil
        waiting[check.name, default: []].append(reply)
        if !isAsked {
            let isAdded = scope.add {
                var state = State.ok
                do { try await run() } catch { state = State(error) }
                await self.finish(check.name, state)
            }
            if !isAdded { finish(check.name, .failing) }
        }
        return await withTaskGroup(of: State.self) { [clock, limit] group in
            group.addTask { await reply.value(orIfCancelled: .failing) }
            group.addTask {
                try? await clock.sleep(for: limit, tolerance: nil)
                return .failing
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failing
        }
    }

    private func finish(_ name: String, _ state: State) {
        for reply in waiting.removeValue(forKey: name) ?? [] { reply.settle(state) }
    }
}
