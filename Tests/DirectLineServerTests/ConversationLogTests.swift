import BotSchema
@testable import DirectLineServer
import Testing

struct ConversationLogTests {
    private func message(_ id: String, _ text: String = "") -> Activity {
        var activity = Activity.message(text)
        activity.id = id
        return activity
    }

    private func readAll(_ log: ConversationLog, from reader: inout LogPosition) -> [String] {
        var seen: [String] = []
        while let activity = log.next(for: &reader) {
            seen.append(
                "\(activity.type?.rawValue ?? "") \(activity.id ?? "") \(activity.text ?? "") @\(reader.watermark)"
            )
        }
        return seen
    }

    @Test func `a reader sees kept and passing activities in the order in which they came`() {
        var log = ConversationLog()
        var reader = log.position(after: 0)
        log.append(message("1"))
        log.pass(.typing)
        log.append(message("2"))
        log.pass(.typing)
        #expect(readAll(log, from: &reader) == ["message 1  @1", "typing   @1", "message 2  @2", "typing   @2"])
        #expect(readAll(log, from: &reader).isEmpty)
    }

    @Test func `a reader that opens late sees what was kept and not what passed`() {
        var log = ConversationLog()
        log.append(message("1"))
        log.pass(.typing)
        log.append(message("2"))
        var fromStart = log.position(after: 0)
        var fromOne = log.position(after: 1)
        log.append(message("3"))
        #expect(readAll(log, from: &fromStart) == ["message 1  @1", "message 2  @2", "message 3  @3"])
        #expect(readAll(log, from: &fromOne) == ["message 2  @2", "message 3  @3"])
    }

    @Test func `a log that is full drops the oldest and keeps the numbers`() {
        var log = ConversationLog(capacity: 2)
        for number in 1...4 { log.append(message("\(number)")) }
        var reader = log.position(after: 0)
        #expect(readAll(log, from: &reader) == ["message 3  @3", "message 4  @4"])
        #expect(log.count == 4)
        #expect(!log.contains("2"))
        #expect(log.activities.map(\.id) == ["3", "4"])
    }

    @Test func `a watermark past the end reads as the end`() {
        var log = ConversationLog()
        log.append(message("1"))
        var reader = log.position(after: 99)
        #expect(log.activities(after: 99).isEmpty)
        log.append(message("2"))
        #expect(readAll(log, from: &reader) == ["message 2  @2"])
    }

    @Test func `a change reaches open readers and later ones find the new content in the old place`() {
        var log = ConversationLog()
        log.append(message("1", "old"))
        log.append(message("2"))
        var early = log.position(after: 2)
        let changes = [
            log.replace(with: message("1", "new")), log.replace(with: message("1", "newer")),
            log.replace(with: message("9")),
        ]
        #expect(changes == [true, true, false])
        #expect(readAll(log, from: &early) == ["message 1 newer @2"])
        var late = log.position(after: 0)
        #expect(readAll(log, from: &late) == ["message 1 newer @1", "message 2  @2"])
    }

    @Test func `a deletion leaves a hole that keeps its number`() {
        var log = ConversationLog()
        log.append(message("1"))
        log.append(message("2"))
        var open = log.position(after: 2)
        var notice = Activity(type: .messageDelete)
        notice.id = "1"
        let deletions = [log.delete("1", notice: notice), log.delete("1", notice: notice)]
        #expect(deletions == [true, false])
        #expect(readAll(log, from: &open) == ["messageDelete 1  @2"])
        #expect(log.activities.map(\.id) == ["2"])
        #expect(log.count == 2)
        #expect(log.contains("1") == false)
        var late = log.position(after: 0)
        #expect(readAll(log, from: &late) == ["message 2  @2"])
    }

    @Test func `passing activities that nobody reads are dropped, kept ones never`() {
        var log = ConversationLog()
        var reader = log.position(after: 0)
        for number in 1...200 {
            log.append(message("\(number)"))
            log.pass(.typing)
        }
        let seen = readAll(log, from: &reader)
        #expect(seen.count { $0.hasPrefix("message") } == 200)
        #expect(seen.count { $0.hasPrefix("typing") } == ConversationLog.passingLimit)
    }
}

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

@Suite(.timeLimit(.minutes(5)))
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
