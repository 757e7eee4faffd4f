/// The lines of earlier, the oldest first, and the way through them with the arrow keys.
struct History {
    /// How many lines are kept.
    static let capacity = 1000

    private(set) var entries: [String] = []
    /// How many steps back from the draft the person has gone; 0 is the draft itself.
    private var stepsBack = 0
    private var draft = ""
    /// What the entries on the way begin with, when the person had typed something before the first step.
    private var prefix = ""

    /// Puts entries of a file before those of this session.
    mutating func prepend(_ older: [String]) {
        entries = Array((older + entries).suffix(Self.capacity))
    }

    /// Adds a line and goes back to the draft.
    ///
    /// Answers false when the line is empty or repeats the last one.
    @discardableResult
    mutating func add(_ line: String) -> Bool {
        stepsBack = 0
        guard !line.isEmpty, line != entries.last else { return false }
        if entries.count >= Self.capacity { entries.removeFirst(entries.count - Self.capacity + 1) }
        entries.append(line)
        return true
    }

    /// The entry before the present one; `text` is what stands in the line now.
    ///
    /// By prefix, a way that begins with a text leads only to other entries that begin with it, as long as there are any.
    mutating func older(than text: String, byPrefix: Bool = false) -> String? {
        if stepsBack == 0 {
            let leads = byPrefix && entries.contains { Self.begins($0, with: text) && $0 != text }
            prefix = leads ? text : ""
        }
        return step(1, leaving: text)
    }

    /// The entry after the present one, at last the draft again.
    mutating func newer(than text: String) -> String? { step(-1, leaving: text) }

    /// Goes to an entry found by other means; nil is the draft.
    mutating func jump(to index: Int?, leaving text: String) {
        if stepsBack == 0 { draft = text }
        prefix = ""
        stepsBack = index.map { entries.count - $0 } ?? 0
    }

    /// Forgets the way; the next step begins at the draft.
    mutating func returnToDraft() { stepsBack = 0 }

    private mutating func step(_ step: Int, leaving text: String) -> String? {
        var target = stepsBack + step
        while target > 0, target <= entries.count, !isOnTheWay(entries[entries.count - target], from: text) {
            target += step
        }
        guard (0...entries.count).contains(target) else { return nil }
        if stepsBack == 0 { draft = text }
        stepsBack = target
        return target == 0 ? draft : entries[entries.count - target]
    }

    private func isOnTheWay(_ entry: String, from text: String) -> Bool {
        prefix.isEmpty || (entry != text && Self.begins(entry, with: prefix))
    }

    /// Code points are compared: a prefix may end inside a character.
    private static func begins(_ entry: String, with prefix: String) -> Bool {
        entry.unicodeScalars.starts(with: prefix.unicodeScalars)
    }
}
