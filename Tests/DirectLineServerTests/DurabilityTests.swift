import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

/// Nothing leaves the server before the store has it, and what the store refuses leaves no trace.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DurabilityTests {
    private static let full = StoreError(.full, "/secret/place/talks.db: database or disk is full")

    /// A bot that tells what it hears, in words.
    private func listener(_ heard: Happenings<String>) -> TestBot {
        TestBot { activity, conversation in
            heard.note(activity.text ?? "")
            try await conversation.send(.message("echo \(activity.text ?? "")"))
            return nil
        }
    }

    // MARK: - Before the store has it

    @Test func `what the store does not have yet is in no page, count, watermark, frame or bot`() async throws {
        let (store, heard) = (TestStore(), Happenings<String>())
        try await withServer(bot: listener(heard), store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("before")
            let recorded = store.count
            store.hold()
            try await conversation.withStream { stream in
                try await stream.expect(["before", "echo before"])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let answer = try await conversation.say("held")
                        #expect(answer.status == 200)
                        heard.note("answered")
                    }
                    // The line is with the store when it has been recorded.
                    while store.count == recorded { await Task.yield() }
                    let page = try await conversation.history()
                    #expect(page.activities.map(\.text) == ["before", "echo before"])
                    #expect(page.watermark == "2")
                    let again = try await server.call(.GET, conversation.path + "?watermark=99")
                    #expect(again.json?["streamUrl"]?.string?.contains("watermark=2&") == true)
                    #expect(await heard.next() == "before")
                    heard.note("nothing until now")
                    #expect(await heard.next() == "nothing until now")
                    store.release()
                    try await stream.expect(["held", "echo held"])
                    #expect(await heard.next(2).sorted() == ["answered", "held"])
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `a conversation that the store does not have yet is found by nobody`() async throws {
        let (store, heard) = (TestStore(), Happenings<String>())
        try await withServer(store: store) { server in
            let token = try await server.call(.POST, "/tokens/generate", [:]).json?["token"]?.string ?? ""
            let bearer: HTTPHeaders = ["Authorization": "Bearer \(token)"]
            store.hold()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for status in [201, 200] {
                    let before = store.count
                    group.addTask {
                        let answer = try await server.call(.POST, "/conversations", headers: bearer)
                        heard.note("\(answer.status)")
                    }
                    while status == 201, store.count == before { await Task.yield() }
                }
                // Time enough for the second to be answered, if it were.
                for _ in 1...20 { _ = try await server.call(.GET, "/session/getsessionid") }
                heard.note("not before")
                store.release()
                try await group.waitForAll()
            }
            #expect(await heard.next() == "not before")
            #expect(await heard.next(2).sorted() == ["200", "201"])
        }
    }

    @Test func `lines of one conversation are applied in their order, however the store settles them`() async throws {
        let store = TestStore()
        try await withServer(bot: echoBot, store: store) { server in
            let conversation = try await server.start()
            store.hold()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...5 {
                    let before = store.count
                    group.addTask {
                        let answer = try await conversation.say("\(number)")
                        #expect(answer.status == 200)
                    }
                    while store.count == before { await Task.yield() }
                }
                store.release()
                try await group.waitForAll()
            }
            let texts = try await conversation.history().activities.compactMap(\.text)
            #expect(texts.filter { !$0.hasPrefix("echo") } == ["1", "2", "3", "4", "5"])
            #expect(texts.filter { $0.hasPrefix("echo") } == (1...5).map { "echo \($0)" })
        }
    }

    // MARK: - When the store refuses

    @Test func `a full store is 503 without its path, shows nothing, ends streams, and is over by itself`() async throws
    {
        let (store, heard, events) = (TestStore(), Happenings<String>(), Happenings<String>())
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { event in
            switch event {
            case .storeFailed, .storeRecovered: events.note("\(event)")
            default: break
            }
        }
        try await withServer(configuration, bot: listener(heard), store: store) { server in
            let (conversation, other) = (try await server.start(), try await server.start())
            _ = try await conversation.say("a")
            let closure = try await other.withStream { stream in
                store.fail(Self.full)
                for _ in 1...2 {
                    let refused = try await conversation.say("lost")
                    #expect(refused.status == 503)
                    #expect(refused.errorCode == "ServiceError")
                    #expect(refused.headers.first(name: "Retry-After") != nil)
                    #expect(!refused.text.contains("secret"))
                }
                while await stream.message() != nil {}
            }
            #expect(closure.code == 1013)
            #expect(try await conversation.history().activities.map(\.text) == ["a", "echo a"])
            #expect(try await server.call(.POST, "/conversations", [:]).status == 503)
            #expect(try await server.call(.GET, conversation.path).status == 503)
            await #expect(throws: Refused.self) { try await conversation.withStream { _ in } }
            #expect(try await server.upload(conversation, [1], type: "image/png").status == 503)

            store.fail(nil)
            #expect(try await server.call(.GET, conversation.path).status == 200)
            try await conversation.withStream { stream in
                try await stream.expect(["a", "echo a"])
                #expect(try await conversation.say("b").status == 200)
                try await stream.expect(["b", "echo b"])
            }
            #expect(await heard.next(2) == ["a", "b"])
            let ids = try await conversation.history().activities.compactMap(\.id)
            #expect(Set(ids).count == 4)
            let failures = await events.next(2)
            #expect(failures == ["store failed: \(Self.full)", "store works again"])
        }
    }

    @Test func `what the store is not asked about does not make a full one well`() async throws {
        let (store, events) = (TestStore(), Happenings<String>())
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { event in
            switch event {
            case .storeFailed, .storeRecovered: events.note("\(event)")
            default: break
            }
        }
        try await withServer(configuration, store: store) { server in
            let conversation = try await server.start()
            store.fail(Self.full)
            #expect(try await conversation.say("lost").status == 503)
            #expect(try await conversation.post(Activity(type: .typing)).status == 200)
            #expect(try await conversation.say("lost").status == 503)
            #expect(try await server.call(.GET, conversation.path).status == 503)
            store.fail(nil)
            #expect(try await conversation.say("kept").status == 200)
            #expect(await events.next(2) == ["store failed: \(Self.full)", "store works again"])
        }
    }

    @Test func `a damaged page fails who writes to it, and ends nobody's stream`() async throws {
        let (store, events) = (TestStore(), Happenings<String>())
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { event in
            switch event {
            case .storeFailed, .storeRecovered, .storeDamaged: events.note("\(event)")
            default: break
            }
        }
        try await withServer(configuration, store: store) { server in
            let (conversation, other) = (try await server.start(), try await server.start())
            try await other.withStream { stream in
                store.fail(StoreError(.damaged, "page 7 is damaged"))
                #expect(try await conversation.say("lost").status == 503)
                store.fail(nil)
                #expect(try await other.say("kept").status == 200)
                try await stream.expect(["kept"])
            }
            events.note("nothing more")
            #expect(await events.next(2) == ["store cannot be read: page 7 is damaged", "nothing more"])
        }
    }

    @Test func `a bot whose words the store refuses is told, and may say them again`() async throws {
        let (store, outcomes) = (TestStore(), Happenings<BotError.Code?>())
        let bot = TestBot { activity, conversation in
            store.fail(Self.full)
            do {
                try await conversation.send(.message("answer"))
                outcomes.note(nil)
            } catch {
                outcomes.note((error as? BotError)?.code)
            }
            store.fail(nil)
            try await conversation.send(.message("answer"))
            return nil
        }
        try await withServer(bot: bot, store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("hi")
            #expect(await outcomes.next() == .notKept)
            #expect(try await conversation.history().activities.map(\.text) == ["hi", "answer"])
        }
    }

    @Test func `a store that cannot be read is 503 and an event, and never “no such conversation”`() async throws {
        let (store, events) = (TestStore(), Happenings<String>())
        let id = try await withServer(store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("kept")
            return conversation.id
        }
        store.beUnreadable(StoreError(.damaged, "/secret/place/talks.db: database disk image is malformed"))
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { if case .storeDamaged = $0 { events.note("\($0)") } }
        try await withServer(configuration, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            for answer in [
                try await old.say("x"), try await server.call(.GET, old.path + "/activities"),
                try await server.call(.GET, old.path),
            ] {
                #expect(answer.status == 503)
                #expect(!answer.text.contains("secret"))
            }
            #expect(await events.next()?.contains("/secret/place/talks.db") == true)
            store.beUnreadable(nil)
            #expect(try await old.history().activities.map(\.text) == ["kept"])
        }
    }

    @Test func `a page ends before what cannot be read, and the poll from there is 503 and an event`() async throws {
        let (store, events) = (TestStore(), Happenings<String>())
        let id = try await withServer(store: store) { server in
            let conversation = try await server.start()
            for text in ["a", "b", "c"] { _ = try await conversation.say(text) }
            return conversation.id
        }
        // The user's account and “a” come before it.
        store.damage(row: 3)
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { if case .storeDamaged = $0 { events.note("\($0)") } }
        try await withServer(configuration, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            let page = try await old.history()
            #expect(page.activities.map(\.text) == ["a"])
            #expect(page.watermark == "1")
            #expect(await events.next()?.contains("row 3 is damaged") == true)
            #expect(try await server.call(.GET, old.path + "/activities?watermark=1").status == 503)
            #expect(await events.next()?.contains("row 3 is damaged") == true)
            #expect(try await old.history(after: "2").activities.map(\.text) == ["c"])
        }
    }

    @Test func `a damaged row ends a stream with a reason, and is an event`() async throws {
        let (store, events) = (TestStore(), Happenings<String>())
        let id = try await withServer(store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("kept")
            return conversation.id
        }
        store.damage(row: 2)
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { if case .storeDamaged = $0 { events.note("\($0)") } }
        try await withServer(configuration, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            let stream = try await server.call(.GET, old.path).json?["streamUrl"]?.string
            let closure = try await old.withStream(stream) { while await $0.message() != nil {} }
            #expect(closure.code == 1011)
            #expect(await events.next()?.contains("row 2") == true)
        }
    }

    // MARK: - After a restart

    @Test func `tokens, their users and stream URLs stay good after a restart, and expire when they should`()
        async throws
    {
        let (store, time) = (TestStore(), TestTime())
        var configuration = ServerConfiguration(secret: "s")
        configuration.now = { time.now }
        configuration.tokenLifetime = .seconds(100)
        let secret: HTTPHeaders = ["Authorization": "Bearer s"]
        let info = try await withServer(configuration, store: store) { server in
            let body: JSONValue = ["user": ["id": "dl_ada", "name": "Ada"]]
            return ConversationInfo(try await server.call(.POST, "/conversations", body, headers: secret).json)
        }
        let id = try #require(info?.conversationId)
        let token = try #require(info?.token)
        let bearer: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        try await withServer(configuration, store: store) { server in
            let path = "/conversations/\(id)/activities"
            let line: JSONValue = ["type": "message", "text": "again", "from": ["id": "r_x"]]
            #expect(try await server.call(.POST, path, line, headers: bearer).status == 200)
            let ticket = try #require(info?.streamURL?.split(separator: "t=").last)
            let url =
                "ws://127.0.0.1:\(server.address.port)/v3/directline/conversations/\(id)/stream?watermark=-&t=\(ticket)"
            let conversation = TestConversation(server: server, info: ConversationInfo(json: [:]))
            try await conversation.withStream(url) { try await $0.expect(["again"]) }
            time.advance(by: 50)
            let refreshed = try await server.call(.POST, "/tokens/refresh", headers: bearer).json?["token"]?.string
            let renewed: HTTPHeaders = ["Authorization": "Bearer \(refreshed ?? "")"]
            time.advance(by: 60)
            #expect(try await server.call(.GET, path, headers: bearer).errorCode == "TokenExpired")
            #expect(try await server.call(.POST, path, line, headers: renewed).status == 200)
            let kept = ActivitySet(try await server.call(.GET, path, headers: renewed).json)?.activities
            #expect(kept?.map { $0.from?.id } == ["dl_ada", "dl_ada"])
        }
        // Whoever changes the secret takes back what was given out under the old one.
        var changed = configuration
        changed.secret = "other"
        try await withServer(changed, store: store) { server in
            let answer = try await server.call(.GET, "/conversations/\(id)/activities", headers: bearer)
            #expect(answer.status == 403)
        }
    }

    @Test func `a conversation is still that of its user after a restart`() async throws {
        let (store, heard) = (TestStore(), Happenings<Activity>())
        var configuration = ServerConfiguration.patient
        configuration.limits.userFiles = 20
        let (id, path) = try await withServer(configuration, bot: ObservedBot(heard), store: store) { server in
            let conversation = try await server.start(["user": ["id": "dl_ada", "name": "Ada"]])
            let url = await heard.next()?.serviceURL ?? ""
            return (conversation.id, String(url.dropFirst(server.address.url.count)))
        }
        try await withServer(configuration, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            let url = server.address.url + path + "v3/conversations/\(id)/"
            // Before the user says anything.
            let members = try await server.call(.GET, url + "members").json?.array ?? []
            #expect(members.contains { $0["id"]?.string == "dl_ada" && $0["name"]?.string == "Ada" })
            let proactive: JSONValue = ["type": "message", "text": "proactive"]
            #expect(try await server.call(.POST, url + "activities", proactive).status == 200)
            _ = try await old.post(Activity(json: ["type": "message", "text": "x", "from": ["id": "eve"]]))
            _ = try await server.upload(old, [1], type: "image/png")
            let log = try await old.history().activities
            #expect(log.first?.recipient?.id == "dl_ada" && log.first?.recipient?.name == "Ada")
            #expect(log.dropFirst().map { $0.from?.id } == ["dl_ada", "dl_ada"])
            #expect(log.dropFirst().map { $0.from?.name } == ["Ada", "Ada"])
            #expect(store.owners == [FileOwner.user("dl_ada").text])
        }
    }

    @Test func `times never go back over a restart with an earlier clock`() async throws {
        let store = TestStore()
        let first = TestTime()
        first.advance(by: 3600)
        var configuration = ServerConfiguration.patient
        configuration.now = { first.now }
        let id = try await withServer(configuration, store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("one")
            return conversation.id
        }
        let earlier = TestTime()
        configuration.now = { earlier.now }
        try await withServer(configuration, store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: id))
            _ = try await old.say("two")
            let times = try await old.history().activities.compactMap(\.timestamp)
            #expect(times == [first.now.text, first.now.text])
        }
    }

    // MARK: - Updates and deletions

    @Test(arguments: [false, true])
    func `updates and deletions reach a client that was away, by poll and by stream`(isRestarted: Bool) async throws {
        let (store, references) = (TestStore(), Happenings<Activity>())
        let away = try await withServer(bot: ObservedBot(references), store: store) { server in
            let conversation = try await server.start()
            let bot = await references.next()
            let base = "\(bot?.serviceURL ?? "")v3/conversations/\(conversation.id)/activities/"
            for text in ["a", "b", "c"] {
                let line: JSONValue = ["type": "message", "text": .string(text)]
                #expect(try await server.call(.POST, base, line).status == 200)
            }
            let ids = try await conversation.history().activities.compactMap(\.id)
            try #require(ids.count == 3)
            for text in ["changed", "a"] {
                let update: JSONValue = ["type": "message", "text": .string(text)]
                #expect(try await server.call(.PUT, base + ids[0].replacing("|", with: "%7C"), update).status == 200)
            }
            #expect(try await server.call(.DELETE, base + ids[1].replacing("|", with: "%7C")).status == 200)
            if !isRestarted { try await Self.expectChanges(of: ids, in: conversation) }
            return (id: conversation.id, ids: ids)
        }
        guard isRestarted else { return }
        try await withServer(store: store) { server in
            let old = TestConversation(server: server, info: ConversationInfo(conversationId: away.id))
            try await Self.expectChanges(of: away.ids, in: old)
        }
    }

    /// What a client gets that had all three lines before the first was changed there and back, and the second deleted.
    private static func expectChanges(of ids: [String], in conversation: TestConversation) async throws {
        let page = try await conversation.history(after: "3")
        #expect(page.activities.map(\.type) == [.message, .messageDelete])
        #expect(page.activities.map(\.id) == [ids[0], ids[1]])
        #expect(page.activities.first?.text == "a")
        #expect(page.watermark == "6")
        #expect(try await conversation.history(after: "6").activities.isEmpty)
        #expect(try await conversation.history().activities.map(\.text) == ["a", "c"])
        let again = try await conversation.server.call(.GET, conversation.path + "?watermark=3")
        try await conversation.withStream(again.json?["streamUrl"]?.string) { stream in
            let first = try await stream.frame()
            #expect(first?.activities.first?.id == ids[0])
            #expect(first?.watermark == "5")
            #expect(try await stream.activity()?.type == .messageDelete)
        }
    }

    // MARK: - Idle conversations

    @Test func `old activities leave memory where there is a store, and are read from there`() async throws {
        let store = TestStore()
        var configuration = ServerConfiguration.patient
        configuration.limits.conversationBytes = 2_000
        try await withServer(configuration, bot: echoBot, store: store) { server in
            let conversation = try await server.start()
            for number in 1...20 { #expect(try await conversation.say("\(number)").status == 200) }
            let expected = (1...20).flatMap { ["\($0)", "echo \($0)"] }
            #expect(try await conversation.history().activities.map(\.text) == expected)
            try await conversation.withStream { try await $0.expect(expected) }
        }
    }
}
