import NIOCore
import NIOExtras
package import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// Opens WebSockets as a client.
package enum WebSocketConnector {
    /// What became of a request to upgrade.
    package enum Outcome: Sendable {
        /// The connection speaks WebSocket now; give it to ``WebSocketConnection``.
        case upgraded(WebSocketChannel, HTTPResponseHead)
        /// The peer answered with another status than 101, or did not prove that it had read the request.
        case refused(HTTPResponseStatus)
    }

    /// Connects and asks for the upgrade.
    ///
    /// Cancelling ends the attempt at once; nothing stays behind.
    ///
    /// - Parameters:
    ///   - url: A `ws` or `wss` address, used verbatim.
    ///   - headers: Headers beyond those of the upgrade.
    ///   - configuration: The frame limit is taken from it; give the same to ``WebSocketConnection``.
    ///   - timeout: How long connecting, TLS and the upgrade may take together.
    ///   - tls: For `wss`, the system's trust roots when nil.
    ///   - proxy: Through which HTTP proxy to go, if any.
    /// - Returns: The upgraded channel, or the status of the refusal.
    /// - Throws: ``WebSocketError``, or `CancellationError`.
    package static func connect(
        url: String,
        headers: HTTPHeaders = [:],
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        timeout: Duration = .seconds(15),
        tls: ClientTLS? = nil,
        proxy: WebSocketProxy? = nil
    ) async throws -> Outcome {
        guard let url = WebURL(url, schemes: ["ws", "wss"]) else {
            throw WebSocketError(.invalidURL, "the stream's address is no ws:// or wss:// URL")
        }
        var request = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target)
        // NIO adds none to a request that it did not write itself.
        request.headers.add(name: "Host", value: url.hostHeader)
        request.headers.add(contentsOf: headers)
        let head = request

        do {
            let tls = url.isSecure ? try (tls ?? systemTrust.get()).context : nil
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let outcome = loop.makePromise(of: Outcome.self)
            let connecting = ClientBootstrap(group: loop)
                .connectTimeout(TimeAmount(timeout))
                .connect(host: proxy?.host ?? url.host, port: proxy?.port ?? url.port)
                .flatMap { channel in
                    guard let proxy else { return channel.eventLoop.makeSucceededFuture(channel) }
                    return tunnel(channel, to: url, through: proxy, timeout)
                }
            let deadline = loop.scheduleTask(in: TimeAmount(timeout)) {
                outcome.fail(ChannelError.connectTimeout(.zero))
            }
            connecting
                .flatMap { upgrade($0, to: url, head, configuration, tls) }
                .cascade(to: outcome)
            outcome.futureResult.whenComplete { result in
                deadline.cancel()
                if case .success(.upgraded) = result { return }
                // With a proxy the channel is open before it is of use.
                connecting.whenSuccess { $0.close(promise: nil) }
            }
            // `get` does not listen to cancellation (apple/swift-nio#2087).
            return try await withTaskCancellationHandler {
                try await outcome.futureResult.get()
            } onCancel: {
                outcome.fail(CancellationError())
            }
        } catch let error as CancellationError {
            throw error
        } catch is NIOHTTPClientUpgradeError {
            return .refused(.switchingProtocols)
        } catch {
            guard let proxy, !(error is NIOSSLError) else {
                throw WebSocketError(connectingTo: url.authority, error)
            }
            throw WebSocketError(connectingTo: url.authority, through: proxy, error)
        }
    }

    /// Has a proxy connect to the peer and makes way for what is to be said there (RFC 9110, 9.3.6).
    private static func tunnel(
        _ channel: any Channel,
        to url: WebURL,
        through proxy: WebSocketProxy,
        _ timeout: Duration
    ) -> EventLoopFuture<any Channel> {
        let connected = channel.eventLoop.makePromise(of: Void.self)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        var headers = HTTPHeaders()
        if let authorization = proxy.authorization { headers.add(name: "Proxy-Authorization", value: authorization) }
        let handler = NIOHTTP1ProxyConnectHandler(
            targetHost: url.host,
            targetPort: url.port,
            headers: headers,
            deadline: .now() + TimeAmount(timeout),
            promise: connected
        )
        let pipeline = channel.pipeline.syncOperations
        do {
            try pipeline.addHandlers([encoder, decoder, handler])
        } catch {
            connected.fail(error)
        }
        connected.futureResult.whenFailure { _ in channel.close(promise: nil) }
        return connected.futureResult.assumeIsolated()
            .flatMap { pipeline.removeHandler(encoder) }
            .flatMap { pipeline.removeHandler(decoder) }
            .map { channel }
            .nonisolated()
    }

    /// Made when the first `wss` address is opened: reading the system's roots takes tens of milliseconds.
    private static let systemTrust = Result { try ClientTLS() }

    private enum Answer: Sendable {
        case upgraded(WebSocketChannel, HTTPResponseHead)
        /// The head is replayed to a handler only after the upgrader has left the pipeline.
        case refused(EventLoopFuture<HTTPResponseStatus>)
    }

    private static func upgrade(
        _ channel: any Channel,
        to url: WebURL,
        _ request: HTTPRequestHead,
        _ configuration: WebSocketConfiguration,
        _ tls: NIOSSLContext?
    ) -> EventLoopFuture<Outcome> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Answer>(
            maxFrameSize: configuration.maxFrameSize,
            enableAutomaticErrorHandling: false,
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture { .upgraded(try WebSocketUpgrade.wrap(channel), head) }
            }
        )
        let upgrading = NIOTypedHTTPClientUpgradeConfiguration<Answer>(
            upgradeRequestHead: request,
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    let status = channel.eventLoop.makePromise(of: HTTPResponseStatus.self)
                    try channel.pipeline.syncOperations.addHandler(RefusalHandler(status))
                    return .refused(status.futureResult)
                }
            }
        )
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrading)
        // A server sends a backlog in the segment of its 101; the default would drop it (apple/swift-nio#741).
        pipeline.leftOverBytesStrategy = .forwardBytes
        return channel.eventLoop.makeCompletedFuture {
            if let tls {
                // TLS knows no server names that are IP addresses, and NIOSSL throws for them.
                let isAddress = (try? SocketAddress(ipAddress: url.host, port: url.port)) != nil
                let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : url.host)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: pipeline)
        }
        .flatMap { (answer: EventLoopFuture<Answer>) in answer }
        .flatMap { answer in
            switch answer {
            case .upgraded(let upgraded, let head): channel.eventLoop.makeSucceededFuture(.upgraded(upgraded, head))
            case .refused(let status): status.map(Outcome.refused)
            }
        }
    }
}

/// Notes the status of an answer that did not upgrade.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let status: EventLoopPromise<HTTPResponseStatus>

    init(_ status: EventLoopPromise<HTTPResponseStatus>) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { status.succeed(head.status) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { status.fail(error) }

    func handlerRemoved(context: ChannelHandlerContext) { status.fail(ChannelError.eof) }
}
