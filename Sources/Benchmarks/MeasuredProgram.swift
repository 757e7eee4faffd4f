#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A program that runs to its end, what it prints thrown away.
struct MeasuredProgram {
    /// From its start to its end.
    let seconds: Double
    /// Its largest resident set.
    let peakMegabytes: Int
    /// Whether it ended with 0.
    let isSuccess: Bool

    /// Runs a program; nil where there is no such program.
    init?(_ command: [String]) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let start = ContinuousClock.now
        guard posix_spawnp(&process, command[0], &actions, nil, &arguments, environ) == 0 else { return nil }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 { guard errno == EINTR else { return nil } }
        seconds = (ContinuousClock.now - start) / .seconds(1)
        isSuccess = status == 0
        #if canImport(Darwin)
        peakMegabytes = Int(usage.ru_maxrss) >> 20
        #else
        peakMegabytes = Int(usage.ru_maxrss) >> 10
        #endif
    }
}
