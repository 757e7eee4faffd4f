import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import WebSocketTransport

/// A stream as a client asks for it.
struct StreamRequest: Sendable {
    let conversation: String
    let watermark: Watermark
}

/// What becomes of a stream's request, until the connection is a stream.
///
/// The stream begins where its conversation stood before the client was told that it is open: whatever the client
/// causes from then on it gets. On the event loop.
final class StreamOpening {
    fileprivate(set) var start: StreamStart?
}

/// A connection that speaks HTTP until a stream is asked for and permitted.
struct UpgradableChannel: HTTPChannelHandler {
    /// What a connection has become.
    enum Protocols: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case stream(WebSocketFeed, StreamStart)
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

    let parts: Reply<ListeningServer?>
    let gatekeeper: Gatekeeper
    let crossOrigin: CrossOrigin
    let limits: ServerLimits
    let faults: FaultControl
    let storeHealth: StoreHealth
    let keepAliveInterval: Duration

    var responder: HTTPChannelHandler.Responder {
        { request, writer, connection in
            guard let listening = await parts.value(orIfCancelled: nil) else { return }
            if let (feed, start) = await stream(askedBy: request, on: connection, listening) {
                return await listening.stream.serve(feed, from: start)
            }
            let response = await listening.router.respond(
                to: request,
                from: connection.remoteAddress,
                at: connection.localAddress
            )
            // An answer that was cut short would tell the client something that is not so.
            guard !Task.isCancelled else { return connection.close(promise: nil) }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // NIO keeps what it reads into for as long as the channel is open; most of what clients say is short.
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65_536)
            )
            let firstHead = FirstHead(patience: TimeAmount(limits.firstRequest))
            let bound = NIOLoopBound(firstHead, eventLoop: channel.eventLoop)
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration<Protocols>(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader(NIOLoopBound(StreamOpening(), eventLoop: channel.eventLoop))],
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
        try pipeline.addHandler(HostMarker())
        try pipeline.addHandler(RequestWatch(limits))
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

    private func upgrader(_ opening: NIOLoopBound<StreamOpening>) -> NIOTypedWebSocketServerUpgrader<Protocols> {
        WebSocketUpgrade.feed(
            configuration: feedConfiguration,
            shouldUpgrade: { head, channel in
                // Refused ones come to the router as requests and are answered there with the reason.
                guard let request = permittedStream(head) else { return channel.eventLoop.makeSucceededFuture(nil) }
                return start(request, for: channel).map { start in
                    opening.value.start = start
                    return HTTPHeaders()
                }
            },
            upgraded: { feed, _ in
                try Self.readLittle(from: feed.channel)
                return .stream(feed, opening.value.start ?? .unknown)
            }
        )
    }

    /// Finds out where a stream begins; the task ends with the channel at the latest.
    private func start(_ request: StreamRequest, for channel: any Channel) -> EventLoopFuture<StreamStart> {
        let promise = channel.eventLoop.makePromise(of: StreamStart.self)
        let task = Task(executorPreference: EventLoopExecutor.of(channel.eventLoop)) {
            let listening = await parts.value(orIfCancelled: nil)
            promise.succeed(await listening?.stream.start(request) ?? .unknown)
        }
        channel.closeFuture.whenComplete { _ in task.cancel() }
        return promise.futureResult
    }

    /// The limits of streams: what clients say there has no meaning, and a frame of it is kept until it is whole.
    private var feedConfiguration: WebSocketConfiguration {
        WebSocketConfiguration(maxFrameSize: 4096, pingInterval: keepAliveInterval)
    }

    /// Bounds what NIO keeps for reading from a stream's client, which the client decides otherwise.
    private static func readLittle(from channel: any Channel) throws {
        try channel.syncOptions?.setOption(
            .recvAllocator,
            value: FixedSizeRecvByteBufferAllocator(capacity: 512)
        )
    }

    private func permittedStream(_ head: HTTPRequestHead) -> StreamRequest? {
        guard !faults.isRefusingStreams, storeHealth.error == nil else { return nil }
        let target = RequestTarget(head.uri)
        guard case .stream(let id)? = Resource(path: target.path, key: nil) else { return nil }
        do {
            let host = try ClientAddressing.host(head.hosts)
            try crossOrigin.check(origin: head.headers.first(name: "Origin"), host: host)
            try gatekeeper.admitStream(ticket: target.query["t"], to: id)
        } catch {
            return nil
        }
        return StreamRequest(conversation: id, watermark: Watermark(lenient: target.query["watermark"]))
    }

    /// Makes a stream of a connection that has served other requests, if this request is permitted to.
    ///
    /// Clients with a pool ask for streams on any connection that is free (aiohttp), and NIO upgrades with the first
    /// request only.
    ///
    /// - Returns: Nil when the request is to be answered as any other.
    func stream(
        askedBy request: Request,
        on channel: any Channel,
        _ listening: ListeningServer
    ) async -> (feed: WebSocketFeed, StreamStart)? {
        guard request.headers[.upgrade]?.lowercased() == "websocket", request.method == .get else { return nil }
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: request.head.path ?? "/")
        head.headers = HTTPHeaders(request.headers.map { ($0.name.rawName, $0.value) })
        if let host = request.head.authority { head.headers.add(name: "Host", value: host) }
        guard let permitted = permittedStream(head) else { return nil }
        // The pipeline is changed under the HTTP side, which must not have anything of this request still to come.
        guard (try? await request.body.collect(upTo: 0)) != nil else { return nil }
        let start = await listening.stream.start(permitted)
        let feed = try? await WebSocketUpgrade.feed(
            on: channel,
            head: head,
            configuration: feedConfiguration,
            release: { pipeline in
                try Self.readLittle(from: channel)
                try Self.release(pipeline)
            }
        )
        return feed.map { ($0, start) }
    }

    /// Takes out what would take frames for parts of answers.
    private static func release(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        for context in [
            try pipeline.context(handlerType: HostMarker.self),
            try pipeline.context(handlerType: RequestWatch.self),
            try pipeline.context(handlerType: HTTP1ToHTTPServerCodec.self),
            try pipeline.context(handlerType: HTTPConnectionStateHandler.self),
        ] { pipeline.removeHandler(context: context, promise: nil) }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor.of(value.channel.eventLoop)) {
            await handleOnLoop(value, logger)
        }
    }

    private func handleOnLoop(_ value: Value, _ logger: Logger) async {
        let protocols = try? await withTaskCancellationHandler {
            try await value.protocols.get()
        } onCancel: {
            // Waiting for a future does not end with the task (apple/swift-nio#2087).
            value.channel.close(promise: nil)
        }
        switch protocols {
        case .http(let channel): await serve(channel, logger)
        case .stream(let feed, let start): await serve(feed, start)
        case nil:
            // A connection that was opened and closed without a request, which is nobody's concern.
            break
        }
    }

    // What a task has room for stays taken as long as the socket is open: neither side is to pay for the other.

    @inline(never)
    private func serve(_ channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>, _ logger: Logger) async {
        await handleHTTP(asyncChannel: channel, logger: logger)
    }

    @inline(never)
    private func serve(_ feed: WebSocketFeed, _ start: StreamStart) async {
        await parts.value(orIfCancelled: nil)?.stream.serve(feed, from: start)
    }
}
