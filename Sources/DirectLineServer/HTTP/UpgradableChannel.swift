import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import WebSocketTransport

/// A connection that speaks HTTP until a stream is asked for and permitted.
struct UpgradableChannel: HTTPChannelHandler {
    /// What a connection has become.
    enum Protocols: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case stream(WebSocketChannel, conversation: String, watermark: Watermark)
    }

    /// A connection and what it will become.
    final class Value: ServerChildChannelValue {
        let channel: any Channel
        let protocols: EventLoopFuture<Protocols>

        init(channel: any Channel, protocols: EventLoopFuture<Protocols>) {
            self.channel = channel
            self.protocols = protocols
        }

        deinit {
            // A server that stops lets go of connections that it has accepted and not yet handled. What wraps their
            // channel must not die before the channel does: NIO stops the process then.
            channel.closeFuture.whenComplete { [protocols] _ in withExtendedLifetime(protocols) {} }
            channel.close(promise: nil)
        }
    }

    let responder: HTTPChannelHandler.Responder
    let parts: Reply<ListeningServer?>
    let gatekeeper: Gatekeeper
    let crossOrigin: CrossOrigin
    let limits: ServerLimits
    let faults: FaultControl

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let firstHead = FirstHead(patience: TimeAmount(limits.firstRequest))
            let bound = NIOLoopBound(firstHead, eventLoop: channel.eventLoop)
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration<Protocols>(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture { try http(channel, bound.value, logger) }
                    }
                )
            )
            // Hummingbird takes one request after another by itself and answers malformed ones.
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false
            let pipeline = channel.pipeline.syncOperations
            let protocols = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Protocols>.self)
            try pipeline.addHandler(firstHead.recorder(), position: .before(upgradeHandler))
            return Value(channel: channel, protocols: protocols)
        }
    }

    private func http(_ channel: any Channel, _ firstHead: FirstHead, _ logger: Logger) throws -> Protocols {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(firstHead.restorer())
        try pipeline.addHandler(RequestWatch(limits, phase: .arriving))
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                // Or what was written last may be lost when the connection closes (apple/swift-nio#2795).
                configuration: NIOAsyncChannel.Configuration(isOutboundHalfClosureEnabled: true)
            )
        )
    }

    private var upgrader: NIOTypedWebSocketServerUpgrader<Protocols> {
        WebSocketUpgrade.server(
            configuration: WebSocketConfiguration(maxFrameSize: limits.clientActivity),
            shouldUpgrade: { head, channel in
                // Refused ones come to the router as requests and are answered there with the reason.
                let isPermitted = permittedStream(head) != nil && !faults.isRefusingStreams
                return channel.eventLoop.makeSucceededFuture(isPermitted ? HTTPHeaders() : nil)
            },
            upgraded: { channel, head in
                let permitted = permittedStream(head)
                return .stream(
                    channel,
                    conversation: permitted?.conversation ?? "",
                    watermark: permitted?.watermark ?? Watermark(lenient: nil)
                )
            }
        )
    }

    private func permittedStream(_ head: HTTPRequestHead) -> (conversation: String, watermark: Watermark)? {
        let target = RequestTarget(head.uri)
        guard case .stream(let id)? = Resource(path: target.path, connectorPrefix: "") else { return nil }
        do {
            try crossOrigin.check(origin: head.headers.first(name: "Origin"), host: head.headers.first(name: "Host"))
            try gatekeeper.admitStream(ticket: target.query["t"], to: id)
        } catch {
            return nil
        }
        return (id, Watermark(lenient: target.query["watermark"]))
    }

    func handle(value: Value, logger: Logger) async {
        let protocols = try? await withTaskCancellationHandler {
            try await value.protocols.get()
        } onCancel: {
            // Waiting for a future does not end with the task (apple/swift-nio#2087).
            value.channel.close(promise: nil)
        }
        switch protocols {
        case .http(let channel):
            await handleHTTP(asyncChannel: channel, logger: logger)
        case .stream(let channel, let conversation, let watermark):
            await parts.value(orIfCancelled: nil)?.stream
                .serve(channel, conversation: conversation, watermark: watermark)
        case nil:
            // A connection that was opened and closed without a request, which is nobody's concern.
            break
        }
    }
}
