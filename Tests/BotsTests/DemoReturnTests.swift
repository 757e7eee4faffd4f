import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

/// The demo bot as the documents want a bot: it asks in any dialect, rejects nothing and goes on from what it gets back.
struct DemoReturnTests {
    @Test(arguments: [
        (HandoffDialect.sdk, "handoff.initiate"), (.threeEvents, "HandoffInitiation"),
        (.threeEventsAsCoded, "InitiateHandoff"),
    ])
    func `it asks in the chosen dialect, without a finding`(dialect: HandoffDialect, name: String) async throws {
        let visit = Visit(DemoBot(lookUpTime: .zero, dialect: dialect))
        let asked = try await visit.say("a person about my credit card")
        let request = try #require(asked.last)
        #expect(request.name == name)
        #expect(request.conversation?.id == visit.id)
        #expect(request.value?["Skill"] == "credit cards")
        let findings = HandoffLint(origin: .transcript, isComplete: false).findings(in: [request])
        #expect(findings.isEmpty, "\(findings)")
    }

    @Test func `what the user has corrected or taken back does not go to the agent`() async throws {
        let visit = Visit()
        _ = try await visit.say("my credit card ends with 17")
        let first = await visit.transcript().first { $0.text == "my credit card ends with 17" }?.id
        var change = Activity.message("my credit card ends with 71")
        (change.type, change.replyToId) = (.messageUpdate, first)
        _ = try await visit.turn(change)
        _ = try await visit.say("my credit card PIN is 4711")
        let second = await visit.transcript().first { $0.text == "my credit card PIN is 4711" }?.id
        var deletion = Activity(type: .messageDelete)
        deletion.replyToId = second
        _ = try await visit.turn(deletion)
        let asked = try await visit.say("a person please")
        let request = try #require(asked.last)
        let entries = (HandoffInitiation(request).transcript ?? []).compactMap(\.text)
        #expect(entries.contains("my credit card ends with 71"))
        let all = request.jsonValue.compactText
        #expect(!all.contains("ends with 17") && !all.contains("4711"), "\(all)")
        #expect(request.value?["va_Phrases"] == ["my credit card ends with 71", "a person please"])
    }

    @Test func `whoever leaves the queue is not told that nobody can be there`() async throws {
        for isWithdrawn in [true, false] {
            let visit = Visit()
            _ = try await visit.say("a person please")
            let failed = Activity.handoffStatus(.failed, conversationId: "c-1")
            let words = try await visit.turn(isWithdrawn ? failed.reportingWithdrawal : failed).first?.text ?? ""
            #expect(words.contains("no colleague can be with you") != isWithdrawn)
            #expect(words.contains("You are out of the queue") == isWithdrawn)
        }
    }

    private func report(_ said: [Activity]) -> Activity {
        .handoffStatus(.completed(.transferBack), conversationId: "c-1", dialect: .threeEvents, transcript: said)
    }

    @Test func `the agent's last words say what it goes on with`() async throws {
        let visit = Visit()
        _ = try await visit.say("a person please")
        let words = "I'm transferring you back to the bot to complete your hotel reservation"
        let said = [Activity.message("hi"), .message(words).sent(byAgent: "ana", name: "Ana")]
        let answers = try await visit.turn(report(said))
        #expect(answers.first?.text == "Welcome back, this is Robin again. Ana tells me: “\(words)”")
        #expect(answers.last?.attachments.first?.contentType == Attachment.CardType.adaptive)
    }

    @Test func `a note for the bot counts even where it asks for nothing that the bot can do`() async throws {
        let visit = Visit()
        _ = try await visit.say("a person please")
        let answers = try await visit.turn(report([.noteForBot("be kind", byAgent: "ana", name: "Ana")]))
        #expect(answers.map(\.text) == ["Welcome back, this is Robin again. Ana tells me: “be kind”"])
    }

    @Test func `an order that the agent names is looked up`() async throws {
        let visit = Visit()
        _ = try await visit.say("a person please")
        let note = Activity.noteForBot("look up order 4711", byAgent: "ben", name: "Ben")
        let answers = try await visit.turn(report([note]))
        #expect(answers.contains { $0.text?.contains("Order 4711") == true })
    }

    @Test func `a farewell asks for nothing`() async throws {
        let visit = Visit()
        _ = try await visit.say("a person please")
        let bye = Activity.message("I hand you back. Take care!").sent(byAgent: "ana", name: "Ana")
        let answers = try await visit.turn(report([bye]))
        #expect(answers.map(\.text) == ["Welcome back, this is Robin again. Anything else I can do?"])
    }

    @Test func `what is behind a link that the channel keeps is read`() async throws {
        let channel = KeepingChannel()
        let bot = DemoBot(lookUpTime: .zero)
        func turn(_ activity: Activity) async throws {
            var activity = activity
            activity.conversation = ConversationAccount(id: channel.id)
            _ = try await bot.onTurn(activity, in: channel)
        }
        try await turn(.message("a person please"))
        let long = (1...600).map { Activity.message("\($0) " + String(repeating: "x", count: 1000)) }
        let said = long + [.noteForBot("finish the booking", byAgent: "ana", name: "Ana")]
        var back = Activity.event("HandoffCompleted", value: "transferBack")
        await back.attachTranscript(said, keeping: channel.keepTranscript)
        #expect(HandoffTranscript(back)?.url != nil)
        try await turn(back)
        #expect(channel.sent.contains { $0.text?.contains("Ana tells me: “finish the booking”") == true })
    }

    @Test(arguments: ["accepted", "failed", "timedOut", "parked", ""])
    func `no report is rejected, whatever it says`(code: String) async throws {
        for name in ["HandoffResponse", "HandoffCompleted", "handoff.status"] {
            let visit = Visit()
            _ = try await visit.turn(.event(name, value: .string(code)))
            _ = try await visit.say("a person please")
            _ = try await visit.turn(.event(name, value: .string(code)))
            _ = try await visit.turn(.event(name, value: ["state": .string(code)]))
        }
    }
}

/// A channel that keeps files.
private final class KeepingChannel: ConversationChannel {
    let id = "c-9"
    let user = ChannelAccount(id: "u1", name: "Sam", role: "user")
    let bot = ChannelAccount(id: "bot", name: "Robin", role: "bot")
    private let state = Mutex<(sent: [Activity], files: [[UInt8]])>(([], []))

    var sent: [Activity] { state.withLock { $0.sent } }

    func send(_ activity: Activity) async throws -> Activity {
        state.withLock { $0.sent.append(activity) }
        return activity
    }

    func deliverToBot(_ activity: Activity) async {}
    func transcript() async -> [Activity] { sent }

    func keep(_ bytes: [UInt8], name: String, contentType: String) async -> String? {
        state.withLock { state in
            state.files.append(bytes)
            return "file:\(state.files.count - 1)"
        }
    }

    func file(at address: String) async -> [UInt8]? {
        Int(address.dropFirst(5)).flatMap { number in
            state.withLock { $0.files.indices.contains(number) ? $0.files[number] : nil }
        }
    }
}
