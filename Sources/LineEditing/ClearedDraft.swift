/// The line that ^C has cleared: undoing brings it back, also when one other line was entered since.
struct ClearedDraft {
    private var draft: Draft?

    /// Takes the line that is cleared now; an empty one changes nothing.
    mutating func take(_ draft: Draft) {
        if !draft.scalars.isEmpty { self.draft = draft }
    }

    /// Answers, when a line is entered, what undoing may bring back in the next; that time only.
    mutating func lineEnded() -> Draft? {
        defer { draft = nil }
        return draft
    }
}
