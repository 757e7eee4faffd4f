#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The console of a terminal: an editable line at the bottom, messages above it.
///
/// libedit edits the line, by the keys of the person's `~/.editrc`, on a thread of its own; this package draws it. At
/// most one editor may be open in a process, because it takes the signals that concern the terminal: SIGINT (as ^C),
/// SIGWINCH, SIGCONT, SIGTERM and SIGHUP. It also makes the process ignore SIGPIPE. After SIGTERM or SIGHUP the
/// terminal is restored, `endOfInput` is delivered, and `terminationSignal` says why. SIGHUP is ignored from then on.
package final class LineEditor: Console {
    /// What the person hands in.
    ///
    /// Unbounded buffer: nobody types faster than the consumer reads.
    package let inputs: AsyncStream<LineInput>

    private let mailbox: EditorMailbox

    /// Whether standard input and output are a terminal that can draw.
    package static func isUsable() -> Bool {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let terminal = getenv("TERM") else { return false }
        let name = String(cString: terminal)
        return !name.isEmpty && name != "dumb"
    }

    /// Takes the terminal over and shows the prompt.
    ///
    /// - Parameters:
    ///   - prompt: what stands before the line at first.
    ///   - historyFile: where entered lines are kept, created with the first of them; nil keeps them in memory only.
    ///   - draft: a text to begin with, such as what an earlier session left unsent.
    ///   - otherDrafts: texts to begin with in other lines, by the names that ``setDrafts(_:)`` will give them.
    ///   - keepsEnteredLines: whether a line stays on the screen when it is entered; otherwise it is wiped, for a
    ///     program that shows what was entered in its own way.
    ///   - remembers: whether a line may go into the history. Called on the editing thread.
    ///   - complete: what could stand at the cursor. Called on the editing thread when the person presses Tab; typing
    ///     waits for it.
    /// - Throws: `LineEditorError` when the terminal is not usable or the person has switched editing off.
    package init(
        prompt: Prompt = Prompt(text: "> "),
        historyFile: String?,
        draft: String = "",
        otherDrafts: [String: String] = [:],
        keepsEnteredLines: Bool = true,
        remembers: @escaping @Sendable (String) -> Bool = { _ in true },
        complete: @escaping @Sendable (CompletionRequest) -> Completion = { _ in .none }
    ) throws {
        guard Self.isUsable() else {
            throw LineEditorError(.unusableTerminal, "Standard input and output are not a terminal that can draw.")
        }
        let (inputs, continuation) = AsyncStream.makeStream(of: LineInput.self, bufferingPolicy: .unbounded)
        self.inputs = inputs
        mailbox = EditorMailbox(wakePipe: try WakePipe(), prompt: prompt)
        let session = try EditingSession(
            mailbox: mailbox,
            inputs: continuation,
            memory: LineMemory(file: historyFile.map(HistoryFile.init(path:)), remembers: remembers),
            prompt: prompt,
            draft: draft,
            otherDrafts: otherDrafts,
            keepsEnteredLines: keepsEnteredLines,
            complete: complete
        )
        try DedicatedThread.start(session)
    }

    deinit { mailbox.requestClose() }

    /// The line as it stands, entered or not yet; what was left unsent after the end.
    package var draft: String { mailbox.draft }

    /// The signal that ended the input, if one did.
    package var terminationSignal: Int32? { mailbox.terminationSignal }

    /// Prints lines above the edited one.
    ///
    /// After the end they are written where the cursor is.
    package func show(_ lines: String) {
        if mailbox.post(lines) { return }
        var output = OutputBuffer(descriptor: STDOUT_FILENO)
        output.append(lines.hasSuffix("\n") ? lines : lines + "\n")
        output.flush()
    }

    /// Changes the prompt, also while the person types or searches.
    package func setPrompt(_ prompt: Prompt) { mailbox.setPrompt(prompt) }

    /// Says which lines there are.
    package func setDrafts(_ slots: DraftSlots) { mailbox.setDrafts(slots) }

    /// What stands in each line, by name; empty ones stay out.
    package var drafts: [String: String] { mailbox.drafts }

    /// Rings the terminal's bell.
    package func ring() { mailbox.ring() }

    /// Waits while the terminal is far behind.
    package func settled() async { await mailbox.settled() }

    /// Shows lines in `$PAGER` when they are taller than the screen.
    ///
    /// `LESS` is `FRX` unless the person has set it, as git does it. Lines that no pager shows are printed.
    package func page(_ lines: String) {
        if !mailbox.post(.page(lines)) { show(lines) }
    }

    /// Opens a text in `$VISUAL` or `$EDITOR`, for the line.
    package func edit(_ text: String) { _ = mailbox.post(.edit(text)) }

    /// Calls the person.
    package func call(_ call: AttentionCall) { mailbox.call(call) }

    /// Says what goes on in the title of the terminal's window.
    package func setTitle(_ title: String) { mailbox.setTitle(title) }

    /// Changes how the person is called.
    package func setManners(_ manners: TerminalManners) { mailbox.setManners(manners) }

    /// Ends the input and restores the terminal.
    ///
    /// A line in progress stays on the screen and in `draft`.
    package func close() async {
        mailbox.requestClose()
        await mailbox.ended()
    }

    /// The present width of the terminal.
    package var columns: Int { (TerminalSize(descriptor: STDOUT_FILENO) ?? .standard).columns }
}
