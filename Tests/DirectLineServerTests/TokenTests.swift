import BotSchema
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct TokenTests {
    @Test func `S03 a token reserves a conversation and starts it once`() async throws {
        try await withServer { server in
            let token = try await server.call(.POST, "/tokens/generate")
            #expect(token.status == 200)
            #expect(token.json?["expires_in"] == 3600)
            let id = token.json?["conversationId"]?.string ?? ""
            let bearer = "Bearer \(token.json?["token"]?.string ?? "")"
            #expect(try await server.call(.GET, "/conversations/\(id)/activities").status == 404)

            let first = try await server.call(.POST, "/conversations", headers: ["Authorization": bearer])
            let second = try await server.call(.POST, "/conversations", [:], headers: ["Authorization": bearer])
            #expect([first.status, second.status] == [201, 200])
            #expect([first, second].map { $0.json?["conversationId"]?.string } == [id, id])
        }
    }

    @Test func `S04 the user of a token overrides whom the client says it is`() async throws {
        try await withServer { server in
            let token = try await server.call(.POST, "/tokens/generate", ["user": ["id": "dl_ada", "name": "Ada"]])
            let bearer = "Bearer \(token.json?["token"]?.string ?? "")"
            let start = try await server.call(
                .POST,
                "/conversations",
                ["user": ["id": "r_x"]],
                headers: ["Authorization": bearer]
            )
            let path = "/conversations/\(start.json?["conversationId"]?.string ?? "")/activities"
            let body: JSONValue = ["type": "message", "text": "hi", "from": ["id": "r_x", "name": "X"]]
            #expect(try await server.call(.POST, path, body, headers: ["Authorization": bearer]).status == 200)
            let kept = ActivitySet(try await server.call(.GET, path, headers: ["Authorization": bearer]).json)
            #expect(kept?.activities.first?.from?.json == ["id": "dl_ada", "name": "Ada", "role": "user"])
        }
    }

    @Test func `S04 a refreshed token starts the conversation as the user of the first`() async throws {
        try await withServer { server in
            let first = try await server.call(.POST, "/tokens/generate", ["user": ["id": "dl_ada", "name": "Ada"]])
            func bearer(_ answer: TestServer.Answer) throws -> HTTPHeaders {
                ["Authorization": "Bearer \(try #require(answer.json?["token"]?.string))"]
            }
            // No conversation has a user yet, so that the token alone knows.
            let second = try await server.call(.POST, "/tokens/refresh", headers: bearer(first))
            let headers = try bearer(second)
            let start = try await server.call(.POST, "/conversations", ["user": ["id": "r_x"]], headers: headers)
            let path = "/conversations/\(start.json?["conversationId"]?.string ?? "")/activities"
            let body: JSONValue = ["type": "message", "text": "hi", "from": ["id": "r_x", "name": "X"]]
            #expect(try await server.call(.POST, path, body, headers: headers).status == 200)
            let kept = ActivitySet(try await server.call(.GET, path, headers: headers).json)
            #expect(kept?.activities.first?.from?.json == ["id": "dl_ada", "name": "Ada", "role": "user"])
        }
    }

    @Test func `a new secret ends the tokens of the old one, also where the store keeps the key`() async throws {
        let store = TestStore()
        var token = ""
        for (secret, isGood) in [("one", true), ("two", false), ("one", true)] {
            var configuration = ServerConfiguration.patient
            configuration.secret = secret
            token = try await withServer(configuration, store: store) { [token] server in
                var token = token
                if token.isEmpty {
                    let headers: HTTPHeaders = ["Authorization": "Bearer \(secret)"]
                    let start = try await server.call(.POST, "/conversations", [:], headers: headers)
                    token = try #require(start.json?["token"]?.string)
                }
                let refreshed = try await server.call(
                    .POST,
                    "/tokens/refresh",
                    headers: ["Authorization": "Bearer \(token)"]
                )
                #expect((refreshed.status == 200) == isGood, "\(refreshed.status)")
                return token
            }
        }
    }

    @Test func `S05 a user id for a token must have the form that tokens demand`() async throws {
        try await withServer { server in
            let answer = try await server.call(.POST, "/tokens/generate", ["user": ["id": "ada"]])
            #expect(answer.status == 400)
            #expect(answer.errorCode == "BadArgument")
        }
    }

    @Test func `S06 S07 a refreshed token is new and the old one lives until its end`() async throws {
        let time = TestTime()
        var configuration = ServerConfiguration()
        configuration.now = { time.now }
        configuration.tokenLifetime = .seconds(100)
        try await withServer(configuration) { server in
            let conversation = try await server.start()
            let old = conversation.info.token ?? ""
            time.advance(by: 60)
            let refreshed = try await server.call(.POST, "/tokens/refresh", headers: ["Authorization": "Bearer \(old)"])
            let new = refreshed.json?["token"]?.string ?? ""
            #expect(refreshed.status == 200)
            #expect(new != old)
            let path = conversation.path + "/activities"
            #expect(try await server.call(.GET, path, headers: ["Authorization": "Bearer \(old)"]).status == 200)
            time.advance(by: 60)
            let late = try await server.call(.GET, path, headers: ["Authorization": "Bearer \(old)"])
            #expect(late.status == 403)
            #expect(late.errorCode == "TokenExpired")
            #expect(try await server.call(.GET, path, headers: ["Authorization": "Bearer \(new)"]).status == 200)
            let again = try await server.call(.POST, "/tokens/refresh", headers: ["Authorization": "Bearer \(old)"])
            #expect(again.errorCode == "TokenExpired")
        }
    }

    @Test func `S06 a token is good for its own conversation only`() async throws {
        try await withServer { server in
            let (mine, other) = (try await server.start(), try await server.start())
            let headers: HTTPHeaders = ["Authorization": "Bearer \(mine.info.token ?? "")"]
            for (method, suffix) in [(.GET, "/activities"), (.GET, ""), (.POST, "/activities")]
                as [(HTTPMethod, String)]
            {
                let answer = try await server.call(method, other.path + suffix, headers: headers)
                #expect(answer.status == 403, "\(method) \(suffix)")
                #expect(answer.errorCode == "BadArgument")
            }
        }
    }

    @Test func `S06 a stream URL is good for its own conversation only, while it is fresh`() async throws {
        try await withServer { server in
            let (mine, other) = (try await server.start(), try await server.start())
            let url = try #require(mine.info.streamURL)
            let stolen = url.replacing(mine.id, with: other.id)
            await #expect(throws: Refused.self) { try await other.withStream(stolen) { _ in } }
            let http = stolen.replacing("ws://", with: "http://")
            #expect(try await server.call(.GET, http).status == 403)
            // A token opens no stream, and a ticket no conversation.
            let ticket = String(url.split(separator: "t=").last ?? "")
            let token = url.replacing(ticket, with: mine.info.token ?? "")
            await #expect(throws: Refused.self) { try await mine.withStream(token) { _ in } }
            try await mine.withStream(url) { _ in }
        }
        try await withServer(ServerConfiguration(secret: "s")) { server in
            let secret: HTTPHeaders = ["Authorization": "Bearer s"]
            let info = ConversationInfo(try await server.call(.POST, "/conversations", [:], headers: secret).json)
            let ticket = String(info?.streamURL?.split(separator: "t=").last ?? "")
            let path = "/conversations/\(info?.conversationId ?? "")/activities"
            let answer = try await server.call(.GET, path, headers: ["Authorization": "Bearer \(ticket)"])
            #expect(answer.status == 403)
        }
    }

    @Test func `a token that was changed in any place is worth nothing`() async throws {
        try await withServer(ServerConfiguration(secret: "s")) { server in
            let secret: HTTPHeaders = ["Authorization": "Bearer s"]
            let info = ConversationInfo(try await server.call(.POST, "/conversations", [:], headers: secret).json)
            let token = Array(try #require(info?.token))
            let path = "/conversations/\(info?.conversationId ?? "")/activities"
            for place in stride(from: 0, to: token.count - 1, by: 7) {
                var changed = token
                changed[place] = changed[place] == "A" ? "B" : "A"
                let bearer: HTTPHeaders = ["Authorization": "Bearer \(String(changed))"]
                #expect(try await server.call(.GET, path, headers: bearer).status == 403, "\(place)")
            }
        }
    }

    @Test func `a server with a secret admits its secret and its tokens`() async throws {
        try await withServer(ServerConfiguration(secret: "s3cret")) { server in
            let none = try await server.call(.POST, "/conversations", [:])
            #expect(none.status == 401)
            let wrong = try await server.call(.POST, "/conversations", [:], headers: ["Authorization": "Bearer s3creT"])
            #expect(wrong.status == 403)
            #expect(!wrong.text.contains("s3cre"))
            let started = try await server.call(
                .POST,
                "/conversations",
                [:],
                headers: ["Authorization": "bearer  s3cret"]
            )
            #expect(started.status == 201)
            let token = started.json?["token"]?.string ?? ""
            let path = "/conversations/\(started.json?["conversationId"]?.string ?? "")/activities"
            #expect(try await server.call(.GET, path).status == 401)
            #expect(try await server.call(.GET, path, headers: ["Authorization": "Bearer \(token)"]).status == 200)
            #expect(try await server.call(.GET, path, headers: ["Authorization": "Bearer s3cret"]).status == 200)
            let forged = try await server.call(.POST, "/tokens/generate", headers: ["Authorization": "Bearer \(token)"])
            #expect(forged.status == 403)
        }
    }

    @Test(arguments: ["Bearer undefined", "Bearer null", "Bearer", "Bearer whatever", "Basic abc", ""])
    func `an open server takes any credential or none`(authorization: String) async throws {
        try await withServer { server in
            let answer = try await server.call(.POST, "/conversations", [:], headers: ["Authorization": authorization])
            #expect(answer.status == 201)
        }
    }
}
