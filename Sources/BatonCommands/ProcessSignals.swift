#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Transcripts
import UnixSignals

/// What the process does about signals.
enum ProcessSignals {
    /// A peer that has gone, a closed pipe or a limit of file sizes is an error of the write and no reason to die.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Sees to it that a signal which ends the program leaves no temporary file, and says so in a line.
    ///
    /// The program still dies of the signal, as whoever sent it expects. A signal that is ignored stays so: `nohup`.
    static func removeFilesWhenEnded() { _ = removal }

    private static let removal: Void = {
        TemporaryFiles.prepare()
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            var current = sigaction()
            guard sigaction(number, nil, &current) == 0, !current.isIgnored else { continue }
            signal(number) { number in
                if TemporaryFiles.removeAll() {
                    let words: StaticString = "interrupted; the unfinished file was removed\n"
                    _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
                }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }()

    /// Returns when somebody wants the program to stop, by ^C or `kill`.
    static func waitForStop() async {
        for await _ in await stops() { return }
    }

    /// The wishes that the program stop; from this call on it no longer dies of one.
    static func stops() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    }
}

extension sigaction {
    /// Whether the signal is ignored.
    fileprivate var isIgnored: Bool {
        #if canImport(Glibc)
        let handler = __sigaction_handler.sa_handler
        #else
        let handler = __sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
