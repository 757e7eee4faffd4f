import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// The server in front of a bot program, over HTTP both ways.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct RemoteTurnTests {
    /// Runs a server before a bot program; `conversationUpdate` is taken in silence.
    private func withScene(
        _ turn: @escaping @Sendable (Activity) async throws -> StubBot.Answer,
        _ body: @escaping @Sendable (TestConversation) async throws -> Void
    ) async throws {
        let stub: @Sendable (Activity) async throws -> StubBot.Answer = { activity in
            activity.type == .conversationUpdate ? StubBot.Answer() : try await turn(activity)
        }
        try await withStubBot(stub) { stub in
            try await RemoteBot.withBot(at: stub.url, limit: .seconds(120)) { bot in
                try await withServer(bot: bot) { server in try await body(try await server.start()) }
            }
        }
    }

    @Test func `S11 nobody at the bot's address is told with the address, by the first refusal`() async throws {
        let url = "http://127.0.0.1:1/api/messages"
        try await RemoteBot.withBot(at: url) { bot in
            try await withServer(bot: bot) { server in
                let conversation = try await server.start()
                let answer = try await conversation.say("hi")
                #expect(answer.status == 502)
                let message = try #require(answer.json?["error"]?["message"]?.string)
                #expect(message.contains(url))
                // Not what the bound on waiting would say.
                #expect(message.contains("refused"))
                #expect(try await conversation.history().activities.map(\.text) == ["hi"])
            }
        }
    }

    @Test func `S35 a bot program's answer to an invoke passes through`() async throws {
        try await withScene { activity in
            activity.name == "known" ? StubBot.Answer(status: 200, body: #"{"a":[1]}"#) : StubBot.Answer(status: 501)
        } _: { conversation in
            var invoke = Activity(type: .invoke)
            invoke.name = "known"
            let known = try await conversation.post(invoke)
            #expect(known.status == 200)
            #expect(known.json == ["a": [1]])
            invoke.name = "unknown"
            #expect(try await conversation.post(invoke).status == 501)
        }
    }

    @Test(arguments: [(200, "null"), (200, ""), (204, "")])
    func `an invoke that is answered with nothing is answered with its id`(status: Int, body: String) async throws {
        try await withScene { _ in
            StubBot.Answer(status: status, body: body)
        } _: { conversation in
            var invoke = Activity(type: .invoke)
            invoke.name = "any"
            invoke.json["value"] = .null
            let answer = try await conversation.post(invoke)
            #expect(answer.status == 200)
            #expect(answer.json?["id"]?.string?.isEmpty == false)
        }
    }

    @Test func `S36 replies that are expected in the answer are on the stream, in order and with ids`() async throws {
        try await withScene { activity in
            #expect(activity.deliveryMode == "expectReplies")
            let body = #"{"activities":[{"type":"message","text":"a"},{"type":"message","text":"b"}]}"#
            return StubBot.Answer(body: body)
        } _: { conversation in
            var question = Activity.message("go")
            question.deliveryMode = "expectReplies"
            let posted = try await conversation.post(question)
            #expect(posted.status == 200)
            try await conversation.withStream { stream in
                #expect(try await stream.activity()?.text == "go")
                for (number, text) in [(2, "a"), (3, "b")] {
                    let reply = try #require(try await stream.activity())
                    #expect(reply.text == text)
                    #expect(reply.id == "\(conversation.id)|000000\(number)")
                    #expect(reply.replyToId == posted.json?["id"]?.string)
                }
            }
        }
    }

    @Test func `a streamed answer grows on the stream and only its end is kept`() async throws {
        let events = ["wor", "working", nil].enumerated().map { number, text in
            let isLast = text == nil
            let info = #"{"type":"streaminfo","streamId":"s","streamType":"\#(isLast ? "final" : "streaming")""#
            let sequence = isLast ? "" : #","streamSequence":\#(number + 1)"#
            let type = isLast ? "message" : "typing"
            let json = #"{"type":"\#(type)","text":"\#(text ?? "worked")","entities":[\#(info)\#(sequence)}]}"#
            return "event: activity\r\ndata: \(json)\r\n\r\n"
        }
        try await withScene { _ in
            StubBot.Answer(headers: ["Content-Type": "text/event-stream"], body: events.joined())
        } _: { conversation in
            try await conversation.withStream { stream in
                var question = Activity.message("go")
                question.deliveryMode = "stream"
                #expect(try await conversation.post(question).status == 200)
                _ = try await stream.activity()
                var parts: [Activity] = []
                while parts.last?.type != .message, let part = try await stream.activity() { parts.append(part) }
                #expect(parts.map(\.text) == ["wor", "working", "worked"])
                #expect(parts.map { $0.entities.first?["streamId"] } == ["s", "s", "s"])
                #expect(parts.map { $0.entities.first?["streamSequence"] } == [1, 2, nil])
            }
            #expect(try await conversation.history().activities.map(\.text) == ["go", "worked"])
        }
    }

    @Test func `S37 a bot that answers first and speaks later is heard`() async throws {
        let (asked, answers) = (Happenings<Activity>(), Happenings<Int>())
        try await withScene { activity in
            asked.note(activity)
            return StubBot.Answer(status: 202)
        } _: { conversation in
            try await conversation.withStream { stream in
                #expect(try await conversation.say("go").status == 200)
                // No request of the client is open any more.
                let activity = try #require(await asked.next())
                answers.note(try await StubBot.reply(to: activity, .message("later")))
                try await stream.expect(["go", "later"])
            }
            #expect(await answers.next() == 200)
        }
    }

    @Test func `a bot that is slow with its answer holds up nobody`() async throws {
        let (goOn, began) = (Reply<Bool>(), Reply<Bool>())
        try await withScene { activity in
            if activity.text == "drip" {
                began.settle(true)
                _ = await goOn.value(orIfCancelled: false)
            }
            return StubBot.Answer()
        } _: { slow in
            let other = try await slow.server.start()
            async let dripping = slow.say("drip").status
            _ = await began.value(orIfCancelled: false)
            for _ in 1...20 { #expect(try await other.say("quick").status == 200) }
            goOn.settle(true)
            let status = try await dripping
            #expect(status == 200)
        }
    }

    @Test func `a bot that takes its time has a turn of every user at once`() async throws {
        let (asked, goOn) = (Happenings<Void>(), Reply<Bool>())
        try await withScene { _ in
            asked.note(())
            _ = await goOn.value(orIfCancelled: false)
            return StubBot.Answer()
        } _: { first in
            try await withThrowingTaskGroup(of: String.self) { group in
                let port = first.server.address.port
                for _ in 1...30 {
                    let path = "/v3/directline\(try await first.server.start().path)/activities"
                    let body = #"{"type":"message","from":{"id":"ada"},"text":"hi"}"#
                    // Connections of their own: the client of these tests has few.
                    let head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                    group.addTask { try await RawConnection.exchange(port: port, [head + body]) }
                }
                #expect(await asked.next(30).count == 30)
                goOn.settle(true)
                for try await answer in group { #expect(answer.hasPrefix("HTTP/1.1 200")) }
            }
        }
    }
}
