import AsyncHTTPClient
import BotSchema
import Bots
import DirectLineClient
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// A server that goes away and comes back, for real clients.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct RestartTests {
    private func configuration(_ url: String) throws -> ClientConfiguration {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint(url),
            credential: .none,
            user: ChannelAccount(id: "ada", name: "Ada")
        )
        configuration.requestTimeout = .seconds(600)
        return configuration
    }

    @Test func `a restart breaks off what is open and refuses for a while`() async throws {
        try await withServer(bot: echoBot) { server in
            let (port, conversation) = (server.address.port, try await server.start())
            let request = "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n\r\n"
            // A slow machine may need longer for a connection than a short absence takes.
            var wasAway = false
            for seconds in [1, 5, 25, 125] where !wasAway {
                try await conversation.withStreamOfNow { stream in
                    _ = try? await server.fault("restart:\(seconds)")
                    while await stream.message() != nil {}
                }
                let end = ContinuousClock.now + .seconds(seconds)
                // What comes between the first connection that breaks off and the end of listening breaks off as well.
                while !wasAway, ContinuousClock.now < end {
                    wasAway = (try? await RawConnection.exchange(port: port, [request])) == nil
                }
                var isThere = false
                while !isThere, !Task.isCancelled {
                    isThere = (try? await RawConnection.exchange(port: port, [request])) != nil
                }
            }
            #expect(wasAway)
            #expect(try await conversation.say("still here").status == 200)
        }
    }

    @Test func `our client resumes the same conversation after a restart, by itself`() async throws {
        try await withServer(bot: echoBot) { server in
            try await DirectLine.withConversation(configuration(server.address.url)) { conversation in
                _ = try await conversation.send(.message("before"))
                var texts: [String] = []
                var wasAway = false
                for await event in conversation.events {
                    switch event {
                    case .connection(.reconnecting): wasAway = true
                    case .connection(.online) where wasAway: _ = try await conversation.send(.message("after"))
                    case .activity(let activity, _):
                        texts.append(activity.text ?? "")
                        if texts.count == 2 { _ = try? await server.fault("restart:1") }
                    default: break
                    }
                    if texts.last == "echo after" { break }
                }
                #expect(texts == ["before", "echo before", "after", "echo after"])
            }
        }
    }

    @Test func `a request under way is cut without an answer, and the bot's turn goes on`() async throws {
        let (began, goOn) = (Reply<Bool>(), Reply<Bool>())
        let bot = TestBot { activity, conversation in
            began.settle(true)
            _ = await goOn.value(orIfCancelled: false)
            try await conversation.send(.message("at last"))
            return nil
        }
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: (any Error).self) { try await conversation.say("slow") }
                    goOn.settle(true)
                }
                _ = await began.value(orIfCancelled: false)
                #expect((try? await server.fault("restart:0"))?.status != 404)
            }
            try await conversation.withStreamOfNow { stream in try await stream.expect(["slow", "at last"]) }
        }
    }

    @Test func `a restart may be asked for before the server runs`() async throws {
        var configuration = ServerConfiguration()
        configuration.faults = [.restart(seconds: 0)]
        try await withServer(configuration, bot: echoBot) { server in
            // The restart may come at any moment of the first calls.
            var said: Int?
            while said == nil, !Task.isCancelled { said = try? await server.start().say("hi").status }
            #expect(said == 200)
        }
    }

    @Test func `slow bodies are waited for by our client`() async throws {
        try await withServer(bot: echoBot) { server in
            _ = try await server.fault("slow-body:400")
            let began = ContinuousClock.now
            try await DirectLine.withConversation(configuration(server.address.url)) { conversation in
                #expect(ContinuousClock.now - began >= .milliseconds(350))
                _ = try await server.fault("slow-body:400")
                #expect(try await conversation.send(.message("a")).id != nil)
                #expect(ContinuousClock.now - began >= .milliseconds(700))
            }
        }
    }

    // MARK: - Families

    @Test func `a server on the loopback address answers in both families, and by name`() async throws {
        for host in ["127.0.0.1", "localhost"] {
            try await withServer(ServerConfiguration(host: host), bot: echoBot) { server in
                for name in ["127.0.0.1", "[::1]", "localhost"] {
                    let url = "http://\(name):\(server.address.port)"
                    let here = TestServer(address: ServerAddress(host: host, port: server.address.port))
                    #expect(
                        try await here.call(.GET, url + "/v3/directline/session/getsessionid").status == 200,
                        "\(url)"
                    )
                    let there = try configuration(url)
                    try await DirectLine.withConversation(there) { conversation in
                        let sent = try await conversation.send(.message("hi"))
                        #expect(sent.id != nil)
                        for await event in conversation.events { if event == .connection(.online) { break } }
                    }
                }
            }
        }
    }

    @Test func `a server may be on the new family alone`() async throws {
        try await withServer(ServerConfiguration(host: "::1"), bot: echoBot) { server in
            #expect(server.address.url == "http://[::1]:\(server.address.port)")
            let conversation = try await server.start()
            #expect(conversation.info.streamURL?.hasPrefix("ws://[::1]:") == true)
            try await conversation.withStream { stream in
                _ = try await conversation.say("hi")
                try await stream.expect(["hi", "echo hi"])
            }
            // Somebody else may have the port in the old family: what was said here is not to be had there.
            let path = "/v3/directline\(conversation.path)/activities"
            let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let there = try? await RawConnection.exchange(port: server.address.port, [request])
            #expect(there?.contains("echo hi") != true)
        }
    }

    @Test func `bots read a user's files under the name that their SDK trusts, users under the server's own`()
        async throws
    {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            _ = await heard.next()
            _ = try await server.upload(conversation, [1, 2, 3], type: "image/png")
            let url = try #require(await heard.next()?.attachments.first?.contentURL)
            #expect(url.hasPrefix("http://localhost:\(server.address.port)/v3/attachments/"))
            #expect(try await server.call(.GET, url).status == 200)
            let shown = try await conversation.history().activities.first?.attachments.first?.contentURL
            #expect(shown?.hasPrefix(server.address.url) == true)
        }
    }
}

extension TestConversation {
    /// Asks for a stream anew, as often as the server is away, and opens it.
    fileprivate func withStreamOfNow(_ body: @escaping @Sendable (TestStream) async throws -> Void) async throws {
        var url: String?
        while url == nil, !Task.isCancelled { url = (try? await server.call(.GET, path))?.json?["streamUrl"]?.string }
        try await withStream(url, body)
    }
}
