import HTTPTypes

/// Decides who may call from a web page, and under which name the server may be called.
///
/// Any page in any browser can reach a loopback address, by a plain request or under a name of its own that resolves
/// to it (DNS rebinding), so both `Origin` and `Host` are looked at.
struct CrossOrigin: Sendable {
    /// Whether the server listens on a loopback address only.
    let isLoopback: Bool
    private let allowedOrigins: Set<WebOrigin>
    private let allowedHosts: Set<String>

    /// The rules of a server; the host of its public URL is its own, and pages beside that URL may use it.
    init(isLoopback: Bool, allowedOrigins: [String], allowedHosts: [String], publicURL: PublicURL? = nil) {
        self.isLoopback = isLoopback
        self.allowedOrigins = Set(allowedOrigins.compactMap(WebOrigin.init) + [publicURL?.origin].compactMap(\.self))
        self.allowedHosts = Set(allowedHosts + [publicURL?.authority.name].compactMap(\.self))
    }

    /// Refuses a request from a page or under a name that has no business here.
    ///
    /// A host that a proxy forwards must be one of ours wherever the server listens: many proxies pass on what the
    /// client says, and links that other users follow are made from it.
    func check(origin: String?, host: Authority?, forwardedHost: Authority? = nil) throws(HTTPFailure) {
        if isLoopback { try check(host) }
        try check(forwardedHost)
        if let origin, !allows(origin) { throw .forbidden("pages of this origin may not use the server") }
    }

    private func check(_ host: Authority?) throws(HTTPFailure) {
        guard let host, !isKnown(host) else { return }
        throw .forbidden("this server is not known as \(host.name)")
    }

    /// Whether the server goes by the name of a host.
    func isKnown(_ host: Authority) -> Bool { host.isLocal || allowedHosts.contains(host.name) }

    /// What is added to every answer to a permitted request.
    func headers(for request: HTTPFields) -> HTTPFields {
        var headers = HTTPFields()
        // Echoed and not `*`: a wildcard is refused for requests with credentials, as for the session id.
        guard let origin = request[.origin], allows(origin) else { return headers }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
        headers[.vary] = "Origin"
        return headers
    }

    /// What is added to the answer to a preflight.
    func preflightHeaders(for request: HTTPFields) -> HTTPFields {
        var headers = headers(for: request)
        guard headers[.accessControlAllowOrigin] != nil else { return headers }
        headers[.accessControlAllowMethods] = "GET, POST, PUT, DELETE, OPTIONS"
        headers[.accessControlAllowHeaders] =
            request[.accessControlRequestHeaders]
            ?? "authorization, content-type, accept, x-ms-bot-agent, x-requested-with"
        headers[.accessControlMaxAge] = "86400"
        if let asked = HTTPField.Name("Access-Control-Request-Private-Network"), request[asked] == "true",
            let allowed = HTTPField.Name("Access-Control-Allow-Private-Network")
        {
            headers[allowed] = "true"
        }
        return headers
    }

    private func allows(_ origin: String) -> Bool {
        guard let origin = WebOrigin(origin) else { return false }
        // `null` must be allowed by name: pages opened from a file have it, but so has a sandboxed frame of any page.
        return allowedOrigins.contains(origin) || origin.isLocal
    }

    /// Whether an address to listen at is one that only this machine reaches.
    static func isLoopback(_ address: String) -> Bool {
        if address == "localhost" || address == "::1" { return true }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
