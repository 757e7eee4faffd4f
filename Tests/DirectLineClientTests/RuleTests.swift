import BotSchema
import Synchronization
import TestSupport
import Testing

@testable import DirectLineClient

/// Conformance cases that need a service which misbehaves in one way.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct RuleTests {
    private static let start = "POST /v3/directline/conversations"
    private static let refresh = "POST /v3/directline/tokens/refresh"
    private static let posts = "POST \(FakeService.path)/activities"

    @Test(arguments: [200, 201])
    func `C01 a start with a token is a success with either status`(status: Int) async throws {
        try await withFakeService { service in
            let info = #"{"conversationId":"conv|1-x","token":"t2","expires_in":"1800"}"#
            await service.script(Self.start, .status(status, body: info))
            try await DirectLine.withConversation(.test(service)) { conversation in
                #expect(conversation.conversationId == "conv|1-x")
                #expect(conversation.tokens.refreshDelay == .seconds(900))
            }
            #expect(await service.requests(Self.start).map(\.bearer) == ["start-token"])
        }
    }

    @Test func `C03 an endpoint that has no token for this conversation is asked once and the user told`() async throws
    {
        try await withFakeService { service in
            await service.set(expiresIn: 2)
            let other = #"{"token":"for-another","conversationId":"another"}"#
            await service.script("GET /token", .status(200, body: #""granted""#), .status(200, body: other))
            for _ in 1...4 { await service.script(Self.refresh, .status(403)) }
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                while let event = await events.next() {
                    guard case .notice(let notice) = event else { continue }
                    #expect(notice.hasPrefix("the token cannot be renewed"))
                    break
                }
                await service.script(Self.posts, .status(403, body: #"{"error":{"code":"TokenExpired"}}"#))
                let error = await #expect(throws: ClientError.self) { try await conversation.send(.message("x")) }
                #expect(error?.code == .tokenExpired)
                await service.script("GET \(FakeService.path)", .status(403))
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .expired)
            }
            #expect(await service.requests("GET /token").count == 2)
        }
    }

    @Test func `a token that is lost with the endpoint's own trouble is asked for again`() async throws {
        try await withFakeService { service in
            let mine = #"{"token":"renewed","conversationId":"conv|1-x"}"#
            await service.script(
                "GET /token",
                .status(200, body: #""granted""#),
                .status(500),
                .status(200, body: mine)
            )
            await service.script(Self.refresh, .status(403), .status(403))
            let expired = FakeService.Answer.status(403, body: #"{"error":{"code":"TokenExpired"}}"#)
            await service.script(Self.posts, expired, expired)
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential, transport: .polling)) {
                conversation in
                await #expect(throws: ClientError.self) { try await conversation.send(.message("one")) }
                let receipt = try await conversation.send(.message("two"))
                #expect(receipt.id != nil)
            }
            #expect(await service.requests(Self.posts).last?.bearer == "renewed")
        }
    }

    private static let mine = #"{"token":"renewed","conversationId":"conv|1-x"}"#

    @Test(arguments: [400, 401, 403, 404, 405, 410])
    func `whatever a service says no to a refresh with, the endpoint is asked`(status: Int) async throws {
        try await withFakeService { service in
            await service.script("GET /token", .status(200, body: #""granted""#), .status(200, body: Self.mine))
            await service.script(Self.refresh, .status(status))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential, transport: .polling)) {
                #expect(await $0.renewCredential() == .renewed)
            }
        }
    }

    @Test(arguments: [
        FakeService.Answer.hangUp, .status(302), .status(408), .status(429), .status(502), .status(503), .status(504),
        .status(200, body: "<html>Please log in to the network</html>"),
    ])
    func `trouble on the way to the endpoint is no refusal`(trouble: FakeService.Answer) async throws {
        try await withFakeService { service in
            await service.script(
                "GET /token",
                .status(200, body: #""granted""#),
                trouble,
                .status(200, body: Self.mine)
            )
            await service.script(Self.refresh, .status(403), .status(403))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential, transport: .polling)) {
                conversation in
                guard case .failed = await conversation.renewCredential() else {
                    Issue.record("given up")
                    return
                }
                #expect(await conversation.renewCredential() == .renewed)
            }
        }
    }

    @Test func `a renewal that is left half-way is no refusal`() async throws {
        try await withFakeService { service in
            await service.script(
                "GET /token",
                .status(200, body: #""granted""#),
                .silence,
                .status(200, body: Self.mine)
            )
            await service.script(Self.refresh, .status(403), .status(403))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential, transport: .polling)) {
                conversation in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await conversation.renewCredential() }
                    await service.until { $0.requests("GET /token").count == 2 }
                    group.cancelAll()
                }
                #expect(await conversation.renewCredential() == .renewed)
            }
        }
    }

    @Test func `an endpoint that has refused is asked again when the user wants to reconnect`() async throws {
        try await withFakeService { service in
            await service.script(
                "GET /token",
                .status(200, body: #""granted""#),
                .status(403),
                .status(200, body: Self.mine)
            )
            for _ in 1...2 {
                await service.script(Self.refresh, .status(403))
                await service.script("GET \(FakeService.path)", .status(403))
            }
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .expired)
                await conversation.reconnect()
                await events.wait(for: .online)
            }
        }
    }

    @Test func `a token that several requests find dead is renewed by one of them`() async throws {
        try await withFakeService { service in
            let mine = #"{"token":"renewed","conversationId":"conv|1-x"}"#
            await service.script("GET /token", .status(200, body: #""granted""#), .status(200, body: mine))
            await service.script(Self.refresh, .status(403))
            let credential = DirectLineCredential.tokenEndpoint("\(service.base)/token")
            try await DirectLine.withConversation(.test(service, credential: credential, transport: .polling)) {
                conversation in
                async let first = conversation.renewCredential()
                async let second = conversation.renewCredential()
                async let third = conversation.renewCredential()
                #expect(await [first, second, third] == [.renewed, .renewed, .renewed])
            }
            #expect(await service.requests("GET /token").count == 2)
        }
    }

    @Test func `C08 a region that is not told gives way to the global host with a warning`() async throws {
        try await withFakeService { service in
            let url = "\(service.base)/powervirtualagents/botsbyschema/demo/directline/token"
            let configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "u"))
            let network = try Network(configuration)
            let endpoint = try TokenEndpoint(HTTPExchange(network, configuration), url)
            await service.script(
                "GET /powervirtualagents/regionalchannelsettings",
                .status(500),
                .status(200, body: "{}")
            )
            for _ in 1...2 {
                let error = await #expect(throws: ClientError.self) { try await endpoint.region() }
                #expect(error?.message == "\(service.authority) did not tell its region")
            }
            await network.shutdown()
        }
        // The warning itself is the notice of the start; the global host is not for tests to call.
        let notice = ConversationStart.notice(of: ClientError(.timedOut, "x did not answer"), using: .global)
        #expect(notice == "x did not answer; using directline.botframework.com:443")
    }

    @Test func `C13 the position of a set counts when all of it was handed over`() async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.eventCapacity = 1
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                let set = (1...3).map { #"{"type":"message","id":"\#($0)","text":"\#($0)"}"# }.joined(separator: ",")
                await service.push(#"{"activities":[\#(set)],"watermark":"9"}"#)
                #expect(await events.nextText() == "1")
                #expect(conversation.watermark == nil, "the third has not been taken by anybody")
                #expect(await events.nextText() == "2")
                #expect(await events.nextText() == "3")
                await service.push(#"{"activities":[{"type":"message","text":"after"}]}"#)
                #expect(await events.nextText() == "after")
                #expect(conversation.watermark == "9")
            }
        }
    }

    @Test func `C15 a stream address that is too old is replaced by a new one`() async throws {
        try await withFakeService { service in
            await service.set(refusesStreams: true)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                _ = await events.next()
                let reason = "the service refused the stream (403)"
                #expect(await events.nextState() == .reconnecting(attempt: 1, after: .zero, reason: reason))
                await service.set(refusesStreams: false)
                await events.wait(for: .online)
            }
            #expect(await service.requests("GET \(FakeService.path)").isEmpty == false)
        }
    }

    @Test func `a line sent while resuming waits does not stop it`() async throws {
        try await withFakeService { service in
            let route = "GET \(FakeService.path)"
            await service.script(route, .status(429, headers: ["Retry-After": "20"]))
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await service.until { $0.requests(route).count == 1 }
                _ = try await conversation.send(.message("meanwhile"))
                await events.wait(for: .online)
                #expect(await events.nextText() == "meanwhile")
            }
        }
    }

    @Test func `a line sent while resuming waits does not hasten it`() async throws {
        try await withFakeService { service in
            let route = "GET \(FakeService.path)"
            await service.script(route, .status(429, headers: ["Retry-After": "60"]))
            // On the usual clock, so that the wait is longer than any machine takes to send the line.
            var configuration = try ClientConfiguration.test(service)
            configuration.clock = ContinuousClock()
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await service.until { $0.requests(route).count == 1 }
                _ = try await conversation.send(.message("meanwhile"))
                #expect(await service.requests(route).count == 1)
            }
        }
    }

    @Test func `C28 the echo tells that an unanswered post has arrived`() async throws {
        try await withFakeService { service in
            await service.script(Self.posts, .hangUp)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                let message = Activity(json: [
                    "type": "message", "text": "hello", "channelData": ["clientActivityID": "mine"],
                ])
                let error = await #expect(throws: ClientError.self) { try await conversation.send(message) }
                #expect(error?.code == .interrupted)
                await service.append(message)
                guard case .activity(let echo, isEcho: true) = await events.next() else {
                    Issue.record("no echo")
                    return
                }
                #expect(echo.clientActivityID == "mine")
            }
            #expect(await service.requests(Self.posts).count == 1, "nothing is sent again by itself")
        }
    }

    @Test func `after sleep the conversation is resumed from its watermark`() async throws {
        let wall = Mutex(Timestamp(milliseconds: 0))
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.now = { wall.withLock { $0 } }
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.say("one")
                #expect(await events.nextText() == "one")
                wall.withLock { $0.milliseconds += 3_600_000 }
                let reason = "this machine was asleep"
                #expect(await events.nextState() == .reconnecting(attempt: 1, after: .zero, reason: reason))
                await events.wait(for: .online)
            }
            #expect(await service.requests("GET \(FakeService.path)").first?.query == "watermark=1")
        }
    }

    // MARK: - Resuming

    @Test func `an earlier conversation goes on behind what was seen of it`() async throws {
        try await withFakeService { service in
            await service.keep(["one", "two", "three"])
            var configuration = try ClientConfiguration.test(service, credential: .secret("site"))
            configuration.resume = Resumption(conversationId: "conv|1-x", watermark: "1")
            try await DirectLine.withConversation(configuration) { conversation in
                #expect(conversation.conversationId == "conv|1-x")
                #expect(conversation.watermark == "1")
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.nextText() == "two")
                #expect(await events.nextText() == "three")
            }
            #expect(await service.requests(Self.start).isEmpty)
            #expect(await service.requests("GET \(FakeService.path)").map(\.query) == ["watermark=1"])
        }
    }

    @Test func `an earlier conversation that is gone, or for which there is no token, is told`() async throws {
        try await withFakeService { service in
            await service.script("GET \(FakeService.path)", .status(404))
            var configuration = try ClientConfiguration.test(service)
            configuration.resume = Resumption(conversationId: "conv|1-x")
            let first = configuration
            let gone = await #expect(throws: ClientError.self) { try await DirectLine.withConversation(first) { _ in } }
            #expect(gone?.code == .notFound)
            await service.script("GET /token", .status(200, body: #"{"token":"t","conversationId":"new"}"#))
            configuration.credential = .tokenEndpoint("\(service.base)/token")
            let second = configuration
            let refused = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(second) { _ in }
            }
            #expect(refused?.code == .unauthorized)
            #expect(refused?.message.contains("new conversations only") == true)
        }
    }

    @Test func `regional services have names`() throws {
        #expect(DirectLineEndpoint.named["europe"] == .europe)
        #expect(try DirectLineEndpoint("https://europe.directline.botframework.com/") == .europe)
        #expect(try DirectLineEndpoint("https://directline.botframework.azure.cn") == .china)
        #expect(DirectLineEndpoint.named.count == 4)
    }
}
