import BotSchema
@testable import DirectLineServer
import Testing

struct ConversationLogTests {
    private func message(_ id: String, _ text: String = "") -> SerializedActivity {
        var activity = Activity.message(text)
        activity.id = id
        return SerializedActivity(activity)
    }

    private func notice(_ id: String) -> SerializedActivity {
        var activity = Activity(type: .messageDelete)
        activity.id = id
        return SerializedActivity(activity)
    }

    private let typing = SerializedActivity(.typing)

    private func line(_ item: ConversationLog.Item) -> String {
        switch item {
        case .loaded(let logged, _):
            let activity = logged.activity
            return "\(activity?.type?.rawValue ?? "") \(activity?.id ?? "") \(activity?.text ?? "") @\(logged.position)"
        case .stored(let row, let position, let size): return "row \(row), \(size) bytes @\(position)"
        }
    }

    private func readAll(_ log: ConversationLog, from reader: inout LogPosition) -> [String] {
        var seen: [String] = []
        while let item = log.next(for: &reader) { seen.append(line(item)) }
        return seen
    }

    private func readAll(_ log: ConversationLog, after watermark: Int) -> [String] {
        var reader = log.position(after: watermark)
        return readAll(log, from: &reader)
    }

    @Test func `a reader sees kept and passing activities in the order in which they came`() {
        var log = ConversationLog()
        var reader = log.position(after: 0)
        log.append(message("1"), row: 1)
        log.pass(typing)
        log.append(message("2"), row: 2)
        log.pass(typing)
        #expect(readAll(log, from: &reader) == ["message 1  @1", "typing   @1", "message 2  @2", "typing   @2"])
        #expect(readAll(log, from: &reader).isEmpty)
    }

    @Test func `a reader that opens late sees what was kept and not what passed`() {
        var log = ConversationLog()
        log.append(message("1"), row: 1)
        log.pass(typing)
        log.append(message("2"), row: 2)
        var fromStart = log.position(after: 0)
        var fromOne = log.position(after: 1)
        log.append(message("3"), row: 3)
        #expect(readAll(log, from: &fromStart) == ["message 1  @1", "message 2  @2", "message 3  @3"])
        #expect(readAll(log, from: &fromOne) == ["message 2  @2", "message 3  @3"])
    }

    @Test func `a log that is full drops the oldest and keeps the positions`() {
        var log = ConversationLog(capacity: 2)
        for number in 1...4 { log.append(message("\(number)"), row: Int64(number)) }
        #expect(readAll(log, after: 0) == ["message 3  @3", "message 4  @4"])
        #expect(log.end == 4)
        #expect(!log.contains("2"))
        #expect(log.items.map { line($0) } == ["message 3  @3", "message 4  @4"])
    }

    @Test func `a watermark past the end reads as the end`() {
        var log = ConversationLog()
        log.append(message("1"), row: 1)
        var reader = log.position(after: 99)
        #expect(readAll(log, after: 99).isEmpty)
        log.append(message("2"), row: 2)
        #expect(readAll(log, from: &reader) == ["message 2  @2"])
    }

    // MARK: - Updates and deletions

    @Test func `an update reaches open readers and later ones find the new content in the old place`() {
        var log = ConversationLog()
        log.append(message("1", "old"), row: 1)
        log.append(message("2"), row: 2)
        var early = log.position(after: 2)
        log.replace(with: message("1", "new"), row: 3)
        log.replace(with: message("1", "newer"), row: 4)
        #expect(readAll(log, from: &early) == ["message 1 newer @4"])
        #expect(readAll(log, after: 0) == ["message 1 newer @1", "message 2  @2"])
    }

    @Test func `an update of what is not there leaves a gap, so that positions stay the same after a restart`() {
        var log = ConversationLog()
        log.append(message("1"), row: 1)
        log.replace(with: message("9"), row: 2)
        log.append(message("2"), row: 3)
        #expect(readAll(log, after: 0) == ["message 1  @1", "message 2  @3"])
    }

    @Test func `a client that was away gets the updates and deletions that it missed, and none twice`() {
        var log = ConversationLog()
        for number in 1...3 { log.append(message("\(number)", "old"), row: Int64(number)) }
        // Somebody has the first two and goes away.
        log.replace(with: message("1", "a"), row: 4)
        log.replace(with: message("1", "old"), row: 5)
        log.delete(with: notice("2"), row: 6)
        log.replace(with: message("3", "new"), row: 7)
        #expect(readAll(log, after: 2) == ["message 3 new @3", "message 1 old @5", "messageDelete 2  @6"])
        #expect(readAll(log, after: 5) == ["messageDelete 2  @6", "message 3 new @7"])
        #expect(readAll(log, after: 7).isEmpty)
        #expect(readAll(log, after: 0) == ["message 1 old @1", "message 3 new @3"])
    }

    @Test func `a deletion leaves a hole that keeps its position`() {
        var log = ConversationLog()
        log.append(message("1"), row: 1)
        log.append(message("2"), row: 2)
        var open = log.position(after: 2)
        log.delete(with: notice("1"), row: 3)
        #expect(readAll(log, from: &open) == ["messageDelete 1  @3"])
        #expect(log.items.map { line($0) } == ["message 2  @2"])
        #expect(log.end == 3)
        #expect(!log.contains("1"))
        #expect(readAll(log, after: 0) == ["message 2  @2"])
    }

    // MARK: - Passing activities

    @Test func `passing activities that nobody reads are dropped, kept ones never`() {
        var log = ConversationLog()
        var reader = log.position(after: 0)
        for number in 1...200 {
            log.append(message("\(number)"), row: Int64(number))
            log.pass(typing)
        }
        let seen = readAll(log, from: &reader)
        #expect(seen.count { $0.hasPrefix("message") } == 200)
        #expect(seen.count { $0.hasPrefix("typing") } == ConversationLog.passingLimit.count)
    }

    @Test func `passing activities are bounded by bytes as well`() {
        var log = ConversationLog()
        var reader = log.position(after: 0)
        var large = Activity.typing
        large.text = String(repeating: "x", count: 20_000)
        for _ in 1...10 { log.pass(SerializedActivity(large)) }
        #expect(readAll(log, from: &reader).count == ConversationLog.passingLimit.bytes / 32_768)
    }

    // MARK: - The store

    @Test func `old content is left to the store, and new content stays`() {
        var log = ConversationLog()
        for number in 1...3 {
            log.append(message("\(number)", String(repeating: "x", count: 1000)), row: Int64(number + 10))
        }
        let before = log.bytes
        log.unload(downTo: before - 3000)
        #expect(log.bytes <= before - 3000)
        var reader = log.position(after: 0)
        let lines = readAll(log, from: &reader)
        #expect(lines[0].hasPrefix("row 11,") && lines[0].hasSuffix("@1"))
        #expect(lines[1].hasPrefix("row 12,") && lines[1].hasSuffix("@2"))
        #expect(lines[2].hasPrefix("message 3"))
        log.replace(with: message("1", "new"), row: 20)
        #expect(readAll(log, after: 3) == ["message 1 new @4"])
        log.unload(downTo: 0)
        #expect(readAll(log, after: 3).first?.hasPrefix("row 20,") == true)
    }

    @Test func `what a store gives back reads as it did before`() {
        var (log, again) = (ConversationLog(), ConversationLog())
        let time = Timestamp(milliseconds: 5)
        for (row, kind, id) in [
            (1, .kept, "1"), (2, .kept, "2"), (4, .replaced, "1"), (5, .replaced, "9"), (6, .deleted, "2"),
            (7, .kept, "3"),
        ] as [(Int64, StoredChange.Kind, String)] {
            switch kind {
            case .kept: log.append(message(id), row: row)
            case .replaced: log.replace(with: message(id), row: row)
            default: log.delete(with: notice(id), row: row)
            }
            again.restore(StoredChange(row: row, kind: kind, id: id, time: time, size: 9))
        }
        #expect(again.end == log.end)
        #expect(again.lastTime == time)
        #expect(again.lastId == "3")
        for watermark in 0...6 {
            let positions = { (lines: [String]) in lines.map { String($0[$0.lastIndex(of: "@")!...]) } }
            #expect(positions(readAll(again, after: watermark)) == positions(readAll(log, after: watermark)))
        }
    }
}
