import BotSchema
import Synchronization
import TestSupport
import Testing

@testable import DirectLineClient

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ConversationTests {
    @Test func `a conversation starts, streams, sends and recognises its echo`() async throws {
        try await withFakeService { service in
            let receipt = try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.next() == .connection(.connecting(attempt: 1)))
                #expect(await events.next() == .connection(.online))
                #expect(conversation.conversationId == "conv|1-x")
                #expect(!conversation.keepsMarks)
                #expect(conversation.transportInUse == .webSocket)
                await service.until { $0.streamCount == 1 }
                await service.say("hello")
                #expect(await events.nextText() == "hello")
                let receipt = try await conversation.send(.message("grüße"))
                guard case .activity(let echo, let isEcho) = await events.next() else {
                    Issue.record("no echo")
                    return receipt
                }
                #expect(isEcho)
                #expect(echo.id == receipt.id)
                #expect(echo.clientActivityID == receipt.clientActivityID)
                return receipt
            }
            #expect(receipt.id == "conv|1-x|2")

            let start = try #require(await service.requests("POST /v3/directline/conversations").first)
            #expect(start.bearer == "start-token")
            #expect(start.body == ["user": ["id": "user-1", "name": "Ada"], "locale": "en-GB"])
            let post = try #require(await service.requests("POST \(FakeService.path)/activities").first)
            #expect(post.bearer == "token-1")
            #expect(
                post.body == [
                    "type": "message", "text": "grüße", "from": ["id": "user-1", "name": "Ada", "role": "user"],
                    "locale": "en-GB", "localTimestamp": "1970-01-01T00:00:00.000Z",
                    "channelData": ["clientActivityID": .string(receipt.clientActivityID)],
                ]
            )
            await service.until { !$0.closeCodes.isEmpty }
            #expect(await service.closeCodes == [1000])
        }
    }

    @Test(arguments: [ClientConfiguration.Transport.webSocket, .polling])
    func `catching up brings what the stream has not, once, before it says that it is done`(
        transport: ClientConfiguration.Transport
    ) async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.transport = transport
            configuration.pollInterval = .seconds(600)
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: transport == .polling ? .polling : .online)
                // A stream that is open and silent.
                await service.keep(["one", "two"])
                await conversation.catchUp(7)
                #expect(await events.nextText() == "one")
                #expect(await events.nextText() == "two")
                #expect(await events.next() == .caughtUp(7, isCertain: true))
                await conversation.catchUp(8)
                #expect(await events.next() == .caughtUp(8, isCertain: true))
                await service.script("GET \(FakeService.path)/activities", .status(500))
                await conversation.catchUp(9)
                #expect(await events.next() == .caughtUp(9, isCertain: false))
            }
        }
    }

    @Test func `a start that fails is tried again within its limit, and each wait is told`() async throws {
        try await withFakeService { service in
            let start = "POST /v3/directline/conversations"
            await service.script(start, .status(429, headers: ["Retry-After": "2"]), .status(503), .hangUp)
            let told = Mutex<[Duration]>([])
            var configuration = try ClientConfiguration.test(service)
            configuration.startLimit = .seconds(60)
            configuration.clock = SkippingClock()
            configuration.onStartDelay = { _, delay in told.withLock { $0.append(delay) } }
            try await DirectLine.withConversation(configuration) { #expect($0.conversationId == "conv|1-x") }
            #expect(await service.requests(start).count == 4)
            #expect(told.withLock { $0.count } == 3)
            #expect(told.withLock { $0.first } == .seconds(2))
            configuration.startLimit = .seconds(1)
            await service.script(start, .status(429, headers: ["Retry-After": "2"]))
            let refused = configuration
            await #expect(throws: ClientError.self) { try await DirectLine.withConversation(refused) { _ in } }
        }
    }

    @Test func `an answer with a byte order mark is read`() async throws {
        try await withFakeService { service in
            let body = "\u{FEFF}" + #"{"conversationId":"conv|1-x","token":"t"}"#
            await service.script("POST /v3/directline/conversations", .status(201, body: body))
            try await DirectLine.withConversation(.test(service)) { #expect($0.conversationId == "conv|1-x") }
        }
    }

    @Test func `an answer that is compressed is read`() async throws {
        // {"conversationId":"conv|1-x","token":"t"}
        let body: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 206, 207, 43, 75, 45, 42, 78, 44, 201, 204, 207, 243, 76, 81,
            178, 2, 11, 212, 24, 234, 86, 40, 233, 40, 149, 228, 103, 167, 230, 1, 133, 74, 148, 106, 1, 135, 244, 22,
            128, 41, 0, 0, 0,
        ]
        try await withFakeService { service in
            let start = "POST /v3/directline/conversations"
            await service.script(start, .bytes(201, body: body, headers: ["Content-Encoding": "gzip"]))
            try await DirectLine.withConversation(.test(service)) { #expect($0.conversationId == "conv|1-x") }
        }
    }

    @Test func `C11 C12 C20 V28 repeated and odd frames neither show twice nor break the stream`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                let first = await service.say("one")
                #expect(await events.nextText() == "one")
                await service.push(ActivitySet(activities: [first], watermark: "1").jsonValue.compactText)
                await service.push("")
                await service.push(#"{"later":"object"}"#)
                await service.push("[]")
                await service.push(#"{"activities":[],"watermark":null}"#)
                await service.push(#"{"activities":[3,{"text":"no id"},{"text":"no id"}]}"#)
                await service.push(#"{"activities":["#)
                #expect(await events.nextText() == "no id")
                #expect(await events.nextText() == "no id")
                guard case .notice(let notice) = await events.next() else {
                    Issue.record("no notice")
                    return
                }
                #expect(notice.hasPrefix("a frame of the stream was no JSON"))
                #expect(conversation.watermark == "1")
                await service.say("two")
                #expect(await events.nextText() == "two")
            }
        }
    }

    @Test func `C14 V27 a dropped socket is resumed from the watermark, nothing lost and nothing twice`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.say("one")
                #expect(await events.nextText() == "one")
                await service.keep(["two", "three"])
                await service.dropStreams()
                let lost = await events.next()
                #expect(lost == .connection(.reconnecting(attempt: 1, after: .zero, reason: "the connection broke")))
                #expect(await events.next() == .connection(.online))
                #expect(await events.nextText() == "two")
                #expect(await events.nextText() == "three")
                await service.until { $0.streamCount == 2 }
                await service.say("four")
                #expect(await events.nextText() == "four")
            }
            #expect(await service.requests("GET \(FakeService.path)").map(\.query) == ["watermark=1"])
        }
    }

    @Test func `C17 a replay of the whole history shows nothing twice`() async throws {
        try await withFakeService { service in
            await service.keep(["one", "two"])
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.nextText() == "one")
                #expect(await events.nextText() == "two")
                let replay = #"{"conversationId":"conv|1-x","streamUrl":"ws://127.0.0.1:\#(service.port)/stream"}"#
                await service.script("GET \(FakeService.path)", .status(200, body: replay))
                await conversation.reconnect()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 2 }
                await service.say("three")
                #expect(await events.nextText() == "three")
            }
        }
    }

    @Test(
        arguments: [
            (1000, "the service closed the stream (1000)"), (1001, "the service is going away"),
            (1011, "the service closed the stream (1011)"), (4000, "the service closed the stream (4000)"),
        ] as [(UInt16, String)]
    )
    func `C14 an orderly close by the service is resumed as well`(code: UInt16, reason: String) async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.closeStreams(code: code)
                #expect(await events.nextState() == .reconnecting(attempt: 1, after: .zero, reason: reason))
                #expect(await events.nextState() == .online)
            }
        }
    }

    @Test func `a socket whose other end has vanished is noticed and resumed`() async throws {
        try await withFakeService { service in
            await service.set(isDeaf: true)
            var configuration = try ClientConfiguration.test(service)
            configuration.pingInterval = .milliseconds(20)
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.set(isDeaf: false)
                let reason = "the peer has fallen silent"
                #expect(await events.nextState() == .reconnecting(attempt: 1, after: .zero, reason: reason))
                await events.wait(for: .online)
            }
        }
    }

    @Test func `C19 streams refused three times give way to polling`() async throws {
        try await withFakeService { service in
            await service.set(refusesStreams: true)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .polling)
                #expect(conversation.transportInUse == .polling)
                await service.say("by poll")
                #expect(await events.nextText() == "by poll")
                let receipt = try await conversation.send(.message("mine"))
                guard case .activity(let echo, isEcho: true) = await events.next() else {
                    Issue.record("no echo")
                    return
                }
                #expect(echo.id == receipt.id)
            }
            #expect(await service.requests("GET \(FakeService.path)").count == 2)
        }
    }

    @Test func `C21 C22 polling goes on after failures of every kind`() async throws {
        try await withFakeService { service in
            let route = "GET \(FakeService.path)/activities"
            await service.script(
                route,
                .status(500),
                .status(502, body: "<html>bad gateway</html>"),
                .status(429, headers: ["Retry-After": "3"]),
                .status(200, body: "not JSON"),
                .hangUp
            )
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .polling)
                await service.say("still here")
                #expect(await events.nextText() == "still here")
            }
            #expect(await service.streamCount == 0)
        }
    }

    @Test func `a history that comes in pages is read to its end at once`() async throws {
        try await withFakeService { service in
            await service.set(pageSize: 3)
            await service.keep((1...10).map { "line \($0)" })
            var configuration = try ClientConfiguration.test(service, transport: .polling)
            // Nobody waits for the next poll.
            configuration.pollInterval = .seconds(1_000_000)
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                for number in 1...10 { #expect(await events.nextText() == "line \(number)") }
                await service.until { $0.requests("GET \(FakeService.path)/activities").count == 5 }
            }
            let polls = await service.requests("GET \(FakeService.path)/activities").map(\.query)
            #expect(polls == [nil, "watermark=3", "watermark=6", "watermark=9", "watermark=10"])
        }
    }

    @Test func `a service that brings the same page again is not asked without a pause`() async throws {
        try await withFakeService { service in
            let route = "GET \(FakeService.path)/activities"
            let page = #"{"activities":[{"type":"message","id":"1","text":"same"}],"watermark":""#
            await service.script(route, .status(200, body: page + #"1"}"#), .status(200, body: page + #"2"}"#))
            var configuration = try ClientConfiguration.test(service, transport: .polling)
            configuration.pollInterval = .seconds(1_000_000)
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.nextText() == "same")
                await service.until { $0.requests(route).count == 2 }
                // A post would be answered after a third poll that nothing had held up.
                _ = try await conversation.send(.message("mine"))
                #expect(await service.requests(route).count <= 3)
            }
        }
    }

    @Test(arguments: [ClientConfiguration.Transport.webSocket, .polling])
    func `an edit back to earlier words is an edit`(transport: ClientConfiguration.Transport) async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service, transport: transport)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: transport == .polling ? .polling : .online)
                if transport == .webSocket { await service.until { $0.streamCount == 1 } }
                for text in ["A", "B", "A", "B", "A"] {
                    await service.edit("1", text)
                    #expect(await events.nextText() == text)
                }
            }
        }
    }

    @Test func `a service without a stream address is polled`() async throws {
        try await withFakeService { service in
            await service.set(offersStream: false)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.next() == .connection(.polling))
            }
        }
    }

    @Test func `renewals that fail are tried again until one succeeds`() async throws {
        try await withFakeService { service in
            let route = "GET \(FakeService.path)"
            await service.script(route, .status(500), .status(429, headers: ["Retry-After": "1"]), .hangUp)
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                await events.wait(for: .online)
            }
            #expect(await service.requests(route).count == 4)
        }
    }

    @Test func `C18 a conversation that the service has forgotten is over`() async throws {
        try await withFakeService { service in
            await service.script("GET \(FakeService.path)", .status(404))
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                await service.dropStreams()
                _ = await events.nextState()
                let reason = "\(service.authority) does not know this conversation or address (404)"
                #expect(await events.nextState() == .ended(reason: reason))
                #expect(conversation.transportInUse == nil)
                await conversation.reconnect()
                await events.wait(for: .online)
            }
        }
    }

    @Test func `C40 a bot's end of the conversation stops resuming until the user speaks again`() async throws {
        try await withFakeService { service in
            try await DirectLine.withConversation(.test(service)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                var end = Activity.endOfConversation(code: "completedSuccessfully")
                end.from = ChannelAccount(id: "bot", role: "bot")
                await service.append(end)
                _ = await events.next()
                await service.dropStreams()
                #expect(await events.nextState() == .ended(reason: "the bot ended the conversation"))
                _ = try await conversation.send(.message("wait"))
                await events.wait(for: .online)
                #expect(await events.nextText() == "wait")
            }
        }
    }

    @Test func `two thousand activities arrive in order through a small queue`() async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.eventCapacity = 8
            let texts = (0..<2_000).map(String.init)
            await service.keep(texts)
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                var received: [String] = []
                while received.count < texts.count, let text = await events.nextText() { received.append(text) }
                #expect(received == texts)
            }
        }
    }

    @Test func `cancelling ends promptly, whoever waits for whatever`() async throws {
        try await withFakeService { service in
            let isOnline = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .unbounded)
            await withTaskGroup { group in
                group.addTask {
                    try? await DirectLine.withConversation(.test(service)) { conversation in
                        var events = conversation.events.makeAsyncIterator()
                        await events.wait(for: .online)
                        isOnline.continuation.yield()
                        while await events.next() != nil {}
                    }
                }
                for await _ in isOnline.stream { break }
                await service.until { $0.streamCount == 1 }
                group.cancelAll()
            }
            await service.until { $0.closeCodes.count == 1 }
        }
    }

    @Test func `leaving is prompt with a full queue and nobody reading`() async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service)
            configuration.eventCapacity = 2
            await service.keep((0..<500).map(String.init))
            try await DirectLine.withConversation(configuration) { _ in
                await service.until { $0.streamCount == 1 }
            }
        }
    }

    @Test func `a failure of the closure comes out after the socket has closed`() async throws {
        struct Failure: Error {}
        try await withFakeService { service in
            await #expect(throws: Failure.self) {
                try await DirectLine.withConversation(.test(service)) { conversation in
                    var events = conversation.events.makeAsyncIterator()
                    await events.wait(for: .online)
                    throw Failure()
                }
            }
            await service.until { $0.closeCodes == [1000] }
        }
    }
}

/// A clock on which every wait is over at once.
private struct SkippingClock: Clock {
    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        await Task.yield()
    }
}
