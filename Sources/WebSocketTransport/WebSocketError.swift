/// Why a WebSocket could not be opened or a message not be sent.
package struct WebSocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String, Sendable { case invalidURL, unreachable, timedOut, untrusted, closed, tooLarge }
        private let base: Base

        /// The address is not one of `ws` or `wss`.
        package static let invalidURL = Code(base: .invalidURL)
        /// Nobody listens there, or the connection broke before the upgrade was answered.
        package static let unreachable = Code(base: .unreachable)
        /// The upgrade was not answered in time.
        package static let timedOut = Code(base: .timedOut)
        /// The peer's certificate or its TLS was refused.
        package static let untrusted = Code(base: .untrusted)
        /// The connection is closing or closed, so nothing more is sent.
        package static let closed = Code(base: .closed)
        /// The message is larger than the connection's limit.
        package static let tooLarge = Code(base: .tooLarge)

        /// The code's name.
        package var description: String { base.rawValue }
    }

    /// What kind of failure it is.
    package let code: Code
    /// One sentence for people that names host and port and never a path or a query.
    package let message: String

    /// A failure of a kind, with a sentence for people.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence for people.
    package var description: String { message }
}
