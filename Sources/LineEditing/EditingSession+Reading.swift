import CLibedit

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension EditingSession {
    /// Answers libedit's request for a key: 1 with a character, 0 at the end of input, -1 on an error.
    ///
    /// It waits here, and nowhere else; so messages are printed also while a command of libedit reads on its own.
    func readCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
        while true {
            if isEnding {
                character.pointee = 0
                return 0
            }
            switch pending.popFirst() {
            case .character(let next):
                character.pointee = next
                return 1
            case .insertion(let scalars):
                insert(scalars)
            case nil:
                if !waitForInput() { return -1 }
            }
        }
    }

    /// Shows the present state and waits for keys, messages or signals.
    ///
    /// Drawing only here means that a burst of keys is drawn once.
    private func waitForInput() -> Bool {
        redraw()
        if cel_take_bell(engine) { output.append("\u{7}") }
        output.flush()
        let escapeTimeout: Int32 = 50
        var sources = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mailbox.wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&sources, 2, decoder.awaitsContinuation ? escapeTimeout : -1)
        if ready < 0 { return errno == EINTR }
        if ready == 0 { accept(decoder.flush()) }
        if sources[1].revents != 0 {
            for signal in mailbox.wakePipe.drain() { handle(signal: signal) }
            receiveMail()
        }
        if sources[0].revents != 0 { readKeys() }
        return true
    }

    private func readKeys() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 {
            accept(decoder.decode(buffer[..<count]))
        } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
            isEnding = true
        }
    }

    private func accept(_ events: [KeyDecoder.Event]) {
        for event in events {
            switch event {
            case .character(let scalar): pending.append(.character(wchar_t(bitPattern: scalar.value)))
            case .key(let key): pending.append(.character(wchar_t(bitPattern: key.rawValue)))
            case .paste(let scalars) where search == nil: pending.append(.insertion(scalars))
            case .paste(let scalars):
                // A search reads characters; what is pasted belongs to its pattern.
                for scalar in scalars where !scalar.properties.isWhitespace || scalar == " " {
                    pending.append(.character(wchar_t(bitPattern: scalar.value)))
                }
            }
        }
    }

    /// Takes what the program has said since the last time.
    private func receiveMail() {
        let delivery = mailbox.take()
        prompt = delivery.prompt
        print(delivery.lines)
        if delivery.rings {
            output.append("\u{07}")
            output.flush()
        }
        isEnding = isEnding || delivery.isClosing
    }

    // MARK: - Signals

    private func handle(signal: Int32) {
        switch signal {
        case SIGINT:
            pending.append(.character(3))
        case SIGWINCH:
            adoptSize()
        case SIGCONT:
            // Stopped from outside: the shell has set its own terminal modes since.
            if tcgetpgrp(STDIN_FILENO) == getpgrp() { resume() }
        default:
            mailbox.note(terminationSignal: signal)
            isEnding = true
        }
    }

    private func adoptSize() {
        guard let present = TerminalSize(descriptor: STDOUT_FILENO), present != size else { return }
        area.resized(to: present, rewraps: rewraps)
        size = present
        el_resize(editLine)
        output.append(area.erase())
    }

    // MARK: - Suspension

    /// Stops the process group as the terminal would, and goes on when the shell continues it.
    func suspend() {
        output.append(area.leave(content(draft), size: size) + Self.pasteModeOff)
        output.flush()
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        kill(0, SIGTSTP)
        waitUntilContinued()
        resume()
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

    private func resume() {
        // Twice, because libedit does nothing when it believes that its modes are set.
        cel_set_flag(editLine, EL_PREP_TERM, 0)
        cel_set_flag(editLine, EL_PREP_TERM, 1)
        if let present = TerminalSize(descriptor: STDOUT_FILENO) { size = present }
        el_resize(editLine)
        area.forget()
        output.append(Self.pasteModeOn + "\r\u{1b}[J")
    }
}
