#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the process does about signals.
enum ProcessSignals {
    /// A peer that has gone, or a closed pipe, is an error of the write and no reason to die.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
