internal import CVTerm

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A program that runs in a terminal of its own, with a screen to look at and keys to press.
///
/// For one thread. The program is killed when the terminal goes away.
package final class PseudoTerminal {
    /// How the program has ended.
    package enum Exit: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    /// Why a test cannot go on.
    package enum Failure: Error, CustomStringConvertible {
        case system(String, Int32)
        case timeout(waitingFor: String, screen: String)

        /// What happened, with the screen as it was.
        package var description: String {
            switch self {
            case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
            case .timeout(let expectation, let screen): "no \(expectation) on this screen:\n\(screen)"
            }
        }
    }

    /// What the program has drawn so far.
    package let screen: TerminalScreen
    /// The program.
    package let process: Int32

    private let master: Int32
    private var exit: Exit?
    private var isHungUp = false

    /// Starts a program as the leader of a session, whose controlling terminal this is.
    ///
    /// - Parameters:
    ///   - arguments: the program's path and its arguments.
    ///   - environment: all of its environment.
    ///   - columns: the width of the screen.
    ///   - rows: the height of the screen.
    /// - Throws: `Failure.system` when there is no terminal or no such program.
    package init(
        _ arguments: [String],
        environment: [String: String] = [:],
        columns: Int = 80,
        rows: Int = 24
    ) throws {
        var size = Self.size(columns: columns, rows: rows)
        var master: Int32 = -1
        var slave: Int32 = -1
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&master, &slave, &name, nil, &size) == 0 else { throw Failure.system("openpty", errno) }
        defer { close(slave) }
        for descriptor in [master, slave] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        self.master = master
        screen = TerminalScreen(columns: columns, rows: rows)
        process = try Self.spawn(arguments, environment: environment, terminal: name)
    }

    deinit {
        if exit == nil {
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        if !isHungUp { close(master) }
    }

    /// Closes the terminal, as a window that is closed does, and waits for the end of the program.
    package func hangUp(atMost limit: Duration = patience) throws -> Exit {
        isHungUp = true
        close(master)
        let deadline = ContinuousClock.now + limit
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) != process {
            guard ContinuousClock.now < deadline else {
                throw Failure.timeout(waitingFor: "end of the program", screen: screen.text)
            }
            usleep(1000)
        }
        let exit = Self.exit(status)
        self.exit = exit
        return exit
    }

    /// Types a text.
    package func send(_ keys: String) {
        var rest = Array(keys.utf8)[...]
        while !rest.isEmpty {
            var state = pollfd(fd: master, events: Int16(POLLOUT | POLLIN), revents: 0)
            guard poll(&state, 1, 300_000) > 0 else { return }
            // A program that prints while a long text is typed must not wait for its reader.
            if state.revents & Int16(POLLIN) != 0, !readOutput(milliseconds: 0) { return }
            guard state.revents & Int16(POLLOUT) != 0 else { continue }
            let count = rest.withUnsafeBytes { write(master, $0.baseAddress, min(1024, $0.count)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Types a short text without reading what the program prints, as a terminal that is stuck would.
    package func sendBlindly(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Sends a signal to the program.
    package func signal(_ number: Int32) { kill(process, number) }

    /// Changes the size of the terminal; the program is told.
    package func resize(columns: Int, rows: Int) {
        screen.resize(columns: columns, rows: rows)
        var size = Self.size(columns: columns, rows: rows)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Changes the size of the terminal while nothing that was drawn for the old one is on its way.
    ///
    /// Rows that a terminal gets too late are wrapped differently from what the program meant, which no program can
    /// undo.
    package func resizeAtRest(columns: Int, rows: Int) {
        signal(SIGSTOP)
        while readOutput(milliseconds: 50) {}
        resize(columns: columns, rows: rows)
        signal(SIGCONT)
    }

    /// Waits until the screen fulfils a condition.
    ///
    /// - Throws: `Failure.timeout` with the screen when it does not in time.
    package func wait(
        for expectation: String = "expected picture",
        atMost limit: Duration = patience,
        polling interval: Int32 = 20,
        until isFulfilled: (TerminalScreen) -> Bool
    ) throws {
        let deadline = ContinuousClock.now + limit
        while !isFulfilled(screen) {
            guard ContinuousClock.now < deadline else {
                throw Failure.timeout(waitingFor: expectation, screen: screen.text)
            }
            readOutput(milliseconds: interval)
        }
    }

    /// Waits until a text is on the screen.
    package func wait(for text: String, atMost limit: Duration = patience) throws {
        try wait(for: "\"\(text)\"", atMost: limit) { $0.text.contains(text) }
    }

    /// Waits for the end of the program.
    package func waitForExit(atMost limit: Duration = patience) throws -> Exit {
        if let exit { return exit }
        let deadline = ContinuousClock.now + limit
        var status: Int32 = 0
        while true {
            let isOpen = readOutput(milliseconds: 10)
            if waitpid(process, &status, WNOHANG) == process { break }
            guard ContinuousClock.now < deadline else {
                throw Failure.timeout(waitingFor: "end of the program", screen: screen.text)
            }
            if !isOpen { usleep(1000) }
        }
        while readOutput(milliseconds: 0) {}
        let exit = Self.exit(status)
        self.exit = exit
        return exit
    }

    private static func exit(_ status: Int32) -> Exit {
        let signal = status & 0x7f
        return signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal)
    }

    /// Whether the terminal echoes and collects lines, as a program must leave it.
    package var isCooked: Bool {
        var modes = termios()
        tcgetattr(master, &modes)
        let flags = tcflag_t(ECHO | ICANON | ISIG)
        return modes.c_lflag & flags == flags && modes.c_iflag & tcflag_t(ICRNL) != 0
    }

    /// Reads what the program has printed, waiting at most so long for the first of it.
    @discardableResult
    private func readOutput(milliseconds: Int32) -> Bool {
        var state = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, milliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        screen.feed(Array(buffer[..<count]))
        let answers = screen.takeAnswers()
        if !answers.isEmpty { _ = write(master, answers, answers.count) }
        return true
    }

    private static func size(columns: Int, rows: Int) -> winsize {
        winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    }

    private static func spawn(
        _ arguments: [String],
        environment: [String: String],
        terminal: [CChar]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Opened after setsid, so that it becomes the controlling terminal.
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        // The sockets of other tests stay theirs: a port would be taken for as long as the program runs.
        #if canImport(Glibc)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        #endif
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        let flags = CVTERM_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        let result = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw Failure.system("posix_spawn \(arguments[0])", result) }
        return process
    }
}
