/// Runs work as children of one task, for callers that are not its children themselves.
///
/// Conversations begin turns from within requests that end sooner than the turn: the turns belong to the server's
/// `run()`, which waits for them or cancels them. They run on the event loop of whoever begins them.
struct TaskScope: Sendable {
    private struct Part: Sendable {
        let executor: EventLoopExecutor
        let work: AsyncStream<@Sendable () async -> Void>
        let entrance: AsyncStream<@Sendable () async -> Void>.Continuation

        init(on executor: EventLoopExecutor) {
            self.executor = executor
            // Unbounded on purpose: whoever adds work limits it (a conversation has at most two runners and as many
            // turns as it lets wait), and dropping a piece would leave its waiter without an answer.
            (work, entrance) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        }

        func run() async {
            await withDiscardingTaskGroup { group in
                for await piece in work { group.addTask { await piece() } }
            }
        }
    }

    private let parts = EventLoopExecutor.all.map(Part.init)

    /// Begins a piece of work soon.
    ///
    /// - Returns: False when the scope has ended and the work will not run.
    func add(_ piece: @escaping @Sendable () async -> Void) -> Bool {
        if case .enqueued = parts[EventLoopExecutor.currentIndex].entrance.yield(piece) { true } else { false }
    }

    /// Runs what is added until ``end()`` and until the last piece has returned; cancellation cancels all pieces.
    func run() async {
        await withDiscardingTaskGroup { group in
            for part in parts {
                // The pieces are its children, and inherit where it runs.
                group.addTask(executorPreference: part.executor) { await part.run() }
            }
        }
    }

    /// Takes no more work.
    func end() {
        for part in parts { part.entrance.finish() }
    }
}
