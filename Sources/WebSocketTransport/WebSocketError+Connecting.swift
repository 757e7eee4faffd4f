#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOCore
import NIOExtras
import NIOPosix
import NIOSSL

extension WebSocketError {
    /// Says in one sentence why nothing came of a connection.
    ///
    /// - Parameters:
    ///   - peer: Host and port for people.
    ///   - error: What NIO threw, on a WebSocket's way or on that of an HTTP client.
    package init(connectingTo peer: String, _ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first?.error {
                self.init(connectingTo: peer, first)
            } else {
                self.init(.unreachable, "the host of \(peer) is unknown")
            }
        case ChannelError.connectTimeout:
            self.init(.timedOut, "\(peer) did not answer in time")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            self.init(.unreachable, "nobody listens at \(peer)")
        case let error as IOError:
            self.init(.unreachable, "\(peer) is unreachable: \(error.reason)")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            // BoringSSL's own words name its source files.
            let words = "\(error)"
            if words.contains("CERTIFICATE_VERIFY_FAILED") || error is NIOSSLExtraError {
                self.init(.untrusted, "the certificate of \(peer) is not trusted")
            } else if words.contains("PROTOCOL_VERSION") || words.contains("UNSUPPORTED_PROTOCOL") {
                self.init(.untrusted, "\(peer) speaks only versions of TLS before 1.2, which are not safe")
            } else {
                self.init(.untrusted, "\(peer) failed at TLS")
            }
        default:
            self.init(.unreachable, "\(peer) closed the connection before it answered")
        }
    }
}

extension WebSocketError {
    /// Says in one sentence why nothing came of a connection through a proxy.
    init(connectingTo peer: String, through proxy: WebSocketProxy, _ error: any Error) {
        switch error {
        case let error as NIOHTTP1ProxyConnectHandler.Error where error == .proxyAuthenticationRequired():
            self.init(.unreachable, "the proxy \(proxy.authority) wants a name and a password")
        case is NIOHTTP1ProxyConnectHandler.Error:
            self.init(.unreachable, "the proxy \(proxy.authority) does not connect to \(peer)")
        default: self.init(connectingTo: "the proxy \(proxy.authority)", error)
        }
    }
}

extension IOError {
    /// The system's words for the error, without the name of the call that failed.
    fileprivate var reason: String { strerror(errnoCode).map { String(cString: $0) } ?? "error \(errnoCode)" }
}
