/// An HTTP proxy that connects to peers on request.
package struct WebSocketProxy: Hashable, Sendable {
    /// A name or an IP literal.
    package let host: String
    /// The port.
    package let port: Int
    /// What `Proxy-Authorization` says, if the proxy wants it.
    package let authorization: String?

    /// A proxy at a host and port.
    package init(host: String, port: Int, authorization: String? = nil) {
        self.host = host
        self.port = port
        self.authorization = authorization
    }

    /// Host and port for people.
    package var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
