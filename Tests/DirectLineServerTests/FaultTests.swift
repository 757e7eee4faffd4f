import BotSchema
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

/// What goes wrong on purpose.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct FaultTests {
    private func withFault(
        _ text: String,
        _ body: @escaping @Sendable (TestServer, TestConversation) async throws -> Void
    ) async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            let answer = try await server.fault(text)
            #expect(answer.status == 200, "\(answer.text)")
            try await body(server, conversation)
        }
    }

    // MARK: - Names and plans

    @Test(arguments: ServerFault.catalogue)
    func `a fault is known by its name alone and written back with its arguments`(entry: ServerFault.Entry) throws {
        let fault = try ServerFault(entry.name)
        #expect(try ServerFault(fault.description) == fault)
        #expect(entry.usage.hasPrefix(entry.name))
        #expect(!entry.summary.isEmpty)
    }

    @Test(arguments: [
        ("", "there is no such fault"), ("drop", "there is no such fault"), ("socket-drop:x", "socket-drop[:frames=0]"),
        ("socket-drop:1:2", "socket-drop[:frames=0]"), ("half-open:1", "half-open"), ("delay:-1", "delay[:ms=1000]"),
        ("server-error:404", "server-error[:status=500[:n=1]]"), ("delay:", "delay[:ms=1000]"),
    ])
    func `what names no fault is one sentence that helps`(text: String, words: String) {
        let error = #expect(throws: FaultSyntaxError.self) { try ServerFault(text) }
        #expect(error?.message.contains(words) == true)
    }

    @Test func `counted faults are used up, a delay is not`() {
        var plan = FaultPlan([.duplicate(frames: 2), .delay(milliseconds: 5), .socketDrop(frames: 2)], seed: 1)
        let fates = (1...3).map { _ in plan.frame() }
        #expect(fates.map(\.isDoubled) == [true, true, false])
        #expect(fates.map(\.delay) == [.milliseconds(5), .milliseconds(5), .milliseconds(5)])
        #expect(fates.map(\.end) == [nil, nil, .drop])
        #expect(plan.active == [.delay(milliseconds: 5)])
        plan.add(.delay(milliseconds: 7))
        #expect(plan.active == [.delay(milliseconds: 7)], "a second fault of a kind takes the place of the first")
        plan.clear()
        #expect(plan.isQuiet)
    }

    @Test func `chance comes from the seed`() {
        func nonsense(_ seed: UInt64) -> [FaultPlan.Nonsense?] {
            var plan = FaultPlan([.malformedFrame(frames: 12)], seed: seed)
            return (1...12).map { _ in plan.frame().nonsense }
        }
        #expect(nonsense(3) == nonsense(3))
        #expect(nonsense(3) != nonsense(4))
    }

    @Test func `calls fail as often as asked for`() {
        var plan = FaultPlan([.serverError(status: 503, calls: 2), .rateLimit(seconds: 3)], seed: 1)
        #expect(plan.call() == .serverError(status: 503))
        #expect(plan.call() == .serverError(status: 503))
        #expect(plan.call() == .rateLimit(seconds: 3))
        #expect(plan.call() == nil)
    }

    // MARK: - Control

    @Test func `the control of faults lists, adds, clears and is guarded by the secret`() async throws {
        try await withServer(ServerConfiguration(secret: "s")) { server in
            let secret: HTTPHeaders = ["Authorization": "Bearer s"]
            #expect(try await server.call(.GET, server.faults).status == 401)
            let start = try await server.call(.POST, "/conversations", [:], headers: secret)
            let token = start.json?["token"]?.string ?? ""
            let forged: HTTPHeaders = ["Authorization": "Bearer \(token)"]
            #expect(try await server.call(.POST, server.faults, ["fault": "half-open"], headers: forged).status == 403)

            let bad = try await server.call(.POST, server.faults, ["faults": ["half-open", "x"]], headers: secret)
            #expect(bad.status == 400)
            #expect(try await server.call(.POST, server.faults, [:], headers: secret).status == 400)
            let list = try await server.call(.GET, server.faults, headers: secret).json
            #expect(list?["active"] == [])
            #expect(list?["known"]?.array?.count == ServerFault.catalogue.count)
            let added = try await server.call(
                .POST,
                server.faults,
                ["faults": ["delay:5", "rate-limit:2"]],
                headers: secret
            )
            #expect(added.json?["active"] == ["delay:5", "rate-limit:2"])
            #expect(try await server.call(.DELETE, server.faults, headers: secret).json?["active"] == [])
        }
    }

    @Test(
        arguments: [
            ["Origin": "http://localhost:3000"], ["Origin": "null", "Content-Type": "text/plain"],
            ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "cross-site"], ["Host": "rebound.example"],
        ] as [[String: String]]
    )
    func `no page controls the faults of a server without a secret`(headers: [String: String]) async throws {
        var configuration = ServerConfiguration.patient
        configuration.allowedOrigins = ["null"]
        try await withServer(configuration) { server in
            let headers = HTTPHeaders(headers.map { ($0.key, $0.value) })
            for method: HTTPMethod in [.GET, .POST, .DELETE] {
                let body: JSONValue? = method == .POST ? ["fault": "half-open"] : nil
                let answer = try await server.call(method, server.faults, body, headers: headers)
                #expect(answer.status == 403, "\(method)")
            }
            // What a person types into the address bar, and what curl sends, is nobody's page.
            let typed = try await server.call(.GET, server.faults, headers: ["Sec-Fetch-Site": "none"])
            #expect(typed.json?["active"] == [])
            #expect(try await server.fault("delay:1").status == 200)
        }
    }

    @Test func `a page that may use the server controls its faults with the secret only`() async throws {
        try await withServer(ServerConfiguration(secret: "s")) { server in
            for (origin, secret, status) in [
                ("http://localhost:3000", "", 401), ("http://localhost:3000", "s", 200),
                ("https://evil.example", "s", 403),
            ] {
                var headers: HTTPHeaders = ["Origin": origin]
                if !secret.isEmpty { headers.add(name: "Authorization", value: "Bearer \(secret)") }
                let answer = try await server.call(.GET, server.faults, headers: headers)
                #expect(answer.status == status)
            }
        }
    }

    @Test func `faults may be there from the start and be changed by the program that runs the server`() async throws {
        var configuration = ServerConfiguration()
        configuration.faults = [.serverError(status: 502, calls: 1)]
        let server = EmbeddedServer(configuration: configuration, bot: echoBot)
        let ready = Reply<ServerAddress?>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { ready.settle($0) } }
            let client = TestServer(address: try #require(await ready.value(orIfCancelled: nil)))
            #expect(try await client.call(.POST, "/conversations").status == 502)
            #expect(try await client.call(.POST, "/conversations").status == 201)
            server.faults.add(.rateLimit(seconds: 9))
            let limited = try await client.call(.POST, "/conversations")
            #expect(limited.status == 429)
            #expect(limited.headers.first(name: "Retry-After") == "9")
            server.faults.add(.rateLimit(seconds: 9))
            server.faults.clear()
            #expect(try await client.call(.POST, "/conversations").status == 201)
            group.cancelAll()
        }
    }

    // MARK: - Frames

    @Test func `frames come twice, out of order, late and with nonsense, and nothing is lost`() async throws {
        try await withServer(bot: echoBot) { server in
            let conversation = try await server.start()
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            for fault in ["duplicate:1", "delay:5", "split-frame:2"] { _ = try await server.fault(fault) }
            try await conversation.withStream { stream in
                try await stream.expect(["a", "a", "echo a", "b", "echo b"])
            }
            _ = try await server.call(.DELETE, server.faults)
            _ = try await server.fault("reorder:1")
            let url = ConversationInfo(try await server.call(.GET, conversation.path).json)?.streamURL
            try await conversation.withStream(url) { stream in
                let frames = [try await stream.frame(), try await stream.frame(), try await stream.frame()]
                #expect(frames.map { $0?.activities.first?.text } == ["echo a", "a", "b"])
                #expect(
                    frames.map { $0?.watermark } == [nil, "2", "3"],
                    "a position never claims what is still to come"
                )
            }
            _ = try await server.fault("malformed-frame:4")
            let again = ConversationInfo(try await server.call(.GET, conversation.path).json)?.streamURL
            try await conversation.withStream(again) { stream in
                var texts: [String] = []
                var count = 0
                while texts.count < 4, let message = await stream.message() {
                    count += 1
                    guard case .text(let text) = message, let set = ActivitySet(try? JSONValue(parsing: text)) else {
                        continue
                    }
                    texts += set.activities.map { $0.text ?? "" }
                }
                #expect(texts == ["a", "echo a", "b", "echo b"])
                #expect(count == 8)
            }
        }
    }

    @Test func `a socket breaks off after its frames, without a goodbye`() async throws {
        try await withFault("socket-drop:1") { server, conversation in
            let closure = try await conversation.withStream { stream in
                _ = try await conversation.say("a")
                try await stream.expect(["a"])
                #expect(try await stream.frame() == nil)
            }
            #expect(closure.code == 1006)
            #expect(try await server.call(.GET, server.faults).json?["active"] == [])
        }
    }

    @Test func `a half-open socket neither speaks nor answers`() async throws {
        try await withFault("half-open") { _, conversation in
            let outcome = try await WebSocketConnector.connect(url: conversation.info.streamURL ?? "")
            guard case .upgraded(let channel, _) = outcome else { throw Refused(outcome: "\(outcome)") }
            let quick = WebSocketConfiguration(pingInterval: .milliseconds(50), closeTimeout: .milliseconds(100))
            let closure = try await WebSocketConnection.run(channel, role: .client, configuration: quick) {
                inbound,
                _ in
                _ = try await conversation.say("a")
                for await message in inbound { Issue.record("the socket said \(message)") }
            }
            #expect(closure.reason == "the peer has fallen silent")
        }
    }

    // MARK: - Calls

    @Test func `tokens die when told to, and the next one is good`() async throws {
        try await withFault("token-expires") { server, conversation in
            let old: HTTPHeaders = ["Authorization": "Bearer \(conversation.info.token ?? "")"]
            let answer = try await server.call(.GET, conversation.path, headers: old)
            #expect(answer.status == 403)
            #expect(answer.errorCode == "TokenExpired")
            let fresh = try await server.call(.GET, conversation.path).json?["token"]?.string ?? ""
            let new: HTTPHeaders = ["Authorization": "Bearer \(fresh)"]
            #expect(try await server.call(.GET, conversation.path, headers: new).status == 200)
        }
    }

    @Test func `a bot error is answered although the bot has heard`() async throws {
        try await withFault("bot-error") { _, conversation in
            let answer = try await conversation.say("a")
            #expect(answer.status == 502)
            #expect(answer.errorCode == "BotError")
            #expect(try await conversation.history().activities.map(\.text) == ["a", "echo a"])
            #expect(try await conversation.say("b").status == 200)
        }
    }

    @Test func `a stale watermark brings everything again`() async throws {
        try await withFault("stale-watermark") { _, conversation in
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            #expect(try await conversation.history(after: "4").activities.count == 4)
            #expect(try await conversation.history(after: "4").activities.isEmpty)
        }
    }

    @Test func `a stream is refused as often as told`() async throws {
        try await withFault("refuse-reconnect:2") { _, conversation in
            let url = conversation.info.streamURL ?? ""
            for _ in 1...2 {
                guard case .refused(.forbidden) = try await WebSocketConnector.connect(url: url) else {
                    Issue.record("the stream was not refused")
                    return
                }
            }
            try await conversation.withStream { stream in
                _ = try await conversation.say("a")
                try await stream.expect(["a", "echo a"])
            }
        }
    }

    @Test func `a slow body is whole in the end`() async throws {
        try await withFault("slow-body:80") { _, conversation in
            let began = ContinuousClock.now
            let answer = try await conversation.say("a")
            #expect(answer.json?["id"] != nil)
            #expect(ContinuousClock.now - began >= .milliseconds(70))
        }
    }
}

extension TestServer {
    /// The control of faults.
    var faults: String { address.url + "/faults" }

    func fault(_ text: String) async throws -> Answer { try await call(.POST, faults, ["fault": .string(text)]) }
}
