import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

extension Response {
    /// How many pieces a slow body comes in.
    private static let pieces = 8

    /// Has the body go out bit by bit for a while.
    mutating func slowDown(to duration: Duration, clock: any Clock<Duration>) {
        let body = body
        self.body = ResponseBody(contentLength: body.contentLength) { writer in
            let collected = CollectingWriter()
            try await body.write(collected)
            var rest = collected.bytes
            let size = max(1, (rest.readableBytes + Self.pieces - 1) / Self.pieces)
            while rest.readableBytes > 0, let piece = rest.readSlice(length: min(size, rest.readableBytes)) {
                try await clock.sleep(for: duration / Self.pieces, tolerance: nil)
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }
}

/// Keeps what is written to it.
private final class CollectingWriter: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(ByteBuffer())

    var bytes: ByteBuffer { buffer.withLock { $0 } }

    func write(_ bytes: ByteBuffer) async throws { buffer.withLock { _ = $0.writeImmutableBuffer(bytes) } }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
