/// The names, texts and numbers of a JSON document in the order in which they stand, each with its place.
///
/// Replacing tokens in their places leaves every other byte as it was, which reading and writing anew would not.
struct JSONTokens {
    /// One name, text or number.
    struct Token {
        /// What it says; the literal of a number.
        let bytes: [UInt8]
        /// Where it stands, a text's quotes left out.
        let range: Range<Int>
        /// Where each byte comes from; nil where the token is spelt as it reads.
        fileprivate let places: [Range<Int>]?

        /// The place in the document of a part of the token.
        func place(of part: Range<Int>) -> Range<Int> {
            guard let places, !part.isEmpty else {
                return (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound)
            }
            return places[part.lowerBound].lowerBound..<places[part.upperBound - 1].upperBound
        }
    }

    /// The tokens of a document that is known to be valid.
    static func tokens(of document: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < document.count {
            let byte = document[index]
            if byte == UInt8(ascii: "\"") {
                let token = text(in: document, from: index + 1)
                tokens.append(token)
                index = token.range.upperBound + 1
            } else if byte == UInt8(ascii: "-") || Bytes.isDigit(byte) {
                let start = index
                while index < document.count,
                    Bytes.isAlphanumeric(document[index]) || "+-.".utf8.contains(document[index])
                {
                    index += 1
                }
                tokens.append(Token(bytes: Array(document[start..<index]), range: start..<index, places: nil))
            } else {
                index += 1
            }
        }
        return tokens
    }

    private static func text(in document: [UInt8], from start: Int) -> Token {
        var end = start
        var hasEscapes = false
        while end < document.count, document[end] != UInt8(ascii: "\"") {
            if document[end] == UInt8(ascii: "\\") {
                hasEscapes = true
                end += 1
            }
            end += 1
        }
        end = min(end, document.count)
        guard hasEscapes else { return Token(bytes: Array(document[start..<end]), range: start..<end, places: nil) }
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []
        var index = start
        while index < end {
            let (character, length) = character(in: document[index..<end])
            bytes += character
            // One byte for one byte keeps the places of characters without escapes exact.
            places += character.indices.map { length == 1 ? (index + $0)..<(index + $0 + 1) : index..<(index + length) }
            index += length
        }
        return Token(bytes: bytes, range: start..<end, places: places)
    }

    private static func character(in rest: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int) {
        let first = rest[rest.startIndex]
        guard first == UInt8(ascii: "\\"), rest.count > 1 else { return ([first], 1) }
        switch rest[rest.startIndex + 1] {
        case UInt8(ascii: "n"): return ([0x0A], 2)
        case UInt8(ascii: "r"): return ([0x0D], 2)
        case UInt8(ascii: "t"): return ([0x09], 2)
        case UInt8(ascii: "b"): return ([0x08], 2)
        case UInt8(ascii: "f"): return ([0x0C], 2)
        case UInt8(ascii: "u"):
            guard let unit = unit(rest.dropFirst(2)) else { return ([first], 1) }
            var scalar = Unicode.Scalar(UInt32(unit))
            var length = 6
            let low = rest.dropFirst(6)
            if (0xD800...0xDBFF).contains(unit), low.starts(with: [0x5C, UInt8(ascii: "u")]),
                let second = Self.unit(low.dropFirst(2)), (0xDC00...0xDFFF).contains(second)
            {
                scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(second) - 0xDC00)
                length = 12
            }
            return (Array(String(Character(scalar ?? "\u{FFFD}")).utf8), length)
        case let byte: return ([byte], 2)
        }
    }

    private static func unit(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard digits.count >= 4 else { return nil }
        return UInt16(String(decoding: digits.prefix(4), as: UTF8.self), radix: 16)
    }
}
