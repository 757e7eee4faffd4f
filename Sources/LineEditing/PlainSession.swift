#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The life of a plain console on its thread.
final class PlainSession: ThreadBody {
    /// How many lines may wait for the consumer.
    static let mostWaitingLines = 64

    private let mailbox: EditorMailbox
    private let inputs: AsyncStream<LineInput>.Continuation
    private let loss: AsyncStream<Void>.Continuation
    private let input: Int32
    private let output: Int32
    private let tellLoss: @Sendable (OutputLoss) -> Void
    private var lines = LineSplitter()
    /// Lines that the stream has not taken yet.
    private var arrived: [LineInput] = []
    private var unwritten: ArraySlice<UInt8> = []
    private var isReading = true
    private var isBroken = false
    private var isClosing = false
    private var hasMoreMail = false

    init(
        mailbox: EditorMailbox,
        inputs: AsyncStream<LineInput>.Continuation,
        loss: AsyncStream<Void>.Continuation,
        input: Int32,
        output: Int32,
        tellLoss: @escaping @Sendable (OutputLoss) -> Void
    ) {
        self.tellLoss = tellLoss
        self.mailbox = mailbox
        self.loss = loss
        self.inputs = inputs
        self.input = input
        self.output = output
    }

    /// Reads and writes until the console is closed and everything is written.
    func run() {
        while true {
            // What waits in the mailbox counts for its bound; what waits here would not.
            if !hasMoreMail || hasRoom { receiveMail() }
            deliver()
            if isClosing, unwritten.isEmpty || isBroken, mailbox.endUnlessPostsWait() { break }
            waitAndServe()
        }
        inputs.finish()
        loss.finish()
    }

    private func waitAndServe() {
        // A negative descriptor is one that `poll` passes over.
        let outputEvents = unwritten.isEmpty ? 0 : Int16(POLLOUT)
        var sources = [
            pollfd(fd: mailbox.wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isReading && arrived.isEmpty ? input : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isBroken ? -1 : output, events: outputEvents, revents: 0),
        ]
        // The stream does not tell when it has room again.
        let retry: Int32 = 5
        let timeout = hasMoreMail && hasRoom ? 0 : arrived.isEmpty ? -1 : retry
        guard poll(&sources, 3, timeout) > 0 else { return }
        if sources[0].revents != 0 { _ = mailbox.wakePipe.drain() }
        if sources[1].revents != 0 { readInput() }
        if sources[2].revents & Int16(POLLOUT) != 0 {
            writeOutput()
        } else if sources[2].revents != 0 {
            outputBroke(EPIPE)
        }
    }

    private var hasRoom: Bool { unwritten.count < EditorMailbox.comfortableSize }

    private func receiveMail() {
        let delivery = mailbox.take()
        for case .lines(let line) in delivery.posts where !isBroken {
            unwritten.append(contentsOf: line.utf8)
            if !line.hasSuffix("\n") { unwritten.append(UInt8(ascii: "\n")) }
        }
        hasMoreMail = delivery.hasMore
        if delivery.isClosing, !isClosing {
            isClosing = true
            endInput()
        }
    }

    private func readInput() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(input, &buffer, buffer.count)
        if count > 0 {
            arrived += lines.add(buffer[..<count]).map { .line($0) }
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            arrived += lines.finish().map { .line($0) }
            endInput()
        }
    }

    private func endInput() {
        guard isReading else { return }
        isReading = false
        arrived.append(.endOfInput)
    }

    private func deliver() {
        while let next = arrived.first {
            switch inputs.yield(next) {
            case .dropped: return
            case .terminated: arrived.removeAll()
            default:
                arrived.removeFirst()
                if next == .endOfInput { inputs.finish() }
            }
        }
    }

    /// Not more than a pipe takes without blocking once it has said that it is writable.
    private func writeOutput() {
        let count = unwritten.withUnsafeBytes { write(output, $0.baseAddress, min($0.count, 4096)) }
        if count >= 0 {
            unwritten = unwritten.dropFirst(count)
        } else if errno != EINTR && errno != EAGAIN {
            outputBroke(errno)
        }
    }

    private func outputBroke(_ code: Int32) {
        tellLoss(OutputLoss(errno: code))
        isBroken = true
        unwritten.removeAll()
        loss.yield()
        endInput()
    }
}
