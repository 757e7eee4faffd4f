import BotSchema
import Dispatch
import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Standard output and error, for lines outside a chat.
///
/// Output that nobody takes ends the program, here and so at every caller.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Sees to it that 0 to 2 are standard streams and no file or socket that is opened later.
    ///
    /// A closed standard output fails the program before it does anything.
    static func checkOpen() {
        for descriptor in [STDIN_FILENO, STDERR_FILENO, STDOUT_FILENO] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            if descriptor == STDOUT_FILENO {
                error.writeLine("standard output is closed")
                exit(1)
            }
            // The lowest that is free is taken, which need not be this one.
            let null = open("/dev/null", O_RDWR)
            if null >= 0, null != descriptor {
                dup2(null, descriptor)
                close(null)
            }
        }
    }

    /// Tells when nobody reads standard output any more, also while there is nothing to print.
    ///
    /// - Parameter handler: Called once, on a thread of its own.
    static func watchOutput(_ handler: @escaping @Sendable () -> Void) {
        // It blocks for as long as the program runs: the queue has a thread of its own.
        DispatchQueue(label: "standard-output").async {
            // Errors and hang-ups are told unasked.
            var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&state, 1, -1) <= 0 { if errno != EINTR { return } }
            handler()
        }
    }

    /// Writes a value as a line of JSON in which nothing acts on a terminal.
    func writeLine(_ value: JSONValue) { writeLine(DisplayText.escapedJSON(value.compactText)) }

    /// Writes a line in one call, so that lines of several tasks do not mix.
    func writeLine(_ line: String) { writeBytes(Array((line + "\n").utf8)) }

    /// Writes bytes as they are.
    ///
    /// - Returns: Whether somebody still takes them.
    @discardableResult
    func writeBytes(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var state = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                poll(&state, 1, -1)
            } else if count == 0 || errno != EINTR {
                if self == .output { Self.lost(errno) }
                return false
            }
        }
        return true
    }

    private static func lost(_ cause: Int32) {
        let isClosed = cause == EPIPE
        error.writeLine(
            isClosed
                ? "output closed (broken pipe)"
                : "cannot write to standard output: \(String(cString: strerror(cause)))"
        )
        TemporaryFiles.removeAll()
        exit(1)
    }
}
