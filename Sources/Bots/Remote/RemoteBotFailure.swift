import AsyncHTTPClient
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension BotError {
    /// Puts into one sentence why a bot could not be asked.
    ///
    /// - Parameters:
    ///   - error: What the HTTP client threw.
    ///   - name: The endpoint as people may see it.
    ///   - limit: How long the bot had.
    init(_ error: any Error, callingBotAt name: String, limit: Duration) {
        switch error {
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout].contains(error):
            self.init(.timedOut, "the bot did not answer within \(limit.components.seconds) s")
        case let error as HTTPClientError where error == .connectTimeout:
            self.init(.unreachable, "nobody answers at \(name) (no connection)")
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            self.init(.unreachable, "the bot at \(name) closed the connection without an answer")
        case let error as HTTPClientError where [.invalidURL, .emptyHost, .emptyScheme].contains(error):
            self.init(.unreachable, "\(name) is not a URL")
        case is NIOTooManyBytesError:
            self.init(.refused, "the bot's answer is too large")
        case let error as NIOConnectionError:
            self.init(.unreachable, "nobody answers at \(name) (\(Self.reason(error)))")
        case let error as IOError where error.errnoCode != ECONNRESET && error.errnoCode != EPIPE:
            // An address that is no name is connected to without the look-up that would wrap the error.
            self.init(.unreachable, "nobody answers at \(name) (\(Self.reason(error)))")
        case let error as IOError:
            self.init(.unreachable, "the connection to \(name) broke (\(Self.reason(error)))")
        default:
            self.init(.unreachable, "the bot at \(name) cannot be asked (\(error))")
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        // A name such as `localhost` is tried on both families; what either says is as good.
        let causes = error.connectionErrors.compactMap { $0.error as? IOError }
        if let refused = causes.first(where: { $0.errnoCode == ECONNREFUSED }) ?? causes.first {
            return reason(refused)
        }
        return error.connectionErrors.isEmpty ? "the host is not known" : "no connection"
    }

    private static func reason(_ error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET, EPIPE: "connection reset"
        case EHOSTUNREACH, ENETUNREACH: "no route to the host"
        case ETIMEDOUT: "no connection"
        default: "error \(error.errnoCode)"
        }
    }
}
