/// A text as lower-case words, for finding phrases at word borders.
package struct PlainWords: Hashable, Sendable {
    /// The words in order, without punctuation; apostrophes stay.
    package let words: [String]
    private let padded: String

    /// Takes a text apart.
    package init(_ text: String) {
        let letters = String(text.lowercased().map { $0.isLetter || $0.isNumber || $0 == "'" ? $0 : " " })
        words = letters.split(separator: " ").map { String($0) }
        padded = " \(words.joined(separator: " ")) "
    }

    /// Whether a phrase of lower-case words occurs.
    package func contains(_ phrase: String) -> Bool { padded.contains(" \(phrase) ") }

    /// Whether any of some phrases occurs.
    package func containsAny(_ phrases: [String]) -> Bool { phrases.contains(where: contains) }

    /// Whether the text is one of some phrases and nothing else.
    package func isAny(_ phrases: [String]) -> Bool { phrases.contains { padded == " \($0) " } }
}
