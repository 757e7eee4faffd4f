import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import Testing

@testable import WebSocketTransport

/// A feed whose client sends and does not read.
struct WebSocketFeedTests {
    /// A socket that takes frames only when it is told to.
    private final class FullSocket: ChannelDuplexHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundIn = WebSocketFrame

        private(set) var frames: [WebSocketFrame] = []
        private(set) var reads = 0
        private var promises: [EventLoopPromise<Void>] = []

        deinit { take() }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            frames.append(unwrapOutboundIn(data))
            if let promise { promises.append(promise) }
        }

        func read(context: ChannelHandlerContext) { reads += 1 }

        func take() {
            for promise in promises { promise.succeed() }
            promises = []
        }
    }

    /// A socket whose peer has reset it: a write fails, and what had arrived before is read within the write.
    private final class BrokenSocket: ChannelDuplexHandler {
        typealias InboundIn = WebSocketFrame
        typealias InboundOut = WebSocketFrame
        typealias OutboundIn = WebSocketFrame

        var arrived: WebSocketFrame?
        private(set) var written: [WebSocketOpcode] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            written.append(unwrapOutboundIn(data).opcode)
            promise?.fail(ChannelError.ioOnClosedChannel)
            guard let frame = arrived.take() else { return }
            context.pipeline.read()
            context.fireChannelRead(wrapInboundOut(frame))
            context.close(promise: nil)
        }
    }

    @Test func `a write that fails may read what is left, answer it and end the feed`() async throws {
        let socket = BrokenSocket()
        let channel = EmbeddedChannel(handler: socket)
        try await channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        let feed = try WebSocketFeed.onto(channel, configuration: WebSocketConfiguration())
        let hasEnded = Mutex(false)
        feed.onEnd { hasEnded.withLock { $0 = true } }
        socket.arrived = masked(.ping, "still here")
        await #expect(throws: WebSocketError.self) { try await feed.send("hello") }
        #expect(socket.written == [.text, .pong])
        #expect(hasEnded.withLock { $0 })
        #expect(!feed.isOpen)
    }

    private func masked(_ opcode: WebSocketOpcode, _ text: String) -> WebSocketFrame {
        let mask: WebSocketMaskingKey = [1, 2, 3, 4]
        var data = ByteBuffer(string: text)
        data.webSocketMask(mask)
        return WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: data)
    }

    private func payloads(_ socket: FullSocket) -> [String] {
        socket.frames.filter { $0.opcode == .pong }.map { String(buffer: $0.unmaskedData) }
    }

    @Test func `a thousand pings behind a full socket are one answer, and reading waits for it`() throws {
        let socket = FullSocket()
        let channel = EmbeddedChannel(handler: socket)
        let feed = try WebSocketFeed.onto(channel, configuration: WebSocketConfiguration())
        for number in 1...1000 { try channel.writeInbound(masked(.ping, "\(number)")) }
        #expect(payloads(socket) == ["1"])

        let before = socket.reads
        channel.read()
        #expect(socket.reads == before, "more is read from a client that does not read")
        socket.take()
        channel.embeddedEventLoop.run()
        #expect(payloads(socket) == ["1", "1000"])
        #expect(socket.reads == before + 1, "the read that was asked for is made up for")

        socket.take()
        channel.embeddedEventLoop.run()
        channel.read()
        #expect(socket.reads == before + 2)
        #expect(feed.isOpen)
    }

    @Test func `text of the client is dropped`() throws {
        let channel = EmbeddedChannel()
        let feed = try WebSocketFeed.onto(channel, configuration: WebSocketConfiguration(maxMessageSize: 10))
        for _ in 1...100 { try channel.writeInbound(masked(.text, "more than ten bytes")) }
        #expect(try channel.readInbound(as: WebSocketFrame.self) == nil)
        #expect(try channel.readOutbound(as: WebSocketFrame.self) == nil)
        #expect(feed.isOpen)
    }

    @Test func `pings for which the socket has no room do not pile up, and the client is given up`() throws {
        let socket = FullSocket()
        let channel = EmbeddedChannel(handler: socket)
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let configuration = WebSocketConfiguration(pingInterval: .seconds(1), missedPingLimit: 5)
        _ = try WebSocketFeed.onto(channel, configuration: configuration)
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(socket.frames.count(where: { $0.opcode == .ping }) == 1)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }
}
