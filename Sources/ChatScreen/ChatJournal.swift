import BotSchema
import Dispatch
import Synchronization
package import Transcripts

/// Keeps a chat while it happens, so that nothing that was on the screen is lost with the process.
///
/// A journal begins with the first activity. What is said is in the file before it is shown; half a second later the
/// disk has it.
package final class ChatJournal: Sendable {
    private struct State: ~Copyable {
        var journal: TranscriptJournal?
        var hasFailed = false
        var isSyncDue = false
    }

    private static let syncDelay = DispatchTimeInterval.milliseconds(500)

    private let folder: JournalFolder
    private let subject: String
    private let sizeLimit: Int
    private let reportFailure: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "chat-journal")

    /// A journal of a chat, in a folder of journals that is made when it is missing.
    ///
    /// - Parameters:
    ///   - folder: Where journals are.
    ///   - subject: With whom the chat is.
    ///   - retention: Which journals are kept.
    ///   - sizeLimit: How many bytes one may hold.
    ///   - reportCutOff: Told when a chat of the last day was cut off, some time after the start.
    ///   - reportFailure: Told once, in a sentence, when nothing can be written any more; the chat goes on.
    package init(
        in folder: JournalFolder,
        subject: String,
        retention: JournalFolder.Retention = JournalFolder.Retention(),
        sizeLimit: Int = TranscriptJournal.standardSizeLimit,
        reportCutOff: (@Sendable () -> Void)? = nil,
        reportFailure: @escaping @Sendable (String) -> Void
    ) {
        self.folder = folder
        self.subject = subject
        self.sizeLimit = sizeLimit
        self.reportFailure = reportFailure
        // Looking through a folder of journals takes its time, which neither the start nor the first line has.
        queue.async {
            let now = Timestamp.now
            _ = try? folder.prune(retention, at: now)
            guard let reportCutOff, let cutOff = try? folder.unfinished() else { return }
            let yesterday = now.milliseconds - 86_400_000
            if cutOff.contains(where: { $0.modifiedAt.milliseconds > yesterday }) { reportCutOff() }
        }
    }

    /// Takes an activity; once this returns it outlives the process.
    func append(_ activity: Activity) {
        guard activity.type != .typing else { return }
        let failure: TranscriptError? = state.withLock { state in
            guard !state.hasFailed else { return nil }
            do throws(TranscriptError) {
                if state.journal == nil { state.journal = try begin() }
                try state.journal?.append(activity)
                scheduleSync(&state)
                return nil
            } catch {
                state.hasFailed = true
                return error
            }
        }
        if let failure { reportFailure("The chat is no longer journaled: \(failure.description)") }
    }

    /// What this and earlier chats have journaled of a conversation.
    func conversation(_ id: String) async -> JournaledConversation {
        await withCheckedContinuation { continuation in
            // Reading files keeps a thread.
            queue.async { [folder] in continuation.resume(returning: folder.conversation(id)) }
        }
    }

    /// Ends the journal in order; one that is not ended counts as cut off.
    func finish() {
        state.withLock { state in
            try? state.journal?.finish(at: .now)
            state.journal = nil
        }
    }

    private func begin() throws(TranscriptError) -> TranscriptJournal {
        let now = Timestamp.now
        return try TranscriptJournal(
            creating: folder.newPath(at: now, tag: String(UInt32.random(in: 0 ... .max), radix: 36)),
            subject: subject,
            at: now,
            sizeLimit: sizeLimit
        )
    }

    private func scheduleSync(_ state: inout State) {
        guard !state.isSyncDue else { return }
        state.isSyncDue = true
        queue.asyncAfter(deadline: .now() + Self.syncDelay) { [self] in
            self.state.withLock { state in
                state.isSyncDue = false
                try? state.journal?.endTurn()
            }
        }
    }
}
