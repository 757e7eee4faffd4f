import BotSchema
import Bots
@testable import DirectLineServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct AdapterTests {
    /// Diverts what begins with `agent`, tells of everything it sees, and does what a test says besides.
    private struct TestAdapter: ConversationAdapter {
        let seen = Happenings<String>()
        let onUser: @Sendable (Activity, any ConversationChannel) async -> Void

        init(onUser: @escaping @Sendable (Activity, any ConversationChannel) async -> Void = { _, _ in }) {
            self.onUser = onUser
        }

        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            await onUser(activity, conversation)
            seen.note("user \(activity.text ?? activity.type?.rawValue ?? "")")
            return activity.text?.hasPrefix("agent") == true ? .adapter : .bot
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {
            seen.note("bot \(activity.text ?? activity.type?.rawValue ?? "")")
        }

        func connectionChanged(isOpen: Bool, in conversation: any ConversationChannel) async {
            seen.note(isOpen ? "back" : "away")
        }
    }

    @Test func `V35 the adapter hears when the last stream closes, and when the user is there again`() async throws {
        let adapter = TestAdapter()
        try await withServer(bot: echoBot, adapter: adapter) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                _ = try await conversation.say("a")
                try await stream.expect(["a", "echo a"])
                try await conversation.withStream { try await $0.expect(["a", "echo a"]) }
                _ = try await conversation.say("b")
                try await stream.expect(["b", "echo b"])
            }
            let lines = ["user a", "bot echo a", "user b", "bot echo b"]
            #expect(await adapter.seen.next(5) == lines + ["away"])
            // Without a stream, who asks or speaks is there.
            _ = try await conversation.history()
            #expect(await adapter.seen.next(1) == ["back"])
            try await conversation.withStream { try await $0.expect(["a", "echo a", "b", "echo b"]) }
            #expect(await adapter.seen.next(1) == ["away"])
            _ = try await conversation.say("c")
            #expect(await adapter.seen.next(3) == ["back", "user c", "bot echo c"])
        }
    }

    @Test func `V35 of a client that only polls nothing is said`() async throws {
        let adapter = TestAdapter()
        try await withServer(bot: echoBot, adapter: adapter) { server in
            let conversation = try await server.start()
            _ = try await conversation.history()
            _ = try await conversation.say("a")
            _ = try await conversation.history()
            _ = try await conversation.say("b")
            #expect(await adapter.seen.next(4) == ["user a", "bot echo a", "user b", "bot echo b"])
        }
    }

    @Test func `an adapter sees both sides in the order of the log`() async throws {
        let adapter = TestAdapter()
        try await withServer(bot: echoBot, adapter: adapter) { server in
            let conversation = try await server.start()
            for text in ["a", "b"] { _ = try await conversation.say(text) }
            _ = try await conversation.post(.typing)
            #expect(await adapter.seen.next(5) == ["user a", "bot echo a", "user b", "bot echo b", "user typing"])
        }
    }

    /// Lets the user see something else than some words of the bot, or nothing.
    private struct Censor: ConversationAdapter {
        let seen = Happenings<String>()

        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            .bot
        }

        func revise(_ activity: Activity, in conversationId: String) -> Activity? {
            switch activity.text {
            case "echo hush": return nil
            case "echo secret":
                var event = Activity.event("secret")
                event.id = activity.id
                return event
            default: return activity
            }
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {
            seen.note(activity.text ?? activity.name ?? "")
        }
    }

    @Test func `an adapter decides what is seen of the bot before anybody sees it`() async throws {
        let adapter = Censor()
        try await withServer(bot: echoBot, adapter: adapter) { server in
            let conversation = try await server.start()
            for text in ["hush", "secret", "plain"] { _ = try await conversation.say(text) }
            #expect(await adapter.seen.next(2) == ["secret", "echo plain"])
            let history = try await conversation.history().activities
            #expect(history.map { $0.text ?? $0.name ?? "" } == ["hush", "secret", "secret", "plain", "echo plain"])
        }
    }

    @Test func `what the adapter takes the bot does not see, and the client is answered at once`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard), adapter: TestAdapter()) { server in
            let conversation = try await server.start()
            _ = await heard.next()
            let answer = try await conversation.say("agent please")
            #expect(answer.status == 200)
            #expect(answer.json?["id"]?.string == "\(conversation.id)|0000001")
            _ = try await conversation.say("bot please")
            #expect(await heard.next()?.text == "bot please")
            #expect(try await conversation.history().activities.count == 2)
        }
    }

    @Test func `an adapter may speak and address the bot from within its own turn`() async throws {
        let adapter = TestAdapter { activity, conversation in
            guard activity.text == "agent" else { return }
            do {
                var message = Activity.message("agent speaking")
                message.from = ChannelAccount(id: "eve", name: "Eve", role: "agent")
                let sent = try await conversation.send(message)
                #expect(sent.id == "\(conversation.id)|0000002")
                #expect(sent.from?.role == "agent")
                await conversation.deliverToBot(.event("handoff.status", value: ["state": "accepted"]))
                #expect(await conversation.transcript().map(\.text) == ["agent", "agent speaking"])
                #expect(await conversation.user.id == "ada")
                #expect(await conversation.bot.id == "bot")
            } catch {
                Issue.record(error)
            }
        }
        let heard = Happenings<Activity>()
        let bot = TestBot { activity, conversation in
            heard.note(activity)
            if activity.type == .event { try await conversation.send(.message("heard")) }
            return nil
        }
        try await withServer(bot: bot, adapter: adapter) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                let answer = try await conversation.say("agent")
                #expect(answer.status == 200)
                try await stream.expect(["agent", "agent speaking", "heard"])
            }
            let event = try #require(await heard.next())
            #expect(event.name == "handoff.status")
            #expect(event.from?.id == "ada")
            #expect(event.recipient?.id == "bot")
            #expect(event.id != nil)
            #expect(event.serviceURL != nil)
            #expect(try await conversation.history().activities.contains { $0.type == .event } == false)
            // What the adapter itself says does not come back to it.
            #expect(await adapter.seen.next(2) == ["user agent", "bot heard"])
        }
    }

    @Test func `an adapter may speak at any time from a task of its own`() async throws {
        let channels = Happenings<any ConversationChannel>()
        let adapter = TestAdapter { _, conversation in channels.note(conversation) }
        try await withServer(bot: echoBot, adapter: adapter) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("hi")
            let channel = try #require(await channels.next())
            try await conversation.withStream { stream in
                try await stream.expect(["hi", "echo hi"])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 1...50 { group.addTask { _ = try await channel.send(.message("\(number)")) } }
                    group.addTask { _ = try await conversation.say("among them") }
                    try await group.waitForAll()
                }
                let texts = try await stream.texts(52)
                #expect(Set(texts) == Set((1...50).map { "\($0)" } + ["among them", "echo among them"]))
            }
            let ids = try await conversation.history().activities.compactMap(\.id)
            #expect(ids == ids.sorted())
            #expect(Set(ids).count == 54)
        }
    }

    /// Takes every line of the user once the bot has handed over.
    private actor HandoverAdapter: ConversationAdapter {
        nonisolated let seen = Happenings<String>()
        private var isHandedOver = false

        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            seen.note("\(activity.text ?? "") to \(isHandedOver ? "agent" : "bot")")
            return isHandedOver ? .adapter : .bot
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {
            if activity.text == "handing over" { isHandedOver = true }
        }
    }

    @Test func `a line sent while the bot is handing over goes to whom the bot handed it`() async throws {
        let goOn = Reply<Bool>()
        let bot = TestBot { activity, conversation in
            guard activity.text == "a person, please" else { return nil }
            _ = await goOn.value(orIfCancelled: false)
            try await conversation.send(.message("handing over"))
            return nil
        }
        let adapter = HandoverAdapter()
        try await withServer(bot: bot, adapter: adapter) { server in
            let conversation = try await server.start()
            try await conversation.withStream { stream in
                async let first = conversation.say("a person, please")
                try await stream.expect(["a person, please"])
                async let second = conversation.say("it is urgent")
                try await stream.expect(["it is urgent"])
                goOn.settle(true)
                #expect(try await first.status == 200)
                #expect(try await second.status == 200)
            }
            #expect(await adapter.seen.next(2) == ["a person, please to bot", "it is urgent to agent"])
        }
    }

    @Test func `a slow adapter holds up neither the echo nor what the bot says`() async throws {
        let goOn = Reply<Bool>()
        let adapter = TestAdapter { activity, _ in
            if activity.text == "wait" { _ = await goOn.value(orIfCancelled: false) }
        }
        let channels = Happenings<any ConversationChannel>()
        let bot = TestBot { _, conversation in
            channels.note(conversation)
            return nil
        }
        try await withServer(bot: bot, adapter: adapter) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("hi")
            let channel = try #require(await channels.next())
            try await conversation.withStream { stream in
                async let waiting = conversation.say("wait").status
                try await stream.expect(["hi", "wait"])
                try await channel.send(.message("proactive"))
                try await stream.expect(["proactive"])
                goOn.settle(true)
                let status = try await waiting
                #expect(status == 200)
            }
        }
    }
}
