import AsyncHTTPClient
import NIOSSL
import WebSocketTransport

/// The ways out of this machine: directly or through a proxy, with the certificates that are trusted.
struct Network: Sendable {
    private let clients: [ProxyServer?: HTTPClient]
    private let proxies: ProxySettings
    /// For sockets; the system's trust when nil.
    let tls: ClientTLS?

    /// - Throws: ``ClientError`` with the code `invalidSetting` for a certificate that cannot be read.
    init(_ configuration: ClientConfiguration) throws(ClientError) {
        let certificates = try Self.certificates(in: configuration.trustedCertificates)
        do {
            tls = certificates.isEmpty ? nil : try ClientTLS(trusting: certificates)
        } catch {
            throw ClientError(.invalidSetting, "the certificates that are to be trusted cannot be used")
        }
        proxies = configuration.proxies
        var http = HTTPExchange.configuration(timeout: configuration.requestTimeout)
        http.tlsConfiguration = tls?.configuration ?? ClientTLS.configuration()
        var clients: [ProxyServer?: HTTPClient] = [:]
        for server in [nil] + proxies.servers.map(Optional.some) {
            http.proxy = server?.http
            clients[server] = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
        }
        self.clients = clients
    }

    private static func certificates(in files: [String]) throws(ClientError) -> [NIOSSLCertificate] {
        var certificates: [NIOSSLCertificate] = []
        for file in files {
            do {
                certificates += try NIOSSLCertificate.fromPEMFile(file)
            } catch {
                throw ClientError(.invalidSetting, "no certificate can be read from \(file), which must be PEM")
            }
        }
        return certificates
    }

    /// The client for an address; nil when it is no address of the web.
    func client(for url: String) -> HTTPClient? {
        guard let url = WebURL(url, schemes: ["http", "https"]) else { return nil }
        return clients[proxies.server(for: url)]
    }

    /// The proxy for a socket's address.
    func proxy(forSocket url: String) -> WebSocketProxy? {
        WebURL(url, schemes: ["ws", "wss"]).flatMap { proxies.server(for: $0)?.webSocket }
    }

    /// Closes all connections.
    func shutdown() async {
        // Connections that do not close cleanly at the end harm nobody.
        for client in clients.values { try? await client.shutdown() }
    }
}
