import CLibedit

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A program of the person's that has the terminal for a while: an editor or a pager.
enum ForegroundProgram {
    /// What came of it.
    enum Outcome: Equatable {
        /// It ended well.
        case done
        /// It ended with a code of its own, was ended by a signal (negative), or could not be started.
        case failed(Int32)
    }

    /// The person's editor: `VISUAL`, `EDITOR`, or `vi`.
    static var editor: String { setting("VISUAL") ?? setting("EDITOR") ?? "vi" }

    /// The person's pager: `PAGER`, or `less`; nil when it is set to nothing or to `cat`.
    static var pager: String? {
        guard let set = getenv("PAGER") else { return "less" }
        let name = String(cString: set)
        return name.allSatisfy(\.isWhitespace) || name == "cat" ? nil : name
    }

    private static func setting(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Runs a command of the shell with a file as its argument, or as its input, and waits for the end of it.
    ///
    /// - Parameters:
    ///   - command: the command, as the shell takes it.
    ///   - file: a path.
    ///   - isInput: whether the file is the program's standard input.
    ///   - additions: variables that are set unless the person has set them.
    ///   - mustStop: asked every moment whether to end the program.
    /// - Returns: how it ended.
    static func run(
        _ command: String,
        file: String,
        isInput: Bool = false,
        additions: [(String, String)] = [],
        mustStop: () -> Bool
    ) -> Outcome {
        // The file is a parameter of the shell and not part of its command, so nothing in it is interpreted.
        let words = isInput ? command : command + " \"$1\""
        let texts: [String] = ["/bin/sh", "-c", words, "sh", file]
        var arguments: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment(adding: additions).map { strdup($0) } + [nil]
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

    private static func environment(adding additions: [(String, String)]) -> [String] {
        var variables: [String] = []
        #if canImport(Glibc)
        var next = environ
        #else
        var next = _NSGetEnviron().pointee
        #endif
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables + additions.filter { getenv($0.0) == nil }.map { "\($0.0)=\($0.1)" }
    }
}

/// A file for another program to read or change, readable by its owner only; gone with its last use.
struct ScratchFile: ~Copyable {
    let path: String

    /// Writes a text to a new file; nil when the system refuses.
    init?(_ text: String, suffix: String) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/baton-XXXXXX\(suffix)".utf8CString)
        let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
        guard descriptor >= 0 else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var output = OutputBuffer(descriptor: descriptor)
        output.append(text)
        output.flush()
        close(descriptor)
    }

    deinit { unlink(path) }

    /// The text of the file, or nil when it cannot be read or is no text.
    var text: String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
