import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// What a log is told of handoffs.
struct HandoffStepTests {
    private func steps(_ body: (Bench) -> Void) -> [String] {
        let steps = Mutex<[HandoffStep]>([])
        let bench = Bench(onStep: { step in steps.withLock { $0.append(step) } })
        body(bench)
        let seen = steps.withLock { $0 }
        #expect(seen.allSatisfy { $0.conversation == "c-1" && $0.json["conversation"] == "c-1" })
        return seen.map { String($0.description.dropFirst("c-1 handoff ".count)) }
    }

    @Test func `a whole handoff is told step by step`() {
        let steps = steps { bench in
            bench.botSends(initiate())
            bench.reports(.queued(position: 2, estimatedWait: nil), .accepted(bench.ana), .interrupted(bench.ana))
            bench.reports(.reachable(bench.ana), .message(.message("a secret"), bench.ana))
            bench.reports(
                .transferring(from: bench.ana, to: "Ben"),
                .joined(HubAgent(id: "b", name: "Ben", skills: [:]))
            )
            bench.reports(.completed(.transferBack, bench.ana))
        }
        #expect(
            steps == [
                "requested, skill billing", "queued, position 2", "accepted by Ana",
                "interrupted, the connection to Ana is broken", "goes on, Ana is connected again",
                "leaves Ana for a colleague", "accepted by Ben", "completed, transferredBack by Ana",
            ]
        )
    }

    @Test(arguments: [
        (HubReport.failed(reason: "Nobody is there."), "failed, failed: Nobody is there."),
        (.timedOut(reason: "Too late."), "failed, timedOut: Too late."),
        (.lost(nil, reason: "Gone."), "failed, lost: Gone."),
    ])
    func `an end that nobody wanted has its outcome and its reason`(report: HubReport, words: String) {
        let steps = steps { bench in
            bench.botSends(initiate())
            bench.reports(report)
        }
        #expect(steps.last == words)
    }

    @Test func `a user who gives up has cancelled, a conversation that ends has aborted`() {
        let cancelled = steps { bench in
            bench.botSends(initiate())
            _ = bench.userSends(.event(HandoffAdapter.withdrawalName))
        }
        #expect(cancelled.last == "failed, cancelled: The user has left the queue.")
        let aborted = steps { bench in
            bench.botSends(initiate())
            bench.reports(.accepted(bench.ana))
            _ = bench.userSends(Activity(type: .endOfConversation))
        }
        #expect(aborted.last == "failed, aborted: The conversation ended.")
        #expect(aborted.count { $0.hasPrefix("failed") } == 1)
    }

    @Test func `programs read the same in members`() {
        let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
        let accepted = HandoffStep("c", .accepted(by: ana)).json
        #expect(
            JSONValue.object(accepted)
                == [
                    "event": "handoff", "conversation": "c", "state": "accepted", "agent": "Ana", "agentId": "ana",
                ]
        )
        let failed = HandoffStep("c", .failed(.timedOut, by: nil, reason: "Too late.")).json
        #expect(
            JSONValue.object(failed)
                == [
                    "event": "handoff", "conversation": "c", "state": "failed", "outcome": "timedOut",
                    "reason": "Too late.",
                ]
        )
        #expect(HandoffStep("c", .queued(position: 3)).json["position"] == 3)
        #expect(HandoffStep("c", .requested(skill: "billing")).json["skill"] == "billing")
    }
}
