import BotSchema
import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension TranscriptInput {
    /// Reads a file activity by activity, and tells how far it is.
    ///
    /// - Returns: What had to be mended, which was told.
    /// - Throws: ``TranscriptError``, one clear line.
    @discardableResult
    static func stream(_ file: String, _ body: (Activity) -> Bool) throws(TranscriptError) -> [TranscriptRepair] {
        let progress = FileProgress(of: file)
        defer { progress.clear() }
        let repairs = try TranscriptFile.forEachActivity(in: file, takesPipes: true, onBytes: progress.show, body)
        progress.clear()
        report(repairs, of: file)
        return repairs
    }

    /// Reads a file conversation by conversation, and tells how far it is.
    ///
    /// - Returns: What had to be mended, which was told.
    /// - Throws: ``TranscriptError``, one clear line.
    @discardableResult
    static func streamConversations(
        _ file: String,
        _ body: (ConversationStream.Part) -> Bool
    ) throws(TranscriptError) -> [TranscriptRepair] {
        var conversations = ConversationStream()
        var goesOn = true
        let repairs = try stream(file) { activity in
            if let part = conversations.take(activity) { goesOn = body(part) }
            return goesOn
        }
        if goesOn, let last = conversations.finish() { _ = body(last) }
        return repairs
    }
}

/// One line on a terminal's standard error that tells how far a large file is, and is wiped.
final class FileProgress {
    private let name: String
    private let size: Int?
    private let isShown = isatty(STDERR_FILENO) == 1
    /// A line that is there for a moment only disturbs.
    private var next = ContinuousClock.now + .seconds(1)
    private var hasLine = false

    /// The progress through a file.
    init(of file: String) {
        name = TranscriptInput.name(file)
        size = file == "-" ? nil : TranscriptFile.size(of: file)
    }

    /// Shows how many bytes were read, after the first second twice a second.
    func show(_ bytes: Int) {
        guard isShown, .now > next else { return }
        write("\(name): \(bytes >> 20)\(size.map { " of \($0 >> 20)" } ?? "") MB")
    }

    /// Shows which of several files is read, twice a second.
    func show(file number: Int, of count: Int) {
        guard isShown, count > 1, .now > next else { return }
        write("\(number) of \(count) files")
    }

    private func write(_ words: String) {
        next = .now + .milliseconds(500)
        hasLine = true
        let line = DisplayText.neutralised(words, keepingNewlines: false).prefix(TranscriptOutput.columns - 1)
        StandardStream.error.writeBytes(Array("\r\u{1B}[K\(line)".utf8))
    }

    /// Wipes the line.
    func clear() {
        guard hasLine else { return }
        hasLine = false
        StandardStream.error.writeBytes(Array("\r\u{1B}[K".utf8))
    }
}
