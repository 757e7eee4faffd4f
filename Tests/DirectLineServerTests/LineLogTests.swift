@testable import DirectLineServer
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Lines for a reader who may stop reading.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct LineLogTests {
    /// A reader who stops, goes on or fails as a test wants.
    private final class Reader: Sendable {
        private let taken = Mutex<(text: String, outcomes: [LineLog.Outcome])>(("", []))
        private let gate = DispatchSemaphore(value: 0)
        let begun = Reply<Void>()

        /// Lets this many writes happen.
        func read(_ writes: Int) { for _ in 0..<writes { gate.signal() } }
        /// What the next writes come to.
        func answer(_ outcomes: LineLog.Outcome...) { taken.withLock { $0.outcomes += outcomes } }
        var text: String { taken.withLock { $0.text } }

        func write(_ bytes: [UInt8]) -> LineLog.Outcome {
            begun.settle(())
            gate.wait()
            return taken.withLock { taken in
                let outcome = taken.outcomes.isEmpty ? .written : taken.outcomes.removeFirst()
                switch outcome {
                case .written: taken.text += String(decoding: bytes, as: UTF8.self)
                case .failed(let count): taken.text += String(decoding: bytes[..<count], as: UTF8.self)
                case .closed: break
                }
                return outcome
            }
        }
    }

    private func log(_ reader: Reader, limit: Int = 100, onClosed: @escaping @Sendable () -> Void = {}) -> LineLog {
        LineLog(limit: limit, notice: { "\($0) dropped" }, write: reader.write, onClosed: onClosed)
    }

    @Test func `a reader who stops holds nobody up, and what is lost is told where it is missing`() async {
        let reader = Reader()
        let log = log(reader)
        log.append("first")
        await reader.begun.value(orIfCancelled: ())
        // The first is being written; of the others nine fit.
        for number in 1...133 { log.append("line \(number % 10)....") }
        reader.read(2)
        await log.drain(atMost: .seconds(60))
        let lines = reader.text.split(separator: "\n")
        #expect(lines.count == 11)
        #expect(lines.first == "first")
        #expect(lines.last == "124 dropped")
        log.append("later")
        reader.read(1)
        await log.drain(atMost: .seconds(60))
        #expect(reader.text.hasSuffix("124 dropped\nlater\n"))
    }

    @Test func `a line that is longer than everything that may wait is dropped alone`() async {
        let reader = Reader()
        reader.read(9)
        let log = log(reader)
        log.append(String(repeating: "x", count: 200))
        log.append("next")
        await log.drain(atMost: .seconds(60))
        #expect(reader.text == "1 dropped\nnext\n")
    }

    @Test func `what a full disk takes is lost and told when there is room`() async {
        let reader = Reader()
        reader.answer(.failed(after: 2), .failed(after: 0))
        reader.read(9)
        let log = log(reader)
        log.append("first")
        await log.drain(atMost: .seconds(60))
        log.append("second")
        await log.drain(atMost: .seconds(60))
        #expect(reader.text == "fi")
        log.append("third")
        await log.drain(atMost: .seconds(60))
        #expect(reader.text == "fi\n2 dropped\nthird\n")
    }

    @Test func `a reader who is gone is told of once, and nothing waits any more`() async {
        let reader = Reader()
        let closings = Mutex(0)
        reader.answer(.closed)
        reader.read(9)
        let log = log(reader) { closings.withLock { $0 += 1 } }
        log.append("first")
        await log.drain(atMost: .seconds(60))
        log.append("second")
        await log.drain(atMost: .seconds(60))
        #expect(reader.text.isEmpty)
        #expect(closings.withLock { $0 } == 1)
    }

    @Test func `a reader who never comes holds up the end for a moment only`() async {
        let reader = Reader()
        let log = log(reader)
        log.append("first")
        await log.drain(atMost: .milliseconds(1))
        #expect(reader.text.isEmpty)
        reader.read(1)
        await log.drain(atMost: .seconds(60))
        #expect(reader.text == "first\n")
    }
}
