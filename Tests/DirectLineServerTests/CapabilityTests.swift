import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// The service URL of a bot is good for its conversation and for nothing else.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct CapabilityTests {
    /// Every call of the Connector API about a conversation.
    private static let calls: [(HTTPMethod, String, JSONValue?)] = [
        (.GET, "/activities", nil), (.POST, "/activities", ["type": "message", "text": "forged"]),
        (.POST, "/activities/ID", ["type": "message", "text": "forged"]),
        (.PUT, "/activities/ID", ["type": "message", "text": "forged"]), (.DELETE, "/activities/ID", nil),
        (.GET, "/activities/ID/members", nil), (.GET, "/members", nil), (.GET, "/members/ada", nil),
        (.DELETE, "/members/ada", nil), (.GET, "/pagedmembers", nil),
        (.POST, "/activities/history", ["activities": [["type": "message", "text": "forged"]]]),
        (.POST, "/attachments", ["type": "a/b", "originalBase64": "AAAA"]), (.PATCH, "/activities", [:]),
    ]

    private struct Scene: Sendable {
        let server: TestServer
        let own: TestConversation
        let other: TestConversation
        let ownURL: String
        let otherURL: String
    }

    private func withScene(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let own = try await server.start()
            let ownURL = await heard.next()?.serviceURL ?? ""
            let other = try await server.start()
            let otherURL = await heard.next()?.serviceURL ?? ""
            try await body(Scene(server: server, own: own, other: other, ownURL: ownURL, otherURL: otherURL))
        }
    }

    @Test func `a service URL holds 128 bits that are of one conversation`() async throws {
        try await withScene { scene in
            let codes = [scene.ownURL, scene.otherURL].map { $0.split(separator: "/").last.map(String.init) ?? "" }
            #expect(codes[0] != codes[1])
            for code in codes { #expect(code.utf8.count == 32 && code.utf8.allSatisfy(isHexadecimal)) }
        }
    }

    @Test func `no capability is good in another conversation, and nobody learns which there are`() async throws {
        try await withScene { scene in
            let id =
                try await scene.server.call(
                    .POST,
                    scene.otherURL + "v3/conversations/\(scene.other.id)/activities",
                    ["type": "message", "text": "kept"]
                ).json?["id"]?.string ?? ""
            let own = scene.ownURL.split(separator: "/").last.map(String.init) ?? ""
            let root = scene.server.address.url + "/bot/"
            let guesses = [
                scene.ownURL, root + "\(scene.other.id)/\(own)/", root + "\(scene.other.id)/\(own.dropLast())/",
                root + "\(scene.other.id)//", root + "\(scene.other.id)/" + String(repeating: "0", count: 32) + "/",
                scene.otherURL.uppercased().replacing("HTTP://", with: "http://"), scene.server.address.url + "/",
                scene.ownURL + "../", root + "\(scene.other.id)%2F\(own)/",
                String(scene.otherURL.dropLast(2)) + "/", String(scene.otherURL.dropLast()) + "0/",
            ]
            for guess in guesses {
                for (method, path, body) in Self.calls {
                    let path = path.replacing("ID", with: id.replacing("|", with: "%7C"))
                    let conversations = [scene.other.id, "nobody"].map { guess + "v3/conversations/\($0)" + path }
                    var answers: [String] = []
                    for url in conversations {
                        let answer = try await scene.server.call(method, url, body)
                        #expect(answer.status == 404, "\(method) \(url)")
                        answers.append(answer.text)
                    }
                    #expect(answers[0] == answers[1], "who calls learns nothing")
                }
            }
            #expect(try await scene.other.history().activities.map(\.text) == ["kept"])
            for guess in guesses.dropFirst() {
                #expect(try await scene.server.call(.GET, guess + "v3/conversations").status == 404, "\(guess)")
                #expect(try await scene.server.call(.POST, guess + "v3/conversations", [:]).status == 404, "\(guess)")
            }
            let list = try await scene.server.call(.GET, scene.ownURL + "v3/conversations").text
            #expect(list.contains(scene.own.id) && !list.contains(scene.other.id))
        }
    }

    @Test func `whoever begins a conversation may go on in it, and nobody else`() async throws {
        try await withScene { scene in
            let begun = try await scene.server.call(.POST, scene.ownURL + "v3/conversations", [:]).json
            let id = try #require(begun?["id"]?.string)
            let url = try #require(begun?["serviceUrl"]?.string)
            func send(_ base: String, _ id: String) async throws -> Int {
                let path = base + "v3/conversations/\(id)/activities"
                return try await scene.server.call(.POST, path, ["type": "message", "text": "x"]).status
            }
            #expect(try await send(scene.ownURL, id) == 200)
            #expect(try await send(url, id) == 200)
            #expect(try await send(scene.otherURL, id) == 404)
            // The new one is no way back to its creator, nor to what others begin.
            #expect(try await send(url, scene.own.id) == 404)
            let next = try await scene.server.call(.POST, url + "v3/conversations", [:]).json?["id"]?.string ?? ""
            #expect(try await send(url, next) == 200)
            #expect(try await send(scene.ownURL, next) == 404)
        }
    }

    @Test func `after a restart the same URLs are good`() async throws {
        let store = TestStore()
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration()
        configuration.generator = SplitMix64(seed: 7)
        let (path, begun, id) = try await withServer(configuration, bot: ObservedBot(heard), store: store) { server in
            let conversation = try await server.start()
            let url = await heard.next()?.serviceURL ?? ""
            let begun = try await server.call(.POST, url + "v3/conversations", [:]).json?["id"]?.string ?? ""
            return (url.dropFirst(server.address.url.count), begun, conversation.id)
        }
        // Other numbers: that the URLs are still good is due to the store alone.
        configuration.generator = SplitMix64(seed: 8)
        try await withServer(configuration, store: store) { server in
            for id in [id, begun] {
                let url = server.address.url + path + "v3/conversations/\(id)/activities"
                let body: JSONValue = ["type": "message", "text": "proactive"]
                #expect(try await server.call(.POST, url, body).status == 200)
                let kept = ActivitySet(try await server.call(.GET, "/conversations/\(id)/activities").json)
                #expect(kept?.activities.last?.text == "proactive")
            }
        }
        // The conversations are there, and only the key is another: it alone makes a URL good.
        store.forgetKey()
        try await withServer(configuration, bot: ObservedBot(heard), store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            let body: JSONValue = ["type": "message", "text": "x"]
            let calls = "v3/conversations/\(id)/activities"
            #expect(try await server.call(.POST, server.address.url + path + calls, body).status == 404)
            #expect(try await old.history().activities.last?.text == "proactive")
            #expect(try await old.say("hi").status == 200)
            let new = await heard.next()?.serviceURL ?? ""
            let status = try await server.call(.POST, new + calls, body).status
            #expect(status == 200)
        }
    }

    @Test func `nobody calls in the name of the desks' bot`() async throws {
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration()
        configuration.clients = .agents
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let desk = try await server.start()
            let url = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(desk.id)/activities"
            #expect(try await server.call(.POST, url, ["type": "message", "text": "x"]).status == 404)
        }
    }
}
