import CVTerm

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How long a test waits for what must come; a machine with much else to do needs a part of it, and a fault all of it.
package let patience: Duration = .seconds(300)

/// A program whose standard input and output are pipes, as in a script.
///
/// For one thread. The program is killed when this goes away.
package final class PipedProgram {
    /// Why a test cannot go on.
    package struct Failure: Error, CustomStringConvertible {
        /// What happened, with what the program had printed.
        package let description: String
    }

    /// Everything that the program has printed on standard output so far.
    package private(set) var output = ""
    /// What has come of a character that is not whole yet.
    private var bytes: [UInt8] = []
    /// The program.
    package let process: Int32

    private let input: Int32
    private let results: Int32
    private var isInputOpen = true
    private var isRunning = true

    /// Starts a program; its standard error goes where its output goes.
    package init(_ arguments: [String], environment: [String: String] = [:]) throws {
        var toProgram: [Int32] = [0, 0]
        var fromProgram: [Int32] = [0, 0]
        guard pipe(&toProgram) == 0, pipe(&fromProgram) == 0 else { throw Failure(description: "pipe: \(errno)") }
        for descriptor in toProgram + fromProgram { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toProgram[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromProgram[1], 1)
        posix_spawn_file_actions_adddup2(&actions, fromProgram[1], 2)
        // The sockets of other tests stay theirs: a port would be taken for as long as the program runs.
        #if canImport(Glibc)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        #endif
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        let result = posix_spawn(&process, arguments[0], &actions, nil, &argv, &envp)
        close(toProgram[0])
        close(fromProgram[1])
        guard result == 0 else { throw Failure(description: "cannot start \(arguments[0]): \(result)") }
        self.process = process
        input = toProgram[1]
        results = fromProgram[0]
    }

    deinit {
        if isRunning {
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        if isInputOpen { close(input) }
        close(results)
    }

    /// Gives the program a text to read, and takes what it prints meanwhile.
    package func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var states = [
                pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: results, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&states, 2, 300_000) > 0 else { return }
            if states[1].revents & Int16(POLLIN) != 0 { _ = readOutput(milliseconds: 0) }
            guard states[0].revents & Int16(POLLOUT) != 0 else {
                // Nobody reads any more.
                if states[0].revents & Int16(POLLERR) != 0 { return }
                continue
            }
            // Not more than a pipe that can be written to has room for.
            let count = rest.withUnsafeBytes { write(input, $0.baseAddress, min(Int(PIPE_BUF), $0.count)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends the program's input.
    package func closeInput() {
        if isInputOpen { close(input) }
        isInputOpen = false
    }

    /// Sends the program a signal.
    package func signal(_ number: Int32) { kill(process, number) }

    /// Waits until the program has printed a text.
    package func wait(for text: String, atMost limit: Duration = patience) throws {
        let deadline = ContinuousClock.now + limit
        while !output.contains(text) {
            guard ContinuousClock.now < deadline, readOutput(milliseconds: 100) else {
                throw Failure(description: "no “\(text)” in the output:\n\(output)")
            }
        }
    }

    /// Forgets what was printed so far, so that later waits look at what follows.
    package func forgetOutput() { output = "" }

    /// Reads until the program has ended.
    package func waitForExit(atMost limit: Duration = patience) throws -> PseudoTerminal.Exit {
        let deadline = ContinuousClock.now + limit
        while readOutput(milliseconds: 100) {
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "the program does not end; its output:\n\(output)")
            }
        }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        isRunning = false
        let signal = status & 0x7f
        return signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal)
    }

    /// Reads what there is, waiting at most so long for the first of it.
    ///
    /// - Returns: False at the end of the output.
    private func readOutput(milliseconds: Int32) -> Bool {
        var state = pollfd(fd: results, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, milliseconds) > 0 else { return true }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(results, &buffer, buffer.count)
        guard count > 0 else { return false }
        // A character may have come in part only.
        bytes += buffer[..<count]
        let whole = bytes.count - Self.tail(of: bytes)
        output += String(decoding: bytes[..<whole], as: UTF8.self)
        bytes.removeFirst(whole)
        return true
    }

    /// The length of an incomplete character at the end.
    private static func tail(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xc0 == 0x80 { continue }
            let wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return wanted > length ? length : 0
        }
        return 0
    }
}
