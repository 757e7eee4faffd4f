import Dispatch
import Synchronization

/// Lines that are written on a thread of their own, so that no reader who stops can stop whoever has something to say.
///
/// What waits to be written is bounded; lines beyond that are dropped, and the log says how many when it is written
/// again, in the place where they are missing.
package final class LineLog: Sendable {
    /// How a write has ended.
    package enum Outcome: Hashable, Sendable {
        /// Everything is written.
        case written
        /// Nothing behind so many bytes is written; a later write may succeed.
        case failed(after: Int)
        /// Nobody will ever read again.
        case closed
    }

    private enum Entry: Sendable {
        case line(String)
        case dropped(Int)

        var isLine: Bool { if case .line = self { true } else { false } }

        /// The bytes that count as waiting.
        var size: Int { if case .line(let line) = self { line.utf8.count + 1 } else { 0 } }

        /// The lines that are lost when this is.
        var lines: Int { if case .dropped(let lines) = self { lines } else { 1 } }
    }

    private struct State {
        /// How much is written at a time, in bytes.
        private static let batchSize = 64 << 10

        var waiting: [Entry] = []
        var bytes = 0
        var isWriting = false
        var isClosed = false
        /// Whether the last write failed; what was lost is told with the next line, since trying again at once would
        /// fail again at once.
        var hasFailed = false
        /// Whether the last write stopped within a line.
        var isWithinLine = false
        var drains: [Reply<Void>] = []

        mutating func drop(_ lines: Int) {
            if case .dropped(let before)? = waiting.last {
                waiting[waiting.count - 1] = .dropped(before + lines)
            } else {
                waiting.append(.dropped(lines))
            }
        }

        /// What is to be written next; when there is nothing, whoever waits for that.
        mutating func next() -> (batch: [Entry], drained: [Reply<Void>]) {
            guard waiting.contains(where: \.isLine) || (!hasFailed && !waiting.isEmpty) else {
                defer { drains = [] }
                isWriting = false
                return ([], drains)
            }
            var size = 0
            let batch = waiting.prefix { entry in
                defer { size += entry.size }
                return size < Self.batchSize
            }
            waiting.removeFirst(batch.count)
            bytes -= batch.reduce(0) { $0 + $1.size }
            return (Array(batch), [])
        }

        mutating func fail(losing lines: Int, isWithinLine: Bool) {
            hasFailed = true
            self.isWithinLine = isWithinLine
            guard lines > 0 else { return }
            if case .dropped(let more)? = waiting.first {
                waiting[0] = .dropped(lines + more)
            } else {
                waiting.insert(.dropped(lines), at: 0)
            }
        }
    }

    private let limit: Int
    private let notice: @Sendable (_ lines: Int) -> String
    private let write: @Sendable ([UInt8]) -> Outcome
    private let onClosed: @Sendable () -> Void
    private let state = Mutex(State())
    /// Writing blocks for as long as a reader likes, which no thread of the cooperative pool may.
    private let queue = DispatchQueue(label: "line-log")

    /// A log.
    ///
    /// - Parameters:
    ///   - limit: How many bytes may wait to be written.
    ///   - notice: What is written in place of dropped lines.
    ///   - write: Writes bytes, and may block; called from one thread at a time.
    ///   - onClosed: Called once when nobody will read any more; the log takes nothing from then on.
    package init(
        limit: Int = 256 << 10,
        notice: @escaping @Sendable (_ lines: Int) -> String,
        write: @escaping @Sendable ([UInt8]) -> Outcome,
        onClosed: @escaping @Sendable () -> Void = {}
    ) {
        self.limit = limit
        self.notice = notice
        self.write = write
        self.onClosed = onClosed
    }

    /// Has a line written soon, or dropped when too much waits already; returns at once.
    package func append(_ line: String) {
        let entry = Entry.line(line)
        let mustStart = state.withLock { state in
            guard !state.isClosed else { return false }
            if state.bytes + entry.size > limit {
                state.drop(1)
            } else {
                state.waiting.append(entry)
                state.bytes += entry.size
            }
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { queue.async { self.writeWaiting() } }
    }

    /// Waits until everything is written, but no longer than a reader deserves.
    package func drain(atMost limit: Duration, clock: any Clock<Duration> = ContinuousClock()) async {
        let reply = Reply<Void>()
        let isIdle = state.withLock { state in
            if state.isWriting { state.drains.append(reply) }
            return !state.isWriting
        }
        guard !isIdle else { return }
        await withTaskGroup { group in
            group.addTask { await reply.value(orIfCancelled: ()) }
            group.addTask { try? await clock.sleep(for: limit, tolerance: nil) }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: - On the queue

    private func writeWaiting() {
        while true {
            let (batch, drained, isWithinLine) = state.withLock { state in
                let next = state.next()
                return (next.batch, next.drained, state.isWithinLine)
            }
            guard !batch.isEmpty else {
                for reply in drained { reply.settle(()) }
                return
            }
            var bytes: [UInt8] = isWithinLine ? [UInt8(ascii: "\n")] : []
            var ends: [Int] = []
            for entry in batch {
                let text = if case .line(let line) = entry { line } else { notice(entry.lines) }
                bytes += text.utf8
                bytes.append(UInt8(ascii: "\n"))
                ends.append(bytes.count)
            }
            switch write(bytes) {
            case .written: state.withLock { ($0.hasFailed, $0.isWithinLine) = (false, false) }
            case .failed(let count):
                let lost = zip(batch, ends).reduce(0) { $0 + ($1.1 > count ? $1.0.lines : 0) }
                let endsWithin = count == 0 ? isWithinLine : bytes[count - 1] != UInt8(ascii: "\n")
                state.withLock { $0.fail(losing: lost, isWithinLine: endsWithin) }
            case .closed:
                state.withLock { ($0.isClosed, $0.waiting, $0.bytes) = (true, [], 0) }
                onClosed()
            }
        }
    }
}
