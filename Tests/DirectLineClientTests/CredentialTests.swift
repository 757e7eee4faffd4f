import BotSchema
import TestSupport
import Testing

@testable import DirectLineClient

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct CredentialTests {
    private static let start = "POST /v3/directline/conversations"
    private static let refresh = "POST /v3/directline/tokens/refresh"
    private static let tokens = "GET /powervirtualagents/botsbyschema/demo/directline/token"
    private static let region = "GET /powervirtualagents/regionalchannelsettings"

    /// The error of a start against one scripted answer.
    private func startError(
        _ answer: FakeService.Answer,
        _ credential: DirectLineCredential
    ) async throws -> (
        ClientError, authority: String
    ) {
        try await withFakeService { service in
            await service.script(Self.start, answer)
            let error = try #require(
                await #expect(throws: ClientError.self) {
                    try await DirectLine.withConversation(.test(service, credential: credential)) { _ in }
                }
            )
            #expect(await service.requests(Self.start).count == 1)
            return (error, service.authority)
        }
    }

    @Test func `C09 a bad secret is one clear sentence that does not repeat it`() async throws {
        let body = #"{"error":{"code":"BadArgument","message":"Invalid token or secret s3cr3t-value"}}"#
        let (error, authority) = try await startError(.status(403, body: body), .secret("s3cr3t-value"))
        #expect(error.code == .unauthorized)
        #expect(error.message == "\(authority) refuses the secret or token (403): Invalid token or secret …")
        #expect(!"\(error)".contains("s3cr3t"))
    }

    @Test func `a service that fails or is none says so`() async throws {
        let (failed, authority) = try await startError(.status(500, body: "<html>oops</html>"), .none)
        #expect(failed.message == "\(authority) has failed (500)")
        let (page, other) = try await startError(.status(200, body: "<html>"), .none)
        #expect(page.code == .protocolViolation)
        #expect(page.message == "\(other) answers, but not as a Direct Line service does")
        let (text, third) = try await startError(.status(400, body: "\"bare\\u001b[31m words\""), .none)
        #expect(text.message == "\(third) refuses this (400): bare[31m words")
    }

    @Test func `a refused connection and an unknown host are told at once`() async throws {
        // Nobody listens at port 1; a port that was free a moment ago may be another test's by now.
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint("http://127.0.0.1:1"),
            credential: .secret("s"),
            user: ChannelAccount(id: "u")
        )
        await #expect(throws: ClientError(.unreachable, "nobody listens at 127.0.0.1:1")) {
            try await DirectLine.withConversation(configuration) { _ in }
        }
        configuration.endpoint = try DirectLineEndpoint("https://no-such-host.invalid")
        await #expect(throws: ClientError(.unreachable, "the host of no-such-host.invalid:443 is unknown")) {
            try await DirectLine.withConversation(configuration) { _ in }
        }
    }

    @Test func `a service that never answers is given up after the time allowed`() async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.requestTimeout = .milliseconds(1)
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(configuration) { _ in }
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `C02 C04 V34 a token is refreshed at half of its life and the new one used`() async throws {
        try await withFakeService { service in
            await service.set(expiresIn: 4)
            await service.script(Self.refresh, .status(500))
            try await DirectLine.withConversation(.test(service)) { conversation in
                await service.until { $0.requests(Self.refresh).count == 3 }
                _ = try await conversation.send(.message("hello"))
            }
            #expect(await service.requests(Self.refresh).prefix(3).map(\.bearer) == ["token-1", "token-1", "token-2"])
            let posts = await service.requests("POST \(FakeService.path)/activities")
            #expect(posts.first?.bearer?.hasPrefix("token-") == true)
            #expect(posts.first?.bearer != "token-1")
        }
    }

    @Test func `C05 a secret is used for everything and never refreshed`() async throws {
        try await withFakeService { service in
            await service.set(expiresIn: 1)
            try await DirectLine.withConversation(.test(service, credential: .secret("site"))) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .online)
                _ = try await conversation.send(.message("hello"))
            }
            #expect(await service.requests.allSatisfy { $0.bearer == "site" })
            #expect(await service.requests(Self.refresh).isEmpty)
        }
    }

    @Test func `a stream refused for its token is asked for with new ones, three at most`() async throws {
        let expired = FakeService.Answer.status(403, body: #"{"error":{"code":"TokenExpired","message":"x"}}"#)
        try await withFakeService { service in
            await service.script("GET \(FakeService.path)", expired)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 2 }
                await service.script("GET \(FakeService.path)", expired, expired)
                await service.dropStreams()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 3 }
                for _ in 1...6 { await service.script("GET \(FakeService.path)", expired) }
                await service.dropStreams()
                await events.wait(for: .expired)
            }
            #expect(await service.requests(Self.refresh).count == 5)
        }
    }

    @Test func `C03 V34 a token that cannot be refreshed is expired`() async throws {
        try await withFakeService { service in
            await service.script("GET \(FakeService.path)", .status(403))
            await service.script(Self.refresh, .status(403))
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .expired)
                // What is said goes through, so what is answered must arrive.
                _ = try await conversation.send(.message("hello"))
                await events.wait(for: .online)
            }
        }
    }

    @Test func `a Copilot Studio endpoint tells token and region`() async throws {
        try await withFakeService { service in
            let grant = #"{"token":"granted","expires_in":3600,"conversationId":"conv|1-x"}"#
            let settings = #"{"channelUrlsById":{"directline":"\#(service.base)/"}}"#
            await service.script(Self.tokens, .status(200, body: grant))
            await service.script(Self.region, .status(200, body: settings))
            var configuration = try ClientConfiguration.test(
                service,
                credential: .tokenEndpoint("\(service.base)\(Self.tokens.dropFirst(4))?api-version=2022-03-01-preview")
            )
            configuration.endpoint = .global
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
            }
            #expect(await service.requests(Self.region).first?.query == "api-version=2022-03-01-preview")
            #expect(await service.requests(Self.tokens).first?.bearer == nil)
            #expect(await service.requests(Self.start).first?.bearer == "granted")
        }
    }

    @Test func `an endpoint of one's own may answer a POST with a bare string`() async throws {
        try await withFakeService { service in
            await service.script("GET /token", .status(405))
            await service.script("POST /token", .status(200, body: "\"granted\""))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token?key=hidden")
            try await DirectLine.withConversation(.test(service, credential: credential)) { _ in }
            #expect(await service.requests(Self.start).first?.bearer == "granted")
        }
    }

    @Test func `a token refused at the start is replaced once`() async throws {
        try await withFakeService { service in
            await service.script(
                "GET /token",
                .status(200, body: "\"stale\""),
                .status(200, body: "\"stale\""),
                .status(200, body: "\"more\"")
            )
            await service.script(Self.start, .status(403), .status(403))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(.test(service, credential: credential)) { _ in }
            }
            #expect(error?.code == .unauthorized)
            #expect(await service.requests("GET /token").count == 2)
        }
    }

    @Test(arguments: [
        (FakeService.Answer.status(200, body: "{}"), ClientError.Code.protocolViolation),
        (.status(404), .invalidURL), (.status(401), .unauthorized), (.status(500), .serviceFailed),
    ])
    func `an endpoint without a token is told without its query`(
        answer: FakeService.Answer,
        code: ClientError.Code
    )
        async throws
    {
        try await withFakeService { service in
            await service.script("GET /token", answer)
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token?key=hidden")
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(.test(service, credential: credential)) { _ in }
            }
            #expect(error?.code == code)
            #expect(error?.message.contains("token endpoint at \(service.authority)") == true)
            #expect(error?.message.contains("hidden") == false)
        }
    }

    @Test func `a conversation never shows its credentials`() async throws {
        try await withFakeService { service in
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token?key=hidden")
            await service.script("GET /token", .status(200, body: "\"hidden\""))
            try await DirectLine.withConversation(.test(service, credential: credential)) { conversation in
                var dumped = ""
                dump(conversation, to: &dumped)
                #expect(!(dumped + "\(conversation)" + String(reflecting: conversation)).contains("hidden"))
            }
        }
    }

    @Test func `a credential never shows what is inside`() {
        for credential in [DirectLineCredential.secret("hidden"), .token("hidden"), .tokenEndpoint("hidden")] {
            var dumped = ""
            dump(credential, to: &dumped)
            for text in ["\(credential)", String(reflecting: credential), dumped, String(describing: [credential])] {
                #expect(!text.contains("hidden"))
            }
        }
    }
}
