import CLibedit

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The life of the edited line on its thread: keys in, drawing out, messages between.
///
/// libedit's read loop runs from the first prompt to the end of input. Even Enter does not leave it: outside the loop
/// the terminal would echo what is typed. Everything happens inside the read function that libedit calls for a key.
///
/// Used by the thread that opens it, then by the editing thread only.
final class EditingSession: ThreadBody {
    /// What the read function hands to libedit next.
    enum Pending {
        case character(wchar_t)
        case insertion([Unicode.Scalar])
    }

    let mailbox: EditorMailbox
    let inputs: AsyncStream<LineInput>.Continuation
    let complete: @Sendable (CompletionRequest) -> Completion
    let keepsEnteredLines: Bool
    let engine: OpaquePointer
    let editLine: OpaquePointer

    var memory: LineMemory
    var area = EditArea()
    var output = OutputBuffer(descriptor: STDOUT_FILENO)
    var decoder = KeyDecoder()
    var pending = PendingQueue()
    var prompt: Prompt
    var search: HistorySearch?
    var size = TerminalSize(descriptor: STDOUT_FILENO) ?? .standard
    var isEnding = false
    let rewraps = TerminalKind.rewrapsOnResize
    private var composed = (text: "", at: ContinuousClock.now.advanced(by: .seconds(-1)))

    /// Opens the engine and reads the person's `~/.editrc`.
    init(
        mailbox: EditorMailbox,
        inputs: AsyncStream<LineInput>.Continuation,
        memory: LineMemory,
        prompt: Prompt,
        draft: String,
        keepsEnteredLines: Bool,
        complete: @escaping @Sendable (CompletionRequest) -> Completion
    ) throws(LineEditorError) {
        self.mailbox = mailbox
        self.inputs = inputs
        self.memory = memory
        self.complete = complete
        self.keepsEnteredLines = keepsEnteredLines
        self.prompt = prompt
        if !draft.isEmpty { pending.append(.insertion(Array(draft.unicodeScalars))) }
        let previousLocale = cel_enter_utf8()
        defer { cel_leave_utf8(previousLocale) }
        guard let engine = cel_open("baton") else {
            throw LineEditorError(.systemCall, "The line editor cannot be opened.")
        }
        self.engine = engine
        editLine = cel_edit_line(engine)
        cel_set_client(editLine, Unmanaged.passUnretained(self).toOpaque())
        cel_set_editor(editLine, "emacs")
        cel_set_flag(editLine, EL_SIGNAL, 0)
        cel_set_reader(editLine) { editLine, character in
            guard let character else { return -1 }
            return EditingSession.of(editLine).readCharacter(into: character)
        }
        addKeyFunctions()
        el_source(editLine, nil)
        guard cel_get_flag(editLine, EL_EDITMODE) != 0 else {
            throw LineEditorError(.switchedOff, "Line editing is switched off by ~/.editrc.")
        }
        // After the file: `bind -v` in it resets the key maps.
        bindKeys()
        // ^C, ^Z, ^S and ^Q come as keys, Enter and ^J can be told apart; while editing only.
        for flag in ["-isig", "-ixon", "-icrnl", "-inlcr"] { cel_set_edit_mode_flag(editLine, flag) }
    }

    deinit {
        cel_release_terminal()
        cel_close(engine)
    }

    /// The session behind libedit's handle, for its C callbacks.
    static func of(_ editLine: OpaquePointer?) -> EditingSession {
        Unmanaged<EditingSession>.fromOpaque(cel_client(editLine)).takeUnretainedValue()
    }

    /// Edits until the end of input, then gives the terminal back.
    func run() {
        _ = cel_enter_utf8()
        takeSignals()
        output.append(Self.pasteModeOn)
        var count: Int32 = 0
        // A line comes back only when the person's own bindings call libedit's `ed-newline`.
        while el_wgets(editLine, &count) != nil, count > 0 { submit(self.draft(count: Int(count))) }
        end()
    }

    private func end() {
        let draft = draft
        mailbox.note(draft: draft.text)
        if draft.scalars.isEmpty {
            output.append(area.erase())
        } else if area.isDrawn {
            output.append(area.leave(content(draft), size: size))
        }
        output.append(Self.pasteModeOff)
        output.flush()
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        cel_release_terminal()
        cel_restore_signals()
        repeat {
            for line in mailbox.take().lines { output.append(Self.terminated(line, by: "\n")) }
            output.flush()
        } while !mailbox.endUnlessLinesWait()
        inputs.yield(.endOfInput)
        inputs.finish()
    }

    private func takeSignals() {
        signal(SIGPIPE, SIG_IGN)
        let signals = [SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP]
        cel_forward_signals(signals, Int32(signals.count), mailbox.wakePipe.writeEnd)
    }

    // MARK: - The line in libedit's buffer

    var draft: Draft {
        guard let line = el_wline(editLine)?.pointee, let start = line.buffer else { return Draft() }
        return Draft(
            scalars: Self.scalars(start, count: line.lastchar - start),
            cursor: line.cursor - start
        )
    }

    /// Puts a text in place of the line, the cursor behind it.
    func replaceDraft(with text: String) {
        let draft = draft
        moveCursor(to: draft.scalars.count)
        el_deletestr(editLine, Int32(draft.scalars.count))
        insert(Array(text.unicodeScalars))
    }

    func insert(_ scalars: [Unicode.Scalar]) {
        guard !scalars.isEmpty else { return }
        _ = el_winsertstr(editLine, scalars.map { wchar_t(bitPattern: $0.value) } + [0])
    }

    func moveCursor(to offset: Int) {
        _ = el_cursor(editLine, Int32(offset - draft.cursor))
    }

    private func draft(count: Int) -> Draft {
        var draft = draft
        draft.scalars = Array(draft.scalars.prefix(count))
        if draft.scalars.last == "\n" { draft.scalars.removeLast() }
        return draft
    }

    private static func scalars(_ start: UnsafePointer<wchar_t>, count: Int) -> [Unicode.Scalar] {
        UnsafeBufferPointer(start: start, count: count).map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{fffd}" }
    }

    // MARK: - Drawing

    static let pasteModeOn = "\u{1b}[?2004h"
    static let pasteModeOff = "\u{1b}[?2004l"

    /// What the area shows: the person's prompt, or the search in its place.
    func content(_ draft: Draft) -> EditArea.Content {
        EditArea.Content(prompt: search.map { Prompt(text: $0.prompt) } ?? prompt, draft: draft)
    }

    /// Makes the screen show the present line.
    ///
    /// Nothing is written when it does.
    func redraw() {
        let draft = draft
        let bytes = area.update(to: content(draft), size: size)
        if bytes.isEmpty { return }
        mailbox.note(draft: draft.text)
        output.append(Self.atOnce(bytes))
        output.flush()
        tellOfComposing(draft.text)
    }

    private func tellOfComposing(_ text: String) {
        let now = ContinuousClock.now
        guard !text.isEmpty, text != composed.text, now - composed.at > .seconds(1) else { return }
        composed = (text, now)
        inputs.yield(.composing(text))
    }

    /// Prints lines above the area.
    func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        var bytes = area.erase()
        for line in lines { bytes += Self.terminated(line, by: "\r\n") }
        output.append(Self.atOnce(bytes + area.draw(content(draft), size: size)))
        output.flush()
    }

    /// Synchronized output: a terminal that knows it shows the whole change at once.
    private static func atOnce(_ bytes: String) -> String { "\u{1b}[?2026h" + bytes + "\u{1b}[?2026l" }

    private static func terminated(_ lines: String, by end: String) -> String {
        var bytes = ""
        for line in (lines.hasSuffix("\n") ? lines.dropLast() : lines[...]).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ) {
            bytes += line + end
        }
        return bytes
    }
}
