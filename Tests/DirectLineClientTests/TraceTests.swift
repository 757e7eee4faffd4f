import BotSchema
import Synchronization
import TestSupport
import Testing

@testable import DirectLineClient

/// What the trace shows, and what it must not.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct TraceTests {
    @Test func `everything on the wire is told, and no credential`() async throws {
        let entries = Mutex<[TraceEntry]>([])
        try await withFakeService { service in
            await service.script("GET /give", .status(200, body: #""granted-token""#))
            var configuration = try ClientConfiguration.test(
                service,
                credential: .tokenEndpoint("\(service.base)/give?key=endpoint-key")
            )
            configuration.onTrace = { entry in entries.withLock { $0.append(entry) } }
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                // A bot that repeats a credential gives nothing away.
                await service.say("your token is token-1 &t=ticket")
                _ = await events.nextText()
                _ = try await conversation.send(.message("hello"))
                await service.script("POST \(FakeService.path)/activities", .status(403), .hangUp)
                await #expect(throws: ClientError.self) { try await conversation.send(.message("lost")) }
            }
        }
        let told = entries.withLock { $0 }
        let lines = told.map { $0.jsonValue.compactText }
        #expect(Set(told.map(\.kind)) == [.request, .response, .failure, .socket, .frame])
        for secret in ["granted-token", "endpoint-key", "token-1", "token-2", "ticket"] {
            #expect(lines.filter { $0.contains(secret) } == [], "\(secret)")
        }
        for line in lines {
            #expect(!line.contains("\n"))
            #expect(throws: Never.self) { try JSONValue(parsing: line) }
        }
        let post = try #require(told.first { $0.method == "POST" && $0.url?.hasSuffix("/activities") == true })
        #expect(post.headers["Authorization"] == "…")
        #expect(post.body?.contains("hello") == true)
        let answer = try #require(told.first { $0.kind == .response && $0.number == post.number })
        #expect(answer.status == 200)
        #expect(answer.duration.map { $0 > .zero } == true)
        #expect(answer.jsonValue["body"]?["id"] != nil, "JSON is put in as JSON")
        let words = told.filter { $0.kind == .socket }.compactMap(\.note)
        #expect(words.prefix(2) == ["opening", "open"])
        #expect(words.last?.hasPrefix("closed") == true)
    }

    @Test(arguments: [
        (#"{"token":"abc","a":1}"#, #"{"token":"…","a":1}"#), (#"{"token" : "abc"}"#, #"{"token" : "abc"}"#),
        (#"{"token": "abc"}"#, #"{"token": "…"}"#), (#"{"token":7,"token":"x"}"#, #"{"token":7,"token":"…"}"#),
        ("ws://h/s?watermark=-&t=abc", "ws://h/s?watermark=-&t=…"), ("http://h/?t=abc&x=1", "http://h/?t=…&x=1"),
        ("known-secret here", "… here"), ("nothing", "nothing"), (#"{"token":""}"#, #"{"token":""}"#),
    ])
    func `credentials are masked where they stand`(text: String, masked: String) {
        let mask = SecretMask()
        mask.learn("known-secret")
        mask.learn("h")
        #expect(mask.masked(text) == masked)
    }
}
