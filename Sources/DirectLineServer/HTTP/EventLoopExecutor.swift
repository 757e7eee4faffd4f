import NIOCore
import NIOPosix
import Synchronization

/// Runs tasks on the event loop of a connection.
///
/// What a request causes then stays on the thread that has read it, where each step would otherwise wake a thread of
/// the default executor and go back to the loop to write. For tasks that wait and never block.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether the loop is to run what is added.
        var isScheduled = false
    }

    /// How many times in a row what the last jobs have added is run before the loop looks after its sockets.
    private static let rounds = 16

    private let loop: any EventLoop
    private let state = Mutex(State())

    private init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        // The loop's own queue costs several allocations a piece, and most jobs are added by one that is running.
        if isFirst { loop.execute { self.run() } }
    }

    private func run() {
        var jobs: [UnownedJob] = []
        for _ in 1...Self.rounds {
            jobs.removeAll(keepingCapacity: true)
            state.withLock { state in
                swap(&state.jobs, &jobs)
                state.isScheduled = !jobs.isEmpty
            }
            guard !jobs.isEmpty else { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        loop.execute { self.run() }
    }

    /// The executors of the loops that the server listens on.
    ///
    /// They live for ever, as the loops do: tasks do not keep their executor.
    static let all = MultiThreadedEventLoopGroup.singleton.makeIterator().map(EventLoopExecutor.init)

    /// The executor of a loop, nil for a loop that the server does not listen on.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor? { all.first { $0.loop === loop } }

    /// The place in ``all`` of the loop that calls, of any when another thread does.
    static var currentIndex: Int {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        return all.firstIndex { $0.loop === loop } ?? 0
    }
}
