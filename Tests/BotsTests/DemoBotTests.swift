import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

/// A conversation with a bot, kept in memory.
final class Visit: ConversationChannel {
    let id: String
    let user = ChannelAccount(id: "u1", name: "Sam", role: "user")
    let bot = ChannelAccount(id: "bot", name: "Robin", role: "bot")
    private let answering: any Bot
    private let kept = Mutex<[Activity]>([])

    init(_ bot: any Bot = DemoBot(lookUpTime: .zero), id: String = "c-1") {
        answering = bot
        self.id = id
    }

    func send(_ activity: Activity) async throws -> Activity {
        var activity = activity
        activity.from = bot
        return keep(activity)
    }

    func deliverToBot(_ activity: Activity) async {}
    func transcript() async -> [Activity] { kept.withLock { $0 } }

    private func keep(_ activity: Activity) -> Activity {
        kept.withLock { kept in
            var activity = activity
            activity.id = "\(id)|\(kept.count)"
            kept.append(activity)
            return activity
        }
    }

    /// What the bot sends in answer to an activity of the user or the channel.
    func turn(_ activity: Activity) async throws -> [Activity] {
        var turn = activity
        turn.from = activity.from ?? user
        turn.recipient = bot
        turn.conversation = ConversationAccount(id: id)
        turn.channelId = "directline"
        turn = keep(turn)
        let before = kept.withLock { $0.count }
        _ = try await answering.onTurn(turn, in: self)
        return kept.withLock { Array($0[before...]) }
    }

    func say(_ text: String) async throws -> [Activity] { try await turn(.message(text)) }
}

extension Array where Element == Activity {
    fileprivate var text: String { compactMap(\.text).joined(separator: "\n") }

    fileprivate var initiation: HandoffInitiation? {
        for case .initiate(let initiation)? in map({ HandoffSignal($0)?.kind }) { return initiation }
        return nil
    }
}

struct DemoBotTests {
    @Test func `a user who joins is greeted once, the bot itself is not`() async throws {
        let visit = Visit()
        var update = Activity(type: .conversationUpdate)
        update.membersAdded = [visit.bot]
        #expect(try await visit.turn(update).isEmpty)
        update.membersAdded = [visit.bot, visit.user]
        let greeting = try await visit.turn(update)
        #expect(greeting.count == 1)
        #expect(greeting.text.contains("Robin"))
        #expect(greeting.first?.suggestedActions?.actions.map(\.title).contains("Talk to a person") == true)
    }

    @Test(arguments: [
        ("When are you open?", "Monday"), ("opening hours", "Saturday"), ("my credit card", "Larkhill card"),
        ("help", "opening hours"), ("Hello!", "Hi there"), ("thanks a lot", "welcome"), ("bye", "Goodbye"),
    ])
    func `a topic is answered`(line: String, answer: String) async throws {
        let reply = try await Visit().say(line)
        #expect(reply.text.contains(answer))
        #expect(reply.initiation == nil)
    }

    @Test func `the card has a button that asks for a person`() async throws {
        let visit = Visit()
        let card = try #require(try await visit.say("credit card").first?.attachments.first)
        #expect(card.contentType == Attachment.CardType.hero)
        let button = try #require(card.buttons.first?.value?.string)
        #expect(try await visit.say(button).initiation?.context.skill == "credit cards")
    }

    @Test func `an order is looked up under its number, with typing`() async throws {
        let visit = Visit()
        #expect(try await visit.say("where is my order").text.contains("number"))
        let answer = try await visit.say("it is 4711")
        #expect(answer.map(\.type) == [.typing, .message])
        #expect(answer.text.contains("4711"))
        #expect(try await visit.say("order 815 please").text.contains("815"))
    }

    @Test(arguments: [
        ("I want to talk to a person about my credit card", "credit cards", "Credit card"),
        ("an agent for my order", "orders", "Order status"),
        ("human!", "general", "Escalate"),
    ])
    func `asking for a person hands off with skill and topic`(line: String, skill: String, topic: String) async throws {
        let initiation = try #require(try await Visit().say(line).initiation)
        #expect(initiation.context.skill == skill)
        #expect(initiation.context.topic == topic)
        #expect(initiation.context.lastPhrase == line)
        #expect(initiation.context.agentMessage?.contains("asked for a person") == true)
    }

    @Test func `the topic of earlier lines decides the skill`() async throws {
        let visit = Visit()
        _ = try await visit.say("where is my parcel")
        #expect(try await visit.say("get me a person").initiation?.context.skill == "orders")
    }

    @Test func `not understood twice in a row hands off, with a topic between it does not`() async throws {
        let visit = Visit()
        #expect(try await visit.say("xyzzy").initiation == nil)
        #expect(try await visit.say("opening hours").initiation == nil)
        #expect(try await visit.say("plugh").initiation == nil)
        let initiation = try #require(try await visit.say("frobnicate").initiation)
        #expect(initiation.context.agentMessage?.contains("not understood") == true)
        #expect(initiation.context.lastPhrase == "frobnicate")
    }

    @Test func `the request has the variables of Copilot Studio, and the messages so far`() async throws {
        let visit = Visit()
        _ = try await visit.say("opening hours")
        _ = try await visit.say("where is my order 4711")
        let answer = try await visit.say("a person please")
        let event = try #require(answer.last)
        #expect(event.name == "handoff.initiate")
        #expect(
            event.value?.object?.keys == [
                "va_Scope", "va_LastTopic", "va_Topics", "va_LastPhrase", "va_Phrases",
                "va_ConversationId", "va_AgentMessage", "va_BotName", "va_Language", "Skill",
            ]
        )
        #expect(event.value?["va_Scope"] == "bot")
        #expect(event.value?["va_ConversationId"] == "c-1")
        #expect(event.value?["va_Topics"] == ["Opening hours", "Order status"])
        #expect(event.attachments.map(\.name) == ["Transcript"])
        let transcript = try #require(answer.initiation?.transcript)
        #expect(transcript.allSatisfy { $0.type == .message })
        #expect(transcript.first?.text == "opening hours")
        #expect(transcript.dropLast().last?.text == "a person please")
        #expect(transcript.last?.text?.contains("colleague") == true)
    }

    @Test(arguments: [HandoffDialect.sdk, .threeEvents, .threeEventsAsCoded])
    func `the bot goes on after a transfer back and after a failure, in every dialect`(
        dialect: HandoffDialect
    ) async throws {
        let statuses: [(HandoffStatus, String)] = [
            (.accepted, ""), (.completed(.transferBack), "Welcome back"), (.completed(.ended), ""),
            (.failed, "sorry"), (.timedOut, "sorry"), (.lost, "sorry"),
        ]
        for (status, words) in statuses {
            let visit = Visit()
            _ = try await visit.say("a person please")
            var report = Activity.handoffStatus(status, conversationId: "c-1", dialect: dialect)
            report.from = ChannelAccount(id: "agent-ana", name: "Ana", role: "bot")
            let answer = try await visit.turn(report)
            #expect(words.isEmpty ? answer.isEmpty : answer.text.contains(words), "\(status)")
            #expect(
                try await visit.turn(.handoffStatus(.completed(.transferBack), conversationId: "c-1")).count
                    == (status == .accepted ? 1 : 0)
            )
        }
    }

    @Test func `V39 however long the user's lines are, the request fits into an activity`() async throws {
        let visit = Visit()
        let long = String(repeating: "lorem ipsum é ", count: 17_000)
        for _ in 1...3 { _ = try await visit.say("opening hours, and credit card " + long) }
        let request = try #require(try await visit.say("a person, please: " + long).last)
        #expect(request.jsonValue.serialized().count < 262_144)
        let initiation = HandoffInitiation(request)
        #expect(initiation.omittedEntries > 0)
        #expect(initiation.context.lastPhrase?.hasPrefix("a person, please: lorem") == true)
    }

    @Test func `V17 a status that relates to another conversation is not for this one`() async throws {
        let visit = Visit()
        _ = try await visit.say("I want to talk to a person")
        var foreign = Activity.handoffStatus(.completed(.transferBack), conversationId: "c-1")
        foreign.relatesTo = ConversationReference(json: ["conversation": ["id": "c-2"]])
        #expect(try await visit.turn(foreign) == [])
        #expect(try await visit.turn(.handoffStatus(.completed(.transferBack), conversationId: "c-1")).count == 1)
    }

    @Test func `a status that nobody waits for is taken in silence`() async throws {
        #expect(try await Visit().turn(.handoffStatus(.failed, conversationId: "c-1")).isEmpty)
    }

    @Test func `conversations do not mix, and one that ended starts over`() async throws {
        let demo = DemoBot(lookUpTime: .zero)
        let (first, second) = (Visit(demo, id: "a"), Visit(demo, id: "b"))
        _ = try await first.say("xyzzy")
        #expect(try await second.say("xyzzy").initiation == nil)
        _ = try await first.turn(.endOfConversation())
        #expect(try await first.say("xyzzy").initiation == nil)
    }

    @Test func `odd activities are taken without an answer`() async throws {
        let visit = Visit()
        for type in [ActivityType.typing, .trace, .messageReaction, ActivityType(rawValue: "x")] {
            #expect(try await visit.turn(Activity(type: type)).isEmpty)
        }
        #expect(try await visit.turn(Activity(json: JSONObject())).isEmpty)
        #expect(try await visit.turn(.event("webchat/join")).isEmpty)
        #expect(try await visit.turn(Activity(type: .message)).count == 1)
        #expect(try await DemoBot().onTurn(Activity(type: .invoke), in: visit)?.status == 501)
    }
}
