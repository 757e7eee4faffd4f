/// The state of ^R: a pattern and the entry it has found.
struct HistorySearch {
    private let entries: [String]
    private(set) var pattern = ""
    /// The entry that is shown; nil before the first match.
    private(set) var match: Int?
    private(set) var hasFailed = false

    init(entries: [String]) { self.entries = entries }

    /// The text of the entry that is shown.
    var text: String? { match.map { entries[$0] } }

    /// What stands before the line while the person searches.
    var prompt: String { "(\(hasFailed ? "no match" : "search") '\(DisplayText.neutralised(pattern))') " }

    /// Makes the pattern longer; the present match stays when it still fits.
    mutating func type(_ scalar: Unicode.Scalar) {
        pattern.unicodeScalars.append(scalar)
        find(before: match.map { $0 + 1 } ?? entries.count)
    }

    /// Makes the pattern shorter and begins again at the newest entry.
    mutating func eraseLast() {
        guard !pattern.isEmpty else { return }
        pattern.removeLast()
        match = nil
        hasFailed = false
        if !pattern.isEmpty { find(before: entries.count) }
    }

    /// Goes to the next older match that reads differently.
    mutating func older() {
        guard !pattern.isEmpty else { return }
        find(before: match ?? entries.count, otherThan: text)
    }

    private mutating func find(before end: Int, otherThan present: String? = nil) {
        let found = entries[..<end].lastIndex { $0 != present && Self.contains($0, pattern) }
        hasFailed = found == nil
        match = found ?? match
    }

    /// Bytes are compared: a pattern typed key by key may end inside a character.
    private static func contains(_ text: String, _ pattern: String) -> Bool {
        var rest = Substring(text).utf8
        let pattern = pattern.utf8
        guard let first = pattern.first else { return true }
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: pattern) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
