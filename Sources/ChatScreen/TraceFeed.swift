package import DirectLineClient
import LineEditing
import BotSchema
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Takes what goes over the wire to a file of JSON lines, to the screen, or to both.
package final class TraceFeed: Sendable {
    private let descriptor: Int32?
    private let file: String?
    private let firstLoss = Mutex<OutputLoss?>(nil)
    private let isShown = Mutex(false)
    /// What is to be shown; while nobody reads, the newest thousand entries are kept.
    package let entries: AsyncStream<TraceEntry>
    private let continuation: AsyncStream<TraceEntry>.Continuation

    /// A feed, into a file as well where one is named; it is made, or appended to.
    ///
    /// - Throws: ``CommandFailure`` when the file cannot be opened.
    package init(file: String?) throws(CommandFailure) {
        (entries, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
        self.file = file
        guard let file else {
            descriptor = nil
            return
        }
        let opened = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw CommandFailure("\(file) cannot be written: \(String(cString: strerror(errno)))")
        }
        descriptor = opened
    }

    deinit { if let descriptor { close(descriptor) } }

    /// Whether anything is wanted at present; nobody needs to make entries otherwise.
    @Sendable package func isWanted() -> Bool { descriptor != nil || isShown.withLock { $0 } }

    /// Shows entries from now on, or no longer.
    package func show(_ isShown: Bool) { self.isShown.withLock { $0 = isShown } }

    /// What the file did not take, in a sentence; nil while it has everything.
    package var failure: CommandFailure? {
        guard let file, let loss = firstLoss.withLock({ $0 }) else { return nil }
        return CommandFailure("The trace is not complete: \(file) cannot be written: \(loss.reason)")
    }

    /// Takes an entry; a disk that is full loses it and nothing else, which ``failure`` tells.
    package func take(_ entry: TraceEntry) {
        if let descriptor {
            // One call for each line: `O_APPEND` keeps lines of several tasks apart.
            let line = entry.jsonValue.serialized() + [UInt8(ascii: "\n")]
            let written = write(descriptor, line, line.count)
            if written < line.count {
                // Less than a line was taken: the disk had no room for the rest.
                let loss = OutputLoss(errno: written < 0 ? errno : ENOSPC)
                firstLoss.withLock { $0 = $0 ?? loss }
            }
        }
        if isShown.withLock({ $0 }) { continuation.yield(entry) }
    }
}
