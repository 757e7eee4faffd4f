#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A program on two pipes, read as fast as it writes.
final class PipedProgram {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private var unread = ""

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String], environment: [String: String]) throws {
        var toProgram: [Int32] = [0, 0]
        var fromProgram: [Int32] = [0, 0]
        guard pipe(&toProgram) == 0, pipe(&fromProgram) == 0 else { throw Failure(description: "pipe: \(errno)") }
        for descriptor in toProgram + fromProgram { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toProgram[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromProgram[1], 1)
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        guard posix_spawn(&process, arguments[0], &actions, nil, &argv, &envp) == 0 else {
            throw Failure(description: "cannot start \(arguments[0])")
        }
        close(toProgram[0])
        close(fromProgram[1])
        self.process = process
        input = toProgram[1]
        output = fromProgram[0]
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(input)
        close(output)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(input, bytes, bytes.count)
    }

    /// Reads until a text has come, and forgets everything up to its line's end.
    func wait(for text: String) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let found = unread.firstRange(of: text) {
                unread = String(unread[found.upperBound...])
                return
            }
            var state = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 10_000) > 0, case let count = read(output, &buffer, buffer.count), count > 0 else {
                throw Failure(description: "no “\(text)” in the output")
            }
            unread += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
