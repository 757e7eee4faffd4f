/// A link that holds what it points at (RFC 2397).
struct DataURI {
    /// What it holds; bytes that are no UTF-8 become U+FFFD.
    let text: String

    /// Reads a link; nil when it is another kind of link, or broken.
    init?(_ link: String) {
        guard link.prefix(5).lowercased() == "data:", let comma = link.firstIndex(of: ",") else { return nil }
        let header = link[..<comma].lowercased()
        guard let bytes = Self.percentDecoded(link[link.index(after: comma)...].utf8) else { return nil }
        guard header.hasSuffix(";base64") else {
            text = String(decoding: bytes, as: UTF8.self)
            return
        }
        guard let decoded = Self.base64Decoded(bytes) else { return nil }
        text = String(decoding: decoded, as: UTF8.self)
    }

    private static func percentDecoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func base64Decoded(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in text where character != UInt8(ascii: "=") {
            guard let value = base64Value(character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        // Six bits alone are no byte: a character is missing.
        return count == 6 ? nil : bytes
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }

    private static func base64Value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
