/// What people take a name for: two names of one form are read as the same one.
///
/// Case, blanks, punctuation and what is not drawn make no difference; full-width, mathematical and circled letters
/// are read as the plain ones. Lookalikes beyond that are not resolved but found: see ``isPlain``.
package struct NameForm: Hashable, Sendable {
    /// The letters and digits of the name, plain and in lower case.
    package let core: String
    /// Whether the name is written with nothing that looks like other letters or like nothing.
    ///
    /// Compatibility forms of letters (what NFKC changes), characters that are not drawn, and words that mix Latin with
    /// Greek or Cyrillic letters are not plain.
    package let isPlain: Bool

    /// Letters that case folding changes though nothing about them is a disguise: ß, ς, և, ẞ.
    private static let ordinary: Set<UInt32> = [0xdf, 0x3c2, 0x587, 0x1e9e]

    /// Reads a name.
    package init(_ name: String) {
        var core = ""
        var isPlain = true
        var hasLatin = false
        var hasLookalikes = false
        for character in name where !Self.isEmoji(character) {
            for scalar in character.unicodeScalars {
                let folded = Self.folded(scalar)
                for plain in String(folded).lowercased().unicodeScalars {
                    let isKnown = Self.ordinary.contains(plain.value)
                    if plain.properties.changesWhenNFKCCaseFolded, !isKnown { isPlain = false }
                    if plain.properties.isAlphabetic || plain.properties.numericType != nil {
                        core.unicodeScalars.append(plain)
                    }
                }
                if folded != scalar { isPlain = false }
                if ("a"..."z").contains(folded) || ("A"..."Z").contains(folded) { hasLatin = true }
                if (0x370...0x52f).contains(scalar.value) { hasLookalikes = true }
            }
        }
        self.core = core
        self.isPlain = isPlain && !(hasLatin && hasLookalikes)
    }

    private static func isEmoji(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first else { return false }
        return first.properties.isEmojiPresentation || first.properties.isEmoji && first.value > 0xff
    }

    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let value = scalar.value
        let letter: UInt32? =
            switch value {
            case 0xff01...0xff5e: value - 0xfee0
            case 0x1d400...0x1d6a3: Self.letter((value - 0x1d400) % 52)
            case 0x1d7ce...0x1d7ff: 0x30 + (value - 0x1d7ce) % 10
            case 0x24b6...0x24cf: 0x41 + value - 0x24b6
            case 0x24d0...0x24e9: 0x61 + value - 0x24d0
            default: nil
            }
        return letter.flatMap(Unicode.Scalar.init) ?? scalar
    }

    private static func letter(_ number: UInt32) -> UInt32 { number < 26 ? 0x41 + number : 0x61 + number - 26 }
}
