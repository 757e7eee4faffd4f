import BotSchema
import DirectLineServer
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A bot program that says again what it hears, through the Connector API and before its turn ends, as SDKs do.
///
/// It does as little as such a program can: one thread, no queue, one connection to the server for each of the
/// server's connections to it. What is measured with it is the server.
enum EchoBotProgram {
    /// Starts one in a process of its own.
    ///
    /// - Returns: The process, and its messaging endpoint.
    /// - Throws: When the process does not start.
    static func start() throws -> (PipedProgram, endpoint: String) {
        let bot = try PipedProgram([CommandLine.arguments[0], "echo-bot"], environment: Environment.quiet)
        try bot.wait(for: "/api/messages\n")
        return (bot, String(bot.output.prefix { !$0.isWhitespace }))
    }

    /// Serves until the process is killed; the first line printed is the endpoint.
    static func run() async throws {
        OpenFiles.allow(1 << 16)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(TurnHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        print("http://127.0.0.1:\(listener.localAddress?.port ?? 0)/api/messages")
        fflush(nil)
        try await listener.closeFuture.get()
    }
}

/// Takes the turns of one connection of the server, and answers each when the server has taken the reply.
private final class TurnHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var body = ByteBuffer()
    private var service: (any Channel)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end: take(Activity(try? JSONValue(parsing: Array(body.readableBytesView))), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        service?.close(promise: nil)
        context.fireChannelInactive()
    }

    private func take(_ activity: Activity?, _ context: ChannelHandlerContext) {
        guard let activity, activity.type == .message, let call = ReplyCall(to: activity) else {
            return answer(.ok, context)
        }
        if let service, service.isActive {
            return service.writeAndFlush(call, promise: nil)
        }
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        ReplyHandler { status in bound.value.handler.answer(status, bound.value.context) }
                    )
                }
            }
            .connect(host: "127.0.0.1", port: call.port)
            .whenComplete { result in
                guard case .success(let channel) = result else {
                    return bound.value.handler.answer(.badGateway, bound.value.context)
                }
                bound.value.handler.service = channel
                channel.writeAndFlush(call, promise: nil)
            }
    }

    private func answer(_ status: HTTPResponseStatus, _ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// A call of the Connector API with the answer to an activity.
private struct ReplyCall: Sendable {
    let port: Int
    let head: HTTPRequestHead
    let body: ByteBuffer

    init?(to activity: Activity) {
        guard let service = activity.serviceURL, let conversation = activity.conversation?.id, let id = activity.id
        else { return nil }
        let parts = service.split(separator: "/", maxSplits: 2)
        guard parts.count == 3, let port = parts[1].split(separator: ":").last.flatMap({ Int($0) }) else { return nil }
        self.port = port
        let escaped = id.split(separator: "|").joined(separator: "%7C")
        let reply: JSONValue = [
            "type": "message", "text": .string("echo " + (activity.text ?? "")), "replyToId": .string(id),
            "from": activity.json["recipient"] ?? .null, "recipient": activity.json["from"] ?? .null,
            "conversation": activity.json["conversation"] ?? .null,
        ]
        body = ByteBuffer(bytes: reply.serialized())
        head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: "/\(parts[2])v3/conversations/\(conversation)/activities/\(escaped)",
            headers: [
                "Host": "127.0.0.1:\(port)", "Content-Type": "application/json; charset=utf-8",
                "Content-Length": String(body.readableBytes), "User-Agent": "echo-bot",
            ]
        )
    }
}

/// Makes the calls of one connection to the server, one at a time.
private final class ReplyHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = ReplyCall
    typealias OutboundOut = HTTPClientRequestPart

    private let onAnswer: (HTTPResponseStatus) -> Void
    private var status: HTTPResponseStatus?
    private var isWaiting = false

    init(onAnswer: @escaping (HTTPResponseStatus) -> Void) { self.onAnswer = onAnswer }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let call = unwrapOutboundIn(data)
        isWaiting = true
        context.write(wrapOutboundOut(.head(call.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(call.body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = head.status
        case .body: break
        case .end: settle(status == .ok ? .ok : .badGateway)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle(.badGateway)
        context.fireChannelInactive()
    }

    private func settle(_ status: HTTPResponseStatus) {
        guard isWaiting else { return }
        isWaiting = false
        onAnswer(status)
    }
}
