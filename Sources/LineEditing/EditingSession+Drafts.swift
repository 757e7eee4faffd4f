/// Goes from one line to another where there are several, each for a listener of its own.
extension EditingSession {
    /// Takes what the program says of the lines.
    func adopt(_ slots: DraftSlots?) {
        guard let slots, slots != drafts.slots else { return }
        decoder.readsAltDigits = !isVi
        let (selection, dropped) = drafts.adopt(slots)
        for text in dropped { drop(text) }
        if let selection { pending.append(.selection(selection)) }
        noteLines()
    }

    /// Edits the line that a selection means, between two keys of the engine's.
    func follow(_ selection: LineDrafts.Selection) {
        let isByKey = if case .number = selection { true } else { false }
        guard let name = drafts.name(of: selection) else {
            if isByKey { output.append("\u{7}") }
            return
        }
        guard name != drafts.current else { return }
        undoHistory.endChange()
        memory.history.returnToDraft()
        let left = LineDrafts.Line(draft: draft, undoHistory: undoHistory)
        let (line, dropped) = drafts.select(name, leaving: left, isByKey: isByKey)
        undoHistory = line.undoHistory
        setLine(line.draft)
        // Nobody has typed it just now.
        composed.text = line.draft.text
        noteLines()
        if isByKey { tellOfSelection() }
        if let dropped { drop(dropped) }
    }

    /// Says for whom the line is that is edited.
    func tellOfSelection() {
        guard drafts.slots != nil else { return }
        inputs.yield(.draftSelected(drafts.current, selectionCount: drafts.selectionCount))
    }

    /// Keeps what stands in each line for whoever asks.
    private func noteLines() {
        mailbox.note(draft: prompt.isSecret ? "" : draft.text, in: drafts.current, waiting: drafts.texts)
    }

    /// A line whose listener is gone is not lost.
    private func drop(_ text: String) {
        memory.keep(cleared: text)
        print(["What you were typing there is kept; the Up key brings it back."])
    }
}
