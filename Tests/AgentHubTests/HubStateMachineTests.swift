import Handoff
import Testing

@testable import AgentHub

struct HubStateMachineTests {
    @Test func `an item goes to the agent with the skill, letter case aside`() {
        var play = Play(ben, ana)
        #expect(play(.opened(item: "1", skill: "credit cards")) == ["offer 1 ana"])
        #expect(play(.accepted(item: "1", agent: "ana")) == ["connect 1 ana"])
    }

    @Test func `an item waits for the skill when its agent is busy, though another is free`() {
        var play = Play(ana, ben)
        _ = play(.opened(item: "1", skill: "credit cards"))
        #expect(play(.opened(item: "2", skill: "credit cards")) == ["2 is 1"])
        #expect(play(.opened(item: "3", skill: "credit cards")) == ["3 is 2"])
        #expect(play(.opened(item: "4", skill: "orders")) == ["offer 4 ben"])
    }

    @Test func `anybody takes what nobody has the skill for`() {
        var play = Play(ana, ben)
        #expect(play(.opened(item: "1", skill: "gardening")) == ["offer 1 ana"])
        #expect(play(.opened(item: "2", skill: nil)) == ["offer 2 ben"])
    }

    @Test func `without agents an item is refused at once`() {
        var play = Play(ana)
        _ = play(.presenceChanged(agent: "ana", .offline))
        #expect(play(.opened(item: "1", skill: nil)) == ["refuse 1 noAgents"])
    }

    @Test func `where the policy says so an item waits without agents, for whoever comes`() {
        var policy = HubPolicy()
        policy.admitsWithoutAgents = true
        var play = Play(policy: policy)
        #expect(play(.opened(item: "1", skill: "gardening")).contains { $0.hasPrefix("refuse") } == false)
        #expect(play(.agentJoined(ana)).contains("offer 1 ana"))
    }

    @Test func `least active goes first, and capacity is never exceeded`() {
        var play = Play(cleo, ana)
        #expect(play(.opened(item: "1", skill: nil)) == ["offer 1 ana"])
        #expect(play(.opened(item: "2", skill: nil)) == ["offer 2 cleo"])
        #expect(play(.opened(item: "3", skill: nil)) == ["offer 3 cleo"])
        #expect(play(.opened(item: "4", skill: nil)) == ["4 is 1"])
    }

    @Test func `the more skilled goes first among the equally busy`() {
        var play = Play(cleo, ana)
        #expect(play(.opened(item: "1", skill: "credit cards")) == ["offer 1 ana"])
    }

    @Test func `wrap-up holds the agent, then the next item comes and the queue moves up`() {
        var play = Play(ana, policy: HubPolicy(wrapUp: .seconds(5)))
        _ = play(.opened(item: "1", skill: nil))
        _ = play(.accepted(item: "1", agent: "ana"))
        _ = play(.opened(item: "2", skill: nil))
        _ = play(.opened(item: "3", skill: nil))
        play.second = 10
        #expect(play(.ended(item: "1", agent: "ana", .transferBack)) == ["complete 1 ana transferBack"])
        #expect(play.nextDeadline == .seconds(15))
        play.second = 15
        #expect(play(.timePassed) == ["offer 2 ana", "3 is 1, 10 s"])
    }

    @Test func `an offer that is declined goes to another, and back to the front when there is none`() {
        var play = Play(ana, cleo, policy: HubPolicy(offerCooldown: .seconds(30)))
        _ = play(.presenceChanged(agent: "cleo", .away))
        _ = play(.opened(item: "1", skill: "credit cards"))
        _ = play(.opened(item: "2", skill: "credit cards"))
        #expect(play(.declined(item: "1", agent: "ana")) == ["offer 2 ana", "1 is 1"])
        play.second = 1
        #expect(play(.presenceChanged(agent: "cleo", .available)) == ["offer 1 cleo"])
    }

    @Test func `an agent who declined is asked again once spared long enough`() {
        var play = Play(ana, policy: HubPolicy(offerCooldown: .seconds(30)))
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.declined(item: "1", agent: "ana")) == ["1 is 1"])
        #expect(play.nextDeadline == .seconds(30))
        play.second = 30
        #expect(play(.timePassed) == ["offer 1 ana"])
    }

    @Test func `an offer that is missed sends the agent away and keeps the item's place`() {
        var play = Play(ana, cleo, policy: HubPolicy(offerTimeout: .seconds(20)))
        _ = play(.opened(item: "1", skill: "credit cards"))
        #expect(play.nextDeadline == .seconds(20))
        play.second = 20
        #expect(play(.timePassed) == ["withdraw 1 ana", "ana is away", "offer 1 cleo"])
        #expect(play(.accepted(item: "1", agent: "ana")) == ["reject 1 ana gone"])
        #expect(play(.accepted(item: "1", agent: "cleo")) == ["connect 1 cleo"])
        #expect(play(.opened(item: "2", skill: nil)) == ["offer 2 cleo"])
    }

    @Test func `a user who leaves frees whatever is held for them`() {
        var play = Play(ana)
        _ = play(.opened(item: "1", skill: nil))
        _ = play(.opened(item: "2", skill: nil))
        _ = play(.opened(item: "3", skill: nil))
        #expect(play(.customerLeft(item: "2")) == ["3 is 1"])
        #expect(play(.customerLeft(item: "1")) == ["withdraw 1 ana", "offer 3 ana"])
        #expect(play(.accepted(item: "1", agent: "ana")) == ["reject 1 ana gone"])
        _ = play(.accepted(item: "3", agent: "ana"))
        #expect(play(.customerLeft(item: "3", endedBy: .bot)) == ["dismiss 3 ana by the bot"])
    }

    @Test func `an item that waits too long is given up`() {
        var play = Play(ana, policy: HubPolicy(maximumWait: .seconds(60)))
        _ = play(.opened(item: "1", skill: nil))
        _ = play(.accepted(item: "1", agent: "ana"))
        _ = play(.opened(item: "2", skill: nil))
        play.second = 60
        #expect(play(.timePassed) == ["giveUp 2"])
        #expect(play.nextDeadline == .seconds(25 * 60))
    }

    @Test func `an agent who goes offline loses the conversation and frees the offer`() {
        var play = Play(ana, cleo, policy: HubPolicy().with { $0.agentLoss = .fail })
        _ = play(.opened(item: "1", skill: "credit cards"))
        _ = play(.accepted(item: "1", agent: "ana"))
        #expect(play(.presenceChanged(agent: "ana", .offline)) == ["lose 1 ana"])
        _ = play(.opened(item: "2", skill: nil))
        #expect(play(.presenceChanged(agent: "cleo", .offline)) == ["withdraw 2 cleo", "2 is 1"])
        #expect(play(.presenceChanged(agent: "ana", .available)) == ["offer 2 ana"])
    }

    @Test func `events about nothing known change nothing`() {
        var play = Play(ana)
        #expect(play(.ended(item: "9", agent: "ana", .ended)).isEmpty)
        #expect(play(.declined(item: "9", agent: "x")).isEmpty)
        #expect(play(.customerLeft(item: "9")).isEmpty)
        #expect(play(.presenceChanged(agent: "x", .offline)).isEmpty)
        #expect(play(.agentJoined(ana)).isEmpty)
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.opened(item: "1", skill: nil)).isEmpty)
    }

    @Test func `the log tells who did what and when`() {
        var play = Play(ana)
        play.second = 2
        _ = play(.opened(item: "1", skill: "billing"))
        play.second = 3
        _ = play(.accepted(item: "1", agent: "ana"))
        #expect(
            play.log == [
                "0.000 ana joined", "2.000 1 opened, skill billing", "2.000 1 offered to ana",
                "3.000 ana accepted 1",
            ]
        )
    }
}
