import Testing

@testable import LineEditing

/// What one undoing takes back.
struct UndoHistoryTests {
    @Test func `typing is taken back word by word`() {
        var history = UndoHistory()
        type("one two", into: &history)
        #expect(history.undo()?.text == "one ")
        #expect(history.undo()?.text == "")
        #expect(history.undo() == nil)
        #expect(history.redo()?.text == "one ")
        #expect(history.redo()?.text == "one two")
        #expect(history.redo() == nil)
    }

    @Test func `typing elsewhere is another change`() {
        var history = UndoHistory()
        type("ab", into: &history)
        history.note(Draft(scalars: ["a", "b"], cursor: 0))
        history.note(Draft(scalars: ["x", "a", "b"], cursor: 1))
        #expect(history.undo()?.text == "ab")
        #expect(history.undo()?.text == "")
    }

    @Test func `what belongs together is one change`() {
        var history = UndoHistory()
        for text in ["a", "ab", "ab c", "ab"] { history.note(Draft(text), isOneChange: true) }
        #expect(history.undo()?.text == "")
    }

    @Test func `a change after undoing makes redoing impossible`() {
        var history = UndoHistory()
        history.note(Draft("pasted text"))
        _ = history.undo()
        history.note(Draft("other"))
        #expect(history.redo() == nil)
    }

    @Test func `large drafts are forgotten in time`() {
        var history = UndoHistory()
        for number in 1...50 { history.note(Draft(String(repeating: "x", count: 100_000 + 2 * number))) }
        var steps = 0
        while history.undo() != nil { steps += 1 }
        #expect((5...20).contains(steps))
    }

    private func type(_ text: String, into history: inout UndoHistory) {
        for end in 1...text.count { history.note(Draft(String(text.prefix(end)))) }
    }
}

/// The stand-ins of characters that are several code points.
struct GraphemeTableTests {
    @Test(arguments: [
        "plain", "cafe\u{301}", "👨‍👩‍👧👍🏽🇳🇴🇩🇪", "क्षि 한국 각", "\u{17000}\u{187f7}\u{f0000}x", "a\u{323}\u{302}a\u{302}\u{323}",
    ])
    func `a folded draft has one code point for a character and unfolds to the same code points`(text: String) {
        var table = GraphemeTable()
        for cursor in 0...text.unicodeScalars.count {
            let draft = Draft(scalars: Array(text.unicodeScalars), cursor: cursor)
            let folded = table.folded(draft)
            #expect(folded.scalars.count == text.count)
            let unfolded = table.unfolded(folded)
            #expect(unfolded.scalars == draft.scalars)
            #expect(unfolded.cursor >= cursor)
            #expect(table.folded(unfolded) == folded)
        }
    }

    @Test func `letters stay letters for the engine's words`() throws {
        var table = GraphemeTable()
        let folded = table.folded(Draft("e\u{301}👍🏽"))
        #expect(folded.scalars[0].properties.isAlphabetic)
        #expect(!folded.scalars[1].properties.isAlphabetic)
    }
}
