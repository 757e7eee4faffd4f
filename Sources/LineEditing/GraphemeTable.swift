/// Lets the engine count in characters, although it counts in code points.
///
/// A character of several code points, such as a family emoji or a letter with a combining mark, stands in the
/// engine's buffer as one code point of its own, a carrier. So every command of the engine (words, vi's motions and
/// operators, transposing, killing and yanking) takes it for one, without the engine knowing.
struct GraphemeTable {
    /// Carriers of characters that begin with a letter or a digit: Tangut ideographs, which C libraries take for letters,
    /// so that words stay words.
    private static let letters: Range<UInt32> = 0x17000..<0x187f8
    /// Carriers of all others: a private plane.
    private static let others: Range<UInt32> = 0xf0000..<0xffffe

    // Not keyed by `Character`, which takes two spellings of a letter for one.
    private var carriers: [[Unicode.Scalar]: Unicode.Scalar] = [:]
    private var characters: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    private var nextLetter = letters.lowerBound
    private var nextOther = others.lowerBound

    /// The buffer's form of a draft: one code point for each character.
    ///
    /// When the carriers are used up, which takes thousands of different emoji, code points stay apart.
    mutating func folded(_ draft: Draft) -> Draft {
        if !draft.scalars.contains(where: Self.mayCombine) { return draft }
        var units: [Unicode.Scalar] = []
        units.reserveCapacity(draft.scalars.count)
        var offset = 0
        var cursor: Int?
        for character in draft.text {
            if cursor == nil, offset >= draft.cursor { cursor = units.count }
            let scalars = Array(character.unicodeScalars)
            offset += scalars.count
            if let carrier = carrier(of: scalars) { units.append(carrier) } else { units += scalars }
        }
        return Draft(scalars: units, cursor: cursor ?? units.count)
    }

    /// The draft that a buffer means.
    func unfolded(_ buffer: Draft) -> Draft {
        if !buffer.scalars.contains(where: Self.isCarrier) { return buffer }
        var draft = Draft()
        draft.scalars.reserveCapacity(buffer.scalars.count)
        for (offset, unit) in buffer.scalars.enumerated() {
            if offset == buffer.cursor { draft.cursor = draft.scalars.count }
            if let character = characters[unit] {
                draft.scalars += character
            } else {
                draft.scalars.append(unit)
            }
        }
        if buffer.cursor >= buffer.scalars.count { draft.cursor = draft.scalars.count }
        return draft
    }

    /// The buffer's form of a code point that is typed: another one where it serves as a carrier itself.
    mutating func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        Self.isCarrier(scalar) ? carrier(of: [scalar]) ?? "\u{fffd}" : scalar
    }

    /// Whether a buffer may hold characters in parts, or code points that must become carriers.
    static func needsFolding(_ buffer: Draft) -> Bool { buffer.scalars.contains(where: mayCombine) }

    /// Nothing below the combining marks combines: pastes of plain text cost no more than a look.
    private static func mayCombine(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x300 }

    private static func isCarrier(_ scalar: Unicode.Scalar) -> Bool {
        letters.contains(scalar.value) || others.contains(scalar.value)
    }

    private mutating func carrier(of scalars: [Unicode.Scalar]) -> Unicode.Scalar? {
        guard let first = scalars.first else { return nil }
        // A code point that serves as carrier stands for itself only through another.
        if scalars.count == 1, !Self.isCarrier(first) { return first }
        if let known = carriers[scalars] { return known }
        let isWord = first.properties.isAlphabetic || first.properties.numericType != nil
        let value = isWord ? nextLetter : nextOther
        guard (isWord ? Self.letters : Self.others).contains(value), let carrier = Unicode.Scalar(value) else {
            return nil
        }
        if isWord { nextLetter += 1 } else { nextOther += 1 }
        carriers[scalars] = carrier
        characters[carrier] = scalars
        return carrier
    }
}
