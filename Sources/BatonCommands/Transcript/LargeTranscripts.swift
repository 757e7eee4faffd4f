import ChatScreen
import TranscriptRendering
import Transcripts

extension TranscriptInput {
    /// The figures of a file, which may be of any size; what had to be mended is told.
    static func statistics(of file: String) throws(TranscriptError) -> TranscriptStatistics {
        let progress = FileProgress(of: file)
        defer { progress.clear() }
        let open = try OpenTranscript(file)
        var reading = FileStatistics()
        try open.forEach(onBytes: progress.show) { piece in
            reading.take(piece)
            return true
        }
        progress.clear()
        report(open.outline.repairs, of: file)
        return reading.finish()
    }

    /// What the rules say of a file, which may be of any size.
    static func check(_ file: String) throws(TranscriptError) -> TranscriptCheck {
        let progress = FileProgress(of: file)
        defer { progress.clear() }
        return try TranscriptCheck(readingFrom: file, onBytes: progress.show)
    }
}
