import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// The bot's side, called as SDKs call it: below the service URL of the activity they got.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ConnectorTests {
    private struct Scene: Sendable {
        let server: TestServer
        let conversation: TestConversation
        /// The service URL with the path of the conversation.
        let base: String
        let serviceURL: String

        func call(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> TestServer.Answer {
            try await server.call(method, base + path, body)
        }

        func send(_ text: String) async throws -> String {
            try await call(.POST, "/activities", ["type": "message", "text": .string(text)]).json?["id"]?.string ?? ""
        }
    }

    private func withScene(
        _ adjust: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Scene) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration()
        adjust(&configuration)
        let heard = Happenings<Activity>()
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let serviceURL = await heard.next()?.serviceURL ?? ""
            let base = "\(serviceURL)v3/conversations/\(conversation.id)"
            try await body(Scene(server: server, conversation: conversation, base: base, serviceURL: serviceURL))
        }
    }

    @Test func `S38 a bot's activity gets an id of the channel and loses what is no business of clients`() async throws
    {
        try await withScene { scene in
            let sent = try JSONValue(
                parsing: """
                    {"id":null,"type":"message","text":"hi","serviceUrl":"http://x/","channelId":"directline",
                    "from":{"id":"bot","name":"Bot"},"recipient":{"id":"ada"},"conversation":{"id":"other"},
                    "replyToId":"never-seen","attachments":[],"inputHint":"acceptingInput","x":{"y":1e3},"locale":null}
                    """
            )
            let answer = try await scene.call(.POST, "/activities", sent)
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type")?.hasPrefix("application/json") == true)
            let activity = try #require(try await scene.conversation.history().activities.first)
            #expect(answer.json == ["id": .string("\(scene.conversation.id)|0000001")])
            #expect(activity.id == "\(scene.conversation.id)|0000001")
            #expect(activity.from?.json == ["id": "bot", "name": "Bot", "role": "bot"])
            #expect(activity.conversation?.id == scene.conversation.id)
            #expect(activity.timestamp != nil)
            #expect(activity.json.contains("serviceUrl") == false)
            #expect(activity.json.contains("replyToId") == false, "Web Chat holds replies to unknown activities")
            for key in ["attachments", "inputHint", "x", "locale"] { #expect(activity.json[key] == sent[key]) }
        }
    }

    @Test func `S27 S39 a reply names what it answers when the client can know it`() async throws {
        try await withScene { scene in
            let question = try #require(try await scene.conversation.say("why").json?["id"]?.string)
            let encoded = question.replacing("|", with: "%7C")
            for path in ["/activities/\(encoded)", "//activities//\(encoded)", "/activities/unknown"] {
                let answer = try await scene.call(.POST, path, ["type": "message", "text": "because"])
                #expect(answer.status == 200)
                #expect(answer.json?["id"]?.string?.hasPrefix(scene.conversation.id) == true)
            }
            let replies = try await scene.conversation.history(after: "1").activities.map(\.replyToId)
            #expect(replies == [question, question, nil])
        }
    }

    @Test func `an id with a raw bar is understood`() async throws {
        try await withScene { scene in
            let id = try await scene.send("x")
            let port = scene.server.address.port
            let path = scene.base.dropFirst("http://127.0.0.1:\(port)".count) + "/activities/\(id)"
            let body = #"{"type":"message","text":"y"}"#
            let request = "PUT \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let answer = try await RawConnection.exchange(port: port, [request])
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `S29 an update keeps the place, the time and the id, and reaches open streams`() async throws {
        try await withScene { scene in
            let id = try await scene.send("old")
            let before = try #require(try await scene.conversation.history().activities.first)
            _ = try await scene.send("later")
            try await scene.conversation.withStream { stream in
                try await stream.expect(["old", "later"])
                let answer = try await scene.call(
                    .PUT,
                    "/activities/\(id.replacing("|", with: "%7C"))",
                    ["id": "whatever", "type": "message", "text": "new", "replyToId": "never-seen"]
                )
                #expect(answer.status == 200)
                #expect(answer.json == ["id": .string(id)])
                let frame = try #require(try await stream.frame())
                // An update takes a position of its own, by which a client that was away knows of it.
                #expect(frame.watermark == "3")
                #expect(frame.activities.first?.id == id)
                #expect(frame.activities.first?.text == "new")
                #expect(frame.activities.first?.timestamp == before.timestamp)
                #expect(frame.activities.first?.replyToId == nil)
            }
            #expect(try await scene.conversation.history().activities.map(\.text) == ["new", "later"])
        }
    }

    @Test func `an update keeps what an activity is, and an event its name`() async throws {
        try await withScene { scene in
            let request = JSONValue.object(["type": "event", "name": "handoff.initiate", "value": ["Skill": "cards"]])
            let line: JSONValue = ["type": "message", "text": "hi"]
            let other: JSONValue = ["type": "event", "name": "handoff.status", "value": ["state": "accepted"]]
            let end: JSONValue = ["type": "endOfConversation"]
            var ids: [String] = []
            for activity in [request, line] {
                ids.append(try await scene.call(.POST, "/activities", activity).json?["id"]?.string ?? "")
            }
            let paths = ids.map { "/activities/\($0.replacing("|", with: "%7C"))" }
            let before = try await scene.conversation.history().activities
            for (path, activity, kind) in [
                (paths[0], other, "the event handoff.initiate"), (paths[0], line, "the event handoff.initiate"),
                (paths[0], end, "the event handoff.initiate"), (paths[1], request, "a message"),
                (paths[1], end, "a message"), (paths[1], ["type": "messageDelete"], "a message"),
            ] {
                let answer = try await scene.call(.PUT, path, activity)
                #expect(answer.status == 400)
                let words = answer.json?["error"]?["message"]?.string ?? ""
                #expect(words.hasSuffix("is \(kind), which an update cannot change"), "\(words)")
            }
            #expect(try await scene.conversation.history().activities == before)
            var changed = Activity(json: request.object ?? JSONObject())
            changed.value = ["Skill": "loans"]
            #expect(try await scene.call(.PUT, paths[0], changed.jsonValue).status == 200)
            #expect(try await scene.conversation.history().activities.first?.value?["Skill"] == "loans")
        }
    }

    @Test func `S30 a deletion is answered 200 with JSON and reaches open streams`() async throws {
        try await withScene { scene in
            let id = try await scene.send("secret")
            try await scene.conversation.withStream { stream in
                try await stream.expect(["secret"])
                let path = "/activities/\(id.replacing("|", with: "%7C"))"
                let answer = try await scene.call(.DELETE, path)
                #expect(answer.status == 200)
                #expect(answer.json == [:])
                let notice = try #require(try await stream.activity())
                #expect(notice.type == .messageDelete)
                #expect(notice.id == id)
                #expect(try await scene.call(.DELETE, path).status == 404)
                #expect(try await scene.call(.PUT, path, ["type": "message"]).status == 404)
            }
            #expect(try await scene.conversation.history().activities.isEmpty)
        }
    }

    @Test func `S31 members are bot and user with their roles`() async throws {
        try await withScene { scene in
            let all: JSONValue = [
                ["id": "bot", "name": "Bot", "role": "bot"], ["id": "ada", "name": "Ada", "role": "user"],
            ]
            #expect(try await scene.call(.GET, "/members").json == all)
            #expect(try await scene.call(.GET, "/activities/x/members").json == all)
            let paged = try await scene.call(.GET, "/pagedmembers?pageSize=1").json
            // The last page has no token: the Agents SDK refuses a null there.
            #expect(paged == ["members": all])
            #expect(try await scene.call(.GET, "/members/ada").json == all[1])
            #expect(try await scene.call(.DELETE, "/members/ada").status == 200)
            let unknown = try await scene.call(.GET, "/members/eve")
            #expect(unknown.status == 404)
            #expect(unknown.errorCode == "BadArgument")
        }
    }

    @Test func `S28 history is added in order and not taken for a reply`() async throws {
        try await withScene { scene in
            let answer = try await scene.call(
                .POST,
                "/activities/history",
                [
                    "activities": [
                        ["type": "message", "text": "1"], ["text": "no type"], ["type": "message", "text": "2"],
                    ]
                ]
            )
            #expect(answer.status == 200)
            let kept = try await scene.conversation.history().activities
            #expect(kept.map(\.text) == ["1", "2"])
            #expect(answer.json?["id"]?.string == kept.last?.id)
            #expect(try await scene.call(.GET, "/activities").json?.array?.count == 2)
        }
    }

    @Test func `R12 history keeps its times and who said it to whom`() async throws {
        try await withScene { scene in
            _ = try await scene.call(
                .POST,
                "/activities/history",
                [
                    "activities": [
                        ["type": "message", "text": "1", "timestamp": "2020-01-02T03:04:05Z", "from": ["id": "ada"]],
                        ["type": "message", "text": "2", "timestamp": "2020-01-02T03:04:06.500Z"],
                        ["type": "message", "text": "3", "timestamp": "soon"],
                    ]
                ]
            )
            let kept = try await scene.conversation.history().activities
            try #require(kept.count == 3)
            #expect(kept[0].timestamp == "2020-01-02T03:04:05.000Z")
            #expect([kept[0].from?.role, kept[0].recipient?.id] == ["user", "bot"])
            #expect(kept[1].timestamp == "2020-01-02T03:04:06.500Z")
            #expect([kept[1].from?.role, kept[1].recipient?.id] == ["bot", "ada"])
            #expect(Timestamp(kept[2].timestamp ?? "").map { $0 > Timestamp(milliseconds: 1_600_000_000_000) } == true)
        }
    }

    @Test(arguments: [("directline", ["a"]), ("emulator", ["what the bot did", "a"])])
    func `traces of a bot are shown by the Emulator's channel only`(channel: String, expected: [String]) async throws {
        var configuration = ServerConfiguration()
        configuration.channelId = channel
        let bot = TestBot { _, conversation in
            var trace = Activity(type: .trace)
            trace.name = "what the bot did"
            try await conversation.send(trace)
            try await conversation.send(.message("a"))
            return nil
        }
        try await withServer(configuration, bot: bot) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("go")
            #expect(try await conversation.history().activities.dropFirst().map { $0.text ?? $0.name } == expected)
        }
    }

    @Test func `S33 a bot can begin a conversation, which clients see`() async throws {
        try await withScene { scene in
            let answer = try await scene.server.call(
                .POST,
                scene.serviceURL + "v3/conversations",
                ["isGroup": false, "members": [["id": "bob"]], "activity": ["type": "message", "text": "hello"]]
            )
            #expect(answer.status == 201)
            let id = answer.json?["id"]?.string ?? ""
            let serviceURL = try #require(answer.json?["serviceUrl"]?.string)
            #expect(serviceURL.contains("/\(id)/") && serviceURL != scene.serviceURL)
            let kept = ActivitySet(try await scene.server.call(.GET, "/conversations/\(id)/activities").json)
            #expect(kept?.activities.map(\.text) == ["hello"])
            #expect(kept?.activities.first?.id == answer.json?["activityId"]?.string)
            #expect(kept?.activities.first?.recipient?.id == "bob")
            #expect(try await scene.server.call(.POST, scene.serviceURL + "v3/conversations", [:]).status == 201)
            let list = try await scene.server.call(.GET, scene.serviceURL + "v3/conversations").json
            #expect(list?["conversations"]?.array?.map { $0["id"]?.string } == [scene.conversation.id])
            // Bot Builder for Python goes on below the service URL of the conversation that it came from.
            for base in [serviceURL, scene.serviceURL] {
                let path = base + "v3/conversations/\(id)/activities"
                #expect(try await scene.server.call(.POST, path, ["type": "message", "text": "more"]).status == 200)
            }
        }
    }

    @Test func `S43 bots are never answered 204 or 5xx`() async throws {
        let events = Happenings<String>()
        try await withScene {
            $0.onEvent = { events.note($0.description) }
        } _: { scene in
            let unknown = scene.serviceURL + "v3/conversations/gone"
            let bad: [(HTTPMethod, String, String?, Int)] = [
                (.POST, unknown + "/activities", #"{"type":"message"}"#, 404),
                (.POST, unknown + "/activities/x", #"{"type":"message"}"#, 404),
                (.PUT, unknown + "/activities/x", #"{"type":"message"}"#, 404),
                (.DELETE, unknown + "/activities/x", nil, 404),
                (.GET, unknown + "/members", nil, 404),
                (.POST, scene.base + "/activities", "", 400), (.POST, scene.base + "/activities", "{", 400),
                (.POST, scene.base + "/activities", "[]", 400), (.POST, scene.base + "/activities", "{}", 400),
                (.POST, scene.base + "/activities/history", "[]", 400),
                (.PUT, scene.base + "/activities/x", #"{"type":"message"}"#, 404),
                (.POST, scene.base + "/attachments", "{}", 400),
                (.GET, scene.serviceURL + "v3/botstate/directline/users/ada", nil, 410),
                (.PATCH, scene.base + "/activities", "{}", 405),
            ]
            for (method, url, body, status) in bad {
                let answer = try await scene.server.call(method, url, text: body)
                #expect(answer.status == status, "\(method) \(url) \(answer.text)")
                #expect(answer.errorCode != nil)
            }
            #expect(try await scene.conversation.history().activities.isEmpty, "what is refused is not kept")
            let earlier = scene.server.address.url + "/bot/gone/0123456789abcdef0123456789abcdef/v3/conversations"
            #expect(try await scene.server.call(.POST, earlier + "/gone/activities", ["type": "message"]).status == 404)
            let told = await events.next(2).last
            #expect(told == "gone refused: the service URL of the call is not valid for it")
        }
    }

    @Test(arguments: [[:], ["Authorization": "Bearer"], ["Authorization": "Bearer x.y.z"]] as [HTTPHeaders])
    func `S32 bots need no credential but the service URL, also when clients need the secret`(
        headers: HTTPHeaders
    ) async throws {
        let heard = Happenings<Activity>()
        try await withServer(ServerConfiguration(secret: "s"), bot: ObservedBot(heard)) { server in
            let start = try await server.call(.POST, "/conversations", [:], headers: ["Authorization": "Bearer s"])
            let id = start.json?["conversationId"]?.string ?? ""
            let serviceURL = await heard.next()?.serviceURL ?? ""
            let body: JSONValue = ["type": "message", "text": "x"]
            let path = "v3/conversations/\(id)/activities"
            #expect(try await server.call(.POST, serviceURL + path, body, headers: headers).status == 200)
            #expect(try await server.call(.POST, server.address.url + "/" + path, body, headers: headers).status == 404)
        }
    }
}
