package import NIOCore
import NIOWebSocket

/// Sends messages on a connection; safe from any task, whole messages never mix.
package struct WebSocketOutbound: Sendable {
    private let session: WebSocketSession

    init(_ session: WebSocketSession) { self.session = session }

    /// Sends text as one frame and returns once it is in the socket.
    ///
    /// - Throws: ``WebSocketError`` with the code `closed` when the connection is closing or closed, and
    ///   `CancellationError` when the task is cancelled while the socket is full; the text may still go out then.
    package func send(_ text: String) async throws { try await send(utf8: ByteBuffer(string: text)) }

    /// Sends text that is UTF-8 already; otherwise as ``send(_:)``.
    package func send(utf8 bytes: ByteBuffer) async throws { try await session.send(.text, bytes) }

    /// Sends bytes as one binary frame; otherwise as ``send(_:)``.
    package func send(binary bytes: ByteBuffer) async throws { try await session.send(.binary, bytes) }

    /// Sends text in fragments of a few bytes with a ping between the first two, as a peer may (RFC 6455, 5.4).
    ///
    /// - Parameters:
    ///   - bytes: UTF-8; characters may be cut.
    ///   - size: How many bytes go into a fragment, at least 1.
    /// - Throws: As ``send(_:)``.
    package func send(utf8 bytes: ByteBuffer, inFragmentsOf size: Int) async throws {
        try await session.sendFragments(bytes, size: size)
    }

    /// Starts the closing handshake; messages cannot be sent any more, and reading ends with the peer's answer.
    ///
    /// A second call, and one after the peer's close, does nothing.
    package func close(code: UInt16 = 1000, reason: String = "") async {
        // A close frame that cannot be written means that the connection is gone, which is what was wanted.
        try? await session.close(WebSocketClosure(code: code, reason: reason)).get()
    }
}
