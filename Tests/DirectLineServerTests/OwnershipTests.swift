import AsyncHTTPClient
import BotSchema
import Bots
import DirectLineClient
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Whose a line, a file and a link is: what the server knows and nobody's word.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct OwnershipTests {
    // MARK: - Files

    private func upload(
        _ server: TestServer,
        _ conversation: TestConversation,
        as user: String,
        _ headers: HTTPHeaders = [:]
    ) async throws -> Int {
        let path = "\(conversation.path)/upload?userId=\(user)"
        var headers = headers
        headers.add(name: "Content-Type", value: "text/plain")
        var request = HTTPClientRequest(url: server.address.directLineURL + path)
        request.method = .POST
        request.headers = headers
        request.body = .bytes(Array("12345678".utf8))
        return Int(try await HTTPClient.shared.execute(request, timeout: .seconds(600)).status.code)
    }

    @Test(arguments: [false, true])
    func `files count for the user whom the server knows, whoever a client says it is`(isBound: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.userFiles = 20
        try await withServer(configuration) { server in
            let user: JSONValue = ["user": ["id": isBound ? "dl_ada" : "ada"]]
            let (first, second) = (try await server.start(user), try await server.start(user))
            let other = try await server.start(["user": ["id": "dl_ben"]])
            #expect(try await upload(server, first, as: "ada") == 200)
            #expect(try await upload(server, first, as: "eve") == 200)
            #expect(try await upload(server, first, as: "mallory") == 429, "other names make no room")
            // A user who is known has one quota everywhere, one who is not may not fill that of another.
            #expect(try await upload(server, second, as: "zoe") == (isBound ? 429 : 200))
            #expect(try await upload(server, other, as: "ada") == 200)
            #expect(try await upload(server, other, as: isBound ? "dl_ada" : "ada") == 200)
        }
    }

    @Test(arguments: [false, true])
    func `a token's user has one quota over conversations of different tokens`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.userFiles = 10
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            var statuses: [Int] = []
            for name in ["ada", "eve"] {
                let answer = try await server.call(.POST, "/tokens/generate", ["user": ["id": "dl_ada"]])
                let bearer: HTTPHeaders = ["Authorization": "Bearer \(answer.json?["token"]?.string ?? "")"]
                let start = try await server.call(.POST, "/conversations", [:], headers: bearer)
                let info = try #require(ConversationInfo(start.json))
                let conversation = TestConversation(server: server, info: info)
                statuses.append(try await upload(server, conversation, as: name, bearer))
            }
            #expect(statuses == [200, 429])
        }
    }

    @Test(arguments: [false, true])
    func `the bot has a quota in each conversation, so that one cannot use up another's`(withAdapter: Bool) async throws
    {
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration.patient
        configuration.limits.userFiles = 10
        try await withServer(configuration, bot: ObservedBot(heard), adapter: .passing(withAdapter)) { server in
            let file: JSONValue = ["type": "a/b", "originalBase64": "MTIzNDU2Nzg="]
            for _ in 1...2 {
                let conversation = try await server.start()
                let base = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)"
                #expect(try await server.call(.POST, base + "/attachments", file).status == 201)
                #expect(try await server.call(.POST, base + "/attachments", file).status == 429)
            }
        }
    }

    // MARK: - Lines

    @Test(arguments: [ActivityType.messageUpdate, .messageDelete], [true, false])
    func `a user changes lines of its own and nobody else's`(type: ActivityType, byReply: Bool) async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            let own = try #require(try await conversation.say("a").json?["id"]?.string)
            let bots = try #require(try await conversation.history().activities.last?.id)
            func change(_ id: String, as user: String = "ada") async throws -> Int {
                var activity = Activity(type: type)
                if byReply { activity.replyToId = id } else { activity.id = id }
                activity.text = "forged"
                activity.from = ChannelAccount(id: user)
                return try await conversation.post(activity).status
            }
            #expect(try await change(bots) == 403)
            #expect(try await change(own, as: "eve") == 403)
            // A line that is still to come is nobody's yet.
            #expect(try await change("\(conversation.id)|0000009") == 404)
            #expect(try await conversation.history().activities.map(\.text) == ["a", "echo a"])
            #expect(try await change(own) == 200)
        }
    }

    @Test(arguments: [ActivityType.messageUpdate, .messageDelete])
    func `a bot's change of somebody else's line is about nothing`(type: ActivityType) async throws {
        let bot = TestBot { activity, conversation in
            guard activity.text == "go" else { return nil }
            let own = try await conversation.send(.message("mine"))
            for id in [own.id, activity.id] {
                var change = Activity(type: type)
                change.replyToId = id
                try await conversation.send(change)
            }
            return nil
        }
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("go")
            let log = try await conversation.history().activities
            #expect(log.map(\.replyToId) == [nil, nil, log[1].id, nil])
        }
    }

    @Test func `lines of an import are nobody's to change`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let base = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)"
            let line: JSONValue = ["type": "message", "text": "x", "from": ["id": "ada", "role": "user"]]
            _ = try await server.call(.POST, base + "/activities/history", ["activities": [line]])
            var change = Activity(type: .messageUpdate)
            change.replyToId = try await conversation.history().activities.first?.id
            #expect(try await conversation.post(change).status == 403)
        }
    }

    /// Withholds what a bot says, with or without a record.
    private struct Muting: ConversationAdapter {
        let leavesRecord: Bool

        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            .bot
        }

        func revise(_ activity: Activity, in conversationId: String) -> Activity? {
            guard activity.text?.hasPrefix("muted") == true else { return activity }
            var record = Activity.event("withheld")
            for name in ["id", "timestamp", "from"] { record.json[name] = activity.json[name] }
            record.channelData = ["baton": ["author": "hub"]]
            return leavesRecord ? record : nil
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {}
    }

    @Test(arguments: [true, false])
    func `what a bot says while it is muted can be changed and deleted, and is never shown`(
        leavesRecord: Bool
    ) async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard), adapter: Muting(leavesRecord: leavesRecord)) { server in
            let conversation = try await server.start()
            let own = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)/activities"
            func send(
                _ text: String,
                _ path: String = own,
                _ method: HTTPMethod = .POST
            ) async throws
                -> TestServer
                .Answer
            { try await server.call(method, path, ["type": "message", "text": .string(text)]) }
            let shown = try #require(try await send("shown").json?["id"]?.string)
            let hidden = try #require(try await send("muted 1").json?["id"]?.string)
            let trace = try #require(try await server.call(.POST, own, ["type": "trace"]).json?["id"]?.string)
            let before = try await conversation.history().activities
            for id in [hidden, trace] {
                #expect(try await send("late", own + "/" + id.replacing("|", with: "%7C"), .PUT).status == 200)
                #expect(try await send("", own + "/" + id.replacing("|", with: "%7C"), .DELETE).status == 200)
            }
            #expect(try await conversation.history().activities == before)
            // Nor do new words get through under the id of an earlier line.
            let path = own + "/" + shown.replacing("|", with: "%7C")
            #expect(try await send("muted 2", path, .PUT).status == 200)
            let log = try await conversation.history().activities
            #expect(log.map { $0.text ?? $0.name ?? "" }.filter { $0 != "withheld" } == ["shown"])
            #expect(log.count { $0.name == "withheld" } == (leavesRecord ? 2 : 0))
            #expect(Set(log.map(\.id)).count == log.count)
            #expect(try await send("new words", path, .PUT).status == 200)
            #expect(try await conversation.history().activities.first?.text == "new words")
        }
    }

    // MARK: - Links

    @Test func `a host that a client makes up is in no link that others get`() async throws {
        var configuration = ServerConfiguration.patient
        configuration.host = "0.0.0.0"
        configuration.secret = "s"
        configuration.allowedHosts = ["chat.example"]
        let heard = Happenings<Activity>()
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let bearer: HTTPHeaders = ["Authorization": "Bearer s"]
            let start = try await server.call(.POST, "/conversations", [:], headers: bearer)
            let conversation = TestConversation(server: server, info: try #require(ConversationInfo(start.json)))
            let own = "http://127.0.0.1:\(server.address.port)/"
            let links = [
                "evil.example": own, "127.0.0.1:\(server.address.port)": own, "192.0.2.1:80": own,
                "chat.example": "http://chat.example/",
            ]
            for (host, link) in links {
                let headers: HTTPHeaders = ["Authorization": "Bearer s", "Host": host]
                _ = try await server.upload(conversation, [1], type: "image/png", headers: headers)
                let path = conversation.path + "/activities"
                let log = ActivitySet(try await server.call(.GET, path, headers: bearer).json)
                let url = log?.activities.last?.attachments.first?.contentURL
                #expect(url?.hasPrefix(link) == true, "\(host): \(url ?? "nothing")")
            }
        }
    }

    // MARK: - Reports and ends

    @Test(arguments: [true, false])
    func `clients are told whether a hub reports`(withAdapter: Bool) async throws {
        try await withServer(adapter: withAdapter ? PassingAdapter() : nil) { server in
            let conversation = try await server.start()
            #expect(conversation.info.keepsMarks && conversation.info.hasHub == withAdapter)
        }
    }

    @Test func `another client of the user that ends the conversation ends nobody's`() async throws {
        try await withServer(bot: echoBot) { server in
            var configuration = ClientConfiguration(
                endpoint: try DirectLineEndpoint(server.address.url),
                credential: .none,
                user: ChannelAccount(id: "ada", name: "Ada")
            )
            configuration.randomSeed = 1
            configuration.requestTimeout = .seconds(600)
            try await DirectLine.withConversation(configuration) { conversation in
                let path = "/conversations/\(conversation.conversationId)/activities"
                let end: JSONValue = ["type": "endOfConversation", "from": ["id": "ada"]]
                #expect(try await server.call(.POST, path, end).status == 200)
                var texts: [String] = []
                for await event in conversation.events {
                    guard case .activity(let activity, _) = event else { continue }
                    if activity.type == .endOfConversation { _ = try await conversation.send(.message("still here")) }
                    if let text = activity.text { texts.append(text) }
                    if texts.last == "echo still here" { break }
                }
                #expect(texts == ["still here", "echo still here"])
            }
        }
    }
}
