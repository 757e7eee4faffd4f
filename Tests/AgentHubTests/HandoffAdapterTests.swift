import BotSchema
import Bots
import Handoff
import Testing

@testable import AgentHub

struct HandoffAdapterTests {
    @Test func `a whole handoff is told once each, in order, to the user and to the bot`() throws {
        let bench = Bench()
        #expect(bench.userSays("hi") == .bot)
        bench.botSends(.message("one moment"))
        bench.botSends(initiate())
        #expect(bench.hub.requests.map(\.initiation.context.skill) == ["billing"])
        #expect(bench.hub.requests.map(\.user.name) == ["Sam"])
        bench.reports(.queued(position: 2, estimatedWait: nil), .queued(position: 1, estimatedWait: nil))
        bench.reports(.accepted(bench.ana), .typing(bench.ana), .message(.message("hello"), bench.ana))
        #expect(bench.userSays("thanks") == .adapter)
        bench.reports(.message(.message("bye"), bench.ana), .completed(.transferBack, bench.ana))
        #expect(
            bench.conversation.shown == [
                "queue 2", "queue 1", "Ana: accepted", "Ana: hello", "Ana: bye", "Ana: completed",
            ]
        )
        #expect(bench.conversation.stream.count { $0.type == .typing } == 1)
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted", "Ana: completed"])
        #expect(bench.hub.heard == ["thanks"])
        #expect(bench.userSays("again") == .bot)
    }

    @Test func `what the bot gets of a status is the activity that the user saw, addressed to it`() throws {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana))
        let shown = try #require(bench.conversation.stream.last)
        var delivered = try #require(bench.conversation.toBot.last)
        #expect(delivered.recipient?.id == "bot")
        delivered.recipient = nil
        #expect(delivered == shown)
        #expect(shown.conversation?.id == "c-1")
        #expect(shown.from?.id == "agent-ana")
    }

    @Test func `lines that wait reach the agent in order once there is one`() {
        let bench = Bench()
        bench.botSends(initiate())
        for line in ["1", "2", "3"] { #expect(bench.userSays(line) == .adapter) }
        bench.reports(.queued(position: 1, estimatedWait: nil))
        for line in ["4", "5"] { #expect(bench.userSays(line) == .adapter) }
        #expect(bench.hub.heard.isEmpty)
        bench.reports(.accepted(bench.ana))
        bench.userSays("6")
        #expect(bench.hub.heard == ["1", "2", "3", "4", "5", "6"])
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted"])
    }

    @Test(arguments: [HubReport.failed(reason: "nobody"), .timedOut(reason: "nobody")])
    func `lines that waited for nobody reach the bot, behind the news`(report: HubReport) {
        let bench = Bench()
        bench.botSends(initiate())
        bench.userSays("1")
        bench.userSays("2")
        bench.reports(report)
        #expect(bench.conversation.toBot.map(\.brief) == ["failed", "1", "2"])
        #expect(bench.conversation.toBot.first?.value?["message"] == "nobody")
        #expect(bench.userSays("3") == .bot)
    }

    @Test func `a bot that is muted does not speak through changes either`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana))
        for type in [ActivityType.message, .messageUpdate] {
            var words = Activity(type: type)
            words.text = "I am here, too"
            let revised = bench.adapter.revise(words, in: bench.conversation.id)
            #expect(revised?.type == .event && revised?.isFromHub == true)
        }
        #expect(bench.adapter.revise(.typing, in: bench.conversation.id) == nil)
    }

    @Test func `a line that the agent did not get any more reaches the bot`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana))
        bench.hub.listen(false)
        #expect(bench.userSays("still there?") == .adapter)
        bench.reports(.lost(bench.ana, reason: "disconnected"))
        #expect(bench.conversation.toBot.map(\.brief) == ["Ana: accepted", "Ana: failed", "still there?"])
    }

    @Test func `a second request while one is open opens nothing`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.botSends(initiate())
        bench.botSends(initiate(id: "i-2"))
        bench.reports(.accepted(bench.ana))
        bench.botSends(initiate(id: "i-3"))
        #expect(bench.hub.requests.count == 1)
        bench.reports(.completed(.ended, bench.ana))
        bench.botSends(initiate(id: "i-4"))
        #expect(bench.hub.requests.count == 2)
    }

    @Test func `reports after the end are for nobody`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana), .completed(.ended, bench.ana))
        let shown = bench.conversation.shown
        bench.reports(.message(.message("late"), bench.ana), .completed(.ended, bench.ana))
        #expect(bench.conversation.shown == shown)
    }

    @Test func `what is between client and bot stays there`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana))
        #expect(bench.userSends(.event("x")) == .bot)
        #expect(bench.userSends(Activity(type: .invoke)) == .bot)
        #expect(bench.userSends(.typing) == .adapter)
        #expect(bench.hub.heard == ["typing"])
    }

    @Test func `the end of the conversation takes the hub's item along`() {
        for endedByUser in [true, false] {
            let bench = Bench()
            bench.botSends(initiate())
            if endedByUser {
                #expect(bench.userSends(.endOfConversation()) == .bot)
            } else {
                bench.botSends(.endOfConversation())
            }
            #expect(bench.hub.departures == 1)
            bench.reports(.accepted(bench.ana))
            #expect(bench.conversation.shown.isEmpty)
            #expect(bench.userSays("hello?") == .bot)
        }
    }

    @Test func `a conversation that is gone frees the agent`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.conversation.vanish()
        bench.reports(.accepted(bench.ana), .message(.message("hi"), bench.ana))
        #expect(bench.hub.departures == 1)
    }

    @Test(arguments: [HandoffDialect.threeEvents, .threeEventsAsCoded])
    func `statuses come in the dialect that was chosen`(dialect: HandoffDialect) {
        let bench = Bench(dialect: dialect)
        bench.botSends(initiate())
        bench.reports(.accepted(bench.ana), .completed(.transferBack, bench.ana))
        let last = dialect == .threeEvents ? "HandoffCompleted" : "HandoffResponse"
        #expect(bench.conversation.toBot.map(\.name) == ["HandoffResponse", last])
        #expect(bench.conversation.shown == ["Ana: accepted", "Ana: transferBack"])
    }

    @Test func `a client that follows the stream sees every state once`() {
        let bench = Bench()
        bench.botSends(initiate())
        bench.reports(.queued(position: 1, estimatedWait: nil), .accepted(bench.ana))
        bench.reports(.message(.message("hi"), bench.ana), .completed(.ended, bench.ana))
        var lifecycle = HandoffLifecycle()
        let steps = ([initiate()] + bench.conversation.stream).flatMap {
            lifecycle.receive($0, at: Timestamp(milliseconds: 0))
        }
        #expect(steps.map(\.to) == [.requested, .queued, .live, .ended])
    }

    @Test func `a stopped adapter has stopped and sends users to the bot`() {
        let bench = Bench()
        bench.botSends(initiate())
        #expect(bench.stop())
        #expect(bench.userSays("hi") == .bot)
        bench.botSends(initiate(id: "i-2"))
        #expect(bench.hub.requests.count == 1)
    }
}
