/// Runs work as children of one task, for callers that are not its children themselves.
///
/// Conversations begin turns from within requests that end sooner than the turn: the turns belong to the server's
/// `run()`, which waits for them or cancels them.
struct TaskScope: Sendable {
    private let work: AsyncStream<@Sendable () async -> Void>
    private let entrance: AsyncStream<@Sendable () async -> Void>.Continuation

    init() {
        // Unbounded on purpose: whoever adds work limits it (a conversation has at most two runners and as many turns
        // as it lets wait), and dropping a piece would leave its waiter without an answer.
        (work, entrance) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// Begins a piece of work soon.
    ///
    /// - Returns: False when the scope has ended and the work will not run.
    func add(_ piece: @escaping @Sendable () async -> Void) -> Bool {
        if case .enqueued = entrance.yield(piece) { true } else { false }
    }

    /// Runs what is added until ``end()`` and until the last piece has returned; cancellation cancels all pieces.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await piece in work { group.addTask { await piece() } }
        }
    }

    /// Takes no more work.
    func end() { entrance.finish() }
}
