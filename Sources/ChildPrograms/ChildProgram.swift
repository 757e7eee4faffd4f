import CSpawn
import Subprocess

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Other programs that do a part of the work: an editor, a pager, what draws pictures.
///
/// The only place that starts any. Each gets a ``ChildEnvironment`` and none of our files and sockets.
package enum ChildProgram {
    /// What came of a program.
    package enum Outcome: Equatable, Sendable {
        /// It ended well.
        case done
        /// It ended with a code of its own, was ended by a signal (negative), or could not be started.
        case failed(Int32)
    }

    /// Runs a command of the shell on our terminal, with a file as its argument or as its input, and waits for its end.
    ///
    /// - Parameters:
    ///   - command: The command, as the shell takes it.
    ///   - file: A path.
    ///   - isInput: Whether the file is the program's standard input.
    ///   - environment: What it gets of the environment.
    ///   - mustStop: Asked every moment whether to end the program.
    /// - Returns: How it ended.
    package static func runOnTerminal(
        _ command: String,
        file: String,
        isInput: Bool = false,
        environment: ChildEnvironment = ChildEnvironment(),
        mustStop: () -> Bool
    ) -> Outcome {
        // The file is a parameter of the shell and not part of its command, so nothing in it is interpreted.
        let words = isInput ? command : command + " \"$1\""
        let texts: [String] = ["/bin/sh", "-c", words, "sh", file]
        var arguments: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        let settings = environment.variables.map { "\($0.key)=\($0.value)" }
        var variables: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        #if canImport(Glibc)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if isInput { posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, file, O_RDONLY, 0) }
        // SIGPIPE is ignored here, which a pager must not inherit.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // Sockets are not closed by themselves: the port of a server would stay taken for as long as an editor is open.
        #if canImport(Glibc)
        let flags = POSIX_SPAWN_SETSIGDEF
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        #else
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_CLOEXEC_DEFAULT
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where !isInput || descriptor != STDIN_FILENO {
            posix_spawn_file_actions_addinherit_np(&actions, descriptor)
        }
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var process = pid_t()
        let result = posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &variables)
        guard result == 0 else { return .failed(result) }
        return wait(for: process, mustStop: mustStop)
    }

    private static func wait(for process: pid_t, mustStop: () -> Bool) -> Outcome {
        var status: Int32 = 0
        var isStopping = false
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { return .failed(errno) }
            if !isStopping, mustStop() {
                isStopping = true
                kill(process, SIGTERM)
            }
            poll(nil, 0, 20)
        }
        let signal = status & 0x7f
        let code = signal == 0 ? status >> 8 & 0xff : -signal
        return code == 0 ? .done : .failed(code)
    }

    /// Runs a command of the shell and collects what it prints.
    ///
    /// Its errors go where ours go, and it is killed on cancellation.
    ///
    /// - Parameters:
    ///   - command: The command, as the shell takes it.
    ///   - limit: How many bytes it may print.
    /// - Returns: How it ended, and what it had printed.
    package static func output(ofCommand command: String, limit: Int) async -> (outcome: Outcome, bytes: [UInt8]) {
        let variables = ChildEnvironment().variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let result = try? await run(
            .name("sh"),
            arguments: ["-c", command],
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            platformOptions: killedOnCancellation,
            output: .bytes(limit: limit),
            error: .currentStandardError
        )
        guard let result else { return (.failed(0), []) }
        return switch result.terminationStatus {
        case .exited(0): (.done, result.standardOutput)
        case .exited(let code): (.failed(code), result.standardOutput)
        case .signaled(let signal): (.failed(-signal), result.standardOutput)
        }
    }

    private static var killedOnCancellation: PlatformOptions {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .seconds(1))]
        return options
    }

    /// Runs a program away from the terminal and collects what it prints; it is killed on cancellation.
    ///
    /// - Parameters:
    ///   - program: Its name, looked up in `PATH`.
    ///   - arguments: Its arguments.
    ///   - environment: What it gets of the environment.
    ///   - limit: How many bytes it may print.
    /// - Returns: What it printed; nil when it could not be started, printed too much or did not end well.
    package static func output(
        of program: String,
        arguments: [String],
        environment: ChildEnvironment,
        limit: Int
    ) async -> [UInt8]? {
        let variables = environment.variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let result = try? await run(
            .name(program),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            platformOptions: killedOnCancellation,
            output: .bytes(limit: limit)
        )
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput
    }
}
