import BotSchema
import Bots
import Handoff
import Testing

@testable import AgentHub

/// The cases V41 to V47 of the checklist, and the duties of an adapter around them.
struct HandoffDutyTests {
    private let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
    private let ben = HubAgent(id: "ben", name: "Ben", skills: [:])

    @Test func `V41 a request that is delivered twice opens one item, even after the end`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .completed(.ended, ana))
        bench.botSends(initiate())
        #expect(bench.hub.requests.count == 1)
        bench.botSends(initiate(id: "i-2"))
        #expect(bench.hub.requests.count == 2)
    }

    @Test func `V42 five lines of the queue reach the agent once, in order, the redelivered too`() {
        let bench = Bench()
        bench.botSends(initiate())
        for number in 1...5 {
            var line = Activity.message("\(number)")
            line.id = "line-\(number)"
            #expect(bench.userSends(line) == .adapter)
            #expect(bench.userSends(line) == .adapter)
        }
        bench.reports(.queued(position: 1, estimatedWait: nil), .accepted(ana))
        #expect(bench.hub.heard == ["1", "2", "3", "4", "5"])
    }

    @Test func `A17 a bot that asks twice, wherever it runs, gets one agent, and the user's stream has both requests`()
    {
        let bench = Bench(faults: [.twoInitiations])
        bench.botSends(initiate())
        #expect(bench.hub.requests.count == 1)
        let again = bench.conversation.stream.filter { $0.name == "handoff.initiate" }
        #expect(again.count == 1)
        #expect(again.first?.id != "i-1")
        bench.reports(.accepted(ana))
        #expect(bench.userSays("hello") == .adapter)
        #expect(bench.hub.heard == ["hello"])
    }

    @Test func `A13 a user who withdraws has the bot back, waiting or talking, and the hub is told`() {
        for isLive in [false, true] {
            let bench = Bench()
            bench.botSends(initiate())
            bench.userSays("to whoever comes")
            if isLive { bench.reports(.accepted(ana)) }
            #expect(bench.userSends(.event(HandoffAdapter.withdrawalName)) == .adapter)
            #expect(bench.hub.departures == 1)
            #expect(bench.conversation.toBot.map(\.brief).last == (isLive ? "completed" : "to whoever comes"))
            // What the hub still reports comes too late.
            bench.reports(.message(.message("late"), ana), .completed(.ended, ana))
            #expect(!bench.conversation.shown.contains("Ana: late"))
            #expect(bench.userSays("and now?") == .bot)
            #expect(bench.conversation.shown.last == (isLive ? "completed" : "failed"))
        }
    }

    @Test func `V43 a line to the agent is nothing for the bot`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        #expect(bench.userSays("my card") == .adapter)
        #expect(bench.hub.heard == ["my card"])
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted"])
    }

    @Test(arguments: [
        "suggestion", "messageReaction", "messageUpdate", "invokeResponse", "weird", "Message", "handoff",
    ])
    func `V44 no type of activity lets the bot speak while an agent is there`(type: String) throws {
        let bench = Bench()
        var said = Activity.message("Did you try our website?")
        said.json["type"] = .string(type)
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        #expect(bench.adapter.revise(said, in: "c-1")?.name == "baton.suppressed")
        for silent in [Activity.event("custom"), .endOfConversation()] {
            #expect(bench.adapter.revise(silent, in: "c-1") == silent)
        }
    }

    @Test func `V44 what the bot says while an agent is there is kept out of the chat and on record`() throws {
        let bench = Bench()
        var stale = Activity.message("Did you try our website?")
        stale.id = "b-7"
        #expect(bench.adapter.revise(stale, in: "c-1") == stale)
        bench.botSends(initiate())
        #expect(bench.adapter.revise(stale, in: "c-1") == stale)
        bench.reports(.accepted(ana))
        let record = try #require(bench.adapter.revise(stale, in: "c-1"))
        #expect(record.type == .event)
        #expect(record.name == "baton.suppressed")
        #expect(record.id == "b-7")
        #expect(record.text == nil)
        #expect(record.value?["activity"]?["text"] == "Did you try our website?")
        #expect(HandoffSignal(record) == nil)
        #expect(bench.adapter.revise(.typing, in: "c-1") == nil)
        #expect(bench.adapter.revise(.event("x"), in: "c-1") == .event("x"))
        #expect(bench.adapter.revise(stale, in: "c-2") == stale)
        bench.reports(.completed(.transferBack, ana))
        #expect(bench.adapter.revise(stale, in: "c-1") == stale)
    }

    @Test func `V44 the rest of the turn that asked for the agent passes`() {
        let bench = Bench()
        var request = initiate()
        request.replyToId = "u-3"
        bench.botSends(request)
        bench.reports(.accepted(ana))
        var rest = Activity.message("I am getting you a colleague.")
        rest.replyToId = "u-3"
        #expect(bench.adapter.revise(rest, in: "c-1") == rest)
        rest.replyToId = "u-4"
        #expect(bench.adapter.revise(rest, in: "c-1")?.type == .event)
    }

    @Test(arguments: [HandoffDialect.sdk, .threeEvents, .threeEventsAsCoded])
    func `what the bot answers to a report reaches the user, and nothing else it says meanwhile`(
        dialect: HandoffDialect
    )
        throws
    {
        let bench = Bench(dialect: dialect)
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        let report = try #require(bench.conversation.toBot.last)
        #expect(report.id == bench.conversation.stream.last?.id)
        var answer = Activity.message("Ana is with you now.")
        answer.replyToId = report.id
        #expect(bench.adapter.revise(answer, in: "c-1") == answer)
        #expect(bench.adapter.revise(answer, in: "c-2") == answer)
        answer.replyToId = "another"
        #expect(bench.adapter.revise(answer, in: "c-1")?.type == .event)
        // A colleague takes over: what was asked before may still be answered.
        bench.reports(.transferring(from: ana, to: "Ben"), .joined(ben))
        answer.replyToId = report.id
        #expect(bench.adapter.revise(answer, in: "c-1") == answer)
        bench.reports(.completed(.transferBack, ben))
        answer.replyToId = bench.conversation.toBot.last?.id
        #expect(bench.adapter.revise(answer, in: "c-1") == answer)
    }

    @Test func `V44 the bot is muted between two agents too, and free when the user has left`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .transferring(from: ana, to: "Ben"))
        #expect(bench.adapter.revise(.message("x"), in: "c-1")?.type == .event)
        _ = bench.userSends(.endOfConversation())
        #expect(bench.adapter.revise(.message("x"), in: "c-1")?.type == .message)
    }

    @Test(arguments: StatusFault.allCases)
    func `V44 V47 whatever is wrong with the statuses, lines go where they belong and come back`(fault: StatusFault) {
        let bench = Bench(faults: [fault])
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        #expect(bench.userSays("hello") == .adapter)
        #expect(bench.hub.heard == ["hello"])
        bench.reports(.message(.message("hi"), ana), .completed(.transferBack, ana))
        #expect(bench.userSays("again") == .bot)
        let expected =
            switch fault {
            case .statusTwice:
                ["Ana: accepted", "Ana: accepted", "Ana: hi", "Ana: completed", "Ana: completed"]
            case .statusUnknown: ["Ana: parked", "Ana: accepted", "Ana: hi", "Ana: parked", "Ana: completed"]
            case .statusLate: ["Ana: hi", "Ana: accepted", "Ana: completed"]
            case .statusReordered: ["Ana: hi", "Ana: completed", "Ana: accepted"]
            case .statusWrongConversation, .statusMessageNull: ["Ana: accepted", "Ana: hi", "Ana: completed"]
            case .acceptanceMissing: ["Ana: hi", "Ana: completed"]
            case .completionTwice: ["Ana: accepted", "Ana: hi", "Ana: completed", "Ana: completed"]
            case .completionMissing: ["Ana: accepted", "Ana: hi"]
            case .twoInitiations: ["handoff.initiate", "Ana: accepted", "Ana: hi", "Ana: completed"]
            case .agentAfterEnd:
                ["Ana: accepted", "Ana: hi", "Ana: completed", "Ana: One more thing: please keep your receipt."]
            }
        #expect(bench.conversation.shown == expected)
        // What the agents say is not for the bot, nor what the bot asked itself.
        let userOnly = fault == .agentAfterEnd || fault == .twoInitiations ? 2 : 1
        #expect(bench.conversation.toBot.count == expected.count - userOnly)
        // A client comes to the same end, but for the one that nobody told.
        var lifecycle = HandoffLifecycle()
        for activity in [initiate()] + bench.conversation.stream {
            _ = lifecycle.receive(activity, at: Timestamp(milliseconds: 0))
        }
        let isUntold = fault == .completionMissing || fault == .statusWrongConversation
        #expect(lifecycle.state == (isUntold ? .live : .bot))
    }

    @Test func `a late acceptance comes three seconds after the agent's first line, and lines pass meanwhile`() {
        let bench = Bench(faults: [.statusLate])
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        #expect(bench.userSays("hello") == .adapter)
        bench.time.run(upTo: .seconds(60))
        #expect(bench.conversation.shown == [])
        let start = bench.time.now.offset
        bench.hub.report(.message(.message("hi"), ana))
        bench.time.run(upTo: start + .seconds(2))
        bench.hub.report(.message(.message("one moment"), ana))
        bench.time.run(upTo: start + .seconds(2.9))
        #expect(bench.conversation.shown == ["Ana: hi", "Ana: one moment"])
        bench.time.run(upTo: start + .seconds(3))
        #expect(bench.conversation.shown == ["Ana: hi", "Ana: one moment", "Ana: accepted"])
        bench.reports(.completed(.ended, ana))
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted", "Ana: completed"])
        #expect(bench.hub.heard == ["hello"])
    }

    @Test func `a status for another conversation says so to the user's client and to the bot`() throws {
        let bench = Bench(faults: [.statusWrongConversation])
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        for status in [try #require(bench.conversation.stream.last), try #require(bench.conversation.toBot.last)] {
            #expect(status.relatesTo?.conversation?.id == "another-conversation")
        }
    }

    @Test func `V45 a line is tried three times, then its loss is told, and the next keep their order`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        bench.hub.failNext(2)
        bench.userSays("1")
        #expect(bench.hub.heard == ["1"])
        #expect(bench.time.now.offset == .milliseconds(1500))
        bench.hub.failNext(3)
        bench.userSays("2")
        bench.userSays("3")
        #expect(bench.hub.heard == ["1", "3"])
        #expect(bench.conversation.shown.last?.contains("“2” did not reach the agent") == true)
    }

    @Test func `V45 what can never succeed is tried once`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        bench.hub.failNext(1, isTransient: false)
        bench.userSays("1")
        #expect(bench.hub.heard.isEmpty)
        #expect(bench.time.now.offset == .zero)
        #expect(bench.conversation.shown.count == 2)
    }

    @Test func `V46 after a failure the user is the bot's, whatever failed`() {
        for refusal in HubRefusal.allCases {
            let bench = Bench()
            bench.botSends(initiate())
            bench.reports(.failed(refusal, reason: refusal.sentence))
            #expect(bench.conversation.shown == ["failed"])
            #expect(bench.conversation.stream.last?.value?["message"]?.string == refusal.sentence)
            #expect(bench.userSays("hello") == .bot)
        }
    }

    @Test func `V46 a hub that is down fails the handoff, and waiting lines go to the bot`() {
        let bench = Bench()
        bench.hub.goDown()
        bench.botSends(initiate())
        #expect(bench.conversation.toBot.map(\.brief) == ["failed"])
        #expect(bench.userSays("hello") == .bot)
    }

    @Test func `V47 after the end late words and a second completion are for nobody, and both ways are closed`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .completed(.ended, ana))
        let shown = bench.conversation.shown
        bench.reports(.message(.message("late"), ana), .completed(.ended, ana), .held(ana))
        #expect(bench.conversation.shown == shown)
        #expect(bench.userSays("again") == .bot)
        #expect(bench.hub.heard.isEmpty)
    }

    @Test func `hold, transfer and a lost agent are told in words, and no handoff event is repeated`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .held(ana), .resumed(ana), .transferring(from: ana, to: "Ben"))
        bench.reports(.queued(position: 2, estimatedWait: nil), .joined(ben), .reassigning(ben), .joined(ana))
        #expect(
            bench.conversation.shown == [
                "Ana: accepted", "Ana has put you on hold.", "Ana is back.", "Ana is passing you on to Ben.",
                "You are number 2 in line.", "Ben has joined the conversation.",
                "Ben was disconnected. A colleague will be with you.", "Ana has joined the conversation.",
            ]
        )
        #expect(bench.conversation.stream.last?.channelData?["baton"]?["notice"] == "joined")
        #expect(bench.conversation.stream.last?.channelData?["baton"]?["agentId"] == "ana")
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted"])
    }

    @Test func `lines between two agents reach the second, in order`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(ana))
        bench.userSays("1")
        bench.reports(.transferring(from: ana, to: "Ben"))
        bench.userSays("2")
        bench.userSays("3")
        #expect(bench.hub.heard == ["1"])
        bench.reports(.joined(ben))
        bench.userSays("4")
        #expect(bench.hub.heard == ["1", "2", "3", "4"])
    }

    @Test func `lines to an agent whose line is down reach the agent, the next one, or the bot`() {
        let endings: [(HubReport, agent: [String], bot: [String])] = [
            (.reachable(ana), ["1", "2", "3"], ["Ana: accepted"]),
            (.joined(ben), ["1", "2", "3"], ["Ana: accepted"]),
            (.lost(ana, reason: "gone"), ["1"], ["Ana: accepted", "Ana: failed", "2", "3"]),
        ]
        for ending in endings {
            let bench = Bench()
            bench.botSends(initiate())
            bench.reports(.accepted(ana))
            bench.userSays("1")
            bench.hub.listen(false)
            bench.userSays("2")
            bench.userSays("3")
            bench.hub.listen(true)
            bench.reports(ending.0)
            #expect(bench.hub.heard == ending.agent)
            #expect(bench.conversation.toBot.map(\.brief) == ending.bot)
        }
    }

    @Test func `giving up between two agents is a loss, since what was accepted cannot time out`() {
        let bench = Bench(dialect: .threeEvents)
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .transferring(from: ana, to: "Ben"), .timedOut(reason: "nobody"))
        #expect(bench.conversation.toBot.map(\.name) == ["HandoffResponse", "HandoffCompleted"])
        #expect(bench.conversation.toBot.last?.value == "failed")
    }
}
