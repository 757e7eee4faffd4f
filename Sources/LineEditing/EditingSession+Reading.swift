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
            settleLine()
            if isVi, modeWatch.isDoubtful, search == nil {
                character.pointee = wchar_t(bitPattern: NamedKey.mode.rawValue)
                return 1
            }
            if let key = keyForChange() {
                modeWatch.passed(UInt32(bitPattern: key))
                character.pointee = key
                return 1
            }
            switch pending.popFirst() {
            case .character(let next):
                if isVi { modeWatch.passed(UInt32(bitPattern: next)) }
                let scalar = Unicode.Scalar(UInt32(bitPattern: next)).map { graphemes.folded($0) }
                character.pointee = scalar.map { wchar_t(bitPattern: $0.value) } ?? next
                return 1
            case .insertion(let scalars):
                insert(scalars)
            case .paste(let scalars):
                insert(pasted: scalars)
            case .selection(let selection):
                pasteOffers = 0
                follow(selection)
            case .functionKey(let number): inputs.yield(.functionKey(number))
            case nil:
                if !waitForInput() { return -1 }
            }
        }
    }

    /// The key that has the engine take the paste, or the other line, that is next; nil when it can simply be put in.
    ///
    /// An operator of vi's that waits for its motion keeps an address in the buffer, which inserting may move. A command
    /// has the engine forget the operator.
    private func keyForChange() -> wchar_t? {
        let scalars: [Unicode.Scalar]?
        switch pending.first {
        case .paste(let pasted): scalars = pasted
        case .selection: scalars = nil
        default: return nil
        }
        // A search gives the line back before there is another.
        if search != nil { return scalars == nil ? 0x07 : nil }
        guard isVi, modeWatch.mode == .command else { return nil }
        if modeWatch.isInSearch, let scalars {
            pending.replaceFirst(with: Self.keys(of: scalars))
            return nil
        }
        // A command that reads keys on its own, by a binding of the person's, would take the key for its input.
        let mostOffers = 3
        pasteOffers += 1
        guard pasteOffers <= mostOffers else { return nil }
        return modeWatch.awaitsArgument || modeWatch.isInSearch
            ? 0x1b : wchar_t(bitPattern: NamedKey.paste.rawValue)
    }

    /// Takes the paste, or the other line, that is next, as a command of the engine's.
    func pasteKey() -> UInt8 {
        switch pending.first {
        case .paste(let scalars):
            _ = pending.popFirst()
            insert(pasted: scalars)
        case .selection(let selection):
            _ = pending.popFirst()
            pasteOffers = 0
            follow(selection)
        default: return UInt8(CC_ERROR)
        }
        return UInt8(CC_REFRESH)
    }

    private func insert(pasted scalars: [Unicode.Scalar]) {
        pasteOffers = 0
        undoHistory.endChange()
        insert(scalars)
        tell(ofPaste: scalars)
    }

    /// What is pasted, as keys of a pattern that somebody types.
    private static func keys(of pasted: [Unicode.Scalar]) -> [Pending] {
        pasted.filter { !$0.properties.isWhitespace || $0 == " " }
            .map { .character(wchar_t(bitPattern: $0.value)) }
    }

    /// Shows the present state and waits for keys, messages or signals.
    ///
    /// Drawing only here means that a burst of keys is drawn once.
    private func waitForInput() -> Bool {
        if cel_take_bell(engine) { output.append("\u{7}") }
        output.writeSome()
        // A terminal that is behind sees the newest state when it has caught up, and none of those between.
        if output.isEmpty {
            redraw()
            if output.isEmpty, hasMoreMail {
                receiveMail()
                // What the mail asks for is done and shown before anything is waited for.
                if pending.first != nil || isEnding { return true }
            }
        }
        let escapeTimeout: Int32 = 50
        var sources = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mailbox.wakePipe.readEnd, events: Int16(POLLIN), revents: 0),
            // A negative descriptor is one that `poll` passes over.
            pollfd(fd: output.isEmpty ? -1 : output.descriptor, events: Int16(POLLOUT), revents: 0),
        ]
        let timeout = hasMoreMail && output.isEmpty ? 0 : decoder.awaitsContinuation ? escapeTimeout : -1
        let ready = poll(&sources, 3, timeout)
        if ready < 0 { return errno == EINTR }
        if ready == 0, decoder.awaitsContinuation { accept(decoder.flush()) }
        if sources[1].revents != 0 {
            for signal in mailbox.wakePipe.drain() { handle(signal: signal) }
            if output.isEmpty { receiveMail() } else { hasMoreMail = true }
        }
        if sources[0].revents != 0 { readKeys() }
        return true
    }

    private func readKeys() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 {
            // What was typed before the terminal was ours: Enter was a newline then, and is meant as Enter.
            for index in 0..<min(count, typedAheadCount) where buffer[index] == UInt8(ascii: "\n") {
                buffer[index] = UInt8(ascii: "\r")
            }
            typedAheadCount = max(0, typedAheadCount - count)
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
            case .focus(let isFocused): self.isFocused = isFocused
            case .alt(let number): pending.append(.selection(.number(number)))
            case .function(let number): pending.append(.functionKey(number))
            case .paste(let scalars) where search == nil: pending.append(.paste(scalars))
            case .paste(let scalars):
                // A search reads characters; what is pasted belongs to its pattern.
                for key in Self.keys(of: scalars) { pending.append(key) }
            }
        }
    }

    /// Takes what the program has said since the last time.
    private func receiveMail() {
        var lines: [String] = []
        for post in adoptMail() {
            switch post {
            case .lines(let text): lines.append(text)
            case .page(let text):
                print(lines)
                lines = []
                page(text)
            case .edit(let text):
                print(lines)
                lines = []
                edit(text)
            }
        }
        print(lines)
    }

    /// Takes over prompt, title and manners, and answers what is to be done in order.
    private func adoptMail() -> [EditorMailbox.Post] {
        let delivery = mailbox.take()
        hasMoreMail = delivery.hasMore
        prompt = delivery.prompt
        if delivery.manners != wantedManners { adopt(delivery.manners) }
        if delivery.title != title {
            title = delivery.title
            if manners.showsTitle { output.append(WindowTitle.set(title)) }
        }
        adopt(delivery.drafts)
        if delivery.rings { output.append("\u{7}") }
        for call in delivery.calls { output.append(manners.bytes(for: call, isFocused: isFocused)) }
        isEnding = isEnding || delivery.isClosing
        return delivery.posts
    }

    /// Says how much a long paste was, which may be taller than the screen.
    private func tell(ofPaste scalars: [Unicode.Scalar]) {
        let lines = scalars.count { $0 == "\n" } + (scalars.last == "\n" ? 0 : 1)
        guard lines >= 10 || scalars.count >= 2000 else { return }
        let what = lines > 1 ? "\(lines) lines" : "\(scalars.count) characters"
        print(["\(what) pasted as one message: Enter sends it, Ctrl-_ takes the paste back."])
    }

    // MARK: - Signals

    func handle(signal: Int32) {
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
}
