import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An address or a range of addresses, such as `127.0.0.1`, `10.0.0.0/8` or `::1`.
public struct NetworkRange: Hashable, Sendable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// Reads an address, with or without the length of the range's prefix; nil when the text is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        self.bytes = bytes
        guard parts.count == 2 else {
            prefix = 8 * bytes.count
            return
        }
        guard parts[1].allSatisfy(\.isNumber), let length = UInt8(parts[1]), length <= 8 * bytes.count else {
            return nil
        }
        prefix = Int(length)
    }

    /// Whether an address is in the range.
    func contains(_ address: SocketAddress) -> Bool {
        guard let other = address.ipAddress.flatMap(Self.bytes), other.count == bytes.count else { return false }
        return zip(bytes, other).enumerated().allSatisfy { index, pair in
            let bits = min(8, max(0, prefix - 8 * index))
            return (pair.0 ^ pair.1) & ~UInt8(truncatingIfNeeded: 0xff >> bits) == 0
        }
    }

    /// The address's bytes; one that speaks IPv4 through an IPv6 socket is its IPv4 address.
    private static func bytes(of address: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes[..<4]) }
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
        let isMapped = bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff])
        return isMapped ? Array(bytes[12...]) : bytes
    }
}
