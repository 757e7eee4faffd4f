#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Why an output takes no more.
package struct OutputLoss: Hashable, Sendable {
    private let code: Int32

    /// A loss for a reason of the system.
    package init(errno code: Int32) { self.code = code }

    /// Whether its reader is gone.
    package var isClosedPipe: Bool { code == EPIPE }

    /// The system's words, such as `No space left on device`.
    package var reason: String { String(cString: strerror(code)) }
}
