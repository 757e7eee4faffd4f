import Testing

@testable import ChatScreen

struct TurnPacerTests {
    private static let calm = TurnPacer.Situation(
        isOnline: true,
        isPosting: false,
        isWaitingForAgent: false,
        isLive: false
    )

    @Test func `silence after the greeting ends the opening`() {
        var pacer = TurnPacer()
        #expect(pacer.somethingHappened() == .startSettleTimer(generation: 1))
        #expect(pacer.somethingHappened() == .startSettleTimer(generation: 2))
        #expect(pacer.settleTimerFired(generation: 1, in: Self.calm) == .nothing)
        #expect(pacer.settleTimerFired(generation: 2, in: Self.calm) == .settled)
        #expect(!pacer.isTurnOpen)
    }

    @Test func `a turn stays open while its post is under way`() {
        var pacer = TurnPacer()
        var posting = Self.calm
        posting.isPosting = true
        _ = pacer.somethingHappened()
        #expect(pacer.settleTimerFired(generation: 1, in: posting) == .nothing)
        #expect(pacer.somethingHappened() == .startSettleTimer(generation: 2))
        #expect(pacer.settleTimerFired(generation: 2, in: Self.calm) == .settled)
    }

    @Test func `a turn stays open until an agent has accepted and spoken`() {
        var pacer = TurnPacer()
        pacer.turnStarted()
        _ = pacer.somethingHappened()
        var situation = Self.calm
        situation.isWaitingForAgent = true
        #expect(pacer.settleTimerFired(generation: 1, in: situation) == .nothing)
        situation.isWaitingForAgent = false
        situation.isLive = true
        _ = pacer.somethingHappened()
        #expect(pacer.settleTimerFired(generation: 2, in: situation) == .nothing)
        pacer.otherSideSpoke()
        _ = pacer.somethingHappened()
        #expect(pacer.settleTimerFired(generation: 3, in: situation) == .settled)
    }

    @Test func `a turn stays open while somebody types`() {
        var pacer = TurnPacer()
        var typing = Self.calm
        typing.isTyping = true
        _ = pacer.somethingHappened()
        #expect(pacer.settleTimerFired(generation: 1, in: typing) == .nothing)
        _ = pacer.somethingHappened()
        #expect(pacer.settleTimerFired(generation: 2, in: Self.calm) == .settled)
    }

    @Test func `the bound ends a wait once`() {
        var pacer = TurnPacer()
        pacer.turnStarted()
        #expect(pacer.boundReached() == .settledByBound)
        #expect(pacer.boundReached() == .nothing)
    }
}
