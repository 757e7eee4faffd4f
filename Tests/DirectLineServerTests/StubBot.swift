import AsyncHTTPClient
import BotSchema
import NIOCore
import NIOHTTP1
import NIOPosix

/// A bot program at a messaging endpoint, which a test makes answer as it likes.
struct StubBot: Sendable {
    /// What the bot answers a POST with.
    struct Answer: Sendable {
        var status = 200
        var headers: HTTPHeaders = [:]
        var body = ""
    }

    let port: Int
    var url: String { "http://127.0.0.1:\(port)/api/messages" }

    /// Sends an activity through the Connector API, as SDKs do.
    ///
    /// - Returns: The status of the answer.
    @discardableResult
    static func reply(to activity: Activity, _ reply: Activity) async throws -> Int {
        let base = (activity.serviceURL ?? "") + "v3/conversations/\(activity.conversation?.id ?? "")/activities"
        var request = HTTPClientRequest(url: base)
        request.method = .POST
        request.headers = ["Content-Type": "application/json"]
        request.body = .bytes(reply.jsonValue.serialized())
        return Int(try await HTTPClient.shared.execute(request, timeout: .seconds(600)).status.code)
    }
}

/// Runs a bot program on a free port for the length of a closure.
func withStubBot<Result: Sendable>(
    _ turn: @escaping @Sendable (Activity) async throws -> StubBot.Answer,
    _ body: @Sendable (StubBot) async throws -> Result
) async throws -> Result {
    typealias HTTPChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                return try HTTPChannel(wrappingChannelSynchronously: channel)
            }
        }
    let bot = StubBot(port: listener.channel.localAddress?.port ?? 0)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { try? await serve(connection, turn) }
                    }
                }
            }
        }
        defer { group.cancelAll() }
        return try await body(bot)
    }
}

private func serve(
    _ channel: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>,
    _ turn: @escaping @Sendable (Activity) async throws -> StubBot.Answer
) async throws {
    try await channel.executeThenClose { inbound, outbound in
        var body: [UInt8] = []
        for try await part in inbound {
            switch part {
            case .head: body = []
            case .body(let bytes): body += bytes.readableBytesView
            case .end:
                let activity = Activity(try? JSONValue(parsing: body)) ?? Activity(json: [:])
                let answer = try await turn(activity)
                var headers = answer.headers
                headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.utf8.count))
                let status = HTTPResponseStatus(statusCode: answer.status)
                try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
                try await outbound.write(.body(.byteBuffer(ByteBuffer(string: answer.body))))
                try await outbound.write(.end(nil))
            }
        }
    }
}
