import BotSchema
import Bots
@testable import DirectLineServer
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import WebSocketTransport

#if canImport(Glibc)
import Glibc
#endif

/// Peers that cost as much as they can, over real sockets, and somebody else who must not notice.
@Suite(.serialized, .timeLimit(.minutes(20)), .takesTurns)
struct HostilityTests {
    /// How much memory this process has, in bytes; 0 where nobody can tell.
    private static var residentBytes: Int {
        #if canImport(Glibc)
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, 256, file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " "
        )
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
        #else
        return 0
        #endif
    }

    // MARK: - Bots

    @Test(arguments: [false, true])
    func `a bot that trickles bytes, at its endpoint or at ours, is given up and holds up nobody`(
        withAdapter: Bool
    ) async throws {
        let trickler = try await Trickler.listen(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
        )
        var configuration = ServerConfiguration()
        configuration.limits.requestArrival = .milliseconds(500)
        configuration.limits.turn = .seconds(20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await trickler.run() }
            try await RemoteBot.withBot(at: "http://127.0.0.1:\(trickler.port)/", limit: .milliseconds(700)) { remote in
                let bot = TestBot { activity, conversation in
                    if activity.text == "trickle" { return try await remote.onTurn(activity, in: conversation) }
                    return try await echoBot.onTurn(activity, in: conversation)
                }
                try await withServer(configuration, bot: bot, adapter: .passing(withAdapter)) { server in
                    let (slow, quick) = (try await server.start(), try await server.start())
                    async let trickled = slow.say("trickle")
                    async let refused = Trickler.pour(
                        "POST /v3/directline\(slow.path)/activities HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n",
                        into: server.address.port
                    )
                    for _ in 1...20 { #expect(try await quick.say("hi").status == 200) }
                    let answer = try await trickled
                    #expect(answer.status == 502)
                    #expect(answer.json?["httpStatusCode"]?.int == 504)
                    let end = try await refused
                    #expect(end.hasPrefix("HTTP/1.1 408"))
                    #expect(try await slow.say("and now").status == 200)
                }
            }
            group.cancelAll()
        }
    }

    // MARK: - Clients

    @Test(arguments: [false, true])
    func `sockets that nobody reads cost a buffer each, are closed, and others get everything`(
        withAdapter: Bool
    ) async throws {
        let events = Happenings<String>()
        var configuration = ServerConfiguration()
        configuration.keepAliveInterval = .seconds(2)
        configuration.onEvent = { if case .streamClosed = $0 { events.note("closed") } }
        let (count, size, silent) = (100, 200_000, 24)
        let bot = TestBot { activity, conversation in
            guard activity.text == "flood" else { return nil }
            let text = String(repeating: "x", count: size)
            for _ in 1...count { try await conversation.send(.message(text)) }
            return nil
        }
        try await withServer(configuration, bot: bot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            var channels: [WebSocketChannel] = []
            for _ in 1...silent {
                let outcome = try await WebSocketConnector.connect(url: conversation.info.streamURL ?? "")
                guard case .upgraded(let channel, _) = outcome else { throw Refused(outcome: "\(outcome)") }
                // Not even NIO reads.
                try await channel.channel.setOption(.autoRead, value: false).get()
                channels.append(channel)
            }
            let before = Self.residentBytes
            let grown = Mutex(0)
            try await conversation.withStream { stream in
                #expect(try await conversation.say("flood").status == 200)
                for _ in 0...count { _ = try await stream.activity() }
                // While the others are open still: what is freed may go back to the system at once.
                grown.withLock { $0 = Self.residentBytes - before }
            }
            _ = await events.next(silent + 1)
            // The log has the text once; a queue for each socket would have it 24 times, 480 MB.
            let megabytes = grown.withLock { $0 } >> 20
            #expect(megabytes < 240, "\(megabytes) MB")
            #expect(try await conversation.say("still here").status == 200)
            for channel in channels { try? await channel.executeThenClose { _, _ in } }
        }
    }

    @Test(arguments: [false, true])
    func `a socket that pings and never reads is read no further, and is closed`(withAdapter: Bool) async throws {
        let closed = Happenings<Void>()
        var configuration = ServerConfiguration()
        configuration.keepAliveInterval = .milliseconds(300)
        configuration.onEvent = { if case .streamClosed = $0 { closed.note(()) } }
        // A ping of 125 bytes, masked with zeros.
        let ping = [0x89, 0x80 | 125, 0, 0, 0, 0] + [UInt8](repeating: 0x61, count: 125)
        let pings = ByteBuffer(bytes: Array(repeatElement(ping, count: 500).joined()))
        try await withServer(configuration, bot: echoBot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let url = try #require(conversation.info.streamURL)
            let path = url.dropFirst("ws://".count).drop { $0 != "/" }
            let channel = try await RawConnection.connect(port: server.address.port)
            let before = Self.residentBytes
            var written = 0
            try await channel.executeThenClose { inbound, outbound in
                let head = """
                    GET \(path) HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r

                    """
                try await outbound.write(ByteBuffer(string: head))
                var input = inbound.makeAsyncIterator()
                _ = try await input.next()
                try await channel.channel.setOption(.autoRead, value: false).get()
                written = await withTaskGroup(of: Int.self) { group in
                    group.addTask {
                        var written = 0
                        // Writing waits while the server does not read.
                        while written < 4 << 30, (try? await outbound.write(pings)) != nil {
                            written += pings.readableBytes
                        }
                        return written
                    }
                    group.addTask {
                        _ = await closed.next()
                        return 0
                    }
                    let first = await group.next() ?? 0
                    group.cancelAll()
                    return await group.reduce(first, +)
                }
                withExtendedLifetime(input) {}
            }
            let megabytes = written >> 20
            #expect(megabytes < 4096, "\(megabytes) MB were read of a client that reads nothing")
            #expect((Self.residentBytes - before) >> 20 < 64)
            #expect(try await conversation.say("still here").status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `bodies of 100 MB, several at once, are refused without being held`(withAdapter: Bool) async throws {
        try await withServer(bot: echoBot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let before = Self.residentBytes
            var peak = 0
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 1...6 {
                    group.addTask {
                        try await RawConnection.pour(
                            port: server.address.port,
                            "POST /v3/directline\(conversation.path)/\(number % 3 == 0 ? "upload" : "activities") "
                                + "HTTP/1.1\r\nHost: localhost\r\n",
                            bytes: 100 << 20,
                            isLengthDeclared: number % 2 == 0
                        )
                    }
                }
                for _ in 1...20 {
                    #expect(try await conversation.say("hi").status == 200)
                    peak = max(peak, Self.residentBytes - before)
                }
                for try await answer in group {
                    #expect(answer.hasPrefix("HTTP/1.1 413"))
                    peak = max(peak, Self.residentBytes - before)
                }
            }
            #expect(peak < 150 << 20, "\(peak >> 20) MB")
        }
    }

    @Test(arguments: [false, true])
    func `idle connections up to the limit keep others waiting no longer than their patience`(
        withAdapter: Bool
    ) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.connections = 200
        configuration.limits.firstRequest = .milliseconds(800)
        try await withServer(configuration, bot: echoBot, adapter: .passing(withAdapter)) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let opened = Happenings<Void>()
                for _ in 1...400 {
                    group.addTask {
                        try await RawConnection.connect(port: server.address.port).executeThenClose { input, _ in
                            opened.note(())
                            do { for try await _ in input {} } catch {}
                        }
                    }
                }
                _ = await opened.next(400)
                let conversation = try await server.start()
                #expect(try await conversation.say("hi").status == 200)
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [false, true])
    func `heads that drip in or do not end are given up, on used connections too`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.firstRequest = .milliseconds(500)
        configuration.limits.idleConnection = .milliseconds(500)
        try await withServer(configuration, bot: echoBot, adapter: .passing(withAdapter)) { server in
            let (port, conversation) = (server.address.port, try await server.start())
            let request = "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n"
            async let first = Trickler.pour(request, then: "X-Padding: x\r\n", into: port)
            async let second = Trickler.pour(request + "\r\n" + request, then: "X-Padding: x\r\n", into: port)
            for _ in 1...20 { #expect(try await conversation.say("hi").status == 200) }
            #expect(try await first == "")
            #expect(try await second.hasPrefix("HTTP/1.1 200"))
            let long = request + String(repeating: "X-Padding: \(String(repeating: "x", count: 1000))\r\n", count: 2000)
            let answer = try await RawConnection.exchange(port: port, [long])
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
        }
    }
}

/// Sends a byte now and then for as long as somebody listens.
private struct Trickler: Sendable {
    private static let pause = Duration.milliseconds(50)

    private let head: String
    private let listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

    var port: Int { listener.channel.localAddress?.port ?? 0 }

    /// Listens on a free port for who is to be answered so.
    static func listen(_ head: String) async throws -> Trickler {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return Trickler(head: head, listener: listener)
    }

    func run() async {
        try? await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask { _ = try? await Self.pour(head, then: " ", over: connection) }
                }
            }
        }
    }

    /// Sends a head at once and then something again and again, until the other side has closed.
    ///
    /// - Returns: What the other side has said.
    static func pour(_ head: String, then more: String = " ", into port: Int) async throws -> String {
        try await pour(head, then: more, over: RawConnection.connect(port: port))
    }

    private static func pour(
        _ head: String,
        then more: String,
        over channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    ) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head))
            return try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    while (try? await outbound.write(ByteBuffer(string: more))) != nil {
                        guard (try? await ContinuousClock().sleep(for: pause)) != nil else { break }
                    }
                    return ""
                }
                group.addTask {
                    var said = ""
                    do { for try await bytes in inbound { said += String(buffer: bytes) } } catch {}
                    return said
                }
                // Whatever ends first: the other side does not listen, or has closed.
                return try await group.reduce(into: "") { $0 += $1 }
            }
        }
    }
}
