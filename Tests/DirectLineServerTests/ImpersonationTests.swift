import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

/// What one party says of itself in order to be taken for another one; none of it may be believed.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ImpersonationTests {
    /// Members of an activity, as JSON text, with which a client pretends something.
    private static let claimsOfUsers = [
        #""from":{"id":"bot"}"#, #""from":{"id":"bot","name":"Bot","role":"bot"}"#, #""from":{"id":" BOT "}"#,
        #""from":{"id":"x","name":"Bot"}"#, #""from":{"id":"x","name":" b\u200bO-t! "}"#,
        #""from":{"id":"x","role":"bot"}"#, #""from":{"id":"x","role":0}"#, #""from":{"id":"x","role":"agent"}"#,
        #""from":{"id":"x","role":"skill"}"#, #""from":{"id":"agent-ana","name":"Ana"}"#,
        #""from":{"id":"Agent-Hub","name":"Agent hub"}"#, #""from":{"id":"x","name":"AGENT HUB"}"#,
        #""from":{"id":"bot"},"from":{"id":"x","role":"agent"}"#, #""from":{"role":"bot","id":"x","role":"agent"}"#,
        #""from":{"id":"x"},"channelData":{"baton":{"author":"agent","agentId":"ana"}}"#,
        #""from":{"id":"x"},"channelData":{"baton":{"author":"hub","notice":"held"},"keep":1}"#,
        #""from":{"id":"x"},"channelData":{"baton":1,"baton":{"author":"hub"}}"#,
        #""from":{"id":"x"},"channelData":{"baton":{"author":"hub"}},"channelData":{"baton":{"author":"hub"}}"#,
        #""from":{"id":"x"},"channelData":{"desk":{"item":"item-1","activity":"c|1"}}"#,
        #""from":{"id":"x"},"channelData":{"streamType":"final","streamId":"c|1"}"#,
        #""type":"message","from":{"id":"x"},"entities":[{"type":"streaminfo","streamId":"c|1","streamType":"final"}]"#,
        #""from":{"id":"x"},"recipient":{"id":"x","role":"bot"},"callerId":"urn:botframework:azure""#,
        #""from":{"id":"x"},"id":"c|1","timestamp":"1999-01-01T00:00:00Z","conversation":{"id":"other"}"#,
        #""from":{"id":"x"},"type":"conversationUpdate","membersAdded":[{"id":"agent-ana","role":"agent"}]"#,
        #""from":{"id":"x"},"type":"messageUpdate","id":"c|1""#,
        #""from":{"id":"x"},"type":"messageDelete","id":"c|1""#,
        #""from":{"id":"x"},"type":"trace","name":"t""#, #""from":{"id":"x"},"type":"handoff""#,
        #""from":{"id":"x"},"type":"event","name":"baton.queue","value":{"position":1}"#,
        #""from":{"id":"x"},"type":"event","name":"Baton.suppressed""#,
        #""from":{"id":"x"},"type":"event","name":"desk.connected","value":{"item":"item-1"}"#,
    ]

    /// How a client may come: with what it shows, and whether the conversation is one of a named user.
    enum Credential: CaseIterable, Sendable { case token, boundToken, none, noneInBound, secret, secretInBound }
    enum Way: CaseIterable, Sendable { case post, upload }

    /// Whether an activity is what only a user can have sent.
    private static func check(_ activity: Activity, isBound: Bool, _ location: SourceLocation = #_sourceLocation) {
        let text = activity.jsonValue.compactText
        #expect(activity.from?.json["role"] == "user", "\(text)", sourceLocation: location)
        let id = activity.from?.id?.lowercased() ?? ""
        #expect(!id.isEmpty && !id.contains("bot") && !id.hasPrefix("agent-"), "\(text)", sourceLocation: location)
        if isBound {
            #expect(activity.from?.id == "dl_ada" && activity.from?.name == "Ada", "\(text)", sourceLocation: location)
        }
        let name = (activity.from?.name ?? "").lowercased().filter(\.isLetter)
        #expect(!["bot", "agenthub"].contains(name), "\(text)", sourceLocation: location)
        for mark in ["baton", "desk", "streamType", "streamId", "streaminfo", "callerId", "agent-", "1999-01", "azure"]
        {
            #expect(!text.contains("\"\(mark)"), "\(text)", sourceLocation: location)
        }
        #expect(activity.json.keys.count == Set(activity.json.keys).count, "\(text)", sourceLocation: location)
        let members = activity.from?.json.keys ?? []
        #expect(members.count == Set(members).count, "\(text)", sourceLocation: location)
        #expect(activity.name.map { $0.lowercased().hasPrefix("baton.") } != true, sourceLocation: location)
    }

    @Test(arguments: Credential.allCases, Way.allCases)
    func `no client is taken for anybody else`(credential: Credential, way: Way) async throws {
        let isSecret = credential == .secret || credential == .secretInBound
        let isBound = [.boundToken, .noneInBound, .secretInBound].contains(credential)
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration(secret: isSecret ? "s" : nil)
        configuration.botAccount = ChannelAccount(id: "bot", name: "Bot", role: "bot")
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let entry: HTTPHeaders = isSecret ? ["Authorization": "Bearer s"] : [:]
            var bearer = entry
            if isBound {
                let body: JSONValue = ["user": ["id": "dl_ada", "name": "Ada"]]
                let token = try await server.call(.POST, "/tokens/generate", body, headers: entry).json?["token"]?
                    .string
                bearer = ["Authorization": "Bearer \(token ?? "")"]
            }
            let start = try await server.call(.POST, "/conversations", ["user": ["id": "x"]], headers: bearer)
            let info = try #require(ConversationInfo(start.json))
            let conversation = TestConversation(server: server, info: info)
            var headers = entry
            if credential == .token || credential == .boundToken {
                headers = ["Authorization": "Bearer \(info.token ?? "")"]
            }
            for claim in Self.claimsOfUsers {
                let type = claim.contains(#""type":"#) ? "" : #""type":"message","#
                let text = "{\(type)\"text\":\"I approved the refund\",\(claim)}"
                switch way {
                case .post:
                    _ = try await server.call(.POST, conversation.path + "/activities", text: text, headers: headers)
                case .upload:
                    let form = """
                        --B\r\nContent-Disposition: form-data; name="activity"\r\n\
                        Content-Type: application/vnd.microsoft.activity\r\n\r\n\(text)\r\n\
                        --B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--B--\r\n
                        """
                    let type = "multipart/form-data; boundary=B"
                    _ = try await server.upload(conversation, Array(form.utf8), type: type, headers: headers)
                }
            }
            let list = try await server.call(.GET, conversation.path + "/activities", headers: headers)
            let kept = try #require(ActivitySet(list.json)?.activities)
            // Three events that only this program sends are refused, and two changes of what nobody has said.
            #expect(kept.count == Self.claimsOfUsers.count - 5)
            for activity in kept { Self.check(activity, isBound: isBound) }
            #expect(kept.filter { $0.channelData?["keep"]?.int == 1 }.count == 1, "what means nothing to us survives")
            _ = await heard.next()
            for activity in await heard.next(kept.count) {
                #expect(activity.from?.json["role"] == "user")
                #expect(activity.channelData?["baton"] == nil)
            }
        }
    }

    @Test(
        arguments: [
            ["id": "bot", "name": "Ana"], ["id": "agent-ana", "name": "Ana"], ["id": "agent-hub"],
            ["id": "x", "name": "Bot"], ["id": "x", "role": "agent"], ["id": "dl_eve", "name": "Bot"],
        ] as [JSONObject]
    )
    func `nobody starts a conversation as somebody else`(user: JSONObject) async throws {
        try await withServer { server in
            let conversation = try await server.start(["user": .object(user)])
            _ = try await server.call(
                .POST,
                conversation.path + "/activities",
                ["type": "message", "from": ["id": ""]]
            )
            for activity in try await conversation.history().activities { Self.check(activity, isBound: false) }
            let userId = try #require(try await conversation.history().activities.first?.from?.id)
            #expect(!["bot", "agent-ana", "agent-hub"].contains(userId))
        }
    }

    @Test func `the name of an upload's query is believed no more than that of its activity`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let path = conversation.path + "/upload?userId=agent-ana"
            #expect(
                try await server.call(.POST, path, text: "x", headers: ["Content-Type": "text/plain"]).status == 200
            )
            #expect(try await conversation.history().activities.map(\.from?.id) == ["ada"])
        }
    }

    @Test func `what a client writes into its stream is nobody's word`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                let text = #"{"activities":[{"type":"message","text":"forged","from":{"id":"bot"}}],"watermark":"9"}"#
                try await stream.outbound.send(text)
                _ = try await conversation.say("a")
                try await stream.expect(["a", "echo a"])
            }
            #expect(try await conversation.history().activities.map(\.text) == ["a", "echo a"])
        }
    }
}
