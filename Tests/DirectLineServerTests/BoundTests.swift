import BotSchema
import Bots
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

/// Whoever asks for too much is refused or bounded, and others do not notice.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct BoundTests {
    // MARK: - Conversations

    @Test(arguments: [false, true])
    func `a user who sends too much in a short time is answered 429, and others are not`(withAdapter: Bool) async throws
    {
        let time = TestTime()
        var configuration = ServerConfiguration()
        configuration.now = { time.now }
        configuration.limits.activitiesPerSecond = 2
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let (loud, quiet) = (try await server.start(), try await server.start())
            for _ in 1...4 { #expect(try await loud.say("x").status == 200) }
            let refused = try await loud.say("x")
            #expect(refused.status == 429)
            #expect(refused.headers.first(name: "Retry-After") == "1")
            #expect(try await quiet.say("x").status == 200)
            time.advance(by: 1)
            #expect(try await loud.say("x").status == 200)
            #expect(try await loud.history().activities.count == 5)
        }
    }

    @Test(arguments: [false, true])
    func `turns that end in time leave no timer behind, typing above all`(withAdapter: Bool) async throws {
        let clock = CountingClock()
        var configuration = ServerConfiguration.patient
        configuration.clock = clock
        configuration.limits.activitiesPerSecond = nil
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let before = clock.sleeps
            for _ in 1...200 { #expect(try await conversation.post(.typing).status == 200) }
            // One watches over all of them.
            #expect(clock.sleeps - before <= 1, "\(clock.sleeps - before) sleeps for 200 activities")
        }
    }

    @Test(arguments: [false, true])
    func `a conversation too many is answered 429 until an idle one can go`(withAdapter: Bool) async throws {
        let time = TestTime()
        let store = TestStore()
        var configuration = ServerConfiguration()
        configuration.now = { time.now }
        configuration.limits.conversations = 2
        try await withServer(configuration, adapter: .passing(withAdapter), store: store) { server in
            let (idle, streamed) = (try await server.start(), try await server.start())
            _ = try await idle.say("kept")
            let refused = try await server.call(.POST, "/conversations")
            #expect(refused.status == 429)
            #expect(refused.headers.first(name: "Retry-After") == "60")
            try await streamed.withStream { stream in
                _ = try await streamed.say("hi")
                try await stream.expect(["hi"])
                time.advance(by: 301)
                #expect(try await server.call(.POST, "/conversations").status == 201)
                #expect(try await streamed.say("still here").status == 200)
                try await stream.expect(["still here"])
            }
            // What a store remembers is only out of memory.
            #expect(try await idle.history().activities.map(\.text) == ["kept"])
        }
    }

    @Test(arguments: [false, true])
    func `a guessed conversation id tells nothing`(withAdapter: Bool) async throws {
        try await withServer(ServerConfiguration(secret: "s"), adapter: .passing(withAdapter)) { server in
            let secret: HTTPHeaders = ["Authorization": "Bearer s"]
            let mine = try await server.call(.POST, "/conversations", [:], headers: secret).json
            let other = try await server.call(.POST, "/conversations", [:], headers: secret).json
            let token: HTTPHeaders = ["Authorization": "Bearer \(mine?["token"]?.string ?? "")"]
            let known = other?["conversationId"]?.string ?? ""
            for (method, suffix) in [(.GET, ""), (.GET, "/activities"), (.POST, "/activities"), (.POST, "/upload")]
                as [(HTTPMethod, String)]
            {
                let right = try await server.call(method, "/conversations/\(known)\(suffix)", headers: token)
                let wrong = try await server.call(method, "/conversations/guessed\(suffix)", headers: token)
                #expect([right.status, wrong.status] == [403, 403], "\(suffix)")
                #expect(right.text == wrong.text, "who may not come in does not learn who is there")
                #expect(try await server.call(method, "/conversations/\(known)\(suffix)").status == 401)
            }
        }
    }

    @Test(arguments: [false, true])
    func `S08 a conversation that does not exist is 404 with a body`(withAdapter: Bool) async throws {
        try await withServer(adapter: .passing(withAdapter)) { server in
            for (method, suffix) in [(.GET, ""), (.GET, "/activities"), (.POST, "/activities"), (.POST, "/upload")]
                as [(HTTPMethod, String)]
            {
                let answer = try await server.call(method, "/conversations/unknown\(suffix)")
                #expect(answer.status == 404)
                #expect(answer.errorCode == "BadArgument")
                #expect(answer.json?["error"]?["message"]?.string == "conversation unknown not found")
            }
        }
    }

    // MARK: - Connections

    @Test(arguments: [false, true])
    func `idle connections are closed after a while and others are served meanwhile`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.firstRequest = .seconds(1)
        try await withServer(configuration, bot: echoBot, adapter: .passing(withAdapter)) { server in
            let opened = Happenings<Void>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                let count = 300
                for number in 1...count {
                    group.addTask {
                        defer { opened.note(()) }
                        try await RawConnection.connect(port: server.address.port).executeThenClose { input, output in
                            opened.note(())
                            // Some say nothing, some half a head.
                            if number % 2 == 0 { try? await output.write(ByteBuffer(string: "GET / HT")) }
                            do { for try await _ in input {} } catch {}
                        }
                    }
                }
                _ = await opened.next(count)
                let conversation = try await server.start()
                #expect(try await conversation.say("hi").status == 200)
                // All of them end, and not by us.
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [false, true])
    func `a request that drips in is given up`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.requestArrival = .milliseconds(200)
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let head = "POST /v3/directline\(conversation.path)/activities HTTP/1.1\r\nHost: localhost\r\n"
            let answer = try await RawConnection.exchange(
                port: server.address.port,
                [head + "Content-Length: 100\r\n\r\n{"]
            )
            #expect(answer.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test(arguments: [false, true])
    func `who does not read answers is let go`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.limits.answerDeparture = .milliseconds(300)
        configuration.limits.clientActivity = 4 << 20
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            for _ in 1...8 { _ = try await conversation.say(String(repeating: "x", count: 2 << 20)) }
            let channel = try await RawConnection.connect(port: server.address.port)
            try await channel.executeThenClose { input, output in
                let path = "/v3/directline\(conversation.path)/activities"
                let request = ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                // Nothing is read while anything can be written, which the server's end of its patience ends.
                do { while true { try await output.write(request) } } catch {}
                var count = 0
                do { for try await bytes in input { count += bytes.readableBytes } } catch {}
                #expect(count < 16 << 20)
            }
            #expect(try await conversation.say("hi").status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `a body of 100 MB is refused before it is read, and in the middle when it does not say so`(
        withAdapter: Bool
    ) async throws {
        try await withServer(bot: echoBot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            for declared in [true, false] {
                async let flood = RawConnection.pour(
                    port: server.address.port,
                    "POST /v3/directline\(conversation.path)/activities HTTP/1.1\r\nHost: localhost\r\n",
                    bytes: 100 << 20,
                    isLengthDeclared: declared
                )
                #expect(try await conversation.say("hi").status == 200)
                let answer = try await flood
                #expect(answer.hasPrefix("HTTP/1.1 413"))
            }
        }
    }

    @Test(arguments: [false, true])
    func `a body is asked for when it is awaited, and not when it is too large`(withAdapter: Bool) async throws {
        try await withServer(adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let head = "POST /v3/directline\(conversation.path)/activities HTTP/1.1\r\nHost: localhost\r\n"
            let answer = try await RawConnection.exchange(
                port: server.address.port,
                [head + "Expect: 100-continue\r\nContent-Length: 50\r\n\r\n"]
            )
            #expect(answer.hasPrefix("HTTP/1.1 100"))
            let refused = try await RawConnection.exchange(
                port: server.address.port,
                [head + "Expect: 100-continue\r\nContent-Length: 50000000\r\n\r\n"]
            )
            #expect(refused.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test(arguments: [false, true])
    func `a stream whose client reads nothing, pings included, is closed`(withAdapter: Bool) async throws {
        let events = Happenings<String>()
        var configuration = ServerConfiguration()
        configuration.keepAliveInterval = .milliseconds(100)
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let outcome = try await WebSocketConnector.connect(url: conversation.info.streamURL ?? "")
            guard case .upgraded(let channel, _) = outcome else { throw Refused(outcome: "\(outcome)") }
            try await channel.executeThenClose { _, _ in
                while let event = await events.next(), event != "\(conversation.id) stream closed" {}
            }
        }
    }

    @Test func `who speaks HTTP 1.0 reads the answer up to the end of the connection`() async throws {
        try await withServer { server in
            let channel = try await RawConnection.connect(port: server.address.port)
            let answer = try await channel.executeThenClose { input, output in
                try await output.write(ByteBuffer(string: "GET /health HTTP/1.0\r\n\r\n"))
                return try await input.reduce(into: "") { $0 += String(buffer: $1) }
            }
            #expect(answer.contains(" 200 OK\r\n") && answer.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test func `patience depends on whose turn it is`() {
        var patience = ConnectionPatience(ServerLimits())
        #expect(patience.limit != nil)
        patience.handle(.requestEnded)
        #expect(patience.phase == .working)
        #expect(patience.limit == nil, "the bot's time is not the client's fault")
        patience.handle(.answerBegan(isLast: false))
        patience.handle(.answerEnded)
        #expect(patience.phase == .idle)
        patience.handle(.requestBegan)
        patience.handle(.answerBegan(isLast: false))
        patience.handle(.answerEnded)
        #expect(patience.phase == .arriving, "an answer may be quicker than the request")
        patience.handle(.answerBegan(isLast: true))
        patience.handle(.answerEnded)
        #expect(patience.phase == .passingOver)
        #expect(patience.limit != nil)
        patience.handle(.requestEnded)
        #expect(patience.phase == .done)
    }

    @Test func `requests that come before the answer is read do not lengthen the patience`() {
        var patience = ConnectionPatience(ServerLimits())
        patience.handle(.requestEnded)
        patience.handle(.answerBegan(isLast: false))
        patience.handle(.requestBegan)
        #expect(patience.phase == .answering)
        patience.handle(.requestEnded)
        #expect(patience.phase == .answering)
        patience.handle(.requestBegan)
        patience.handle(.answerEnded)
        #expect(patience.phase == .working, "the third is on its way, and the second waits for its answer")
        patience.handle(.requestEnded)
        for rest in ["the second", "the third"] {
            patience.handle(.answerBegan(isLast: false))
            #expect(patience.phase == .answering)
            patience.handle(.answerEnded)
            #expect(patience.phase == (rest == "the third" ? .idle : .working))
        }
    }
}
