import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a server could not begin.
public struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String, Sendable { case portInUse, cannotListen, secretRequired, storeFailed }
        private let base: Base

        /// Another program listens there.
        public static let portInUse = Code(base: .portInUse)
        /// The address is not of this machine, or the port is not for everybody.
        public static let cannotListen = Code(base: .cannotListen)
        /// An address that others can reach was asked for without a secret.
        public static let secretRequired = Code(base: .secretRequired)
        /// The store could not be read or written.
        public static let storeFailed = Code(base: .storeFailed)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence for people.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence for people.
    public var description: String { message }
}

extension ServerError {
    init(listeningAt host: String, port: Int, failedWith error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: self.init(.portInUse, "port \(port) on \(host) is already in use")
        case EACCES: self.init(.cannotListen, "port \(port) on \(host) is not for everybody, take one above 1023")
        case EADDRNOTAVAIL: self.init(.cannotListen, "\(host) is no address of this machine")
        default: self.init(.cannotListen, "cannot listen at port \(port) on \(host): \(error)")
        }
    }
}
