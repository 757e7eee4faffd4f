import CLibedit
import ChildPrograms

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The terminal is given to somebody else and taken back.
extension EditingSession {
    private static let pasteMode = "\u{1b}[?2004"
    private static let focusMode = "\u{1b}[?1004"

    private var modesOn: String {
        (manners.showsTitle ? WindowTitle.remember + (title.isEmpty ? "" : WindowTitle.set(title)) : "")
            + (manners.needsFocus ? Self.focusMode + "h" : "") + Self.pasteMode + "h"
    }

    /// What undoes all that has been switched on.
    var modesOff: String {
        Self.pasteMode + "l" + (manners.needsFocus ? Self.focusMode + "l" : "")
            + (manners.showsTitle ? WindowTitle.restore : "")
    }

    /// Switches on what editing wants of the terminal.
    func switchModesOn() {
        output.append(modesOn)
        cel_at_exit_write(modesOff)
    }

    /// Has other manners from now on.
    func adopt(_ manners: TerminalManners) {
        output.append(modesOff)
        wantedManners = manners
        self.manners = manners
        self.manners.showsTitle = manners.showsTitle && TerminalKind.hasTitle
        isFocused = true
        switchModesOn()
    }

    /// Stops the process group as the terminal would, and goes on when the shell continues it.
    func suspend() {
        giveTerminal()
        kill(0, SIGTSTP)
        waitUntilContinued()
        resume()
    }

    private func giveTerminal() {
        output.append(area.leave(content(draft), size: size) + modesOff)
        output.flush()
        cel_set_flag(editLine, EL_PREP_TERM, 0)
    }

    /// The stop may reach this thread a little after `kill` has returned; the modes must not be set before it.
    private func waitUntilContinued() {
        // An orphaned process group is not stopped at all: then this is the end of waiting.
        let longest: Int32 = 200
        var source = pollfd(fd: mailbox.wakePipe.readEnd, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = poll(&source, 1, longest)
            if ready < 0 { continue }
            let signals = ready > 0 ? mailbox.wakePipe.drain() : []
            for signal in signals where signal != SIGCONT { handle(signal: signal) }
            if ready == 0 || signals.contains(SIGCONT) { break }
        }
        // What was said meanwhile has lost its wake-up call.
        mailbox.wakePipe.wake()
    }

    /// Takes the terminal back.
    func resume() {
        // Twice, because libedit does nothing when it believes that its modes are set.
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        // Lines that were typed meanwhile and that nobody took.
        typedAheadCount = Int(cel_typed_ahead())
        cel_set_flag(editLine, EL_PREP_TERM, 1)
        if let present = TerminalSize(descriptor: STDOUT_FILENO) { size = present }
        el_resize(editLine)
        area.forget()
        output.append("\r\u{1b}[J")
        switchModesOn()
    }

    // MARK: - Programs of the person's

    /// Opens a text in the person's editor; what is saved becomes the line.
    func edit(_ text: String) {
        guard let file = ScratchFile(text + "\n", suffix: ".md") else {
            return print(["No file for the editor can be written: \(String(cString: strerror(errno)))"])
        }
        let program = ForegroundProgram.editor
        switch withTerminalGiven({ ChildProgram.runOnTerminal(program, file: file.path, mustStop: mustStop) }) {
        case .done:
            guard let edited = file.text else {
                return print(["What \(program) wrote is not a UTF-8 text; the line stays as it was."])
            }
            undoHistory.endChange()
            replaceDraft(with: Self.asDraft(edited))
        case .failed(let code):
            print(["\(program) ended with \(code); the line stays as it was."].map { DisplayText.neutralised($0) })
        }
    }

    /// Shows lines in the person's pager when they are taller than the screen.
    func page(_ text: String) {
        let height = text.split(separator: "\n", omittingEmptySubsequences: false)
            .reduce(0) { $0 + max(1, (DisplayText.columns(String($1)) + size.columns - 1) / max(1, size.columns)) }
        guard manners.usesPager, height >= size.rows, let pager = ForegroundProgram.pager,
            let file = ScratchFile(text.hasSuffix("\n") ? text : text + "\n", suffix: ".txt")
        else { return print([text]) }
        var environment = ChildEnvironment()
        environment.add("LESS", "FRX")
        environment.add("LESSCHARSET", "utf-8")
        let outcome = withTerminalGiven {
            ChildProgram.runOnTerminal(
                pager,
                file: file.path,
                isInput: true,
                environment: environment,
                mustStop: mustStop
            )
        }
        // A pager that is not there has shown nothing.
        if case .failed(let code) = outcome, code == 126 || code == 127 { print([text]) }
    }

    private func withTerminalGiven(_ body: () -> ChildProgram.Outcome) -> ChildProgram.Outcome {
        output.append(area.erase() + modesOff)
        output.flush()
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        defer {
            resume()
            mailbox.wakePipe.wake()
        }
        return body()
    }

    /// Whether a signal has come that ends the program; ^C and the size are the other program's business meanwhile.
    private func mustStop() -> Bool {
        for signal in mailbox.wakePipe.drain() where signal == SIGTERM || signal == SIGHUP { handle(signal: signal) }
        return isEnding
    }

    /// The text of a file as a draft: without the newline that editors put at the end, and without control characters.
    private static func asDraft(_ text: String) -> String {
        var scalars = text.unicodeScalars.filter {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        while scalars.last == "\n" { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }
}
