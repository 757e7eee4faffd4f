import CLibedit

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A function of ours and the keys it is on.
private struct KeyFunction {
    /// In which of libedit's maps a key is bound.
    enum Maps { case both, insertion, command }

    let name: String
    var keys: [String] = []
    var maps = Maps.both
    let function: cel_key_function
}

/// The session behind libedit's handle.
///
/// Free, because a C callback captures nothing, not even a type.
private func at(_ line: OpaquePointer?) -> EditingSession { EditingSession.of(line) }

private let keyFunctions = [
    KeyFunction(name: "baton-submit", keys: ["^M"]) { line, _ in at(line).submit() },
    KeyFunction(name: "baton-newline", keys: ["^J", NamedKey.newline.binding]) { line, _ in at(line).newline() },
    KeyFunction(name: "baton-interrupt", keys: ["^C"]) { line, _ in at(line).interrupt() },
    KeyFunction(name: "baton-end", keys: ["^D"]) { line, _ in at(line).endOrDelete() },
    KeyFunction(name: "baton-suspend", keys: ["^Z"]) { line, _ in at(line).suspendKey() },
    KeyFunction(name: "baton-clear", keys: ["^L"]) { line, _ in at(line).clearScreen() },
    KeyFunction(name: "baton-complete", keys: ["^I"], maps: .insertion) { line, _ in at(line).completeKey() },
    KeyFunction(name: "baton-up", keys: [NamedKey.up.binding]) { line, _ in at(line).up() },
    KeyFunction(name: "baton-down", keys: [NamedKey.down.binding]) { line, _ in at(line).down() },
    KeyFunction(name: "baton-older", keys: ["^P"], maps: .insertion) { line, _ in at(line).older(byPrefix: false) },
    KeyFunction(name: "baton-newer", keys: ["^N"], maps: .insertion) { line, _ in at(line).newer() },
    KeyFunction(name: "baton-vi-up", keys: ["k"], maps: .command) { line, _ in at(line).up() },
    KeyFunction(name: "baton-vi-down", keys: ["j"], maps: .command) { line, _ in at(line).down() },
    KeyFunction(name: "baton-search", keys: ["^R"]) { line, _ in at(line).searchHistory() },
    KeyFunction(name: "baton-right", keys: [NamedKey.right.binding]) { line, _ in at(line).right() },
    KeyFunction(name: "baton-left", keys: [NamedKey.left.binding]) { line, _ in at(line).left() },
    KeyFunction(name: "baton-delete", keys: [NamedKey.delete.binding]) { line, _ in at(line).deleteForward() },
    KeyFunction(name: "baton-rubout", keys: ["^?", "^H"], maps: .insertion) { line, _ in at(line).rubOut() },
    KeyFunction(name: "baton-undo", keys: ["^_"]) { line, _ in at(line).undo() },
    KeyFunction(name: "baton-vi-undo", keys: ["u"], maps: .command) { line, _ in at(line).undo() },
    KeyFunction(name: "baton-redo") { line, _ in at(line).redo() },
    KeyFunction(name: "baton-edit") { line, _ in at(line).editKey() },
    KeyFunction(name: "baton-vi-edit", keys: ["v"], maps: .command) { line, _ in at(line).editKey() },
    KeyFunction(name: "baton-paste", keys: [NamedKey.paste.binding]) { line, _ in at(line).pasteKey() },
    KeyFunction(name: "baton-mode-insertion", keys: [NamedKey.mode.binding], maps: .insertion) { line, _ in
        at(line).modeFound(.insertion)
    },
    KeyFunction(name: "baton-mode-command", keys: [NamedKey.mode.binding], maps: .command) { line, _ in
        at(line).modeFound(.command)
    },
]

extension EditingSession {
    /// Makes our functions known, so that the person's `~/.editrc` can bind them too.
    func addKeyFunctions() {
        for entry in keyFunctions { cel_add_function(editLine, entry.name, entry.function) }
    }

    /// Puts our functions on their keys.
    func bindKeys() {
        for entry in keyFunctions {
            for key in entry.keys {
                if entry.maps != .command { cel_bind(editLine, key, entry.name) }
                if entry.maps != .insertion, isVi { cel_bind_command(editLine, key, entry.name) }
            }
        }
        let builtIn = [
            (NamedKey.home.binding, "ed-move-to-beg"), (NamedKey.end.binding, "ed-move-to-end"),
            (NamedKey.wordRight.binding, "em-next-word"), (NamedKey.wordLeft.binding, "ed-prev-word"),
        ]
        for (key, function) in builtIn {
            cel_bind(editLine, key, function)
            if isVi { cel_bind_command(editLine, key, function) }
        }
        // Not libedit's own commands (`bind`, `edit off`): they answer on a screen that nobody sees, and asking for one
        // loses the line.
        if isVi {
            cel_bind_command(editLine, ":", "ed-unassigned")
        } else {
            for key in ["\\ex", "\\eX"] { cel_bind(editLine, key, "ed-unassigned") }
            cel_bind(editLine, "^B", "baton-left")
            cel_bind(editLine, "^F", "baton-right")
            cel_bind(editLine, "^X^U", "baton-undo")
            cel_bind(editLine, "^X^R", "baton-redo")
            cel_bind(editLine, "^X^E", "baton-edit")
            cel_bind(editLine, "\\e_", "baton-redo")
            cel_bind(editLine, "\\e^?", "ed-delete-prev-word")
        }
    }

    // MARK: - Whole lines

    fileprivate func submit() -> UInt8 {
        let draft = draft
        if let continued = draft.continuedRow {
            setLine(continued)
            return UInt8(CC_REFRESH)
        }
        submit(draft)
        return UInt8(CC_FATAL)
    }

    /// Leaves the line on the screen, or wipes it, and hands it in.
    ///
    /// libedit then starts afresh, which is what `CC_FATAL` asks for.
    func submit(_ draft: Draft) {
        output.append(keepsEnteredLines ? area.leave(content(draft), size: size) : area.erase())
        output.writeSome()
        let line = draft.withoutTrailingNewlines.text
        if !prompt.isSecret { remember(line) }
        undoHistory.clear(leaving: clearedDraft.lineEnded())
        modeWatch.lineBegan()
        mailbox.note(draft: "")
        tellOfSelection()
        inputs.yield(.line(line))
    }

    fileprivate func interrupt() -> UInt8 {
        let draft = draft
        output.append(area.leave(content(draft), trailing: "^C", size: size))
        output.writeSome()
        undoHistory.endChange()
        if prompt.isSecret {
            undoHistory.clear()
            memory.history.returnToDraft()
        } else {
            clearedDraft.take(draft)
            memory.keep(cleared: draft.text)
        }
        modeWatch.lineBegan()
        mailbox.note(draft: "")
        inputs.yield(.interrupt(clearing: draft.text))
        return UInt8(CC_FATAL)
    }

    fileprivate func endOrDelete() -> UInt8 {
        if draft.scalars.isEmpty {
            isEnding = true
            return UInt8(CC_EOF)
        }
        return deleteForward()
    }

    fileprivate func suspendKey() -> UInt8 {
        suspend()
        return UInt8(CC_NORM)
    }

    fileprivate func clearScreen() -> UInt8 {
        area.forget()
        output.append("\u{1b}[H\u{1b}[2J")
        return UInt8(CC_NORM)
    }

    // MARK: - Characters

    fileprivate func newline() -> UInt8 {
        insert(["\n"])
        return UInt8(CC_REFRESH)
    }

    fileprivate func right() -> UInt8 { move(to: draft.nextCharacter) }

    fileprivate func left() -> UInt8 { move(to: draft.previousCharacter) }

    fileprivate func deleteForward() -> UInt8 {
        let draft = draft
        guard let end = draft.nextCharacter else { return UInt8(CC_ERROR) }
        setLine(draft.removing(draft.cursor..<end))
        return UInt8(CC_REFRESH)
    }

    fileprivate func rubOut() -> UInt8 {
        let draft = draft
        guard let start = draft.previousCharacter else { return UInt8(CC_ERROR) }
        setLine(draft.removing(start..<draft.cursor))
        return UInt8(CC_REFRESH)
    }

    fileprivate func up() -> UInt8 { draft.cursorInRowAbove.map { move(to: $0) } ?? older(byPrefix: true) }

    fileprivate func down() -> UInt8 { draft.cursorInRowBelow.map { move(to: $0) } ?? newer() }

    fileprivate func move(to offset: Int?) -> UInt8 {
        guard let offset else { return UInt8(CC_ERROR) }
        var draft = draft
        draft.cursor = offset
        setLine(draft)
        return UInt8(CC_CURSOR)
    }

    // MARK: - Undoing

    fileprivate func undo() -> UInt8 { setLine(undoHistory.undo()) }

    fileprivate func redo() -> UInt8 { setLine(undoHistory.redo()) }

    private func setLine(_ draft: Draft?) -> UInt8 {
        guard let draft else { return UInt8(CC_ERROR) }
        setLine(draft)
        return UInt8(CC_REFRESH)
    }

    // MARK: - Modes

    fileprivate func modeFound(_ mode: ViModeWatch.Mode) -> UInt8 {
        switch (modeWatch.mode, mode) {
        case (.command, .insertion): undoHistory.beginInsertion()
        case (.insertion, .command): undoHistory.endChange()
        default: break
        }
        modeWatch.found(mode)
        // The engine goes on as if there had been no key: counts and operators stay.
        return UInt8(CC_ARGHACK)
    }

    fileprivate func editKey() -> UInt8 {
        edit(draft.text)
        return UInt8(CC_NORM)
    }

    // MARK: - Completion

    fileprivate func completeKey() -> UInt8 {
        let draft = draft
        let request = CompletionRequest(line: draft.text, cursor: draft.cursorInCharacters)
        let completion = complete(request)
        switch completion.step(in: request) {
        case .nothing:
            return UInt8(CC_ERROR)
        case .list:
            print(completion.listing(columns: size.columns))
            return UInt8(CC_NORM)
        case .replace(let range, let text):
            let start = draft.offset(ofCharacter: range.lowerBound)
            let end = draft.offset(ofCharacter: range.upperBound)
            setLine(draft.removing(start..<end).inserting(Array(text.unicodeScalars)))
            return UInt8(CC_REFRESH)
        }
    }
}
