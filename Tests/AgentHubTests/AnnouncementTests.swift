import BotSchema
import Bots
import Handoff
import Testing

@testable import AgentHub

/// What users are told in words whose clients draw no handoff events.
struct AnnouncementTests {
    private let ana = HubAgent(id: "ana", name: "Ana", skills: [:])

    private func said(_ reports: HubReport..., announces: Bool = true, faults: Set<StatusFault> = []) -> [String] {
        let bench = Bench(faults: faults, announces: announces)
        bench.botSends(initiate())
        for report in reports { bench.reports(report) }
        return bench.conversation.stream.filter { $0.type == .message }.map { $0.text ?? "" }
    }

    @Test func `acceptance and end are told, each once and behind its event`() throws {
        let bench = Bench(announces: true)
        bench.botSends(initiate())
        bench.reports(.accepted(ana), .message(.message("hi"), ana), .completed(.ended, ana))
        #expect(
            bench.conversation.shown == [
                "Ana: accepted", "You are connected with Ana.", "Ana: hi", "Ana: completed",
                "Ana has ended the conversation.",
            ]
        )
        // They are the hub's, and for the user alone.
        let words = bench.conversation.stream.filter { HubNotice($0)?.isAnnouncement == true }
        #expect(words.count == 2)
        #expect(words.allSatisfy { $0.isFromHub && $0.from?.id == "agent-hub" && $0.humanAgent == nil })
        #expect(bench.conversation.toBot.allSatisfy { $0.type == .event })
    }

    @Test func `every end has its words`() {
        #expect(
            said(.accepted(ana), .completed(.transferBack, ana)).last
                == "Ana has ended the conversation. You are back with the bot."
        )
        #expect(
            said(.failed(.noAgents, reason: "No agent is online.")) == [
                "No agent is online. You are back with the bot."
            ]
        )
        #expect(
            said(.timedOut(reason: "No agent was free in time."))
                == ["No agent was free in time. You are back with the bot."]
        )
        #expect(
            said(.accepted(ana), .lost(ana, reason: "The agent was disconnected.")).last
                == "The agent was disconnected. You are back with the bot."
        )
    }

    @Test func `a user who leaves queue or agent is spoken to`() {
        for isLive in [false, true] {
            let bench = Bench(announces: true)
            bench.botSends(initiate())
            if isLive { bench.reports(.accepted(ana)) }
            _ = bench.userSends(.event(HandoffAdapter.withdrawalName))
            #expect(
                bench.conversation.shown.last
                    == (isLive ? "" : "You have left the queue. ") + "You are back with the bot."
            )
        }
    }

    @Test func `an end that a notice has told is not told again`() {
        let idle = said(.accepted(ana), .expired(ana, after: .seconds(1800)), .completed(.ended, ana))
        #expect(
            idle == [
                "You are connected with Ana.", "Nobody wrote for 30 minutes, so the conversation with Ana has ended.",
            ]
        )
        #expect(said(.abandoned(nil, after: .seconds(180))).count == 1)
    }

    @Test func `where it is off, and where no event is sent, there are no words`() {
        #expect(said(.accepted(ana), .completed(.ended, ana), announces: false) == [])
        #expect(
            said(.accepted(ana), .completed(.ended, ana), faults: [.acceptanceMissing])
                == ["Ana has ended the conversation."]
        )
    }

    @Test func `the words are read back as they were written`() throws {
        let bench = Bench(announces: true)
        bench.botSends(initiate())
        bench.reports(.failed(.outOfHours, reason: "We are closed\nat this hour."))
        let message = try #require(bench.conversation.stream.last)
        #expect(message.text == "We are closed at this hour. You are back with the bot.")
        #expect(HubNotice(message)?.text == message.text)
    }
}
