import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Knows under which URL each client reaches the server.
///
/// The configured URL counts most. A proxy that is named is believed about the client it speaks for; from anybody else
/// the forwarded headers are the client's own word, and only `Host` counts.
struct ClientAddressing: Sendable {
    /// How a request came.
    struct Arrival: Hashable, Sendable {
        /// The host that the request names.
        let host: Authority?
        /// The host that a trusted proxy names.
        let forwardedHost: Authority?
        /// The base of what this client alone is given.
        let url: PublicURL
        /// The base of what others are given on account of this client: a host that it has made up is not in it.
        let sharedURL: PublicURL
    }

    let publicURL: PublicURL?
    let trustedProxies: [NetworkRange]
    /// Which hosts are the server's.
    let hosts: CrossOrigin

    /// How a request came.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - peer: Who is connected to us.
    ///   - place: Where the client has reached us.
    ///   - own: Where the server listens, for clients that name no host.
    /// - Returns: Its hosts, and the URL under which its client reaches us.
    /// - Throws: 400 when it names no host, two hosts or what cannot be one.
    func arrival(
        of request: Request,
        from peer: SocketAddress?,
        at place: SocketAddress?,
        own: PublicURL
    ) throws(HTTPFailure) -> Arrival {
        // The codec makes the first `Host` the authority and leaves a second among the fields.
        let others = HTTPField.Name("Host").map { request.headers[values: $0] } ?? []
        let host = try Self.host((request.head.authority.map { [$0] } ?? []) + others)
        if let publicURL { return Arrival(host: host, forwardedHost: nil, url: publicURL, sharedURL: publicURL) }
        var forwarded: ForwardedRequest?
        if let peer, trustedProxies.contains(where: { $0.contains(peer) }) {
            forwarded = try ForwardedRequest(request.headers)
        }
        let isSecure = forwarded?.isSecure ?? false
        let named = forwarded?.authority ?? host
        let reached = place.flatMap(Authority.init)
        let isOurs = named.map { $0 == reached || hosts.isKnown($0) } ?? false
        let shared = isOurs ? named : reached
        return Arrival(
            host: host,
            forwardedHost: forwarded?.authority,
            url: named.map { PublicURL(isSecure: isSecure, authority: $0) } ?? own,
            sharedURL: shared.map { PublicURL(isSecure: isSecure, authority: $0) } ?? own
        )
    }

    /// The host that a request asks for, nil when it is of HTTP/1.0 and names none.
    static func host(_ values: [String]) throws(HTTPFailure) -> Authority? {
        guard values.count <= 1 else { throw .badArgument("the request has two Host headers") }
        guard let value = values.first else { return nil }
        guard !value.isEmpty else { throw .badArgument("the request has no Host header") }
        guard let authority = Authority(value) else { throw .badArgument("the Host header names no host") }
        return authority
    }
}

/// Gives every request one place for its host: `Host`.
///
/// A target that names a host counts more than `Host` (RFC 9112, 3.2.2). A request of HTTP/1.1 without `Host` gets an
/// empty one, since what reads requests later does not know their version.
final class HostMarker: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let original) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        var head = original.inOriginForm
        if head.lacksHost { head.headers.add(name: "Host", value: "") }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}

extension HTTPRequestHead {
    /// What the request has as `Host`; an empty one where HTTP/1.1 asks for one and there is none.
    var hosts: [String] { lacksHost ? [""] : headers["Host"] }

    /// The request with a path as its target, and as `Host` the host that its target names, if it names one.
    ///
    /// A request whose `Host` is missing, twice there or unreadable keeps it, and is refused for it.
    var inOriginForm: HTTPRequestHead {
        guard uri.utf8.first != UInt8(ascii: "/"),
            let scheme = ["http://", "https://"].first(where: { uri.prefix($0.count).lowercased() == $0 })
        else { return self }
        let named = uri.dropFirst(scheme.count)
        let authority = named.prefix { !"/?#".contains($0) }
        let path = named.dropFirst(authority.count)
        var head = self
        head.uri = path.hasPrefix("/") ? String(path) : "/" + path
        do {
            _ = try ClientAddressing.host(hosts)
            head.headers.replaceOrAdd(name: "Host", value: String(authority))
        } catch {}
        return head
    }

    fileprivate var lacksHost: Bool { version != .http1_0 && !headers.contains(name: "Host") }
}
