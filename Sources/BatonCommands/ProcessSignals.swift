#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import UnixSignals

/// What the process does about signals.
enum ProcessSignals {
    /// A peer that has gone, or a closed pipe, is an error of the write and no reason to die.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Returns when somebody wants the program to stop, by ^C or `kill`.
    static func waitForStop() async {
        for await _ in await stops() { return }
    }

    /// Returns when somebody wants the program to stop.
    ///
    /// - Throws: ``CommandError`` when nobody takes standard output any more.
    static func waitForStopOrLoss() async throws {
        let (losses, loss) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        StandardStream.onLoss { loss.yield() }
        let isLost = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await waitForStop()
                return false
            }
            group.addTask {
                for await _ in losses { return true }
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        if isLost { throw CommandError("standard output was closed, so nobody can read the log; stopped") }
    }

    /// The wishes that the program stop; from this call on it no longer dies of one.
    static func stops() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }
}
