/// The base64 of RFC 4648, as files are written into JSON and into `data:` addresses.
package enum Base64 {
    /// The bytes of a text, nil when it is no base64.
    ///
    /// Line breaks are skipped and padding may be missing; the URL-safe letters are read too.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var hasEnded = false
        for letter in text.utf8 {
            switch letter {
            case UInt8(ascii: "="): hasEnded = true
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"): continue
            default:
                guard !hasEnded, let value = value(of: letter) else { return nil }
                bits = bits << 6 | UInt32(value)
                count += 1
                guard count == 4 else { continue }
                bytes += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8)]
                bytes.append(UInt8(truncatingIfNeeded: bits))
                (bits, count) = (0, 0)
            }
        }
        switch count {
        case 0: return bytes
        case 2: return bytes + [UInt8(truncatingIfNeeded: bits >> 4)]
        case 3: return bytes + [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
        default: return nil
        }
    }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
