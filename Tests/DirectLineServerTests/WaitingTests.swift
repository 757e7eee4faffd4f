@testable import DirectLineServer
import TestSupport
import Testing

struct LaneTests {
    @Test func `a runner is started once until the lane is empty`() {
        var lane = Lane<Int>()
        let starts = [lane.add(1), lane.add(2)]
        #expect(starts == [true, false])
        let first = lane.next()
        #expect(first == 1)
        let restart = lane.add(3)
        #expect(restart == false)
        #expect(lane.count == 2)
        let rest = [lane.next(), lane.next(), lane.next()]
        #expect(rest == [2, 3, nil])
        let newStart = lane.add(4)
        #expect(newStart)
    }
}

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct WaitingTests {
    @Test func `the first to settle a reply wins and all waiters get its value`() async {
        let reply = Reply<Int>()
        async let first = reply.value(orIfCancelled: -1)
        async let second = reply.value(orIfCancelled: -1)
        reply.settle(1)
        reply.settle(2)
        #expect(await [first, second] == [1, 1])
        #expect(await reply.value(orIfCancelled: -1) == 1)
    }

    @Test func `a waiter that is cancelled leaves the reply open for the others`() async {
        let reply = Reply<Int>()
        let cancelled = await withTaskGroup(of: Int.self) { group in
            group.addTask { await reply.value(orIfCancelled: -1) }
            group.cancelAll()
            return await group.next()
        }
        #expect(cancelled == -1)
        #expect(reply.settledValue == nil)
        reply.settle(1)
        #expect(await reply.value(orIfCancelled: -1) == 1)
    }

    @Test func `a ring between looking and waiting is not missed`() async {
        let bell = Bell()
        let seen = bell.rings
        bell.ring()
        await bell.wait(after: seen)
        #expect(bell.rings == seen + 1)
    }

    @Test func `a cancelled waiter does not wait`() async {
        let reply = Reply<Int>()
        let bell = Bell()
        let value = await withTaskGroup(of: Int.self) { group in
            group.addTask { await reply.value(orIfCancelled: -1) }
            group.addTask {
                await bell.wait(after: bell.rings)
                return -1
            }
            group.cancelAll()
            return await group.reduce(0, +)
        }
        #expect(value == -2)
    }
}
