import BotSchema
import TestSupport
import Testing

@testable import DirectLineClient

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct SendingTests {
    private static let route = "POST \(FakeService.path)/activities"

    /// Sends one message against scripted answers and returns what became of it and how many posts it took.
    private func send(_ answers: [FakeService.Answer]) async throws -> (Result<SendReceipt, ClientError>, Int) {
        try await withFakeService { service in
            for answer in answers { await service.script(Self.route, answer) }
            let result: Result<SendReceipt, ClientError> = try await DirectLine.withConversation(
                .test(service, transport: .polling)
            ) { conversation in
                do {
                    return .success(try await conversation.send(.message("hello")))
                } catch let error as ClientError {
                    return .failure(error)
                }
            }
            return (result, await service.requests(Self.route).count)
        }
    }

    @Test func `C27 a bot's failure is told with its status and never sent again`() async throws {
        let body =
            #"{"error":{"code":"BotError","message":"Failed to send activity: bot timed out"},"httpStatusCode":504}"#
        for status in [502, 504] {
            let (result, count) = try await send([.status(status, body: body)])
            guard case .failure(let error) = result else {
                Issue.record("sent")
                return
            }
            #expect(error.code == .botFailed)
            #expect(
                error.message.hasSuffix(
                    " took it, but the bot failed (\(status), the bot's status was 504): "
                        + "Failed to send activity: bot timed out"
                )
            )
            #expect(count == 1)
        }
    }

    @Test func `a page of a gateway leaves open whether the service has the line`() async throws {
        let page = "<html><head><title>502 Bad Gateway</title></head></html>"
        let (result, count) = try await send([.status(502, body: page, headers: ["Content-Type": "text/html"])])
        guard case .failure(let error) = result else {
            Issue.record("sent")
            return
        }
        #expect(error.delivery == .unknown)
        #expect(error.status == 502)
        #expect(!error.message.contains("<"))
        #expect(count == 1, "it may have arrived, so it is not said again")
    }

    @Test func `patience asked for is patience had, then the activity is sent`() async throws {
        let (result, count) = try await send([.status(429, headers: ["Retry-After": "2"]), .status(503)])
        #expect(throws: Never.self) { try result.get() }
        #expect(count == 3)
    }

    @Test func `a wait longer than half a minute is told instead of sat out`() async throws {
        let (result, count) = try await send([.status(429, headers: ["Retry-After": "120"])])
        guard case .failure(let error) = result else {
            Issue.record("sent")
            return
        }
        #expect(error.code == .throttled)
        #expect(error.retryAfter == .seconds(120))
        #expect(count == 1)
    }

    @Test(arguments: [
        (400, ClientError.Code.rejected), (401, .unauthorized), (404, .notFound), (413, .tooLarge),
        (500, .serviceFailed), (302, .protocolViolation),
    ])
    func `C32 other failures are told once`(status: Int, code: ClientError.Code) async throws {
        let (result, count) = try await send([.status(status, body: "<html>")])
        guard case .failure(let error) = result else {
            Issue.record("sent")
            return
        }
        #expect(error.code == code)
        #expect(error.status == status)
        #expect(count == 1)
    }

    @Test func `a connection that breaks during a post leaves open whether it arrived`() async throws {
        let (result, count) = try await send([.hangUp])
        guard case .failure(let error) = result else {
            Issue.record("sent")
            return
        }
        #expect(error.code == .interrupted)
        #expect(count == 1)
    }

    @Test(arguments: [3, 4])
    func `a fresh token that has died too is replaced, three times at most`(dead: Int) async throws {
        try await withFakeService { service in
            for _ in 1...dead {
                await service.script(Self.route, .status(403, body: #"{"error":{"code":"TokenExpired"}}"#))
            }
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                if dead == 3 {
                    let receipt = try await conversation.send(.message("hello"))
                    #expect(receipt.id != nil)
                } else {
                    let error = await #expect(throws: ClientError.self) { try await conversation.send(.message("x")) }
                    #expect(error?.code == .tokenExpired)
                }
            }
            #expect(await service.requests(Self.route).count == 4)
        }
    }

    @Test func `an expired token is renewed once and the activity sent with the new one`() async throws {
        try await withFakeService { service in
            await service.script(Self.route, .status(403, body: #"{"error":{"code":"TokenExpired","message":"x"}}"#))
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                let receipt = try await conversation.send(.message("hello"))
                #expect(receipt.id == "conv|1-x|1")
            }
            #expect(await service.requests(Self.route).map(\.bearer) == ["token-1", "token-2"])
        }
    }

    @Test func `C26 C29 without an id from the service the echo is known by its client id, whoever it says it is from`()
        async throws
    {
        try await withFakeService { service in
            await service.set(answersPosts: false, replacesSender: true)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                let receipt = try await conversation.send(.message("hello"))
                #expect(receipt.id == nil)
                guard case .activity(let echo, isEcho: true) = await events.next() else {
                    Issue.record("no echo")
                    return
                }
                #expect(echo.from?.id == "dl_replaced")
            }
        }
    }

    @Test func `sends made together go out one after the other in order`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                try await withThrowingTaskGroup(of: SendReceipt.self) { group in
                    for number in 0..<20 {
                        group.addTask { try await conversation.send(.message("\(number)")) }
                    }
                    let ids = try await group.reduce(into: Set<String>()) { $0.insert($1.id ?? "") }
                    #expect(ids.count == 20)
                }
            }
            let texts = await service.requests(Self.route).compactMap { $0.body?["text"]?.string }
            #expect(Set(texts) == Set((0..<20).map(String.init)))
        }
    }

    @Test func `C30 an activity that the protocol does not allow is refused before it is sent`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                let error = await #expect(throws: ClientError.self) {
                    try await conversation.send(.message(String(repeating: "é", count: 256_000)))
                }
                #expect(error?.code == .tooLarge)
            }
            #expect(await service.requests(Self.route).isEmpty)
        }
    }

    @Test func `what the caller has filled in stays as it is`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                var activity = Activity.event("e", value: 1)
                activity.from = ChannelAccount(id: "else")
                activity.locale = "fr-FR"
                activity.channelData = ["clientActivityID": "mine", "more": nil]
                let receipt = try await conversation.send(activity)
                #expect(receipt.clientActivityID == "mine")
            }
            let body = try #require(await service.requests(Self.route).first?.body)
            #expect(body["from"] == ["id": "else"])
            #expect(body["locale"] == "fr-FR")
            #expect(body["channelData"] == ["clientActivityID": "mine", "more": nil])
        }
    }
}
