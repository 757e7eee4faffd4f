import TestSupport
import Testing

@testable import LineEditing

/// Several lines at one prompt.
struct LineDraftsTests {
    private func line(_ text: String) -> LineDrafts.Line { LineDrafts.Line(draft: Draft(text)) }

    private func two(_ current: String, heard: Int = 0) -> DraftSlots {
        DraftSlots(current: current, numbered: [1: "a", 2: "b"], kept: ["a", "b"], heardSelections: heard)
    }

    @Test func `each listener has a line of its own`() {
        var drafts = LineDrafts()
        #expect(drafts.adopt(two("a")).selection == .slot("a", heardSelections: 0))
        // Typed for nobody, it is for the one who comes.
        #expect(drafts.select("a", leaving: line("hi"), isByKey: false).line.draft == Draft("hi"))
        #expect(drafts.select("b", leaving: line("half a"), isByKey: true).line.draft == Draft())
        #expect(drafts.texts == ["a": "half a"])
        #expect(drafts.select("a", leaving: line("half b"), isByKey: true).line.draft == Draft("half a"))
        #expect(drafts.texts == ["b": "half b"] && drafts.selectionCount == 2)
    }

    @Test func `an older wish of the program does not undo the person's`() {
        var drafts = LineDrafts()
        _ = drafts.adopt(two("a"))
        _ = drafts.select("a", leaving: line(""), isByKey: false)
        _ = drafts.select("b", leaving: line(""), isByKey: true)
        #expect(drafts.adopt(DraftSlots(current: "a", numbered: [1: "a"], kept: ["a", "b"])).selection == nil)
        #expect(drafts.name(of: .slot("a", heardSelections: 0)) == nil)
        #expect(drafts.adopt(two("a", heard: 1)).selection == .slot("a", heardSelections: 1))
    }

    @Test func `what was being typed to somebody who is gone is nobody else's, and is not lost`() {
        var drafts = LineDrafts()
        _ = drafts.adopt(two("a"))
        _ = drafts.select("a", leaving: line(""), isByKey: false)
        _ = drafts.adopt(DraftSlots(current: "b", numbered: [2: "b"], kept: ["b"]))
        let next = drafts.select("b", leaving: line("Dear A"), isByKey: false)
        #expect(next.line.draft == Draft() && next.dropped == "Dear A")
        _ = drafts.adopt(two("b"))
        _ = drafts.select("a", leaving: line("Dear B"), isByKey: true)
        #expect(
            drafts.adopt(DraftSlots(current: "a", numbered: [1: "a"], kept: ["a"], heardSelections: 1)).dropped == [
                "Dear B"
            ]
        )
    }
}

/// The same with the real editor.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineDraftsKeyTests {
    private static let alt = (one: "\u{1b}1", two: "\u{1b}2")
    /// As terminals send it that tell Alt from ESC.
    private static let marked = (one: "\u{1b}[49;3u", two: "\u{1b}[27;3;50~")

    /// Has the program offer two lines.
    private func begin(_ terminal: PseudoTerminal) throws {
        terminal.send("/two" + Key.enter)
        try terminal.wait(for: "TWO")
    }

    private func showsLast(_ line: String) -> (TerminalScreen) -> Bool {
        { $0.lines.last { !$0.isEmpty } == line }
    }

    @Test func `Alt and a digit go to another line, which keeps cursor, undoing and rest`() throws {
        let terminal = try probe(rows: 30)
        // Before there are several, it is what it always was.
        terminal.send(Self.alt.one + "x" + Key.enter)
        try terminal.wait(for: #"GOT "x""#)
        try begin(terminal)
        terminal.send("for one" + Key.left + Key.left + Self.alt.two + "for two" + Self.alt.one)
        try terminal.wait(for: "the first line") { showsLast("> for one")($0) }
        terminal.send("T" + Key.control("_") + "X" + Key.enter)
        try terminal.wait(for: #"GOT "for oXne""#)
        #expect(
            terminal.screen.transcript.filter { $0.hasPrefix("SELECTED") } == [
                "SELECTED b 1", "SELECTED a 2", "SELECTED a 2",
            ]
        )
        terminal.send(Self.marked.two)
        try terminal.wait(for: "the second line") { showsLast("> for two")($0) }
        // There is no third.
        terminal.send("\u{1b}3!" + Key.enter)
        try terminal.wait(for: #"GOT "for two!""#)
    }

    @Test func `a line that the program goes to is drawn at once, also behind much text`() throws {
        let terminal = try probe(rows: 30)
        try begin(terminal)
        terminal.send("for one" + Self.alt.two)
        try terminal.wait(for: "SELECTED b 1")
        terminal.send("/back" + Key.enter)
        try terminal.wait(for: "the first line") {
            showsLast("> for one")($0) && $0.text.contains("a long line of some text 8000")
        }
    }

    @Test func `a line whose listener is gone comes back by the arrow`() throws {
        let terminal = try probe(rows: 30)
        try begin(terminal)
        terminal.send(Self.alt.two + "for two" + Self.alt.one + Self.alt.two)
        try terminal.wait(for: "the second line") { showsLast("> for two")($0) }
        terminal.send(Self.alt.one + "for one" + Self.alt.two)
        try terminal.wait(for: "the second line again") { showsLast("> for two")($0) }
        // The first listener is gone, while the person is at the second line.
        terminal.send(Key.control("u") + "/gone" + Key.enter)
        try terminal.wait(for: "What you were typing there is kept")
        terminal.send(Key.up)
        try terminal.wait(for: "the line that was dropped") { showsLast("> for one")($0) }
    }

    @Test func `a search ends before another line is there`() throws {
        let terminal = try probe(rows: 30)
        terminal.send("older" + Key.enter)
        try begin(terminal)
        terminal.send("mine" + Key.control("r") + "old")
        try terminal.wait(for: "(search 'old')")
        terminal.send(Self.alt.two + "b" + Self.alt.one)
        try terminal.wait(for: "the first line") { showsLast("> mine")($0) }
    }

    @Test func `in vi mode ESC and a digit stay a count, also when they come at once`() throws {
        let home = try TemporaryFolder()
        try home.write("bind -v\n", to: ".editrc")
        let terminal = try probe(environment: ["HOME": home.path], rows: 30)
        try begin(terminal)
        terminal.send("one two three four" + Key.escape + "0")
        try terminal.wait(for: "(cmd) ")
        terminal.send(Key.escape + "2dw" + "A!" + Key.enter)
        try terminal.wait(for: #"GOT "three four!""#)
        // An operator that waits for its motion is forgotten, and so is a search.
        terminal.send("kept" + Key.escape + "d")
        terminal.send(Self.marked.two + "ib" + Key.escape + "/x" + Self.marked.one)
        try terminal.wait(for: "the first line") { $0.lines.last { !$0.isEmpty }?.hasSuffix("kept") == true }
        terminal.send("A!" + Key.enter)
        try terminal.wait(for: #"GOT "kept!""#)
    }
}
