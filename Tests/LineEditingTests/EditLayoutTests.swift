import Testing

@testable import LineEditing

struct EditLayoutTests {
    private func layout(_ text: String, cursor: Int? = nil, prompt: String = "> ", columns: Int) -> EditLayout {
        var draft = Draft(text)
        if let cursor { draft.cursor = cursor }
        return EditLayout(prompt: prompt, draft: draft, columns: columns)
    }

    @Test func `a row that is full continues on the next`() {
        let layout = layout("0123456789", columns: 6)
        #expect(layout.rows.map(\.text) == ["> 0123", "456789", ""])
        #expect(layout.rows.map(\.continues) == [true, true, false])
        #expect(layout.cursorRow == 2 && layout.cursorColumn == 0)
    }

    @Test func `a wide character that does not fit leaves a gap`() {
        let layout = layout("abc你", cursor: 3, columns: 6)
        #expect(layout.rows.map(\.text) == ["> abc ", "你"])
        #expect(layout.cursorRow == 1 && layout.cursorColumn == 0)
    }

    @Test func `sequences of the prompt have no width and its newline begins a row`() {
        let layout = layout("x", prompt: "\u{1b}[1mA\u{1b}[0m\nB> ", columns: 20)
        #expect(layout.rows.map(\.columns) == [1, 4])
        #expect(layout.cursorRow == 1 && layout.cursorColumn == 4)
    }

    @Test func `controls and tabs have the width that is drawn`() {
        #expect(layout("\u{1}\tz", prompt: "", columns: 20).rows[0] == .init(text: "^A      z", columns: 9))
    }

    @Test func `joined emoji are shown as their members`() {
        #expect(layout("👨‍👩‍👧", prompt: "", columns: 20).rows[0] == .init(text: "👨👩👧", columns: 6))
        #expect(layout("\u{202e}", prompt: "", columns: 20).rows[0].text == "‹U+202E›")
    }

    @Test(arguments: 1...3)
    func `screens too narrow for anything do no harm`(columns: Int) {
        let layout = layout("你好\tabc\n", columns: columns)
        #expect(layout.cursorColumn <= columns)
    }
}

struct EditAreaTests {
    private let size = TerminalSize(columns: 20, rows: 5)

    private func content(_ text: String, right: String = "") -> EditArea.Content {
        EditArea.Content(prompt: Prompt(text: "> ", right: right), draft: Draft(text))
    }

    @Test func `the same content writes nothing`() {
        var area = EditArea()
        #expect(area.update(to: content("abc"), size: size) == "> abc\r\u{1b}[5C")
        #expect(area.update(to: content("abc"), size: size).isEmpty)
    }

    @Test func `a typed character writes only itself`() {
        var area = EditArea()
        _ = area.update(to: content("abc"), size: size)
        #expect(area.update(to: content("abcd"), size: size) == "d")
    }

    @Test func `erasing goes up to where the area began`() {
        var area = EditArea()
        _ = area.update(to: content("one\ntwo\nthree"), size: size)
        #expect(area.erase() == "\u{1b}[2A\r\u{1b}[J")
        #expect(area.erase().isEmpty)
    }

    @Test(arguments: [false, true])
    func `one row is erased alone, unless the terminal has another size since`(rewraps: Bool) {
        var area = EditArea()
        _ = area.update(to: content("abc"), size: size)
        #expect(area.erase() == "\r\u{1b}[K")
        _ = area.update(to: content("abc"), size: size)
        area.resized(to: TerminalSize(columns: 15, rows: 9), rewraps: rewraps)
        #expect(area.erase() == "\r\u{1b}[J")
    }

    @Test func `a tall draft takes half of the screen, and three rows of a low one`() {
        var area = EditArea()
        let tall = content((1...30).map(String.init).joined(separator: "\n"))
        #expect(area.update(to: tall, size: size) == "28\r\n29\r\n30\r\u{1b}[2C")
        var high = EditArea()
        let bytes = high.update(to: tall, size: TerminalSize(columns: 20, rows: 24))
        #expect(bytes.hasPrefix("19\r\n") && bytes.hasSuffix("30\r\u{1b}[2C"))
    }

    @Test func `of a tall draft the drawn part alone is erased when the terminal wraps anew`() {
        var area = EditArea()
        _ = area.update(to: content(String(repeating: "x", count: 200)), size: size)
        area.resized(to: TerminalSize(columns: 10, rows: 9), rewraps: true)
        // Three rows, the last with two characters, of which each full one takes two now.
        #expect(area.erase() == "\u{1b}[4A\r\u{1b}[J")
    }

    @Test func `leaving shows the whole line without its right prompt`() {
        var area = EditArea()
        _ = area.update(to: content("abc", right: "R"), size: size)
        #expect(area.leave(content("abc", right: "R"), trailing: "^C", size: size).hasSuffix("> abc\r\u{1b}[5C^C\r\n"))
        #expect(!area.isDrawn)
    }

    @Test func `a terminal that wraps anew moves the cursor's row`() {
        var area = EditArea()
        _ = area.update(to: content("0123456789"), size: size)
        area.resized(to: TerminalSize(columns: 5, rows: 9), rewraps: true)
        #expect(area.erase() == "\u{1b}[2A\r\u{1b}[J")
    }
}

struct DraftTests {
    @Test func `movements go by characters`() {
        var draft = Draft("a👨‍👩‍👧e\u{301}")
        #expect(draft.cursor == 8)
        #expect(draft.previousCharacter == 6)
        draft.cursor = 6
        #expect(draft.previousCharacter == 1 && draft.nextCharacter == 8 && draft.cursorInCharacters == 2)
        draft.cursor = 0
        #expect(draft.previousCharacter == nil && draft.nextCharacter == 1)
        #expect(draft.offset(ofCharacter: 2) == 6 && draft.offset(ofCharacter: 99) == 8)
    }

    @Test func `rows keep the column where they can`() {
        var draft = Draft("long row\nab\nlonger row")
        #expect(draft.cursorInRowAbove == 11)
        draft.cursor = 8
        #expect(draft.cursorInRowAbove == nil)
        #expect(draft.cursorInRowBelow == 11)
        draft.cursor = 11
        #expect(draft.cursorInRowBelow == 14)
    }
}
