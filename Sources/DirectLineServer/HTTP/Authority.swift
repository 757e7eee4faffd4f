import NIOCore

/// A host and perhaps a port, as `Host` headers, origins and URLs name them.
///
/// Whatever does not fit the grammar is no authority, so that a name that was checked is the name that is used:
/// `[::1]evil` must not pass for `[::1]`.
struct Authority: Hashable, Sendable {
    /// The host in lower case; an IPv6 address stays in its brackets.
    let name: String
    /// The port, nil when none is named.
    let port: Int?

    init?(_ text: some StringProtocol) {
        let host: Substring
        let rest: Substring
        let text = Substring(text)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[...end]
            rest = text[end...].dropFirst()
            let address = String(host.dropFirst().dropLast())
            guard case .v6? = try? SocketAddress(ipAddress: address, port: 0) else { return nil }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(Self.isNameByte) else { return nil }
        }
        if rest.isEmpty {
            port = nil
        } else {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = UInt16(digits), number > 0
            else { return nil }
            port = Int(number)
        }
        name = host.lowercased()
    }

    /// The place of a socket, nil for one without a port.
    init?(_ address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        // The zone of a link-local address means something to one machine only.
        let plain = host.prefix { $0 != "%" }
        self.init(plain.contains(":") ? "[\(plain)]:\(port)" : "\(plain):\(port)")
    }

    /// This machine.
    static let localhost = Authority(name: "localhost", port: nil)

    private init(name: String, port: Int?) { (self.name, self.port) = (name, port) }

    /// The same host at another port.
    func at(port: Int?) -> Authority { Authority(name: name, port: port) }

    /// As headers and URLs have it.
    var text: String { port.map { "\(name):\($0)" } ?? name }

    /// Whether it names this machine.
    var isLocal: Bool { name == "localhost" || name == "[::1]" || CrossOrigin.isLoopback(name) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
