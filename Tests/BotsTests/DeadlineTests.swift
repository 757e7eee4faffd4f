import Synchronization
import TestSupport
import Testing

@testable import Bots

struct DeadlineListTests {
    @Test func `what is due comes out once, the earliest first, in order of addition at one time`() {
        var list = DeadlineList<String>()
        _ = list.add("c", at: .seconds(3))
        _ = list.add("a", at: .seconds(1))
        _ = list.add("b1", at: .seconds(2))
        _ = list.add("b2", at: .seconds(2))
        #expect(list.next == .seconds(1))
        #expect(list.takeDue(at: .milliseconds(999)) == [])
        #expect(list.takeDue(at: .seconds(2)) == ["a", "b1", "b2"])
        #expect(list.next == .seconds(3))
        // Earlier than what is over already.
        _ = list.add("late", at: .zero)
        #expect(list.takeDue(at: .seconds(9)) == ["late", "c"])
        #expect(list.takeDue(at: .seconds(9)) == [])
        #expect(list.next == nil)
    }

    @Test func `what was withdrawn never falls due, and withdrawing twice does nothing`() {
        var list = DeadlineList<Int>()
        let numbers = (0..<10).map { list.add($0, at: .seconds($0)) }
        for number in [0, 3, 3, 9] { list.remove(numbers[number]) }
        #expect(list.next == .seconds(1))
        #expect(list.count == 7)
        #expect(list.takeDue(at: .seconds(100)) == [1, 2, 4, 5, 6, 7, 8])
        list.remove(numbers[5])
        #expect(list.count == 0)
    }

    @Test func `a hundred thousand that are withdrawn leave nothing behind, beside some that stay`() {
        var list = DeadlineList<Int>()
        for number in 0..<10 { _ = list.add(number, at: .seconds(100 + number)) }
        var most = 0
        for number in 0..<100_000 {
            list.remove(list.add(number, at: .seconds(15) + .milliseconds(number)))
            most = max(most, list.footprint)
        }
        #expect(most < 100)
        #expect(list.takeDue(at: .seconds(200)) == Array(0..<10))
    }

    @Test func `any order of adding, withdrawing and passing of time agrees with a sorted list`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var list = DeadlineList<Int>()
            var model: [(time: Duration, item: Int, number: Int)] = []
            var now = Duration.zero
            for item in 0..<400 {
                let time = now + .milliseconds(Int.random(in: 0..<50, using: &generator))
                model.append((time, item, list.add(item, at: time)))
                if Bool.random(using: &generator), let gone = model.indices.randomElement(using: &generator) {
                    list.remove(model.remove(at: gone).number)
                }
                if item % 7 == 0 { now += .milliseconds(Int.random(in: 0..<40, using: &generator)) }
                let due = model.filter { $0.time <= now }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
                #expect(list.takeDue(at: now) == due.map(\.item))
                model.removeAll { $0.time <= now }
                #expect(list.next == model.map(\.time).min())
            }
        }
    }
}

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DeadlineQueueTests {
    /// A clock that a test moves, and that tells how often it was slept on.
    private final class HandClock: Clock {
        struct Instant: InstantProtocol {
            var time: Duration
            func advanced(by duration: Duration) -> Instant { Instant(time: time + duration) }
            func duration(to other: Instant) -> Duration { other.time - time }
            static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }
        }

        private struct State {
            var now = Duration.zero
            var sleepers: [Int: (end: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
            var sleeps = 0
            var watchers: [CheckedContinuation<Bool, Never>] = []
        }

        private let state = Mutex(State())
        var now: Instant { Instant(time: state.withLock { $0.now }) }
        var minimumResolution: Duration { .nanoseconds(1) }
        var sleeps: Int { state.withLock { $0.sleeps } }

        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            let key = state.withLock { state in
                state.sleeps += 1
                return state.sleeps
            }
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let (isOver, watchers) = state.withLock { state in
                        let isOver = deadline.time <= state.now || Task.isCancelled
                        if !isOver { state.sleepers[key] = (deadline.time, continuation) }
                        defer { state.watchers = [] }
                        return (isOver, state.watchers)
                    }
                    if isOver { continuation.resume() }
                    for watcher in watchers { watcher.resume(returning: false) }
                }
            } onCancel: {
                state.withLock { $0.sleepers.removeValue(forKey: key) }?.continuation.resume(
                    throwing: CancellationError()
                )
            }
        }

        /// Waits until somebody sleeps until a time.
        func waitForSleeper(until end: Duration) async {
            while true {
                let isThere = await withCheckedContinuation { continuation in
                    let isThere = state.withLock { state in
                        let isThere = state.sleepers.values.contains { $0.end == end }
                        if !isThere { state.watchers.append(continuation) }
                        return isThere
                    }
                    if isThere { continuation.resume(returning: true) }
                }
                if isThere { return }
            }
        }

        func advance(to time: Duration) {
            let due = state.withLock { state in
                state.now = time
                let due = state.sleepers.filter { $0.value.end <= time }
                for key in due.keys { state.sleepers[key] = nil }
                return due.values.map(\.continuation)
            }
            for continuation in due { continuation.resume() }
        }
    }

    private func withQueue(_ body: (DeadlineQueue, HandClock) async throws -> Void) async throws {
        let clock = HandClock()
        let queue = DeadlineQueue(clock: clock)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await queue.run() }
            defer { group.cancelAll() }
            try await body(queue, clock)
        }
    }

    @Test func `a deadline is met when its time has come, and an earlier one that came later before it`() async throws {
        try await withQueue { queue, clock in
            let (met, continuation) = AsyncStream.makeStream(of: String.self)
            var order = met.makeAsyncIterator()
            _ = queue.add(after: .seconds(15)) { continuation.yield("late") }
            await clock.waitForSleeper(until: .seconds(15))
            _ = queue.add(after: .seconds(5)) { continuation.yield("early") }
            await clock.waitForSleeper(until: .seconds(5))
            clock.advance(to: .seconds(5))
            #expect(await order.next() == "early")
            await clock.waitForSleeper(until: .seconds(15))
            clock.advance(to: .seconds(20))
            #expect(await order.next() == "late")
            #expect(queue.count == 0)
        }
    }

    @Test func `a hundred thousand quick turns are one sleep`() async throws {
        try await withQueue { queue, clock in
            let (met, continuation) = AsyncStream.makeStream(of: Int.self)
            var order = met.makeAsyncIterator()
            let first = queue.add(after: .seconds(15)) { continuation.yield(0) }
            await clock.waitForSleeper(until: .seconds(15))
            for number in 1...100_000 {
                queue.remove(queue.add(after: .seconds(15)) { continuation.yield(number) })
            }
            #expect(clock.sleeps == 1)
            _ = queue.add(after: .seconds(16)) { continuation.yield(-1) }
            queue.remove(first)
            clock.advance(to: .seconds(16))
            #expect(await order.next() == -1)
        }
    }

    @Test func `watching ends with its task, whether or not anything waits`() async throws {
        try await withQueue { _, _ in }
        try await withQueue { queue, clock in
            _ = queue.add(after: .seconds(1)) { Issue.record("its time has not come") }
            await clock.waitForSleeper(until: .seconds(1))
        }
    }
}
