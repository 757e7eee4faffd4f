package import NIOSSL

/// TLS as our clients speak it, for calls and for streams.
///
/// Versions before 1.2 are refused (RFC 8996). Connectors take this type and no context of another origin, so that none
/// can be weaker.
package struct ClientTLS: Sendable {
    /// For clients that make their contexts themselves.
    package let configuration: TLSConfiguration
    let context: NIOSSLContext

    /// TLS that trusts the system's authorities, and some certificates more.
    ///
    /// Blocks for tens of milliseconds: the system's roots are read.
    ///
    /// - Throws: `NIOSSLError` when the certificates cannot be used.
    package init(trusting certificates: [NIOSSLCertificate] = []) throws {
        configuration = Self.configuration(trusting: certificates)
        var streams = configuration
        streams.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: streams)
    }

    /// The settings alone, for a client that connects later or never.
    package static func configuration(trusting certificates: [NIOSSLCertificate] = []) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // In addition to the system's: a bot's files may be anywhere.
        if !certificates.isEmpty { configuration.additionalTrustRoots = [.certificates(certificates)] }
        return configuration
    }
}
