import BotSchema
import Bots
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct RemoteBotTests {
    @Test func `S23 an activity is one POST as SDKs demand it, without a credential`() async throws {
        try await withEndpoint({ _ in ("201 Created", "") }) { endpoint in
            try await RemoteBot.withBot(at: endpoint.url + "?code=s3cret") { bot in
                #expect(bot.name == endpoint.url)
                let answer = try await bot.onTurn(.message("hi"), in: Conversation())
                #expect(answer == nil)
            }
            let request = endpoint.requests.withLock { $0 }
            #expect(request.count == 1)
            #expect(request.first?.head.method == .POST)
            #expect(request.first?.head.uri == "/api/messages?code=s3cret")
            let headers = request.first?.head.headers
            #expect(headers?["Content-Type"] == ["application/json; charset=utf-8"])
            #expect(headers?["x-ms-conversation-id"] == ["c1"])
            #expect(headers?.contains(name: "Authorization") == false)
            #expect(headers?.contains(name: "Content-Length") == true)
            #expect(request.first?.body == Activity.message("hi").jsonValue.compactText)
        }
    }

    @Test(arguments: ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
    func `S26 any success is a success`(status: String) async throws {
        try await withEndpoint({ _ in (status, "") }) { endpoint in
            let answer = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) {
                try await $0.onTurn(.typing, in: Conversation())
            }
            #expect(answer == nil)
        }
    }

    @Test(arguments: [
        ("500 Oops", 500, "the bot answered 500"), ("302 Found", 302, "the bot answered 302"),
        ("401 Unauthorized", 401, "the bot expects an app id and password (it answered 401)"),
        ("403 Forbidden", 403, "the bot expects an app id and password (it answered 403)"),
    ])
    func `any other status is a failure with words for people`(line: String, status: Int, message: String) async throws
    {
        try await withEndpoint({ _ in (line, "<html>") }) { endpoint in
            let error = await #expect(throws: BotError.self) {
                _ = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) {
                    try await $0.onTurn(.message("x"), in: Conversation())
                }
            }
            #expect(error?.code == .refused)
            #expect(error?.status == status)
            #expect(error?.message == message)
            #expect(endpoint.requests.withLock { $0.count } == 1, "nothing is sent twice")
        }
    }

    @Test func `the answer to an invoke is passed on whatever it is`() async throws {
        var invoke = Activity(type: .invoke)
        invoke.name = "x"
        for (line, expected) in [
            ("200 OK", InvokeResponse(status: 200, body: ["a": 1])), ("501 No", InvokeResponse(status: 501)),
        ] {
            try await withEndpoint({ _ in (line, expected.body?.compactText ?? "") }) { [invoke] endpoint in
                let answer = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) {
                    try await $0.onTurn(invoke, in: Conversation())
                }
                #expect(answer == expected)
            }
        }
    }

    @Test(arguments: [
        // Bot Framework: the answer is among the replies. Agents SDK: it stands beside them.
        (
            #"{"activities":[{"type":"message","text":"1"},{"type":"invokeResponse","value":{"status":412,"body":{"a":1}}}]}"#,
            412
        ),
        (#"{"activities":[{"type":"message","text":"1"}],"body":{"a":1}}"#, 200),
    ])
    func `an invoke that expects replies is answered apart from them`(body: String, status: Int) async throws {
        let conversation = Conversation()
        var invoke = Activity(type: .invoke)
        invoke.id = "q"
        invoke.deliveryMode = "expectReplies"
        try await withEndpoint({ _ in ("200 OK", body) }) { [invoke] endpoint in
            let answer = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) {
                try await $0.onTurn(invoke, in: conversation)
            }
            #expect(answer == InvokeResponse(status: status, body: ["a": 1]))
        }
        #expect(conversation.said.withLock { $0 } == ["1 to q"])
    }

    @Test func `S36 replies in the answer are said in order and name what they answer`() async throws {
        let body = #"{"activities":[{"type":"message","text":"1"},{"text":"no type"},{"type":"message","text":"2"}]}"#
        let conversation = Conversation()
        try await withEndpoint({ _ in ("200 OK", body) }) { endpoint in
            var question = Activity.message("x")
            question.id = "q"
            _ = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) { [question] in
                try await $0.onTurn(question, in: conversation)
            }
        }
        #expect(conversation.said.withLock { $0 } == ["1 to q", "2 to q"])
    }

    @Test func `a streamed answer is said as it comes, and an invoke's answer is among it`() async throws {
        let body = """
            : a comment\r\nevent: activity\r\ndata: {"type":"typing","text":"gr\r\ndata: ow"}\r\n\r\n\
            event: activity\r\ndata: {"type":"typing","text":"grow"}\r\n\r\n\
            event: activity\r\ndata: {"type":"message","text":"grown","replyToId":"p"}\r\n\r\n\
            event: invokeResponse\r\ndata: {"status":412,"body":{"a":1}}\r\n\r\n
            """
        let conversation = Conversation()
        try await withEndpoint({ _ in ("200 OK\r\nContent-Type: text/event-stream", body) }) { endpoint in
            try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) { bot in
                #expect(try await bot.onTurn(.message("x"), in: conversation) == nil)
                let answer = try await bot.onTurn(Activity(type: .invoke), in: Conversation())
                #expect(answer == InvokeResponse(status: 412, body: ["a": 1]))
            }
        }
        #expect(conversation.said.withLock { $0 } == ["grow", "grown to p"])
    }

    @Test func `a bot that drips bytes is given up, whatever it drips`() async throws {
        for type in ["application/json", "text/event-stream"] {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: 1000000\r\n\r\n"
            try await withEndpoint({ _ in nil }, dripping: head) { endpoint in
                let error = await #expect(throws: BotError.self) {
                    _ = try await RemoteBot.withBot(at: endpoint.url, limit: .milliseconds(300)) {
                        try await $0.onTurn(.message("x"), in: Conversation())
                    }
                }
                #expect(error?.code == .timedOut)
            }
        }
    }

    @Test func `a bot that takes too long is given up`() async throws {
        try await withEndpoint({ _ in nil }) { endpoint in
            let error = await #expect(throws: BotError.self) {
                _ = try await RemoteBot.withBot(at: endpoint.url, limit: .milliseconds(100)) {
                    try await $0.onTurn(.message("x"), in: Conversation())
                }
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a bot that is asked after its time ends the turn at once`() async throws {
        try await withEndpoint({ _ in ("200 OK", "") }) { endpoint in
            let bot = try await RemoteBot.withBot(at: endpoint.url, limit: .seconds(600)) { $0 }
            let error = await #expect(throws: BotError.self) {
                _ = try await bot.onTurn(.message("x"), in: Conversation())
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `nobody at the endpoint is one clear sentence at once`(host: String) async throws {
        // A port that was free a moment ago may be another test's by now; nobody listens at port 1.
        let url = "http://\(host):1/api/messages"
        let error = await #expect(throws: BotError.self) {
            _ = try await RemoteBot.withBot(at: url + "?code=s3cret") {
                try await $0.onTurn(.message("x"), in: Conversation())
            }
        }
        #expect(error?.code == .unreachable)
        #expect(error?.message == "nobody answers at \(url) (connection refused)")
    }

    @Test func `S40 localhost is reached on the old family`() async throws {
        try await withEndpoint({ _ in ("200 OK", "") }) { endpoint in
            let url = "http://localhost:\(endpoint.port)/api/messages"
            _ = try await RemoteBot.withBot(at: url) { try await $0.onTurn(.message("x"), in: Conversation()) }
            #expect(endpoint.requests.withLock { $0.count } == 1)
        }
    }

    @Test(arguments: ["", "localhost:3978", "ftp://x/y", "http://", "http:///api", "3978"])
    func `what is no URL of a bot is refused before anything is sent`(url: String) async throws {
        let error = await #expect(throws: BotError.self) {
            try await RemoteBot.withBot(at: url) { _ in }
        }
        #expect(error?.message.contains("http://localhost:3978/api/messages") == true)
    }

    @Test func `passwords and keys in a URL are not shown`() async throws {
        let name = try await RemoteBot.withBot(at: "https://me:pw@bot.example/api/messages?code=k") { $0.name }
        #expect(name == "https://bot.example/api/messages")
    }
}

private final class Conversation: ConversationChannel {
    let id = "c1"
    let said = Mutex<[String]>([])
    var user: ChannelAccount { get async { ChannelAccount(id: "ada") } }
    var bot: ChannelAccount { get async { ChannelAccount(id: "bot") } }

    func send(_ activity: Activity) async throws -> Activity {
        said.withLock { $0.append((activity.text ?? "") + (activity.replyToId.map { " to \($0)" } ?? "")) }
        return activity
    }
    func deliverToBot(_ activity: Activity) async {}
    func transcript() async -> [Activity] { [] }
}

/// A messaging endpoint that notes what it gets and answers what a test says, or nothing.
private final class Endpoint: Sendable {
    struct Request: Sendable {
        let head: HTTPRequestHead
        let body: String
    }

    let port: Int
    let requests = Mutex<[Request]>([])
    var url: String { "http://127.0.0.1:\(port)/api/messages" }

    init(port: Int) { self.port = port }
}

private typealias Answer = @Sendable (HTTPRequestHead) -> (status: String, body: String)?

private func withEndpoint<Result: Sendable>(
    _ answer: @escaping Answer,
    dripping head: String? = nil,
    _ body: (Endpoint) async throws -> Result
) async throws -> Result {
    let made = Mutex<Endpoint?>(nil)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                try pipeline.addHandler(EndpointHandler(made.withLock { $0 }, answer, dripping: head))
            }
        }
    let server = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    let endpoint = Endpoint(port: server.localAddress?.port ?? 0)
    made.withLock { $0 = endpoint }
    do {
        let result = try await body(endpoint)
        try await server.close()
        return result
    } catch {
        try await server.close()
        throw error
    }
}

private final class EndpointHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let endpoint: Endpoint?
    private let answer: Answer
    private var head: HTTPRequestHead?
    private var text = ""

    /// What is sent at once, and a blank after it every few milliseconds, where there is no answer.
    private let drip: String?

    init(_ endpoint: Endpoint?, _ answer: @escaping Answer, dripping drip: String?) {
        self.endpoint = endpoint
        self.answer = answer
        self.drip = drip
    }

    private func startDripping(_ drip: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: drip)), promise: nil)
        let channel = context.channel
        let task = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in
            channel.writeAndFlush(ByteBuffer(string: " "), promise: nil)
        }
        channel.closeFuture.whenComplete { _ in task.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let new):
            head = new
            text = ""
        case .body(let bytes): text += String(buffer: bytes)
        case .end:
            guard let head else { return }
            endpoint?.requests.withLock { $0.append(Endpoint.Request(head: head, body: text)) }
            guard let said = answer(head) else {
                if let drip { startDripping(drip, context) }
                return
            }
            let length = said.status.hasPrefix("204") ? "" : "Content-Length: \(said.body.utf8.count)\r\n"
            let bytes = ByteBuffer(string: "HTTP/1.1 \(said.status)\r\n\(length)\r\n\(said.body)")
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
    }
}
