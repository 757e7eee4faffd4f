import Synchronization
import TestSupport
import Testing

@testable import DirectLineClient

/// A number that tasks count with.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }

    @discardableResult
    func add(_ amount: Int) -> Int {
        count.withLock {
            $0 += amount
            return $0
        }
    }
}

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct QueueTests {
    @Test func `a full queue makes its writer wait and loses nothing`() async {
        let queue = EventQueue(capacity: 2)
        let written = Counter()
        await withTaskGroup { group in
            group.addTask {
                for number in 0..<1_000 {
                    await queue.push(.notice("\(number)"))
                    written.add(1)
                }
            }
            for number in 0..<1_000 {
                #expect(await queue.next() == .notice("\(number)"))
                // Two in the queue, one in the writer's hands.
                #expect(written.value <= number + 4)
            }
        }
    }

    @Test func `a position counts when the reader asks for what is behind it`() async {
        let queue = EventQueue(capacity: 8)
        await queue.push(.notice("1"))
        queue.mark("a")
        queue.mark("b")
        await queue.push(.notice("2"))
        queue.mark("c")
        #expect(await queue.next() == .notice("1"))
        #expect(queue.position == nil)
        #expect(await queue.next() == .notice("2"))
        #expect(queue.position == "b")
        async let third = queue.next()
        await queue.push(.notice("3"))
        #expect(await third == .notice("3"))
        #expect(queue.position == "c")
    }

    @Test func `the end lets writers go and leaves the reader what was there`() async {
        let queue = EventQueue(capacity: 1)
        await queue.push(.notice("kept"))
        await withTaskGroup { group in
            group.addTask { await queue.push(.notice("late")) }
            queue.finish()
        }
        #expect(await queue.next() == .notice("kept"))
        #expect(await queue.next() == nil)
        await queue.push(.notice("after the end"))
        #expect(await queue.next() == nil)
    }

    @Test func `cancelled readers and writers do not stay`() async {
        let queue = EventQueue(capacity: 1)
        await withTaskGroup { group in
            group.addTask { #expect(await queue.next() == nil) }
            group.cancelAll()
        }
        await queue.push(.notice("one"))
        await withTaskGroup { group in
            group.addTask { await queue.push(.notice("two")) }
            group.cancelAll()
        }
        queue.finish()
        #expect(await queue.next() == .notice("one"))
        #expect(await queue.next() == nil)
    }

    @Test func `one passes the turnstile at a time, in order, and a cancelled one not at all`() async throws {
        let turnstile = Turnstile()
        let inside = Counter()
        try await turnstile.pass {
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await turnstile.pass { Issue.record("passed") }
                    }
                }
                group.cancelAll()
            }
        }
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    try await turnstile.pass {
                        #expect(inside.add(1) == 1)
                        await Task.yield()
                        inside.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a request stays until it is taken and wakes those who care`() async {
        let box = RequestBox()
        box.post(.sent)
        await withTaskGroup { group in
            group.addTask { await box.wait(for: [.leave, .reconnect]) }
            group.addTask { box.post(.reconnect) }
        }
        await box.wait(for: .sent)
        #expect(box.take(.sent))
        #expect(!box.take(.sent))
        #expect(box.take(.reconnect))
        #expect(!box.isLeaving)
    }
}
