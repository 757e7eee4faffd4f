/// Which of several lines is edited, each for a listener of its own.
package struct DraftSlots: Sendable, Equatable {
    /// The name of the line for nobody yet: what is typed there goes along to the listener who comes next.
    package static let nobody = ""

    /// The line to edit, by a name that only the program understands.
    package var current: String
    /// The lines that Alt-1 … Alt-9 go to.
    package var numbered: [Int: String]
    /// The lines that are kept; the others go into the history.
    package var kept: Set<String>
    /// How many selections by keys the program had heard of when it said this: an older wish of the program's does not
    /// undo a newer one of the person's.
    package var heardSelections: Int

    /// Lines.
    package init(
        current: String,
        numbered: [Int: String] = [:],
        kept: Set<String> = [],
        heardSelections: Int = 0
    ) {
        self.current = current
        self.numbered = numbered
        self.kept = kept
        self.heardSelections = heardSelections
    }
}

/// The lines that wait while another is edited, each with its undoing.
struct LineDrafts {
    /// A line and what undoing brings back in it.
    struct Line {
        var draft = Draft()
        var undoHistory = UndoHistory()
    }

    /// A wish to edit another line.
    enum Selection: Equatable {
        /// The person's, by a number.
        case number(Int)
        /// The program's.
        case slot(String, heardSelections: Int)
    }

    /// What the program has said last; nil where there is one line only.
    private(set) var slots: DraftSlots?
    /// The line that is edited.
    private(set) var current = DraftSlots.nobody
    /// How often the person has selected a line by a key.
    private(set) var selectionCount = 0
    private var waiting: [String: Line] = [:]
    /// The line that is edited when all wishes up to now are fulfilled, as far as that is known.
    private var wanted = DraftSlots.nobody

    /// One line, and what others begin with, by name.
    init(beginningWith texts: [String: String] = [:]) {
        waiting = texts.mapValues { Line(draft: Draft($0), undoHistory: UndoHistory(of: Draft($0))) }
    }

    /// The texts of the lines that wait, by name.
    var texts: [String: String] { waiting.mapValues(\.draft.text).filter { !$0.value.isEmpty } }

    /// Takes what the program says.
    ///
    /// - Returns: A selection to make, and the texts of lines that are kept no more.
    mutating func adopt(_ slots: DraftSlots) -> (selection: Selection?, dropped: [String]) {
        self.slots = slots
        let dropped = waiting.filter { !isKept($0.key) && $0.key != slots.current }
        for name in dropped.keys { waiting[name] = nil }
        let texts = dropped.values.map(\.draft.text).filter { !$0.isEmpty }
        guard slots.heardSelections == selectionCount, slots.current != wanted else { return (nil, texts) }
        wanted = slots.current
        return (.slot(slots.current, heardSelections: slots.heardSelections), texts)
    }

    /// The name of the line that a selection means; nil when it is out of date, or means nothing.
    func name(of selection: Selection) -> String? {
        switch selection {
        case .number(let number): slots?.numbered[number]
        case .slot(let name, let heard): heard == selectionCount ? name : nil
        }
    }

    /// Edits another line.
    ///
    /// - Parameters:
    ///   - name: Which.
    ///   - line: The line as it is left.
    ///   - isByKey: Whether the person selected it.
    /// - Returns: The line to edit, and the text that was left and is kept no more.
    mutating func select(_ name: String, leaving line: Line, isByKey: Bool) -> (line: Line, dropped: String?) {
        if isByKey { selectionCount += 1 }
        let left = current
        (current, wanted) = (name, name)
        guard !line.draft.scalars.isEmpty else {
            waiting[left] = nil
            return (waiting.removeValue(forKey: name) ?? Line(), nil)
        }
        let next = waiting.removeValue(forKey: name)
        // What was typed for nobody yet is for the one who comes.
        if left == DraftSlots.nobody, next == nil { return (line, nil) }
        guard isKept(left) else { return (next ?? Line(), line.draft.text) }
        waiting[left] = line
        return (next ?? Line(), nil)
    }

    private func isKept(_ name: String) -> Bool { name == DraftSlots.nobody || slots?.kept.contains(name) == true }
}
