import Synchronization

/// Makes a running server go wrong and lets it go right again; safe from any task.
public final class FaultControl: Sendable {
    private struct State {
        var plan: FaultPlan
        /// Has the tokens of a running server expire; nil while none runs.
        var expireTokens: (@Sendable (Duration) -> Void)?
        /// Has a running server be away for a while; nil while none runs.
        var restart: (@Sendable (Duration) -> Void)?
    }

    private let state: Mutex<State>

    init(_ faults: [ServerFault], seed: UInt64) { state = Mutex(State(plan: FaultPlan(faults, seed: seed))) }

    /// What is still to go wrong, with the counts that are left.
    public var active: [ServerFault] { state.withLock { $0.plan.active } }

    /// Has something go wrong from now on; a second fault of a kind takes the place of the first.
    public func add(_ fault: ServerFault) {
        state.withLock { $0.plan.add(fault) }
        performWhatIsDue()
    }

    /// Lets everything go right from now on; tokens that have been told to die still do.
    public func clear() { state.withLock { $0.plan.clear() } }

    // MARK: - For the server

    func attach(
        expireTokens: @escaping @Sendable (Duration) -> Void,
        restart: @escaping @Sendable (Duration) -> Void
    ) {
        state.withLock { state in
            state.expireTokens = expireTokens
            state.restart = restart
        }
        performWhatIsDue()
    }

    /// Does what does not wait for a call or a frame.
    private func performWhatIsDue() {
        let orders = state.withLock { state in
            var orders: [@Sendable () -> Void] = []
            for fault in state.plan.active {
                switch fault {
                case .tokenExpires(let seconds):
                    guard let expireTokens = state.expireTokens else { continue }
                    orders.append { expireTokens(.seconds(seconds)) }
                case .restart(let seconds):
                    guard let restart = state.restart else { continue }
                    orders.append { restart(.seconds(seconds)) }
                default: continue
                }
                state.plan.finish(fault)
            }
            return orders
        }
        for order in orders { order() }
    }

    func nextFrame() -> FaultPlan.FrameFate? { state.withLock { $0.plan.isQuiet ? nil : $0.plan.frame() } }

    func nextCall() -> FaultPlan.CallFate? { state.withLock { $0.plan.call() } }

    func takesBotError() -> Bool { state.withLock { $0.plan.botFails() } }

    func takesStaleWatermark() -> Bool { state.withLock { $0.plan.watermarkIsStale() } }

    func refusesStream() -> Bool { state.withLock { $0.plan.refusesStream() } }

    /// Whether the next stream is to be refused; asking uses nothing up.
    var isRefusingStreams: Bool {
        active.contains { if case .refuseReconnect = $0 { true } else { false } }
    }

    func nextBodyDuration() -> Duration? { state.withLock { $0.plan.bodyDuration() } }
}
