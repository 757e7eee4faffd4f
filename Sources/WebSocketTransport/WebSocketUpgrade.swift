package import NIOCore
package import NIOHTTP1
package import NIOWebSocket

/// What both ends do to a channel at the upgrade.
package enum WebSocketUpgrade {
    /// Makes the upgrader of a server.
    ///
    /// Frames above the limit are left to ``WebSocketConnection``, which answers them with a close frame of its own;
    /// NIO's own handler would close beside it.
    ///
    /// - Parameters:
    ///   - configuration: The frame limit is taken from it; give the same to ``WebSocketConnection``.
    ///   - shouldUpgrade: Looks at the request on the channel's event loop. Headers grant the upgrade and are added to
    ///     the answer, nil refuses it: the request then goes to the HTTP branch, whose first part may be `.end`
    ///     without a head (apple/swift-nio#2632).
    ///   - upgraded: Wraps the channel into the caller's own result, on the event loop.
    /// - Returns: The upgrader, for a `NIOTypedHTTPServerUpgradeConfiguration`.
    package static func server<Result: Sendable>(
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        shouldUpgrade: @escaping @Sendable (HTTPRequestHead, any Channel) -> EventLoopFuture<HTTPHeaders?>,
        upgraded: @escaping @Sendable (WebSocketChannel, HTTPRequestHead) throws -> Result
    ) -> NIOTypedWebSocketServerUpgrader<Result> {
        upgrader(configuration, shouldUpgrade) { channel, head in try upgraded(wrap(channel), head) }
    }

    /// Makes the upgrader of a server whose decision needs waiting, as for an actor's state.
    ///
    /// - Parameters:
    ///   - configuration: The frame limit is taken from it; give the same to ``WebSocketConnection``.
    ///   - decide: Looks at the request; headers grant the upgrade, nil or an error refuses it.
    ///   - upgraded: Wraps the channel into the caller's own result, on the event loop.
    /// - Returns: The upgrader, for a `NIOTypedHTTPServerUpgradeConfiguration`.
    package static func server<Result: Sendable>(
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        decide: @escaping @Sendable (HTTPRequestHead) async throws -> HTTPHeaders?,
        upgraded: @escaping @Sendable (WebSocketChannel, HTTPRequestHead) throws -> Result
    ) -> NIOTypedWebSocketServerUpgrader<Result> {
        server(
            configuration: configuration,
            shouldUpgrade: { head, channel in
                // The future is the task's owner: NIO waits for it before anything else happens on the channel.
                channel.eventLoop.makeFutureWithTask { try? await decide(head) }
            },
            upgraded: upgraded
        )
    }

    /// Makes the upgrader of a server whose connections become feeds.
    ///
    /// - Parameters:
    ///   - configuration: Limits and times of the feeds.
    ///   - shouldUpgrade: As for ``server(configuration:shouldUpgrade:upgraded:)``.
    ///   - upgraded: Wraps the feed into the caller's own result, on the event loop.
    /// - Returns: The upgrader, for a `NIOTypedHTTPServerUpgradeConfiguration`.
    package static func feed<Result: Sendable>(
        configuration: WebSocketConfiguration,
        shouldUpgrade: @escaping @Sendable (HTTPRequestHead, any Channel) -> EventLoopFuture<HTTPHeaders?>,
        upgraded: @escaping @Sendable (WebSocketFeed, HTTPRequestHead) throws -> Result
    ) -> NIOTypedWebSocketServerUpgrader<Result> {
        upgrader(configuration, shouldUpgrade) { channel, head in
            try upgraded(WebSocketFeed.onto(channel, configuration: configuration), head)
        }
    }

    /// Makes a feed of a connection that has served requests, which NIO's own upgrade handler cannot.
    ///
    /// The request must have been read to its end and not been answered. Handlers behind the HTTP decoder stay in the
    /// pipeline and get nothing more to read.
    ///
    /// - Parameters:
    ///   - channel: A channel with NIO's `HTTPResponseEncoder` and `HTTPRequestDecoder`.
    ///   - head: The request that asks for the upgrade.
    ///   - configuration: Limits and times of the feed.
    ///   - release: Takes out the handlers that a frame could not pass on its way out, on the event loop.
    /// - Returns: The feed.
    /// - Throws: What is wrong with the request; the connection is as it was then.
    package static func feed(
        on channel: any Channel,
        head: HTTPRequestHead,
        configuration: WebSocketConfiguration,
        release: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) async throws -> WebSocketFeed {
        let upgrader = feed(
            configuration: configuration,
            shouldUpgrade: { _, channel in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgraded: { _, _ in }
        )
        return try await channel.eventLoop.flatSubmit {
            upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: head, initialResponseHeaders: [:])
                .flatMapThrowing { headers in
                    let pipeline = channel.pipeline.syncOperations
                    let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
                    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                    let answer = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
                    let requests = try pipeline.context(handler: decoder)
                    requests.writeAndFlush(NIOAny(HTTPServerResponsePart.head(answer)), promise: nil)
                    let limit = configuration.maxFrameSize
                    let frames = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limit))
                    try pipeline.addHandlers([WebSocketFrameEncoder(), frames], position: .after(decoder))
                    let feed = try WebSocketFeed.onto(channel, configuration: configuration, position: .after(frames))
                    try release(pipeline)
                    pipeline.removeHandler(context: encoder, promise: nil)
                    // Last, since it passes on what the client has sent behind its request.
                    pipeline.removeHandler(context: requests, promise: nil)
                    return feed
                }
        }.get()
    }

    private static func upgrader<Result: Sendable>(
        _ configuration: WebSocketConfiguration,
        _ shouldUpgrade: @escaping @Sendable (HTTPRequestHead, any Channel) -> EventLoopFuture<HTTPHeaders?>,
        _ upgraded: @escaping @Sendable (any Channel, HTTPRequestHead) throws -> Result
    ) -> NIOTypedWebSocketServerUpgrader<Result> {
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: configuration.maxFrameSize,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in shouldUpgrade(head, channel) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture { try upgraded(channel, head) }
            }
        )
    }

    /// Wraps a channel that has just been upgraded; later than within the upgrade, reads would be lost.
    static func wrap(_ channel: any Channel) throws -> WebSocketChannel {
        try WebSocketChannel(wrappingChannelSynchronously: channel)
    }
}
