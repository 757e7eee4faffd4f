import BotSchema
import Bots
@testable import DirectLineServer
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import TestSupport
import Testing
import WebSocketTransport

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct LifeTests {
    @Test func `a port in use is one clear error`() async throws {
        try await withServer { server in
            let second = EmbeddedServer(
                configuration: ServerConfiguration(port: server.address.port),
                bot: SilentBot()
            )
            let error = await #expect(throws: ServerError.self) { try await second.run { _ in } }
            #expect(error?.code == .portInUse)
            #expect(error?.message == "port \(server.address.port) on 127.0.0.1 is already in use")
        }
    }

    @Test func `what a bot within the process says is told like what comes through the Connector API`() async throws {
        let events = Happenings<String>()
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration, bot: echoBot) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("hi")
            let id = conversation.id
            #expect(await events.next(3) == ["\(id) started", "\(id) user: message", "\(id) bot: message"])
        }
    }

    @Test func `an address of another machine is one clear error`() async throws {
        let host = "203.0.113.7"
        let server = EmbeddedServer(configuration: ServerConfiguration(host: host, secret: "s"), bot: SilentBot())
        let error = await #expect(throws: ServerError.self) { try await server.run { _ in } }
        #expect(error?.code == .cannotListen)
        #expect(error?.message.contains(host) == true)
    }

    @Test func `an address that others reach needs a secret`() async throws {
        let open = EmbeddedServer(configuration: ServerConfiguration(host: "0.0.0.0"), bot: SilentBot())
        let error = await #expect(throws: ServerError.self) { try await open.run { _ in } }
        #expect(error?.code == .secretRequired)
        try await withServer(ServerConfiguration(host: "0.0.0.0", secret: "s")) { server in
            let answer = try await server.call(.POST, "/conversations", [:])
            #expect(answer.status == 401)
        }
    }

    @Test func `cancellation ends turns, requests, streams and idle connections`() async throws {
        let began = Reply<Bool>()
        let cancelled = Happenings<Bool>()
        let bot = TestBot { _, _ in
            began.settle(true)
            do {
                try await ContinuousClock().sleep(for: .seconds(600))
            } catch {
                cancelled.note(true)
            }
            return nil
        }
        let (read, idle) = (Reply<Bool>(), Reply<Bool>())
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await conversation.withStream { stream in
                        try await stream.expect(["wait"])
                        read.settle(true)
                        _ = try await stream.frame()
                    }
                }
                group.addTask {
                    try await RawConnection.connect(port: server.address.port).executeThenClose { inbound, _ in
                        idle.settle(true)
                        for try await _ in inbound {}
                    }
                }
                group.addTask { _ = try await conversation.say("wait") }
                for happened in [began, read, idle] { _ = await happened.value(orIfCancelled: false) }
                group.cancelAll()
            }
        }
        // The server has returned although its turn had ten minutes to sleep.
        #expect(await cancelled.next() == true)
    }

    @Test func `a graceful shutdown says goodbye to streams and is over soon`() async throws {
        let server = EmbeddedServer(configuration: ServerConfiguration(), bot: echoBot)
        let ready = Reply<ServerAddress?>()
        let group = ServiceGroup(
            services: [RunningServer(server: server, ready: ready)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let address = try #require(await ready.value(orIfCancelled: nil))
            let conversation = try await TestServer(address: address).start()
            // An idle connection that has not asked for anything must not hold the server up.
            let idle = try await RawConnection.connect(port: address.port)
            let closure = try await conversation.withStream { stream in
                _ = try await conversation.say("hi")
                try await stream.expect(["hi", "echo hi"])
                await group.triggerGracefulShutdown()
                let end = try await stream.frame()
                #expect(end == nil)
            }
            #expect(closure.code == 1001)
            try await tasks.waitForAll()
            try? await idle.channel.close().get()
        }
    }

    @Test func `S42 a conversation goes on after a restart when a store remembers it, and is 404 otherwise`()
        async throws
    {
        let store = TestStore()
        let id = try await withServer(bot: echoBot, store: store) { server in
            let conversation = try await server.start()
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            return conversation.id
        }
        try await withServer(bot: echoBot, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            #expect(try await old.history().activities.map(\.text) == ["a", "echo a", "b", "echo b"])
            let next = try await old.say("c")
            #expect(next.json?["id"]?.string == "\(id)|0000005")
            #expect(try await old.history(after: "4").activities.map(\.text) == ["c", "echo c"])
        }
        try await withServer { server in
            let gone = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            let answer = try await gone.say("d")
            #expect(answer.status == 404)
        }
    }

    @Test func `ids come from the generator that was given`() async throws {
        var configuration = ServerConfiguration()
        configuration.generator = SplitMix64(seed: 1)
        let first = try await withServer(configuration) { try await $0.start().id }
        let second = try await withServer(configuration) { try await $0.start().id }
        #expect(first == second)
    }
}

private struct RunningServer: Service {
    let server: EmbeddedServer
    let ready: Reply<ServerAddress?>

    func run() async throws { try await server.run { ready.settle($0) } }
}
