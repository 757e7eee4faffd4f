/// One whole message of a WebSocket, its fragments joined.
package enum WebSocketMessage: Hashable, Sendable {
    /// Text that was valid UTF-8; empty text is a message too, and Direct Line's sign of life.
    case text(String)
    /// Bytes of no known meaning.
    case binary([UInt8])
}

/// How a WebSocket came to its end.
package struct WebSocketClosure: Hashable, Sendable {
    /// The close code (RFC 6455, 7.4): what the peer sent, or what was sent to it.
    ///
    /// 1005 stands for a close frame without a code and 1006 for a stream that just ended.
    package var code: UInt16
    /// The words that came with the code, or why the stream was given up.
    package var reason: String

    /// A code and its words.
    package init(code: UInt16, reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// The stream ended without a closing handshake.
    package static let abnormal = WebSocketClosure(code: 1006)
}
