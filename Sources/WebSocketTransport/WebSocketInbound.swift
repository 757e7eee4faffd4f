import NIOCore
import NIOWebSocket

/// The messages of a connection, in order.
///
/// The sequence ends when the connection closes and when the reading task is cancelled; it never throws, since how the
/// connection ended is what ``WebSocketConnection/run(_:role:configuration:body:)`` returns. Pings and closes are
/// answered while somebody reads. Reading slowly slows the peer down: nothing is buffered but a few frames.
package struct WebSocketInbound: AsyncSequence, Sendable {
    package typealias Element = WebSocketMessage
    package typealias Failure = Never

    private let reader: WebSocketReader

    init(_ reader: WebSocketReader) { self.reader = reader }

    /// Reads the messages; iterators share one position, and only one task may wait at a time.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader) }

    /// Waits for one message after another.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: WebSocketReader

        /// The next message, nil when the connection is closed or the task cancelled.
        package mutating func next() async -> WebSocketMessage? { await reader.next() }

        /// The next message, nil when the connection is closed or the task cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async -> WebSocketMessage? {
            await reader.next()
        }
    }
}

/// Pulls frames off the channel and has the session act on them.
actor WebSocketReader {
    private typealias Frames = NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator

    private let session: WebSocketSession
    private var frames: Frames?
    /// Whether the stream can give no more frames although the channel may be open still.
    private(set) var hasEnded = false

    init(_ stream: NIOAsyncChannelInboundStream<WebSocketFrame>, session: WebSocketSession) {
        frames = stream.makeAsyncIterator()
        self.session = session
    }

    func next() async -> WebSocketMessage? {
        // The iterator is away while another task waits with it.
        guard !hasEnded, let taken = frames.take() else { return nil }
        // NIO's iterator may move between tasks but not be shared. It was just taken out of the actor, which alone
        // held it, and goes back when this call ends: one task has it at any time.
        nonisolated(unsafe) var frames = taken
        session.listening(true)
        defer {
            session.listening(false)
            self.frames = frames
        }
        do {
            while let frame = try await frames.next() {
                if let message = session.received(frame) { return message }
                if session.isClosed { return nil }
            }
            // A cancelled read ends the stream of frames, but not the connection.
            if !Task.isCancelled { session.streamEnded() }
        } catch let error as NIOWebSocketError {
            session.failedToRead(error)
        } catch {
            if !Task.isCancelled { session.streamEnded() }
        }
        hasEnded = true
        return nil
    }
}
