import AsyncHTTPClient
import BotSchema
import DirectLineServer
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import WebSocketTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a server keeps in memory for a conversation, and what for a socket, apart from one another.
struct ServerMemory {
    /// How many conversations, and how many sockets.
    let count: Int

    func report() async throws {
        OpenFiles.allow(1 << 20)
        try await reportConversations()
        try await reportSockets()
        fflush(nil)
    }

    private func reportConversations() async throws {
        let (server, base) = try EchoServer.start()
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        try await inParallel(200) { _ = try await start(at: base, with: client) }
        let before = Memory.residentKilobytes(of: server.process)
        try await inParallel(count) { _ = try await start(at: base, with: client) }
        tell("conversation without a socket", Memory.residentKilobytes(of: server.process) - before)
        try await client.shutdown()
    }

    private func reportSockets() async throws {
        let (server, base) = try EchoServer.start()
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        var urls: [String] = []
        for _ in 0..<10 { urls.append(try await start(at: base, with: client)) }
        let before = Memory.residentKilobytes(of: server.process)
        let sockets = Sockets()
        try await inParallel(count) { [urls] in
            let number = await sockets.count
            guard case .upgraded(let channel, _) = try await WebSocketConnector.connect(url: urls[number % urls.count])
            else { return }
            await sockets.add(channel)
        }
        tell("socket on one of few conversations", Memory.residentKilobytes(of: server.process) - before)
        server.signal(SIGKILL)
        await sockets.closeAll()
        try await client.shutdown()
    }

    /// Starts a conversation.
    ///
    /// - Returns: Its stream URL.
    private func start(at base: String, with client: HTTPClient) async throws -> String {
        var request = HTTPClientRequest(url: base + "/conversations")
        request.method = .POST
        return try await client.json(request)["streamUrl"]?.string ?? ""
    }

    private func tell(_ name: String, _ kilobytes: Int) {
        print("a \(name): \(Figure.rounded(Double(kilobytes) / Double(count))) KB, of \(count)")
    }
}

/// Many connections that want nothing, and what a conversation notices of them.
struct IdleConnections {
    /// How many.
    let count: Int

    func report() async throws {
        OpenFiles.allow(1 << 20)
        let (server, base) = try EchoServer.start()
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let port = Int(base.dropFirst("http://127.0.0.1:".count).prefix { $0 != "/" }) ?? 0
        let quiet = try await talk(at: base, with: client)
        let before = Memory.residentKilobytes(of: server.process)
        let idle = Idle()
        try await inParallel(count) {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            // Connections without a first request are closed after ten seconds; these stay for more than a minute.
            let request = "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: request)).get()
            await idle.add(channel)
        }
        let crowded = try await talk(at: base, with: client)
        let grown = Memory.residentKilobytes(of: server.process) - before
        let open = await idle.open
        print("\(open) of \(count) idle connections: \(Figure.rounded(Double(grown) / Double(count))) KB each")
        Figure.print("  POST before", quiet, unit: "ms")
        Figure.print("  POST beside them", crowded, unit: "ms")
        fflush(nil)
        server.signal(SIGKILL)
        await idle.closeAll()
        try await client.shutdown()
    }

    /// The times of some posts in one conversation.
    private func talk(at base: String, with client: HTTPClient) async throws -> [Double] {
        var start = HTTPClientRequest(url: base + "/conversations")
        start.method = .POST
        let id = try await client.json(start)["conversationId"]?.string ?? ""
        var times: [Double] = []
        for number in 0..<500 {
            var request = HTTPClientRequest(url: "\(base)/conversations/\(id)/activities")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: #"{"type":"message","from":{"id":"u"},"text":"\#(number)"}"#))
            let began = ContinuousClock.now
            _ = try await client.json(request)
            times.append((ContinuousClock.now - began) / .milliseconds(1))
        }
        return times
    }

    private actor Idle {
        private var channels: [any Channel] = []

        var open: Int { channels.count(where: \.isActive) }

        func add(_ channel: any Channel) { channels.append(channel) }

        func closeAll() async { for channel in channels { try? await channel.close().get() } }
    }
}

/// Sockets that are open and not read.
private actor Sockets {
    private var channels: [WebSocketChannel] = []

    var count: Int { channels.count }

    func add(_ channel: WebSocketChannel) { channels.append(channel) }

    func closeAll() async {
        for channel in channels { try? await channel.executeThenClose { _, _ in } }
    }
}

/// Does something so many times, some of them at once.
private func inParallel(_ count: Int, _ work: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count {
            if number >= 32 { try await group.next() }
            group.addTask { try await work() }
        }
        try await group.waitForAll()
    }
}
