/// What a correct editor holds and shows, written down independently of it.
struct EditModel {
    private(set) var text: [Character] = []
    private(set) var cursor = 0

    mutating func insert(_ character: Character) {
        text.insert(character, at: cursor)
        cursor += 1
    }

    mutating func move(by distance: Int) { cursor = min(max(0, cursor + distance), text.count) }

    mutating func moveToStart() { cursor = 0 }

    mutating func moveToEnd() { cursor = text.count }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: cursor)
    }

    mutating func deleteForward() { if cursor < text.count { text.remove(at: cursor) } }

    mutating func killToEnd() { text.removeSubrange(cursor...) }

    /// The rows on a screen of so many columns, without blanks at their ends, and the place of the cursor in them.
    func picture(columns: Int) -> (rows: [String], cursor: (row: Int, column: Int)) {
        var rows = [""]
        var width = 0
        var place = (row: 0, column: 0)
        func put(_ character: Character) {
            let columnsTaken = Self.width(of: character)
            if width + columnsTaken > columns {
                rows.append("")
                width = 0
            }
            rows[rows.count - 1].append(character)
            width += columnsTaken
            if width == columns {
                rows.append("")
                width = 0
            }
        }
        for character in "> " { put(character) }
        for (offset, character) in text.enumerated() {
            if offset == cursor {
                let fits = width + Self.width(of: character) <= columns
                place = fits ? (rows.count - 1, width) : (rows.count, 0)
            }
            put(character)
        }
        if cursor == text.count {
            place = (rows.count - 1, width)
        } else if width == 0, rows.count > 1 {
            rows.removeLast()
        }
        return (rows.map(Self.withoutTrailingBlanks), place)
    }

    private static func width(of character: Character) -> Int {
        character.unicodeScalars.contains { $0.value > 0x2000 } ? 2 : 1
    }

    private static func withoutTrailingBlanks(_ row: String) -> String {
        String(row.reversed().drop { $0 == " " }.reversed())
    }
}
