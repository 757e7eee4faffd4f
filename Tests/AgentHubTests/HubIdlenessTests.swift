import Handoff
import Testing

@testable import AgentHub

/// Duty A23: silence is warned of, and then the conversation is over.
struct HubIdlenessTests {
    private static func policy(warning: Int? = 100, end: Int? = 130) -> HubPolicy {
        HubPolicy(wrapUp: .seconds(5)).with {
            $0.idleWarning = warning.map(Duration.seconds)
            $0.idleEnd = end.map(Duration.seconds)
        }
    }

    @Test func `A23 who says nothing is warned, then the conversation is over and the agent free`() {
        var play = Play(ana, policy: Self.policy())
        play.talk("1", "ana")
        #expect(play.wait(until: 99) == [])
        #expect(play.wait(until: 100) == ["warn 1 ana 30 s"])
        #expect(play.wait(until: 129) == [])
        #expect(play.wait(until: 130) == ["idle 1 ana 130 s"])
        #expect(play.view(for: "ana").own.isEmpty)
        #expect(play.metrics.handled == 1)
        #expect(play(.opened(item: "2", skill: nil)) == ["2 is 1, 130 s"])
        #expect(play.wait(until: 135) == ["offer 2 ana"])
    }

    @Test func `A23 every word sets the clock back, and a new silence is warned of anew`() {
        var play = Play(ana, policy: Self.policy())
        play.talk("1", "ana")
        _ = play.wait(until: 90)
        #expect(play(.spoke(item: "1")) == [])
        #expect(play.wait(until: 189) == [])
        #expect(play.wait(until: 190) == ["warn 1 ana 30 s"])
        #expect(play(.spoke(item: "1")) == [])
        #expect(play.wait(until: 289) == [])
        #expect(play.wait(until: 290) == ["warn 1 ana 30 s"])
        #expect(play.wait(until: 320) == ["idle 1 ana 130 s"])
    }

    @Test func `A23 who waits is not idle, and a colleague begins anew`() {
        var play = Play(ana, ben, policy: Self.policy())
        #expect(play(.spoke(item: "1")) == [])
        play.talk("1", "ana")
        _ = play.wait(until: 90)
        #expect(play(.transferred(item: "1", agent: "ana", .agent("ben"))).contains("offer 1 ben"))
        #expect(play(.spoke(item: "1")) == [])
        _ = play.wait(until: 105)
        _ = play(.accepted(item: "1", agent: "ben"))
        #expect(play.wait(until: 204) == [])
        #expect(play.wait(until: 205) == ["warn 1 ben 30 s"])
    }

    @Test func `A23 a hold and its end count as words`() {
        var play = Play(ana, policy: Self.policy())
        play.talk("1", "ana")
        _ = play.wait(until: 90)
        _ = play(.held(item: "1", agent: "ana"))
        #expect(play.wait(until: 189) == [])
        _ = play(.resumed(item: "1", agent: "ana"))
        #expect(play.wait(until: 288) == [])
        #expect(play.wait(until: 289) == ["warn 1 ana 30 s"])
    }

    @Test func `A23 what is switched off does not come`() {
        var silent = Play(ana, policy: Self.policy(warning: nil, end: nil))
        silent.talk("1", "ana")
        #expect(silent.nextDeadline == nil)
        var blunt = Play(ana, policy: Self.policy(warning: nil))
        blunt.talk("1", "ana")
        #expect(blunt.wait(until: 130) == ["idle 1 ana 130 s"])
        var late = Play(ana, policy: Self.policy(warning: 130))
        late.talk("1", "ana")
        #expect(late.wait(until: 130) == ["idle 1 ana 130 s"])
        var patient = Play(ana, policy: Self.policy(end: nil))
        patient.talk("1", "ana")
        #expect(patient.wait(until: 100) == ["warn 1 ana"])
        #expect(patient.nextDeadline == nil)
    }

    @Test func `the usual times are 25 and 30 minutes`() {
        #expect(HubPolicy().idleWarning == .seconds(1500))
        #expect(HubPolicy().idleEnd == .seconds(1800))
    }
}
