import BotSchema
import Bots
import DirectLineClient
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// Our client at our server, where both have a part in what is shown.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ClientTests {
    private func configuration(
        _ server: TestServer,
        _ credential: DirectLineCredential = .none
    ) throws -> ClientConfiguration {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint(server.address.url),
            credential: credential,
            user: ChannelAccount(id: "ada", name: "Ada")
        )
        configuration.requestTimeout = .seconds(600)
        return configuration
    }

    /// The next activity and whether it is an echo; changes of the connection are passed over.
    private func next(_ events: inout ClientEvents.AsyncIterator) async -> (activity: Activity, isEcho: Bool)? {
        while let event = await events.next() {
            if case .activity(let activity, let isEcho) = event { return (activity, isEcho) }
        }
        return nil
    }

    @Test func `files go up with their words and come down again`() async throws {
        try await withServer { server in
            try await DirectLine.withConversation(configuration(server)) { conversation in
                #expect(conversation.keepsMarks)
                var events = conversation.events.makeAsyncIterator()
                let files = [
                    OutgoingFile(name: "notes/ü.txt", bytes: Array("eins".utf8)),
                    OutgoingFile(name: "ü.txt", bytes: Array("zwei".utf8)),
                    OutgoingFile(name: "p", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1]),
                ]
                var message = Activity.message("three files")
                message.attachments = [Attachment(contentType: Attachment.CardType.hero, content: ["title": "card"])]
                let receipt = try await conversation.upload(files, with: message)
                let echo = try #require(await next(&events))
                #expect(echo.isEcho)
                #expect(echo.activity.id == receipt.id)
                #expect(echo.activity.text == "three files")
                #expect(echo.activity.from?.id == "ada")
                let attachments = echo.activity.attachments
                #expect(attachments.map(\.name) == [nil, "ü.txt", "ü (1).txt", "p"])
                #expect(attachments.dropFirst().map(\.contentType) == ["text/plain", "text/plain", "image/png"])
                for (attachment, file) in zip(attachments.dropFirst(), files) {
                    let back = try await conversation.download(attachment)
                    #expect(back.bytes == file.bytes)
                    #expect(back.name == attachment.name)
                }
            }
        }
    }

    @Test func `files that the service finds too large are told`() async throws {
        var limited = ServerConfiguration()
        limited.limits.upload = 1000
        try await withServer(limited) { server in
            try await DirectLine.withConversation(configuration(server)) { conversation in
                let file = OutgoingFile(name: "a", bytes: [UInt8](repeating: 1, count: 200_000))
                let error = await #expect(throws: ClientError.self) { try await conversation.upload([file]) }
                #expect(error?.code == .tooLarge)
                _ = try await conversation.send(.message("still here"))
            }
        }
    }

    @Test func `yesterday's conversation goes on after a restart with the lines that were missed`() async throws {
        let store = TestStore()
        let (id, watermark) = try await withServer(bot: echoBot, store: store) { server in
            try await DirectLine.withConversation(configuration(server)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                for text in ["one", "two"] { _ = try await conversation.send(.message(text)) }
                // All has come in, and what nobody has looked at counts as missed.
                var last: Activity?
                while last?.text != "two" { last = await next(&events)?.activity }
                return (conversation.conversationId, conversation.watermark)
            }
        }
        #expect(watermark == "2")
        try await withServer(bot: echoBot, store: store) { server in
            var resuming = try configuration(server)
            resuming.resume = Resumption(conversationId: id, watermark: watermark)
            try await DirectLine.withConversation(resuming) { conversation in
                var events = conversation.events.makeAsyncIterator()
                var texts: [String] = []
                while texts.last != "echo two", let (activity, _) = await next(&events) {
                    texts.append(activity.text ?? "")
                }
                #expect(texts == ["two", "echo two"])
                _ = try await conversation.send(.message("three"))
                while texts.last != "echo three", let (activity, _) = await next(&events) {
                    texts.append(activity.text ?? "")
                }
            }
        }
        try await withServer { server in
            var gone = try configuration(server)
            gone.resume = Resumption(conversationId: id, watermark: watermark)
            let resuming = gone
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(resuming) { _ in }
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `C16 another client that takes the conversation over is told and not fought`() async throws {
        var strict = ServerConfiguration()
        strict.streams = .newest
        try await withServer(strict) { server in
            try await DirectLine.withConversation(configuration(server)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                while let event = await events.next(), event != .connection(.online) {}
                let path = "/conversations/\(conversation.conversationId)"
                let other = TestConversation(
                    server: server,
                    info: try #require(ConversationInfo(try await server.call(.GET, path).json))
                )
                try await other.withStream { _ in
                    // Iterators share one position.
                    var events = conversation.events.makeAsyncIterator()
                    guard case .connection(.reconnecting(_, let wait, let reason)) = await events.next() else {
                        Issue.record("nothing was told")
                        return
                    }
                    #expect(reason == "another client has taken over this conversation")
                    #expect(wait >= .seconds(30))
                }
            }
        }
    }

    @Test func `a bot's answer to an invoke comes back, and a failure on the way is one`() async throws {
        let bot = TestBot { activity, _ in
            switch activity.name {
            case "adaptiveCard/action": InvokeResponse(status: 200, body: ["got": activity.value ?? nil])
            case "signin/tokenExchange": InvokeResponse(status: 412, body: ["id": "x"])
            case "crash": throw BotError(.refused, "the bot answered 500", status: 500)
            default: InvokeResponse(status: 501)
            }
        }
        try await withServer(bot: bot) { server in
            try await DirectLine.withConversation(configuration(server)) { conversation in
                let action = try await conversation.invoke("adaptiveCard/action", value: ["a": 1])
                #expect(action.status == 200)
                #expect(action.body == ["got": ["a": 1]])
                let exchange = try await conversation.invoke("signin/tokenExchange")
                #expect(exchange.status == 412)
                #expect(try await conversation.invoke("unknown").status == 501)
                let error = await #expect(throws: ClientError.self) { try await conversation.invoke("crash") }
                #expect(error?.code == .botFailed)
            }
        }
    }

    @Test func `the secret is never needed again when a token dies in the middle`() async throws {
        let server = EmbeddedServer(configuration: ServerConfiguration(secret: "site-secret"), bot: echoBot)
        let ready = Reply<ServerAddress?>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { ready.settle($0) } }
            let client = TestServer(address: try #require(await ready.value(orIfCancelled: nil)))
            try await DirectLine.withConversation(configuration(client, .secret("site-secret"))) { conversation in
                server.faults.add(.tokenExpires(seconds: 0))
                let receipt = try await conversation.send(.message("hello"))
                #expect(receipt.id != nil)
            }
            let secret: HTTPHeaders = ["Authorization": "Bearer site-secret"]
            let token = try await client.call(.POST, "/tokens/generate", headers: secret).json?["token"]?.string ?? ""
            try await DirectLine.withConversation(configuration(client, .token(token))) { conversation in
                server.faults.add(.tokenExpires(seconds: 0))
                // A dead token cannot be refreshed, and there is nobody to ask for another: that is said plainly.
                let error = await #expect(throws: ClientError.self) {
                    try await conversation.send(.message("hello"))
                }
                #expect(error?.code == .tokenExpired)
                #expect(error?.message.contains("the token has expired") == true)
            }
            group.cancelAll()
        }
    }
}
