import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that only this process has: it has no name, and is gone with the last use of it.
final class OverflowFile: Sendable {
    /// The descriptor, once there is something to write; nil before, and when there can be no file.
    private struct State {
        var descriptor: Int32?
        var hasFailed = false
        var count = 0
    }

    private let state = Mutex(State())

    /// A file that is made when it is needed.
    init() {}

    deinit {
        if let descriptor = state.withLock({ $0.descriptor }) { close(descriptor) }
    }

    /// Adds bytes; answers where they are, nil when there is no room.
    func append(_ bytes: [UInt8]) -> Int? {
        state.withLock { state in
            if state.descriptor == nil, !state.hasFailed { state.descriptor = Self.make() }
            guard let descriptor = state.descriptor, !state.hasFailed else {
                state.hasFailed = true
                return nil
            }
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    pwrite(
                        descriptor,
                        buffer.baseAddress?.advanced(by: written),
                        bytes.count - written,
                        off_t(state.count + written)
                    )
                }
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    return nil
                }
            }
            defer { state.count += bytes.count }
            return state.count
        }
    }

    /// Bytes that were added.
    func read(_ count: Int, at offset: Int) -> [UInt8]? {
        guard let descriptor = state.withLock({ $0.descriptor }) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let result = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: have), count - have, off_t(offset + have))
            }
            if result > 0 {
                have += result
            } else if result == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }

    private static func make() -> Int32? {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/baton-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}
