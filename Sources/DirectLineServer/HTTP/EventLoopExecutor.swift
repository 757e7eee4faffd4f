import NIOCore
import NIOPosix

/// Runs tasks on the event loop of a connection.
///
/// What a request causes then stays on the thread that has read it, where each step would otherwise wake a thread of
/// the default executor and go back to the loop to write. For tasks that wait and never block.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
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
