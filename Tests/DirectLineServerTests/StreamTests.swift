import BotSchema
import Bots
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct StreamTests {
    @Test func `a stream brings the backlog and then what comes, one activity a frame`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("a")
            try await conversation.withStream { stream in
                let backlog = [try await stream.frame(), try await stream.frame()]
                #expect(backlog.map { $0?.activities.count } == [1, 1])
                #expect(backlog.map { $0?.watermark } == ["1", "2"])
                _ = try await conversation.say("b")
                try await stream.expect(["b", "echo b"])
            }
        }
    }

    @Test(arguments: [("watermark=2", 1), ("watermark=x", 3), ("watermark=", 3), ("q=1", 3)])
    func `S15 a stream begins behind its watermark, and nonsense is none`(query: String, count: Int) async throws {
        try await withServer { server in
            let conversation = try await server.start()
            for text in ["a", "b", "c"] { _ = try await conversation.say(text) }
            let url = try #require(conversation.info.streamURL).replacing("watermark=-", with: query)
            try await conversation.withStream(url) { stream in
                try await stream.expect(["a", "b", "c"].suffix(count))
            }
        }
    }

    @Test func `a watermark past the end waits for what comes next`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            _ = try await conversation.say("a")
            let again = try await server.call(.GET, conversation.path + "?watermark=99")
            _ = try await conversation.say("b")
            try await conversation.withStream(ConversationInfo(again.json)?.streamURL) { stream in
                let frame = try await stream.frame()
                #expect(frame?.activities.first?.text == "b")
                #expect(frame?.watermark == "2")
            }
        }
    }

    @Test func `S17 all sockets of a conversation get every activity once`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            let opened = Happenings<Void>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 {
                    group.addTask {
                        try await conversation.withStream { stream in
                            opened.note(())
                            try await stream.expect(["a", "echo a", "b", "echo b"])
                        }
                    }
                }
                _ = await opened.next(3)
                for text in ["a", "b"] { _ = try await conversation.say(text) }
                try await group.waitForAll()
            }
        }
    }

    @Test func `S16 an expired stream URL is refused with 403, and so are wrong ones`() async throws {
        let time = TestTime()
        var configuration = ServerConfiguration()
        configuration.now = { time.now }
        try await withServer(configuration) { server in
            let (one, other) = (try await server.start(), try await server.start())
            let url = try #require(one.info.streamURL)
            try await one.withStream(url) { _ in }
            try await one.withStream(url) { _ in }

            let wrong = [
                try #require(other.info.streamURL).replacing(other.id, with: one.id),
                String(url.prefix { $0 != "?" }),
            ]
            time.advance(by: 61)
            for url in wrong + [url] {
                guard case .refused(let status) = try await WebSocketConnector.connect(url: url) else {
                    Issue.record("\(url) was let in")
                    continue
                }
                #expect(status == .forbidden)
            }
        }
    }

    @Test func `a stream of a foreign page is refused`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let outcome = try await WebSocketConnector.connect(
                url: conversation.info.streamURL ?? "",
                headers: ["Origin": "https://evil.example"]
            )
            guard case .refused(let status) = outcome else { throw Refused(outcome: "let in") }
            #expect(status == .forbidden)
        }
    }

    @Test func `a stream without an upgrade, or of another version, is answered 426`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let url = try #require(conversation.info.streamURL).replacing("ws://", with: "http://")
            #expect(try await server.call(.GET, url).status == 426)
            let upgrade: HTTPHeaders = [
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "8",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            ]
            let answer = try await server.call(.GET, url, headers: upgrade)
            #expect(answer.status == 426)
            #expect(answer.headers.first(name: "Sec-WebSocket-Version") == "13")
        }
    }

    @Test func `a connection that has served requests becomes a stream, with all that a stream does`() async throws {
        let events = Happenings<String>()
        var configuration = ServerConfiguration()
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration, bot: echoBot) { server in
            let conversation = try await server.start()
            let target = try #require(conversation.info.streamURL).dropFirst(
                "ws://127.0.0.1:\(server.address.port)".count
            )
            let channel = try await RawConnection.connect(port: server.address.port)
            try await channel.executeThenClose { inbound, outbound in
                var input = inbound.makeAsyncIterator()
                var bytes: [UInt8] = []
                for _ in 1...3 {
                    let request = "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    try await outbound.write(ByteBuffer(string: request))
                    try await RawConnection.skip(Array("none\"}".utf8), in: &bytes, &input)
                }
                // What comes right behind the request, here a masked ping, is for the stream.
                let request =
                    "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                try await outbound.write(ByteBuffer(bytes: request.utf8 + [0x89, 0x81, 0, 0, 0, 0, 0x37]))
                try await RawConnection.skip(Array("HTTP/1.1 101 Switching Protocols\r\n".utf8), in: &bytes, &input)
                try await RawConnection.skip(
                    Array("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n".utf8),
                    in: &bytes,
                    &input
                )
                try await RawConnection.skip(Array("\r\n\r\n".utf8), in: &bytes, &input)
                try await RawConnection.skip([0x8a, 0x01, 0x37], in: &bytes, &input)
                _ = try await conversation.say("a")
                try await RawConnection.skip(Array("echo a".utf8), in: &bytes, &input)
                // A masked close without a code is answered, and then the server closes.
                try await outbound.write(ByteBuffer(bytes: [0x88, 0x80, 0, 0, 0, 0]))
                try await RawConnection.skip([0x88, 0x00], in: &bytes, &input)
                #expect(try await input.next() == nil)
            }
            while let event = await events.next(), event != "\(conversation.id) stream closed" {}
            #expect(try await conversation.say("b").status == 200)
        }
    }

    @Test func `a refused stream on a used connection is answered with the reason`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let upgrade =
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            let answers = try await RawConnection.exchange(
                port: server.address.port,
                [
                    "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "GET /v3/directline\(conversation.path)/stream?t=x HTTP/1.1\r\nHost: localhost\r\n\(upgrade)",
                ]
            )
            #expect(answers.contains("HTTP/1.1 403"))
            #expect(answers.contains("Connection: close"))
        }
    }

    @Test func `S18 what clients say on a stream is ignored and the stream lives`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                for text in ["", "nonsense", #"{"activities":[]}"#] { try await stream.outbound.send(text) }
                _ = try await conversation.say("a")
                try await stream.expect(["a", "echo a"])
            }
        }
    }

    @Test func `a quiet stream carries signs of life`() async throws {
        var configuration = ServerConfiguration()
        configuration.keepAliveInterval = .milliseconds(300)
        try await withServer(configuration) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                #expect(await stream.message() == .text(""))
                #expect(await stream.message() == .text(""))
            }
        }
    }

    @Test func `a client that does not read loses nothing but time`() async throws {
        let bot = TestBot { activity, conversation in
            let filling = String(repeating: "x", count: 2000)
            for number in 1...2000 { try await conversation.send(.message("\(number) \(filling)")) }
            return nil
        }
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                // Some 4 MB wait for this client, more than sockets hold, while nobody reads.
                #expect(try await conversation.say("go").status == 200)
                let texts = try await stream.texts(2001).dropFirst()
                #expect(texts.map { $0.prefix { $0 != " " } } == (1...2000).map { "\($0)" })
            }
        }
    }

    @Test func `opening and closing are reported`() async throws {
        let events = Happenings<String>()
        var configuration = ServerConfiguration()
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration) { server in
            let conversation = try await server.start()
            try await conversation.withStream { _ in }
            let id = conversation.id
            #expect(await events.next(3) == ["\(id) started", "\(id) stream opened", "\(id) stream closed"])
        }
    }
}
