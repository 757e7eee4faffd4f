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

    /// The wishes that the program stop; from this call on it no longer dies of one.
    static func stops() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }
}
