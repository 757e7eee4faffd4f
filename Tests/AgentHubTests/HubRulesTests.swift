import Handoff
import Testing

@testable import AgentHub

private let ann = HubAgent(id: "ann", name: "Ann", skills: [:], capacity: 2)
private let bob = HubAgent(id: "bob", name: "Bob", skills: [:], capacity: 2)

/// The cases V48 to V56 of the checklist, and the rules around them.
struct HubRulesTests {
    @Test func `V48 nobody is online, so an item is refused at once and counted`() {
        var play = Play(ana)
        _ = play(.presenceChanged(agent: "ana", .offline))
        #expect(play(.opened(item: "1", skill: nil)) == ["refuse 1 noAgents"])
        #expect(play.metrics.refused == 1)
        #expect(play.nextDeadline == nil)
    }

    @Test func `V49 without the skill nobody is rung, and the item times out`() {
        let policy = HubPolicy(maximumWait: .seconds(60)).with { $0.skillGap = .wait }
        var play = Play(ana, ben, policy: policy)
        #expect(play(.opened(item: "1", skill: "gardening")) == ["1 is 1"])
        #expect(play.wait(until: 59).isEmpty)
        #expect(play.wait(until: 60) == ["giveUp 1"])
        #expect(play.metrics.timedOut == 1)
    }

    @Test(arguments: [AgentPresence.away, .offline])
    func `V49 an agent who is not there does not make the others wait for the skill`(presence: AgentPresence) {
        // Bob names no skill and takes anything.
        var play = Play(ana, bob)
        _ = play(.presenceChanged(agent: "bob", presence))
        #expect(play(.opened(item: "1", skill: "gardening")) == ["offer 1 ana"])
    }

    @Test func `V49 a level that is too low is no skill`() {
        var play = Play(cleo, policy: HubPolicy().with { $0.skillGap = .wait })
        #expect(play(.opened(item: "1", WorkNeed(skills: ["Credit Cards": 4]))) == ["1 is 1"])
        #expect(play(.opened(item: "2", WorkNeed(skills: ["credit cards": 3]))) == ["offer 2 cleo"])
        #expect(play(.agentJoined(ana)) == ["offer 1 ana"])
    }

    @Test func `V49 the fallback queue takes what waits too long, once`() {
        let policy = HubPolicy(maximumWait: .seconds(60)).with { policy in
            policy.skillGap = .wait
            var special = HubQueue(id: "special", skills: ["Gardening"])
            special.fallback = "main"
            var main = HubQueue.main
            main.relaxation = .seconds(10)
            main.fallback = "special"
            policy.queues = [main, special]
        }
        var play = Play(ana, policy: policy)
        #expect(play(.opened(item: "1", skill: "gardening")) == ["1 is 1"])
        #expect(play.wait(until: 60) == ["1 is 1"])
        #expect(play.log.last == "60.000 1 waits at position 1")
        #expect(play.wait(until: 70) == ["offer 1 ana"])
        _ = play(.declined(item: "1", agent: "ana"))
        _ = play(.presenceChanged(agent: "ana", .away))
        #expect(play.wait(until: 120) == ["giveUp 1"])
    }

    @Test func `a user gets the agent of last time where that agent is free and able, and the policy says so`() {
        let policy = HubPolicy(wrapUp: .zero).with { $0.prefersPreviousAgent = true }
        for (policy, isPreferred) in [(policy, true), (policy.with { $0.prefersPreviousAgent = false }, false)] {
            var play = Play(ann, bob, policy: policy)
            _ = play(.opened(item: "0", skill: nil))
            _ = play(.accepted(item: "0", agent: "ann"))
            #expect(play(.opened(item: "1", WorkNeed(customer: "sam"))) == ["offer 1 bob"])
            _ = play(.accepted(item: "1", agent: "bob"))
            #expect(play(.opened(item: "2", WorkNeed(customer: "sam"))) == ["offer 2 \(isPreferred ? "bob" : "ann")"])
        }
        var play = Play(ana, ben, policy: policy)
        _ = play(.opened(item: "1", WorkNeed(skill: "orders", customer: "sam")))
        _ = play(.accepted(item: "1", agent: "ben"))
        _ = play(.ended(item: "1", agent: "ben", .ended))
        #expect(play(.opened(item: "2", WorkNeed(skill: "credit cards", customer: "sam"))) == ["offer 2 ana"])
        _ = play(.accepted(item: "2", agent: "ana"))
        #expect(play(.opened(item: "3", WorkNeed(customer: "sam"))) == ["offer 3 ben"])
        _ = play(.declined(item: "3", agent: "ben"))
        _ = play(.ended(item: "2", agent: "ana", .ended))
        #expect(play(.accepted(item: "3", agent: "ana")) == ["connect 3 ana"])
    }

    @Test func `of many users the latest are known`() {
        var previous = PreviousAgents()
        for number in 0...PreviousAgents.limit { previous["u\(number)"] = "ana" }
        previous["u\(PreviousAgents.limit)"] = "ben"
        #expect(previous["u0"] == nil)
        #expect(previous["u\(PreviousAgents.limit - 1)"] == "ana")
        #expect(previous["u\(PreviousAgents.limit)"] == "ben")
    }

    @Test func `skills are dropped once they were asked for in vain long enough`() {
        let policy = HubPolicy().with { policy in
            policy.skillGap = .wait
            policy.queues = [.main]
            policy.queues[0].relaxation = .seconds(15)
        }
        var play = Play(ben, policy: policy)
        #expect(play(.opened(item: "1", skill: "gardening")) == ["1 is 1"])
        #expect(play.nextDeadline == .seconds(15))
        #expect(play.wait(until: 15) == ["offer 1 ben"])
    }

    @Test func `V50 four requests for two agents alternate, and capacity holds`() {
        var play = Play(ann, bob)
        let offers = (1...5).flatMap { play(.opened(item: "\($0)", skill: nil)) }
        #expect(offers == ["offer 1 ann", "offer 2 bob", "offer 3 ann", "offer 4 bob", "5 is 1"])
        #expect(play.view(for: "ann").colleagues.map(\.unitsInUse) == [2, 2])
    }

    @Test func `V51 an offer that is ignored sends the agent away, spares them, and keeps the place`() {
        var play = Play(ann, policy: HubPolicy(offerTimeout: .seconds(20)))
        _ = play(.opened(item: "1", skill: nil))
        play.second = 5
        _ = play(.opened(item: "2", skill: nil))
        _ = play(.opened(item: "3", skill: nil))
        #expect(play.wait(until: 20) == ["withdraw 1 ann", "ann is away", "1 is 1", "3 is 2"])
        #expect(play.view(for: "ann").colleagues.map(\.presence) == [.away])
        #expect(play(.agentJoined(bob)) == ["offer 1 bob", "offer 3 bob"])
        #expect(play.metrics.longestWait == .seconds(20))
    }

    @Test func `V51 an agent who missed a ring and says that they are back is rung at once`() {
        var play = Play(ann, policy: HubPolicy(offerTimeout: .seconds(20)))
        _ = play(.opened(item: "1", skill: nil))
        #expect(play.wait(until: 20) == ["withdraw 1 ann", "ann is away", "1 is 1"])
        #expect(play(.presenceChanged(agent: "ann", .available)) == ["offer 1 ann"])
        // Who has seen it and let it go is spared for a while, wherever they were in the meantime.
        _ = play(.declined(item: "1", agent: "ann"))
        _ = play(.presenceChanged(agent: "ann", .away))
        #expect(play(.presenceChanged(agent: "ann", .available)) == [])
    }

    @Test func `V51 an offer that is declined goes to the next, and presence follows the policy`() {
        var play = Play(ann, bob, policy: HubPolicy().with { $0.presenceAfterDecline = .busy })
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.declined(item: "1", agent: "ann")) == ["ann is busy", "offer 1 bob"])
        #expect(play.view(for: "ann").colleagues.map(\.presence) == [.busy, .available])
        #expect(play(.declined(item: "1", agent: "bob")) == ["bob is busy", "1 is 1"])
        _ = play(.presenceChanged(agent: "ann", .available))
        #expect(play.wait(until: 30) == ["offer 1 ann"])
    }

    @Test func `V52 a user who leaves while it rings takes the offer along`() {
        var play = Play(ann)
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.customerLeft(item: "1")) == ["withdraw 1 ann"])
        #expect(play(.accepted(item: "1", agent: "ann")) == ["reject 1 ann gone"])
        #expect(play.metrics.abandoned == 1)
        #expect(play.view(for: "ann").colleagues.map(\.unitsInUse) == [0])
    }

    @Test func `V53 of two who pick the same item one gets it, and the other is told`() {
        let policy = HubPolicy().with { $0.queues[0].isPull = true }
        var play = Play(ann, bob, policy: policy)
        #expect(play(.opened(item: "1", skill: nil)) == ["1 is 1"])
        #expect(play(.accepted(item: "1", agent: "ann")) == ["connect 1 ann"])
        #expect(play(.accepted(item: "1", agent: "bob")) == ["reject 1 bob alreadyTaken"])
        #expect(play(.accepted(item: "1", agent: "ann")).isEmpty)
        for item in ["2", "3"] { _ = play(.opened(item: item, skill: nil)) }
        #expect(play(.accepted(item: "2", agent: "ann")) == ["connect 2 ann", "3 is 1"])
        #expect(play(.accepted(item: "3", agent: "ann")) == ["reject 3 ann noCapacity"])
    }

    @Test func `V54 an agent who is back within the grace goes on, and lines may be sent again`() {
        var play = Play(ann, bob)
        play.talk("1", "ann")
        #expect(play(.connectionLost(agent: "ann")) == ["interrupt 1 ann"])
        #expect(play.machine.reachableAgent(of: "1") == nil)
        #expect(play.machine.agent(of: "1")?.id == "ann")
        #expect(play.wait(until: 29).isEmpty)
        #expect(play(.connectionRestored(agent: "ann")) == ["reconnect 1 ann"])
        #expect(play.wait(until: 100).isEmpty)
        #expect(play.machine.reachableAgent(of: "1")?.id == "ann")
    }

    @Test func `V54 the conversation of a lost agent goes to a colleague, or is over`() {
        for loss in [HubPolicy.AgentLoss.requeue, .fail] {
            var play = Play(ann, bob, policy: HubPolicy().with { $0.agentLoss = loss })
            play.talk("1", "ann")
            _ = play(.opened(item: "2", skill: nil))
            _ = play(.accepted(item: "2", agent: "bob"))
            _ = play(.connectionLost(agent: "ann"))
            #expect(play.wait(until: 30) == (loss == .fail ? ["lose 1 ann"] : ["reassign 1 ann", "offer 1 bob"]))
            guard loss == .requeue else { continue }
            #expect(play(.accepted(item: "1", agent: "bob")) == ["connect 1 bob again"])
            #expect(play.metrics.answered == 2)
        }
    }

    @Test func `V54 without a colleague a lost agent is the end`() {
        var play = Play(ann)
        play.talk("1", "ann")
        _ = play(.connectionLost(agent: "ann"))
        #expect(play.wait(until: 30) == ["lose 1 ann"])
        #expect(play.metrics.lost == 1)
        #expect(play(.connectionRestored(agent: "ann")).isEmpty)
        #expect(play(.opened(item: "2", skill: nil)) == ["offer 2 ann"])
    }

    @Test func `V54 a ring stops with the line`() {
        var play = Play(ann, bob)
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.connectionLost(agent: "ann")) == ["withdraw 1 ann", "offer 1 bob"])
    }

    @Test func `V54 a ring that an agent could not see is no ring let go`() {
        var play = Play(ann)
        _ = play(.opened(item: "1", skill: nil))
        #expect(play(.connectionLost(agent: "ann")) == ["withdraw 1 ann", "1 is 1"])
        #expect(play.view(for: "ann").ringing.isEmpty)
        #expect(play(.connectionRestored(agent: "ann")) == ["offer 1 ann"])
    }

    @Test func `V54 a request within an agent's grace waits for the agent, or for another`() {
        for isAnother in [false, true] {
            var play = Play(ann)
            _ = play(.connectionLost(agent: "ann"))
            #expect(play(.opened(item: "1", skill: nil)) == ["1 is 1"])
            play.second = 20
            let back = isAnother ? HubEvent.agentJoined(bob) : .connectionRestored(agent: "ann")
            #expect(play(back) == ["offer 1 \(isAnother ? "bob" : "ann")"])
        }
    }

    @Test func `V48 V54 after the grace, and after who has gone home, nobody is online`() {
        var play = Play(ann)
        _ = play(.connectionLost(agent: "ann"))
        _ = play.wait(until: 30)
        #expect(play(.opened(item: "1", skill: nil)) == ["refuse 1 noAgents"])
        var gone = Play(ann)
        _ = gone(.connectionLost(agent: "ann"))
        _ = gone(.presenceChanged(agent: "ann", .offline))
        #expect(gone(.opened(item: "1", skill: nil)) == ["refuse 1 noAgents"])
    }

    @Test func `V49 V54 within the grace of the one who has the skill, nobody says that it is missing`() {
        let policy = HubPolicy().with { $0.skillGap = .fail }
        var play = Play(ana, ben, policy: policy)
        _ = play(.connectionLost(agent: "ben"))
        #expect(play(.opened(item: "1", skill: "orders")) == ["1 is 1"])
        #expect(play.wait(until: 30) == ["refuse 1 noSkill"])
    }

    @Test func `V55 capacity is held until the wrap-up ends, by time or by hand`() {
        var play = Play(ana, policy: HubPolicy(wrapUp: .seconds(30)))
        play.talk("1", "ana")
        play.second = 10
        _ = play(.ended(item: "1", agent: "ana", .ended))
        #expect(play(.opened(item: "2", skill: nil)) == ["2 is 1, 10 s"])
        #expect(play.wait(until: 39).isEmpty)
        #expect(play.wait(until: 40) == ["offer 2 ana"])
        _ = play(.accepted(item: "2", agent: "ana"))
        _ = play(.ended(item: "2", agent: "ana", .ended))
        _ = play(.opened(item: "3", skill: nil))
        #expect(play(.wrappedUp(item: "2", agent: "ana")) == ["offer 3 ana"])
    }

    @Test func `V56 a transfer to a colleague rings there and nowhere else`() {
        var play = Play(ann, bob, cleo)
        play.talk("1", "ann")
        let transfer = HubEvent.transferred(item: "1", agent: "ann", .agent("cleo"))
        #expect(play(transfer) == ["transfer 1 ann to cleo", "offer 1 cleo"])
        #expect(play(.accepted(item: "1", agent: "cleo")) == ["connect 1 cleo again"])
        #expect(play.metrics.answered == 1)
        #expect(play(.ended(item: "1", agent: "ann", .ended)).isEmpty)
        #expect(play(.transferred(item: "1", agent: "cleo", .agent("ann"))).first == "transfer 1 cleo to ann")
    }

    @Test func `V56 a colleague who declines a transfer leaves it to the queue`() {
        var play = Play(ann, bob, cleo)
        play.talk("1", "ann")
        _ = play(.transferred(item: "1", agent: "ann", .agent("cleo")))
        #expect(play(.declined(item: "1", agent: "cleo")) == ["offer 1 bob"])
    }

    @Test(arguments: [TransferTarget.agent("ben"), .agent("nobody"), .agent("ann"), .queue("nowhere")])
    func `V56 a target that cannot take it leaves the conversation where it is`(target: TransferTarget) {
        var play = Play(ann, ben)
        play.talk("1", "ann")
        _ = play(.presenceChanged(agent: "ben", .away))
        #expect(play(.transferred(item: "1", agent: "ann", target)) == ["reject 1 ann targetUnavailable"])
        #expect(play.machine.agent(of: "1")?.id == "ann")
    }

    @Test func `V56 a transfer to a skill or a queue finds whoever serves it`() {
        let policy = HubPolicy().with { $0.queues.append(HubQueue(id: "cards", skills: ["credit cards"])) }
        var play = Play(ann, ben, policy: policy)
        play.talk("1", "ann")
        _ = play(.agentJoined(ana))
        #expect(
            play(.transferred(item: "1", agent: "ann", .skill("Orders"))) == [
                "transfer 1 ann to skill Orders", "offer 1 ben",
            ]
        )
        _ = play(.accepted(item: "1", agent: "ben"))
        #expect(play(.transferred(item: "1", agent: "ben", .skill("credit cards"))).last == "offer 1 ana")
        _ = play(.accepted(item: "1", agent: "ana"))
        #expect(play(.transferred(item: "1", agent: "ana", .queue("main"))).first == "transfer 1 ana to queue main")
    }

    @Test func `the door is closed out of hours and when the queue is full`() {
        let policy = HubPolicy().with { policy in
            policy.queues[0].limit = 1
            policy.queues[0].hours = BusinessHours(open: [.seconds(10)..<(.seconds(20))], period: .seconds(100))
        }
        var play = Play(ana, policy: policy)
        #expect(play(.opened(item: "1", skill: nil)) == ["refuse 1 outOfHours"])
        play.second = 112
        #expect(play(.opened(item: "2", skill: nil)) == ["offer 2 ana"])
        #expect(play(.opened(item: "3", skill: nil)) == ["3 is 1"])
        #expect(play(.opened(item: "4", skill: nil)) == ["refuse 4 queueFull"])
        play.second = 120
        #expect(play(.opened(item: "5", skill: nil)) == ["refuse 5 outOfHours"])
    }

    @Test func `priority goes before time, of items as of queues`() {
        let policy = HubPolicy(wrapUp: .zero).with { policy in
            var urgent = HubQueue(id: "urgent", skills: ["fraud"])
            urgent.priority = 5
            policy.queues.append(urgent)
        }
        var play = Play(ana, policy: policy)
        play.talk("0", "ana")
        _ = play(.opened(item: "1", WorkNeed()))
        _ = play(.opened(item: "2", WorkNeed(priority: 3)))
        _ = play(.opened(item: "3", skill: "fraud"))
        #expect(play.view(for: "ana").waiting.map(\.item) == ["3", "2", "1"])
        #expect(play(.ended(item: "0", agent: "ana", .ended)).contains("offer 3 ana"))
    }

    @Test func `round robin and longest idle choose as they say`() {
        for method in [AssignmentMethod.roundRobin, .longestIdle] {
            var play = Play(ann, bob, policy: HubPolicy(wrapUp: .zero).with { $0.queues[0].assignment = method })
            play.talk("1", "ann")
            play.second = 1
            play.talk("2", "bob")
            play.second = 2
            _ = play(.ended(item: "2", agent: "bob", .ended))
            play.second = 3
            _ = play(.ended(item: "1", agent: "ann", .ended))
            // Ann was given work first, Bob was done first.
            #expect(play(.opened(item: "3", skill: nil)) == ["offer 3 \(method == .roundRobin ? "ann" : "bob")"])
        }
    }

    @Test func `only allowed presences are rung`() {
        var play = Play(ann, policy: HubPolicy().with { $0.allowedPresences = [.available, .busy] })
        _ = play(.presenceChanged(agent: "ann", .away))
        #expect(play(.opened(item: "1", skill: nil)) == ["1 is 1"])
        #expect(play(.presenceChanged(agent: "ann", .busy)) == ["offer 1 ann"])
    }

    @Test func `without rings an item is an agent's at once`() {
        var play = Play(ann, policy: HubPolicy().with { $0.acceptsAutomatically = true })
        #expect(play(.opened(item: "1", skill: nil)) == ["connect 1 ann"])
    }

    @Test func `a user is on hold until the agent goes on, and may leave from there`() {
        var play = Play(ann)
        play.talk("1", "ann")
        #expect(play(.held(item: "1", agent: "bob")).isEmpty)
        #expect(play(.held(item: "1", agent: "ann")) == ["hold 1 ann"])
        #expect(play(.held(item: "1", agent: "ann")).isEmpty)
        #expect(play.view(for: "ann").own.map(\.isOnHold) == [true])
        #expect(play(.resumed(item: "1", agent: "ann")) == ["resume 1 ann"])
        _ = play(.held(item: "1", agent: "ann"))
        #expect(play(.customerLeft(item: "1")) == ["dismiss 1 ann"])
        #expect(play(.resumed(item: "1", agent: "ann")).isEmpty)
    }

    @Test func `the figures are those of a contact centre`() {
        var play = Play(ann, policy: HubPolicy(wrapUp: .seconds(10)))
        _ = play(.opened(item: "1", skill: nil))
        play.second = 4
        _ = play(.accepted(item: "1", agent: "ann"))
        _ = play(.opened(item: "2", skill: nil))
        play.second = 10
        _ = play(.accepted(item: "2", agent: "ann"))
        _ = play(.opened(item: "3", skill: nil))
        play.second = 20
        _ = play(.ended(item: "1", agent: "ann", .ended))
        _ = play(.customerLeft(item: "3"))
        let metrics = play.metrics
        #expect(metrics.averageSpeedOfAnswer == .seconds(5))
        #expect(metrics.averageHandleTime == .seconds(16))
        #expect(metrics.abandoned == 1)
        #expect(metrics.answerTime(percentile: 0.5) == .seconds(4))
        #expect(metrics.answerTime(percentile: 0.95) == .seconds(6))
        // One unit for four seconds, then both of two.
        #expect(metrics.occupancy == 0.9)
    }
}
