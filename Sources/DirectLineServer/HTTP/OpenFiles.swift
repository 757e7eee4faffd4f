#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system allows a process to have open.
package enum OpenFiles {
    /// Files that the process needs beside its connections.
    private static let reserve = 64

    /// How many connections can be taken without running out of files: accepting one too many would go on failing.
    static func room(for wanted: Int) -> Int {
        guard let allowed = allow(wanted + reserve) else { return wanted }
        return max(16, min(wanted, allowed - reserve))
    }

    /// Asks the system for a number of files, as far as it gives them; what most systems begin with is a thousand.
    ///
    /// - Returns: How many are allowed now, nil when the system does not tell.
    @discardableResult
    package static func allow(_ wanted: Int) -> Int? {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return nil }
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
