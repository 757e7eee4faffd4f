package import DirectLineClient
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
    private let isShown = Mutex(false)
    /// What is to be shown; while nobody reads, the newest thousand entries are kept.
    package let entries: AsyncStream<TraceEntry>
    private let continuation: AsyncStream<TraceEntry>.Continuation

    /// A feed, into a file as well where one is named; it is made, or appended to.
    ///
    /// - Throws: ``CommandFailure`` when the file cannot be opened.
    package init(file: String?) throws(CommandFailure) {
        (entries, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
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

    /// Takes an entry; a disk that is full loses it and nothing else.
    package func take(_ entry: TraceEntry) {
        if let descriptor {
            // One call for each line: `O_APPEND` keeps lines of several tasks apart.
            let line = entry.jsonValue.serialized() + [UInt8(ascii: "\n")]
            _ = write(descriptor, line, line.count)
        }
        if isShown.withLock({ $0 }) { continuation.yield(entry) }
    }
}
