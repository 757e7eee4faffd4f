import Synchronization
import Transcripts

/// The files that this chat has written, which it may write again without being told to.
final class WrittenFiles: Sendable {
    private let places = Mutex<Set<String>>([])

    /// Writes a transcript; a file of anybody else stays unless the write is forced.
    ///
    /// Blocks until the disk has it.
    func write(_ transcript: Transcript, to path: String, isForced: Bool) throws(TranscriptError) {
        try TranscriptFile.checkWritable(path, isForced: isForced || isOwn(path))
        try TranscriptFile.write(transcript, to: path)
        remember(path)
    }

    /// Writes a transcript over anything that is there.
    func replace(_ path: String, with transcript: Transcript) throws(TranscriptError) {
        try TranscriptFile.write(transcript, to: path)
        remember(path)
    }

    private func isOwn(_ path: String) -> Bool {
        guard let place = TranscriptFile.place(of: path) else { return false }
        return places.withLock { $0.contains(place) }
    }

    private func remember(_ path: String) {
        guard let place = TranscriptFile.place(of: path) else { return }
        places.withLock { _ = $0.insert(place) }
    }
}
