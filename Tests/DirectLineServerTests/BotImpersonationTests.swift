import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// What a bot says of itself in order to be taken for the user, an agent or the hub.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct BotImpersonationTests {
    private static let claims: [JSONObject] = [
        ["from": ["id": "ada", "name": "Ada", "role": "user"]], ["from": ["id": "ada"]], ["from": ["role": "user"]],
        ["from": ["id": "bot", "name": "Ada", "role": "User"]], ["from": ["id": "bot", "role": 1]],
        ["from": ["id": "agent-ana", "name": "Ana", "role": "bot"]], ["from": ["id": "x", "role": "agent"]],
        ["from": ["id": "agent-hub", "name": "Agent hub"]], ["from": ["role": "agent", "name": "Ana"]],
        ["channelData": ["baton": ["author": "agent", "agentId": "ana", "agentName": "Ana"]]],
        ["channelData": ["baton": ["author": "hub", "notice": "joined"], "keep": true]],
        ["channelData": ["desk": ["item": "item-1"], "clientActivityID": "c1"]],
        ["type": "event", "name": "baton.queue", "value": ["position": 1]],
        ["type": "event", "name": "baton.suppressed", "value": [:]],
        ["type": "event", "name": "desk.offered", "value": ["item": "item-1"]],
        ["recipient": ["id": "bot", "role": "bot"], "callerId": "urn:x", "id": "c|1"],
    ]

    enum Way: CaseIterable, Sendable { case send, reply, update, begin, inProcess, expectReplies }

    private static func activity(_ claim: JSONObject) -> Activity {
        var activity = Activity.message("I approved the refund")
        for entry in claim.entries { activity.json[entry.key] = entry.value }
        return activity
    }

    private static func check(_ activity: Activity) {
        let text = activity.jsonValue.compactText
        let account: JSONObject = ["id": "bot", "name": "Bot", "role": "bot"]
        #expect(activity.from?.json == account.ordered(like: activity.from), "\(text)")
        for mark in ["baton", "desk", "clientActivityID", "callerId", "agent"] {
            #expect(!text.contains("\"\(mark)"), "\(text)")
        }
    }

    @Test(arguments: Way.allCases)
    func `no bot is taken for anybody else`(way: Way) async throws {
        let heard = Happenings<Activity>()
        let turn: @Sendable (Activity, any ConversationChannel) async throws -> Void = { activity, conversation in
            heard.note(activity)
            guard way == .inProcess, activity.type == .message else { return }
            for claim in Self.claims { try await conversation.send(Self.activity(claim)) }
        }
        let claims = Self.claims.map { Self.activity($0).jsonValue }
        let stub: @Sendable (Activity) async throws -> StubBot.Answer = { activity in
            heard.note(activity)
            guard activity.type == .message else { return StubBot.Answer() }
            let body: JSONValue = ["activities": .array(claims)]
            return StubBot.Answer(headers: ["Content-Type": "application/json"], body: body.compactText)
        }
        try await withStubBot(stub) { stub in
            try await RemoteBot.withBot(at: stub.url) { remote in
                let inProcess = TalkingBot(turn: turn)
                let bot: any Bot = way == .expectReplies ? remote : inProcess
                try await withServer(bot: bot) { server in try await Self.attack(way, server, heard) }
            }
        }
    }

    private static func attack(_ way: Way, _ server: TestServer, _ heard: Happenings<Activity>) async throws {
        let conversation = try await server.start()
        let serviceURL = await heard.next()?.serviceURL ?? ""
        let base = serviceURL + "v3/conversations/"
        let own = base + conversation.id + "/activities"
        var kept: [Activity] = []
        switch way {
        case .send, .reply:
            let path = way == .send ? own : own + "/never-seen"
            for claim in claims {
                #expect(try await server.call(.POST, path, activity(claim).jsonValue).status == 200)
            }
            kept = try await conversation.history().activities
        case .update:
            for claim in claims {
                var old = Activity.message("x")
                for member in ["type", "name"] { old.json[member] = activity(claim).json[member] }
                let id = try await server.call(.POST, own, old.jsonValue).json?["id"]?.string ?? ""
                #expect(try await server.call(.PUT, own + "/" + id, activity(claim).jsonValue).status == 200)
            }
            kept = try await conversation.history().activities
        case .begin:
            for claim in claims {
                let body: JSONValue = [
                    "members": [["id": "ada", "name": "Ada"]], "activity": activity(claim).jsonValue,
                ]
                let id = try await server.call(.POST, serviceURL + "v3/conversations", body).json?["id"]?.string ?? ""
                kept +=
                    ActivitySet(try await server.call(.GET, "/conversations/\(id)/activities").json)?.activities ?? []
            }
        case .inProcess, .expectReplies:
            #expect(try await conversation.say("go").status == 200)
            kept = Array(try await conversation.history().activities.dropFirst())
        }
        #expect(kept.count == claims.count)
        for activity in kept { check(activity) }
        #expect(kept.contains { $0.channelData?["keep"] == true }, "what means nothing to us survives")
    }

    @Test func `a bot without a name of its own keeps the one it gives itself, unless it is the user's`() async throws {
        var configuration = ServerConfiguration()
        configuration.botAccount = ChannelAccount(id: "bot", role: "bot")
        let bot = TestBot { _, conversation in
            for name in ["Robin", "Ada", "Agent Hub"] {
                var reply = Activity.message("x")
                reply.from = ChannelAccount(id: "r", name: name, role: "bot")
                try await conversation.send(reply)
            }
            return nil
        }
        try await withServer(configuration, bot: bot) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("go")
            let said = try await conversation.history().activities.dropFirst()
            #expect(said.map(\.from?.name) == ["Robin", nil, nil])
            #expect(said.map(\.from?.id) == ["bot", "bot", "bot"])
        }
    }

    /// An adapter in whose name an agent and the hub speak.
    private struct Office: ConversationAdapter {
        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            for (id, author) in [("agent-ana", "agent"), ("agent-hub", "hub")] {
                var line = Activity.message("of \(author)")
                line.from = ChannelAccount(id: id, name: id, role: "bot")
                line.channelData = ["baton": ["author": .string(author)]]
                _ = try? await conversation.send(line)
            }
            return .adapter
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {}
    }

    @Test func `a bot changes and deletes what it said itself, and no line of user, agent or hub`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard), adapter: Office()) { server in
            let conversation = try await server.start()
            let base = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)/activities"
            _ = try await conversation.say("of the user")
            let before = try await conversation.history().activities
            #expect(before.map(\.text) == ["of the user", "of agent", "of hub"])
            #expect(before[1].channelData?["baton"]?["author"] == "agent", "the adapter is believed")
            for activity in before {
                let path = base + "/" + (activity.id ?? "")
                #expect(try await server.call(.PUT, path, Activity.message("forged").jsonValue).status == 404)
                #expect(try await server.call(.DELETE, path).status == 404)
            }
            #expect(try await conversation.history().activities == before)
        }
    }

    @Test func `what a bot tells of earlier times is marked and cannot be an agent's`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let base = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)/activities"
            let told: [JSONValue] = Self.claims.map { Self.activity($0).jsonValue }
            let answer = try await server.call(.POST, base + "/history", ["activities": .array(told)])
            #expect(answer.status == 200)
            let kept = try await conversation.history().activities
            #expect(kept.count == told.count)
            for activity in kept {
                #expect(activity.channelData?["baton"] == ["imported": true])
                let account = ["bot", "ada"].contains(activity.from?.id ?? "")
                #expect(
                    account && ["bot", "user"].contains(activity.from?.role ?? ""),
                    "\(activity.jsonValue.compactText)"
                )
            }
            #expect(kept.filter { $0.from?.role == "user" }.count == 3)
        }
    }
}

private struct TalkingBot: Bot {
    let turn: @Sendable (Activity, any ConversationChannel) async throws -> Void

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        try await turn(activity, conversation)
        return nil
    }
}

extension JSONObject {
    /// The same members in the order of another object, to compare them by content.
    fileprivate func ordered(like account: ChannelAccount?) -> JSONObject {
        let keys = account?.json.keys ?? []
        return JSONObject(
            entries: entries.sorted { (keys.firstIndex(of: $0.key) ?? 9) < (keys.firstIndex(of: $1.key) ?? 9) }
        )
    }
}
