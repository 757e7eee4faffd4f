import NIOCore
import NIOHTTP1

/// Saves a request whose upgrade was refused.
///
/// NIO swallows the head of a request that asked for an upgrade and did not get it: the HTTP side then sees a request
/// without a head (apple/swift-nio#2632). That is any WebSocket with an expired ticket, and any request of a client
/// that offers `h2c`. So the head is noted before the upgrade handler and put back behind it.
final class FirstHead {
    private var head: HTTPRequestHead?
    private let patience: TimeAmount

    /// - Parameter patience: How long a connection may be open without a first request.
    init(patience: TimeAmount) { self.patience = patience }

    /// Goes before the upgrade handler.
    func recorder() -> any ChannelInboundHandler & RemovableChannelHandler { Recorder(self) }

    /// Goes behind the upgrade handler, once it is known that the channel stays with HTTP.
    func restorer() -> any ChannelInboundHandler & RemovableChannelHandler { Restorer(self) }

    private final class Recorder: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias InboundOut = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let memory: FirstHead
        private var isDone = false
        private var timer: Scheduled<Void>?

        init(_ memory: FirstHead) { self.memory = memory }

        func handlerAdded(context: ChannelHandlerContext) {
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: memory.patience) { channel.close(promise: nil) }
        }

        func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // Nobody further on would answer what was no request from its first byte.
            guard !isDone, error is HTTPParserError else { return context.fireErrorCaught(error) }
            let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
            let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            context.close(promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            // Once upgraded, other types than requests come by here until the handler is out.
            guard !isDone else { return context.fireChannelRead(data) }
            isDone = true
            timer?.cancel()
            if case .head(let head) = unwrapInboundIn(data) {
                // A stream may be asked for by a target with a host as well.
                memory.head = head.inOriginForm
                context.fireChannelRead(wrapInboundOut(.head(head.inOriginForm)))
            } else {
                context.fireChannelRead(data)
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // A connection that has not asked for anything would hold up a graceful shutdown.
            if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        }
    }

    private final class Restorer: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias InboundOut = HTTPServerRequestPart

        private let memory: FirstHead
        private var isDone = false

        init(_ memory: FirstHead) { self.memory = memory }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isDone else { return context.fireChannelRead(data) }
            isDone = true
            if case .head = unwrapInboundIn(data) {
            } else if let head = memory.head {
                context.fireChannelRead(wrapInboundOut(.head(head)))
            }
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }
}
