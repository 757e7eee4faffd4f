/// The line that is being edited: its code points and the place of the cursor among them.
///
/// Code points, because that is what the editing engine counts in; movements go by characters.
struct Draft: Equatable {
    var scalars: [Unicode.Scalar] = []
    var cursor = 0

    init() {}

    init(scalars: [Unicode.Scalar], cursor: Int) {
        self.scalars = scalars
        self.cursor = cursor
    }

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        cursor = scalars.count
    }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// The draft with a dot, or a star, for each code point.
    func hidden(in sign: Unicode.Scalar = "•") -> Draft {
        Draft(scalars: scalars.map { $0 == "\n" ? $0 : sign }, cursor: cursor)
    }

    /// The draft with a text at the cursor, the cursor behind it.
    func inserting(_ inserted: some Collection<Unicode.Scalar>) -> Draft {
        var draft = self
        draft.scalars.insert(contentsOf: inserted, at: cursor)
        draft.cursor += inserted.count
        return draft
    }

    /// The draft without a part of it, the cursor where that was.
    func removing(_ range: Range<Int>) -> Draft {
        var draft = self
        draft.scalars.removeSubrange(range)
        draft.cursor = range.lowerBound
        return draft
    }

    /// The draft as it is to go on when a line end is typed behind a backslash; nil when none asks for that.
    ///
    /// As in a shell, an even number of backslashes are just backslashes.
    var continuedRow: Draft? {
        guard cursor == scalars.count, scalars.reversed().prefix(while: { $0 == "\\" }).count % 2 == 1 else {
            return nil
        }
        return removing(cursor - 1..<cursor).inserting(["\n"])
    }

    /// The draft without the line ends behind it, which a copied line often has.
    var withoutTrailingNewlines: Draft {
        var draft = self
        while draft.scalars.last == "\n" { draft.scalars.removeLast() }
        draft.cursor = min(cursor, draft.scalars.count)
        return draft
    }

    /// Where the character behind the cursor ends.
    var nextCharacter: Int? { boundaries().first { $0 > cursor } }

    /// Where the character before the cursor begins.
    var previousCharacter: Int? { boundaries().last { $0 < cursor } }

    /// How many whole characters stand before the cursor.
    var cursorInCharacters: Int { max(0, boundaries().count { $0 <= cursor } - 1) }

    /// The offset in code points of the character with this number.
    func offset(ofCharacter number: Int) -> Int {
        let boundaries = boundaries()
        return boundaries[min(max(0, number), boundaries.count - 1)]
    }

    /// The same column in the row above, when the draft has one.
    var cursorInRowAbove: Int? {
        let start = startOfRow(around: cursor)
        guard start > 0 else { return nil }
        return min(startOfRow(around: start - 1) + cursor - start, start - 1)
    }

    /// The same column in the row below, when the draft has one.
    var cursorInRowBelow: Int? {
        guard let end = scalars[cursor...].firstIndex(of: "\n") else { return nil }
        let endBelow = scalars[(end + 1)...].firstIndex(of: "\n") ?? scalars.count
        return min(end + 1 + cursor - startOfRow(around: cursor), endBelow)
    }

    private func startOfRow(around offset: Int) -> Int {
        scalars[..<offset].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    }

    private func boundaries() -> [Int] {
        var boundaries = [0]
        var offset = 0
        for character in text {
            offset += character.unicodeScalars.count
            boundaries.append(offset)
        }
        return boundaries
    }
}
