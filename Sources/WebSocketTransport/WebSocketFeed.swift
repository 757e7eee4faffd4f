package import NIOCore
import NIOWebSocket
import Synchronization

/// The server's end of a WebSocket on which only the server has something to say.
///
/// What the client sends is answered as RFC 6455 demands and otherwise dropped, on the channel's event loop: an open
/// feed costs neither a task nor a buffer. Of a client that sends pings and does not read, nothing more is read until
/// it does. At every ``WebSocketConfiguration/pingInterval`` goes a ping, and with it an
/// empty message for clients that do not see pings.
package final class WebSocketFeed: Sendable {
    private struct End {
        var hasCome = false
        var action: (@Sendable () -> Void)?
    }

    /// The channel, which is closed at the end of the feed and not before.
    package let channel: any Channel
    fileprivate let session: WebSocketSession
    private let end = Mutex(End())

    private init(_ channel: any Channel, configuration: WebSocketConfiguration) {
        self.channel = channel
        session = WebSocketSession(
            channel: channel,
            role: .server,
            configuration: configuration,
            discardsData: true,
            pingsWithText: true
        )
        session.listening(true)
    }

    /// Takes over a channel of frames, on its event loop.
    static func onto(
        _ channel: any Channel,
        configuration: WebSocketConfiguration,
        position: ChannelPipeline.SynchronousOperations.Position = .last
    ) throws -> WebSocketFeed {
        let feed = WebSocketFeed(channel, configuration: configuration)
        try channel.pipeline.syncOperations.addHandler(FeedReader(feed), position: position)
        return feed
    }

    /// Whether something can still be sent.
    package var isOpen: Bool { session.isOpen }

    /// Sends text that is UTF-8 and returns once it is in the socket.
    ///
    /// - Throws: ``WebSocketError`` with the code `closed` when the feed is closing or closed, and `CancellationError`
    ///   when the task is cancelled while the socket is full.
    package func send(utf8 bytes: ByteBuffer) async throws { try await session.send(.text, bytes) }

    /// Sends text; otherwise as ``send(utf8:)``.
    package func send(_ text: String) async throws { try await send(utf8: ByteBuffer(string: text)) }

    /// Sends bytes as one binary frame; otherwise as ``send(utf8:)``.
    package func send(binary bytes: ByteBuffer) async throws { try await session.send(.binary, bytes) }

    /// Sends text in fragments of so many bytes with a ping between the first two, as a peer may (RFC 6455, 5.4).
    package func send(utf8 bytes: ByteBuffer, inFragmentsOf size: Int) async throws {
        try await session.sendFragments(bytes, size: size)
    }

    /// Starts the closing handshake, which the client has ``WebSocketConfiguration/closeTimeout`` to end.
    package func close(code: UInt16, reason: String) { session.close(WebSocketClosure(code: code, reason: reason)) }

    /// Closes at once, with a close frame if the socket takes it.
    package func abort() { session.abort(WebSocketClosure(code: 1001)) }

    /// Breaks off without a goodbye.
    package func drop() { channel.close(promise: nil) }

    /// Says and hears nothing from now on, as a machine that has lost its network.
    package func fallSilent() { session.fallSilent() }

    /// Has something done at the end, at once if it has come already; what was to be done before is not any more.
    package func onEnd(_ action: @escaping @Sendable () -> Void) {
        let hasCome = end.withLock { end in
            if !end.hasCome { end.action = action }
            return end.hasCome
        }
        if hasCome { action() }
    }

    fileprivate func ended() {
        session.stop()
        end.withLock { end in
            end.hasCome = true
            return end.action.take()
        }?()
    }
}

/// Has the session answer what a feed's client sends.
private final class FeedReader: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = WebSocketFrame

    private let feed: WebSocketFeed
    /// Whether a read was asked for while the client had not read what it was owed.
    private var isReadHeld = false

    init(_ feed: WebSocketFeed) { self.feed = feed }

    func handlerAdded(context: ChannelHandlerContext) { feed.session.startPings() }

    func handlerRemoved(context: ChannelHandlerContext) { feed.ended() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        _ = feed.session.received(unwrapInboundIn(data))
        // The handshake is over, and the server is the one to close TCP (RFC 6455, 7.1.1).
        if feed.session.isClosed { context.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        isReadHeld = feed.session.owesPong
        if !isReadHeld { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is WebSocketSession.PongWritten {
            if isReadHeld { read(context: context) }
            return
        }
        // Who has nothing more to say cannot even answer a close frame.
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketError else { return context.close(promise: nil) }
        feed.session.failedToRead(error)
        // With frames unread, closing both ways would reset the connection and take the close frame from the client.
        context.close(mode: .output, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        feed.ended()
        context.fireChannelInactive()
    }
}
