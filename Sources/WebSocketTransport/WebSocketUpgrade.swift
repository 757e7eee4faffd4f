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
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: configuration.maxFrameSize,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in shouldUpgrade(head, channel) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture { try upgraded(wrap(channel), head) }
            }
        )
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

    /// Wraps a channel that has just been upgraded; later than within the upgrade, reads would be lost.
    static func wrap(_ channel: any Channel) throws -> WebSocketChannel {
        try WebSocketChannel(wrappingChannelSynchronously: channel)
    }
}
