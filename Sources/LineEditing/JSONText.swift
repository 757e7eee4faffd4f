/// A JSON string: how a text of several lines becomes one line of a file.
enum JSONText {
    /// The text in quotes, with everything below U+0020 escaped.
    static func encode(_ text: String) -> String {
        var encoded = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": encoded += "\\\""
            case "\\": encoded += "\\\\"
            case "\n": encoded += "\\n"
            case "\t": encoded += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                encoded += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: encoded.unicodeScalars.append(scalar)
            }
        }
        return encoded + "\""
    }

    /// The text of a string in quotes; nil when it is none.
    static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let quoted = String(validating: bytes, as: UTF8.self), quoted.count >= 2,
            quoted.hasPrefix("\""), quoted.hasSuffix("\"")
        else { return nil }
        var units: [UInt16] = []
        var rest = quoted.utf16.dropFirst().dropLast()
        while let unit = rest.popFirst() {
            guard unit == UInt16(UInt8(ascii: "\\")) else {
                units.append(unit)
                continue
            }
            guard let escaped = rest.popFirst(), let value = unescape(escaped, rest: &rest) else { return nil }
            units.append(value)
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func unescape(_ escaped: UInt16, rest: inout Substring.UTF16View) -> UInt16? {
        switch Unicode.Scalar(escaped) {
        case "\"", "\\", "/": return escaped
        case "n": return 0x0a
        case "t": return 0x09
        case "r": return 0x0d
        case "b": return 0x08
        case "f": return 0x0c
        case "u":
            let digits = String(decoding: rest.prefix(4), as: UTF16.self)
            guard digits.utf16.count == 4, let value = UInt16(digits, radix: 16) else { return nil }
            rest = rest.dropFirst(4)
            return value
        default: return nil
        }
    }
}
