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
        case paste([Unicode.Scalar])
        /// Another line is to be edited.
        case selection(LineDrafts.Selection)
        case functionKey(Int)
    }

    let mailbox: EditorMailbox
    let inputs: AsyncStream<LineInput>.Continuation
    let complete: @Sendable (CompletionRequest) -> Completion
    let keepsEnteredLines: Bool
    let engine: OpaquePointer
    let editLine: OpaquePointer

    var memory: LineMemory
    var area = EditArea()
    /// Does not block, so that keys are read also while a slow terminal takes its time.
    var output: OutputBuffer
    /// The terminal's own descriptor for that, to be closed; nil when it is standard output.
    private let outputDescriptor: Int32?
    var decoder = KeyDecoder()
    var pending = PendingQueue()
    /// How often the engine was asked to take the paste that is next.
    var pasteOffers = 0
    var prompt: Prompt
    var search: HistorySearch?
    var size = TerminalSize(descriptor: STDOUT_FILENO) ?? .standard
    var isEnding = false
    /// Whether posts wait until the terminal has taken what came before them.
    var hasMoreMail = false
    var graphemes = GraphemeTable()
    var undoHistory = UndoHistory()
    /// The line that ^C has cleared, for this line and the next.
    var clearedDraft = ClearedDraft()
    var modeWatch = ViModeWatch()
    /// The lines for other listeners.
    var drafts: LineDrafts
    private(set) var isVi = false
    var wantedManners = TerminalManners()
    /// What of them this terminal can do.
    var manners = TerminalManners()
    var title = ""
    /// A window is taken to have the focus until its terminal says otherwise.
    var isFocused = true
    /// The first so many bytes of the input were typed while Enter was a newline.
    var typedAheadCount = 0
    let rewraps = TerminalKind.rewrapsOnResize
    var composed = (text: "", at: ContinuousClock.now.advanced(by: .seconds(-1)))

    /// Opens the engine and reads the person's `~/.editrc`.
    init(
        mailbox: EditorMailbox,
        inputs: AsyncStream<LineInput>.Continuation,
        memory: LineMemory,
        prompt: Prompt,
        draft: String,
        otherDrafts: [String: String],
        keepsEnteredLines: Bool,
        complete: @escaping @Sendable (CompletionRequest) -> Completion
    ) throws(LineEditorError) {
        self.mailbox = mailbox
        self.inputs = inputs
        self.memory = memory
        self.complete = complete
        self.keepsEnteredLines = keepsEnteredLines
        self.prompt = prompt
        drafts = LineDrafts(beginningWith: otherDrafts)
        outputDescriptor = Self.openTerminal()
        output = OutputBuffer(descriptor: outputDescriptor ?? STDOUT_FILENO)
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
        isVi = cel_is_vi(editLine)
        // After the file: `bind -v` in it resets the key maps.
        bindKeys()
        // ^C, ^Z, ^S and ^Q come as keys, Enter and ^J can be told apart; while editing only.
        for flag in ["-isig", "-ixon", "-icrnl", "-inlcr"] { cel_set_edit_mode_flag(editLine, flag) }
    }

    deinit {
        cel_release_terminal()
        cel_close(engine)
        if let outputDescriptor { close(outputDescriptor) }
    }

    /// The terminal of standard output once more: what is set on this descriptor the shell does not feel.
    private static func openTerminal() -> Int32? {
        var name = [CChar](repeating: 0, count: 256)
        guard ttyname_r(STDOUT_FILENO, &name, name.count) == 0 else { return nil }
        let descriptor = open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        return descriptor >= 0 ? descriptor : nil
    }

    /// The session behind libedit's handle, for its C callbacks.
    static func of(_ editLine: OpaquePointer?) -> EditingSession {
        Unmanaged<EditingSession>.fromOpaque(cel_client(editLine)).takeUnretainedValue()
    }

    /// Edits until the end of input, then gives the terminal back.
    func run() {
        _ = cel_enter_utf8()
        takeSignals()
        switchModesOn()
        typedAheadCount = Int(cel_typed_ahead())
        var count: Int32 = 0
        // A line comes back only when the person's own bindings call libedit's `ed-newline`.
        while el_wgets(editLine, &count) != nil, count > 0 { submit(self.draft(count: Int(count))) }
        end()
    }

    private func end() {
        let draft = draft
        note(draft)
        if draft.scalars.isEmpty {
            output.append(area.erase())
        } else if area.isDrawn {
            output.append(area.leave(content(draft), size: size))
        }
        output.append(modesOff)
        // Whoever ends the program by a signal does not wait for a terminal that is stuck.
        let patience: Int32 = mailbox.terminationSignal == nil ? -1 : 1000
        output.flush(patience: patience)
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        cel_release_terminal()
        cel_restore_signals()
        repeat {
            for post in mailbox.take().posts {
                guard case .lines(let lines) = post else { continue }
                output.append(Self.terminated(lines, by: "\n"))
            }
            output.flush(patience: patience)
        } while !mailbox.endUnlessPostsWait()
        inputs.yield(.endOfInput)
        inputs.finish()
    }

    private func takeSignals() {
        signal(SIGPIPE, SIG_IGN)
        let signals = [SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP]
        cel_forward_signals(signals, Int32(signals.count), mailbox.wakePipe.writeEnd)
    }

    // MARK: - The line in libedit's buffer

    /// The engine's buffer: one code point for each character.
    var buffer: Draft {
        guard let line = cel_line(editLine)?.pointee, let start = line.buffer else { return Draft() }
        return Draft(
            scalars: Self.scalars(start, count: line.lastchar - start),
            cursor: line.cursor - start
        )
    }

    /// The line as the person means it.
    var draft: Draft { graphemes.unfolded(buffer) }

    /// Puts a line in place of the present one.
    func setLine(_ draft: Draft) {
        let folded = graphemes.folded(draft)
        _ = cel_replace_line(
            editLine,
            folded.scalars.map { wchar_t(bitPattern: $0.value) },
            folded.scalars.count,
            folded.cursor
        )
    }

    /// Puts a text in place of the line, the cursor behind it.
    func replaceDraft(with text: String) { setLine(Draft(text)) }

    func insert(_ scalars: [Unicode.Scalar]) {
        guard !scalars.isEmpty else { return }
        setLine(draft.inserting(scalars))
    }

    /// Joins the parts of characters that came one by one, and notes what has changed for undoing.
    ///
    /// Between two keys, so that every command of the engine finds whole characters.
    func settleLine() {
        let buffer = buffer
        // The engine keeps the pattern of vi's search in the same place.
        if isVi, buffer.scalars.first == "\n", buffer.scalars.count > 1, "/?".unicodeScalars.contains(buffer.scalars[1])
        {
            return
        }
        let draft = graphemes.unfolded(buffer)
        if GraphemeTable.needsFolding(buffer), graphemes.folded(draft) != buffer { setLine(draft) }
        if search == nil { undoHistory.note(draft, isOneChange: isVi && modeWatch.mode == .insertion) }
    }

    private func draft(count: Int) -> Draft {
        var draft = buffer
        draft.scalars = Array(draft.scalars.prefix(count))
        draft = graphemes.unfolded(draft)
        if draft.scalars.last == "\n" { draft.scalars.removeLast() }
        return draft
    }

    private static func scalars(_ start: UnsafePointer<wchar_t>, count: Int) -> [Unicode.Scalar] {
        UnsafeBufferPointer(start: start, count: count).map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{fffd}" }
    }

    // MARK: - Drawing

    /// What the area shows: the person's prompt, or the search in its place.
    func content(_ draft: Draft) -> EditArea.Content {
        let shown = prompt.isSecret && search == nil ? draft.hidden(in: TerminalKind.isUTF8 ? "•" : "*") : draft
        return EditArea.Content(prompt: search.map { Prompt(text: $0.prompt) } ?? markedPrompt, draft: shown)
    }

    /// The prompt with a mark while keys are commands and not text.
    private var markedPrompt: Prompt {
        guard isVi, modeWatch.mode == .command else { return prompt }
        var marked = prompt
        let start = marked.text.lastIndex(of: "\n").map { marked.text.index(after: $0) } ?? marked.text.startIndex
        marked.text.insert(contentsOf: "(cmd) ", at: start)
        return marked
    }

    /// Makes the screen show the present line.
    ///
    /// Nothing is written when it does.
    func redraw() {
        let draft = draft
        let bytes = area.update(to: content(draft), size: size)
        if bytes.isEmpty { return }
        note(draft)
        output.append(Self.atOnce(bytes))
        output.writeSome()
        if !prompt.isSecret { tellOfComposing(draft.text) }
    }

    /// Keeps the draft for whoever asks at the end, but for one that is secret.
    private func note(_ draft: Draft) { mailbox.note(draft: prompt.isSecret ? "" : draft.text) }

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
        output.writeSome()
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
