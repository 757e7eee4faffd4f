/// The drafts that were, for undoing and redoing changes of the line.
///
/// Typing is taken back word by word, and what was typed in one stay in vi's insert mode as a whole.
struct UndoHistory {
    /// How many changes are kept, and how many code points of drafts together.
    private static let mostSteps = 200
    private static let mostScalars = 1_000_000

    private var earlier: [Draft] = []
    private var later: [Draft] = []
    private var present = Draft()
    private var scalarCount = 0
    /// Whether the last change was typing that the next may continue.
    private var isTyping = false
    /// Whether the last key changed the line.
    private var hasJustChanged = false

    /// The history of a line that is what it is from the beginning.
    init(of draft: Draft = Draft()) { present = draft }

    /// Takes notice of the line as it stands after a key.
    ///
    /// - Parameters:
    ///   - draft: the line.
    ///   - isOneChange: whether changes belong together until this is false once.
    mutating func note(_ draft: Draft, isOneChange: Bool = false) {
        hasJustChanged = draft.scalars != present.scalars
        guard hasJustChanged else {
            // Typing that goes on elsewhere is another change.
            if draft.cursor != present.cursor, !isOneChange { isTyping = false }
            present.cursor = draft.cursor
            return
        }
        let continues = isTyping && (isOneChange || continuesTyping(draft))
        if !continues { push(present) }
        isTyping = isOneChange || isTypedCharacter(draft)
        later = []
        present = draft
    }

    /// The line before the last change, nil when there is none.
    mutating func undo() -> Draft? {
        guard let draft = earlier.popLast() else { return nil }
        scalarCount -= draft.scalars.count
        later.append(present)
        present = draft
        isTyping = false
        return draft
    }

    /// The line before the last undoing, nil when there is none.
    mutating func redo() -> Draft? {
        guard let draft = later.popLast() else { return nil }
        push(present)
        present = draft
        isTyping = false
        return draft
    }

    /// Ends a group of changes; the next begins another.
    mutating func endChange() { isTyping = false }

    /// Insertion begins: it belongs to what the last key has changed, such as to the deletion of vi's `cw`.
    mutating func beginInsertion() { isTyping = hasJustChanged }

    /// Forgets everything: another line begins.
    ///
    /// - Parameter draft: a line that undoing brings back all the same.
    mutating func clear(leaving draft: Draft? = nil) {
        self = UndoHistory()
        if let draft { push(draft) }
    }

    private mutating func push(_ draft: Draft) {
        earlier.append(draft)
        scalarCount += draft.scalars.count
        while earlier.count > Self.mostSteps || (scalarCount > Self.mostScalars && earlier.count > 1) {
            scalarCount -= earlier.removeFirst().scalars.count
        }
    }

    /// Whether one code point came in at the cursor.
    private func isTypedCharacter(_ draft: Draft) -> Bool {
        draft.scalars.count == present.scalars.count + 1 && draft.cursor == present.cursor + 1
    }

    private func continuesTyping(_ draft: Draft) -> Bool {
        guard isTypedCharacter(draft), draft.cursor >= 2 else { return false }
        let typed = draft.scalars[draft.cursor - 1]
        let before = draft.scalars[draft.cursor - 2]
        // A new word is a new step.
        return !(before.properties.isWhitespace && !typed.properties.isWhitespace)
    }
}
