import AsyncHTTPClient
import BotSchema
import WebSocketTransport

/// Which hosts are reached through a proxy.
///
/// A proxy's name and password stay inside.
public struct ProxySettings: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private var plain: ProxyServer?
    private var secure: ProxyServer?
    private var exceptions: [String] = []

    /// No proxy at all.
    public static let none = ProxySettings()

    private init() {}

    /// Reads the usual variables: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in small or capital letters.
    ///
    /// This machine itself is never reached through a proxy. `no_proxy` is a list of hosts, domains (`.example.com`)
    /// and `host:port`, or `*`.
    ///
    /// - Parameter environment: The variables of a process.
    /// - Throws: ``ClientError`` with the code `invalidSetting` that names the variable and not its value.
    public init(environment: [String: String]) throws(ClientError) {
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [name, name.uppercased()] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        func server(_ name: String) throws(ClientError) -> ProxyServer? {
            guard let (name, text) = value(name) ?? value("all_proxy") else { return nil }
            guard let server = ProxyServer(text) else {
                throw ClientError(.invalidSetting, "\(name) is no address of a proxy, such as http://proxy:8080")
            }
            return server
        }
        plain = try server("http_proxy")
        secure = try server("https_proxy")
        let list = value("no_proxy")?.text ?? ""
        exceptions = list.split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    }

    /// Whether there is a proxy for anything.
    public var description: String {
        let names = [plain, secure].compactMap { $0?.authority }
        return names.isEmpty ? "no proxy" : "proxies at " + names.joined(separator: " and ")
    }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    var servers: Set<ProxyServer> { Set([plain, secure].compactMap { $0 }) }

    /// The proxy for an address, nil when it is reached without one.
    func server(for url: WebURL) -> ProxyServer? {
        guard let server = url.isSecure ? secure : plain, !isExcepted(url) else { return nil }
        return server
    }

    private func isExcepted(_ url: WebURL) -> Bool {
        if url.isThisMachine { return true }
        let host = url.host.lowercased()
        return exceptions.contains { exception in
            let name = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
            return exception == "*" || name == host || name == url.authority.lowercased() || host.hasSuffix("." + name)
        }
    }
}

/// One proxy.
struct ProxyServer: Hashable, Sendable {
    let host: String
    let port: Int
    /// What `Proxy-Authorization` says.
    let authorization: String?
    private let credentials: [String]

    /// Reads `http://[name:password@]host[:port]`; the scheme may be missing.
    init?(_ text: String) {
        var rest = text[...]
        if let scheme = text.firstRange(of: "://") {
            guard text[..<scheme.lowerBound].lowercased() == "http" else { return nil }
            rest = text[scheme.upperBound...]
        }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        credentials =
            rest.lastIndex(of: "@").map { at in
                rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                    .map { PercentCoding.decoded($0) }
            } ?? []
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        guard let url = WebURL("http://\(rest)", schemes: ["http"]), url.target == "/" else { return nil }
        host = url.host
        port = url.port
        authorization =
            credentials.isEmpty
            ? nil
            : HTTPClient.Authorization.basic(
                username: credentials[0],
                password: credentials.count > 1 ? credentials[1] : ""
            ).headerValue
    }

    var authority: String { webSocket.authority }

    var webSocket: WebSocketProxy { WebSocketProxy(host: host, port: port, authorization: authorization) }

    var http: HTTPClient.Configuration.Proxy {
        guard !credentials.isEmpty else { return .server(host: host, port: port) }
        let password = credentials.count > 1 ? credentials[1] : ""
        return .server(host: host, port: port, authorization: .basic(username: credentials[0], password: password))
    }
}

/// The encoding of bytes in addresses (RFC 3986, 2.1).
enum PercentCoding {
    /// The bytes that a text stands for.
    static func bytes(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let high = hexValue(rest.first), let low = hexValue(rest.dropFirst().first)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(high << 4 | low)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// The text that a text stands for, as it is when that is no UTF-8.
    static func decoded(_ text: some StringProtocol) -> String {
        String(validating: bytes(text), as: UTF8.self) ?? String(text)
    }

    private static func hexValue(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(UnicodeScalar($0)).hexDigitValue }.map(UInt8.init)
    }
}
