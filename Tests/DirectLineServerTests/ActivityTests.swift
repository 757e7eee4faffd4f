import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ActivityTests {
    // MARK: - Conversations

    @Test(arguments: ["", "{}", #"{"user":{}}"#, #"{"user":{"id":"ada"},"locale":"en-GB"}"#, " \n"])
    func `S02 a conversation starts with any of the bodies that clients send`(body: String) async throws {
        try await withServer { server in
            let answer = try await server.call(.POST, "/conversations", text: body)
            #expect(answer.status == 201)
            let info = ConversationInfo(answer.json)
            #expect(info?.conversationId?.hasSuffix("-loc") == true)
            #expect(info?.token?.isEmpty == false)
            #expect(info?.expiresIn == 3600)
            #expect(info?.streamURL?.hasPrefix("ws://127.0.0.1:\(server.address.port)/v3/directline/") == true)
        }
    }

    @Test func `S24 the bot hears of a conversation once, and clients do not`() async throws {
        let heard = Happenings<Activity>()
        let bot = ObservedBot(heard)
        try await withServer(bot: bot) { server in
            let conversation = try await server.start(["user": ["id": "ada", "name": "Ada"], "locale": "de-DE"])
            let update = try #require(await heard.next())
            #expect(update.type == .conversationUpdate)
            #expect(update.membersAdded.map(\.id) == ["bot", "ada"])
            #expect(update.json.contains("membersRemoved") == false)
            #expect(update.recipient?.id == "bot")
            #expect(update.from?.id == conversation.id)
            #expect(update.conversation?.id == conversation.id)
            #expect(update.locale == "de-DE")
            #expect(update.channelId == "directline")
            #expect(update.serviceURL?.hasPrefix(server.address.url + "/") == true)
            _ = try await conversation.say("hi")
            #expect(await heard.next()?.type == .message)
            #expect(try await conversation.history().activities.map(\.type) == [.message])
        }
    }

    @Test func `a reconnect gives a new stream behind the watermark`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            let answer = try await server.call(.GET, conversation.path + "?watermark=3")
            #expect(answer.status == 200)
            let info = try #require(ConversationInfo(answer.json))
            #expect(info.token != nil)
            try await conversation.withStream(info.streamURL) { stream in
                try await stream.expect(["echo b"])
            }
        }
    }

    // MARK: - Reading

    @Test(arguments: [
        (nil, 4), ("", 4), ("-", 4), ("null", 4), ("undefined", 4), ("0", 4), ("1", 3), ("4", 0), ("99", 0),
    ])
    func `S12 S13 a read begins behind the watermark, however often`(watermark: String?, count: Int) async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            for _ in 1...2 {
                let set = try await conversation.history(after: watermark)
                #expect(set.json["activities"]?.array?.count == count)
                #expect(set.watermark == "4")
            }
        }
    }

    @Test(arguments: ["x", "-1", "1.5"])
    func `a watermark that is no number is refused`(watermark: String) async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let answer = try await server.call(.GET, conversation.path + "/activities?watermark=\(watermark)")
            #expect(answer.status == 400)
            #expect(answer.errorCode == "BadArgument")
        }
    }

    // MARK: - Sending

    @Test func `S22 an activity is completed, echoed and otherwise left as it is`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            _ = await heard.next()
            let sent = try JSONValue(
                parsing: """
                    {"type":"message","id":7,"timestamp":"1970-01-01","from":{"id":"ada","name":"Ada","x":1},"text":"hi",
                    "serviceUrl":"http://evil.example/","entities":null,"attachments":[],"unknown":{"b":1.0,"a":null},
                    "channelData":{"clientActivityID":"c1","n":{"deep":null,"big":12345678901234567890}}}
                    """
            )
            let answer = try await server.call(.POST, conversation.path + "/activities", sent)
            #expect(answer.status == 200)
            #expect(answer.json == ["id": .string("\(conversation.id)|0000001")])

            let echo = try #require(try await conversation.history().activities.first)
            #expect(echo.id == "\(conversation.id)|0000001")
            #expect(
                Timestamp(echo.timestamp ?? "") ?? Timestamp(milliseconds: 0)
                    > Timestamp(milliseconds: 1_600_000_000_000)
            )
            #expect(echo.conversation?.id == conversation.id)
            #expect(echo.channelId == "directline")
            #expect(echo.serviceURL == nil)
            #expect(echo.from?.json == ["id": "ada", "name": "Ada", "x": 1, "role": "user"])
            for key in ["unknown", "channelData", "attachments", "text"] { #expect(echo.json[key] == sent[key]) }

            let delivered = try #require(await heard.next())
            #expect(delivered.id == echo.id)
            #expect(delivered.recipient?.id == "bot")
            #expect(delivered.serviceURL?.hasPrefix(server.address.url) == true)
            #expect(delivered.json.contains("entities") == false, "SDKs refuse explicit nulls")
            #expect(delivered.json["channelData"] == sent["channelData"])
        }
    }

    @Test func `nulls within accounts and entities do not reach the bot either, the Agents SDK refuses them`()
        async throws
    {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            _ = await heard.next()
            let sent = try JSONValue(
                parsing: #"{"type":"message","from":{"id":"a","name":null},"entities":[{"type":null,"x":1}]}"#
            )
            _ = try await server.call(.POST, conversation.path + "/activities", sent)
            let delivered = try #require(await heard.next())
            #expect(delivered.from?.json == ["id": "a", "role": "user"])
            #expect(delivered.json["entities"] == [["x": 1]])
        }
    }

    @Test(arguments: [
        ("", "MissingProperty"), ("[]", "MissingProperty"), (#""text""#, "MissingProperty"), ("{", "BadSyntax"),
        (#"{"from":{"id":"a"}}"#, "MissingProperty"), (#"{"type":"","from":{"id":"a"}}"#, "MissingProperty"),
        (#"{"type":"message","from":"ada"}"#, "BadArgument"), (#"{"type":"message"}"#, "MissingProperty"),
        (#"{"type":"message","from":{"name":"Ada"}}"#, "MissingProperty"),
        (#"{"type":"invoke","from":{"id":"a"}}"#, "MissingProperty"),
    ])
    func `a body that is no activity is refused and not kept`(body: String, code: String) async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let answer = try await server.call(.POST, conversation.path + "/activities", text: body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code)
            #expect(answer.json?["error"]?["message"]?.string?.isEmpty == false)
            #expect(try await conversation.history().activities.isEmpty)
        }
    }

    @Test func `an activity over the limit is refused with 413 and the next is taken`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let answer = try await conversation.say(String(repeating: "x", count: 262_144))
            #expect(answer.status == 413)
            #expect(answer.errorCode == "MessageSizeTooBig")
            #expect(try await conversation.say(String(repeating: "x", count: 200_000)).status == 200)
        }
    }

    @Test func `S09 the echo is on the stream while the bot still thinks`() async throws {
        let (began, goOn) = (Reply<Bool>(), Reply<Bool>())
        let bot = TestBot { _, conversation in
            began.settle(true)
            _ = await goOn.value(orIfCancelled: false)
            try await conversation.send(.message("done"))
            return nil
        }
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                async let answer = conversation.say("think")
                let echo = try #require(try await stream.activity())
                #expect(echo.text == "think")
                #expect(await began.value(orIfCancelled: false))
                goOn.settle(true)
                try await stream.expect(["done"])
                #expect(try await answer.json?["id"]?.string == echo.id)
            }
        }
    }

    @Test func `the turns of one conversation keep their order and do not hold up another`() async throws {
        let goOn = Reply<Bool>()
        let began = Happenings<String>()
        let bot = TestBot { activity, conversation in
            began.note(activity.text ?? "")
            if activity.text == "slow" { _ = await goOn.value(orIfCancelled: false) }
            try await conversation.send(.message("did \(activity.text ?? "")"))
            return nil
        }
        try await withServer(bot: bot) { server in
            let (one, other) = (try await server.start(), try await server.start())
            async let slow = one.say("slow").status
            #expect(await began.next() == "slow")
            try await one.withStream { stream in
                async let quick = one.say("quick").status
                // Both are kept before either turn is over.
                let kept = try await stream.texts(2)
                #expect(kept == ["slow", "quick"])
                let elsewhere = try await other.say("elsewhere").status
                #expect(elsewhere == 200)
                goOn.settle(true)
                let said = try await stream.texts(2)
                #expect(said == ["did slow", "did quick"])
                let status = try await quick
                #expect(status == 200)
            }
            let status = try await slow
            #expect(status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `too many waiting turns are refused with 429`(withAdapter: Bool) async throws {
        let (began, goOn) = (Reply<Bool>(), Reply<Bool>())
        let bot = TestBot { _, _ in
            began.settle(true)
            _ = await goOn.value(orIfCancelled: false)
            return nil
        }
        var configuration = ServerConfiguration()
        configuration.limits.waitingTurns = 1
        try await withServer(configuration, bot: bot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            async let one = conversation.say("one").status
            _ = await began.value(orIfCancelled: false)
            try await conversation.withStream { stream in
                async let two = conversation.say("two").status
                _ = try await stream.texts(2)
                let three = try await conversation.say("three")
                #expect(three.status == 429)
                #expect(three.headers.first(name: "Retry-After") == "1")
                goOn.settle(true)
                let status = try await two
                #expect(status == 200)
            }
            let status = try await one
            #expect(status == 200)
        }
    }

    // MARK: - Bots that fail

    @Test func `a bot that fails is answered 502 with its status, and the message stays`() async throws {
        let events = Happenings<ServerEvent>()
        var configuration = ServerConfiguration()
        configuration.onEvent = { events.note($0) }
        let bot = TestBot { _, _ in throw BotError(.refused, "the bot answered 500", status: 500) }
        try await withServer(configuration, bot: bot) { server in
            let conversation = try await server.start()
            let answer = try await conversation.say("crash")
            #expect(answer.status == 502)
            #expect(answer.errorCode == "BotError")
            #expect(answer.json?["httpStatusCode"] == 500)
            #expect(answer.json?["error"]?["message"]?.string?.contains("the bot answered 500") == true)
            #expect(try await conversation.history().activities.map(\.text) == ["crash"])
            while let event = await events.next() {
                guard case .botFailed(let id, let error, _) = event else { continue }
                #expect(id == conversation.id)
                #expect(error.status == 500)
                break
            }
        }
    }

    @Test func `S10 a bot that is too slow is answered 502 and what it says later arrives`() async throws {
        let goOn = Reply<Bool>()
        let bot = TestBot { activity, conversation in
            if activity.text == "slow" {
                _ = await goOn.value(orIfCancelled: false)
                try await conversation.send(.message("late"))
            }
            return nil
        }
        var configuration = ServerConfiguration()
        configuration.limits.turn = .milliseconds(50)
        try await withServer(configuration, bot: bot) { server in
            let conversation = try await server.start()
            let answer = try await conversation.say("slow")
            #expect(answer.status == 502)
            #expect(answer.errorCode == "BotError")
            #expect(answer.json?["httpStatusCode"] == 504)
            #expect(try await conversation.say("next").status == 200, "a slow turn does not block the next")
            try await conversation.withStream { stream in
                try await stream.expect(["slow", "next"])
                goOn.settle(true)
                try await stream.expect(["late"])
            }
        }
    }

    // MARK: - Types

    @Test func `S14 typing is streamed and not kept`() async throws {
        let bot = TestBot { _, conversation in
            let typing = try await conversation.send(.typing)
            #expect(typing.id?.contains("|") == false, "an id outside the counter")
            try await conversation.send(.message("typed"))
            return nil
        }
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                _ = try await conversation.say("go")
                let frames = [try await stream.frame(), try await stream.frame(), try await stream.frame()]
                #expect(frames.map { $0?.activities.first?.type } == [.message, .typing, .message])
                #expect(frames.map { $0?.watermark } == ["1", "1", "2"])
            }
            let history = try await conversation.history()
            #expect(history.activities.map(\.type) == [.message, .message])
            #expect(history.activities.last?.id == "\(conversation.id)|0000002")
        }
    }

    @Test(arguments: [(200, ["ok": true]), (501, nil), (412, ["id": "x"])] as [(Int, JSONValue?)])
    func `S35 an invoke is answered with the bot's status and body and is not kept`(
        status: Int,
        body: JSONValue?
    ) async throws {
        try await withServer(bot: TestBot { _, _ in InvokeResponse(status: status, body: body) }) { server in
            let conversation = try await server.start()
            var invoke = Activity(type: .invoke)
            invoke.name = "adaptiveCard/action"
            let answer = try await conversation.post(invoke)
            #expect(answer.status == status)
            if let body { #expect(answer.json == body) } else { #expect(answer.json?["id"] != nil) }
            #expect(try await conversation.history().activities.isEmpty)
        }
    }
}

/// A bot that tells of everything it is sent, the conversation's beginning included.
struct ObservedBot: Bot {
    let heard: Happenings<Activity>

    init(_ heard: Happenings<Activity>) { self.heard = heard }

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        heard.note(activity)
        return nil
    }
}
