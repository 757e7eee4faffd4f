/// The parts of an absolute URL that a connection needs.
///
/// Small on purpose: what a stream's address holds is used verbatim, and nothing that could break out of a request
/// line is taken.
package struct WebURL: Hashable, Sendable {
    /// The scheme in lower case.
    package let scheme: String
    /// A name or an IP literal, without brackets.
    package let host: String
    /// The port, the scheme's own when the URL names none.
    package let port: Int
    /// The path as it was written, `/` when there is none.
    package let path: String
    /// The query as it was written, without the question mark.
    package let query: String?

    /// Reads a URL; nil when the text is none of these schemes or holds what may not stand in a request line.
    ///
    /// - Parameters:
    ///   - text: The URL; a fragment is dropped, user information is refused.
    ///   - schemes: The schemes allowed, of `http`, `https`, `ws` and `wss`.
    package init?(_ text: String, schemes: [String]) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let separator = text.firstRange(of: "://") else {
            return nil
        }
        scheme = text[..<separator.lowerBound].lowercased()
        guard schemes.contains(scheme) else { return nil }
        let rest = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        query = path.endIndex == target.endIndex ? nil : String(target[path.endIndex...].dropFirst())
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        self.host = host
        self.port = port ?? Self.standardPort(scheme)
    }

    /// Whether the connection is TLS.
    package var isSecure: Bool { scheme == "https" || scheme == "wss" }

    /// Whether the address is this machine itself, so that nobody in between can listen.
    ///
    /// By the usual spellings and without asking a resolver, whose answer may change.
    package var isThisMachine: Bool {
        let host = host.lowercased()
        if ["localhost", "::1", "::", "0.0.0.0"].contains(host) { return true }
        return host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }

    /// Whether what is sent there stays secret on its way: by TLS, or because it does not leave this machine.
    package var isConfidential: Bool { isSecure || isThisMachine }

    /// Path and query as they were written.
    package var target: String { query.map { "\(path)?\($0)" } ?? path }

    /// What the `Host` header says: the port is left out where the scheme implies it.
    package var hostHeader: String { port == Self.standardPort(scheme) ? bracketedHost : authority }

    /// Host and port for people.
    package var authority: String { "\(bracketedHost):\(port)" }

    /// Scheme, host and port, without a path.
    package var origin: String { "\(scheme)://\(hostHeader)" }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    private static func standardPort(_ scheme: String) -> Int { scheme == "https" || scheme == "wss" ? 443 : 80 }

    private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            host = authority[..<colon]
            guard let number = UInt16(authority[colon...].dropFirst()), number > 0 else { return nil }
            port = Int(number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains("@") else { return nil }
        return (String(host), port)
    }
}
