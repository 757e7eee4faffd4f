#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Bytes on their way to a descriptor: collected, then written in one piece, so that a redraw does not flicker.
struct OutputBuffer {
    let descriptor: Int32
    private var bytes: [UInt8] = []
    private var written = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Whether bytes wait.
    var isEmpty: Bool { written == bytes.count }

    /// Writes as much as the descriptor takes at once, when it does not block.
    mutating func writeSome() {
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: written), min(buffer.count - written, 4096))
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                break
            }
        }
        bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 18)
        written = 0
    }

    /// Writes everything.
    ///
    /// What a lost terminal does not take is dropped; its reader notices the loss.
    ///
    /// - Parameter patience: how many milliseconds a terminal may take nothing before the rest is dropped; -1 for ever.
    mutating func flush(patience: Int32 = -1) {
        var rest = bytes[written...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&state, 1, patience) == 0 { break }
            } else if errno != EINTR {
                break
            }
        }
        bytes.removeAll(keepingCapacity: true)
        written = 0
    }
}
