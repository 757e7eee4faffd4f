package import Testing

private import NIOCore
private import NIOPosix

/// Runs the tests of a suite on threads of their own, since they wait for programs without suspending.
///
/// On the threads that Swift's tasks share, of which there are as many as processors, two tests that wait for a terminal
/// would hold up every other test. So many programs run at once that the processors are busy and each still comes to
/// its turn.
package struct ProgramThreads: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    @concurrent package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(Threads.shared) { try await function() }
    }

    /// Four threads, which start with the first test and last as long as the process.
    private final class Threads: TaskExecutor {
        static let shared = Threads()
        private let pool = NIOThreadPool(numberOfThreads: 4)

        private init() { pool.start() }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}

extension Trait where Self == ProgramThreads {
    /// The tests wait for programs or terminals without suspending; each has a thread for as long as it runs.
    package static var waitsForPrograms: Self { ProgramThreads() }
}
